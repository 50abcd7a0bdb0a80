import {
  type ConnectionContext,
  type ConnectionEvent,
  connectionMachine,
} from '../../machines/connection.ts';
import type { MachineEngine } from '../core/plan.ts';
import type { StateName } from '../core/state.ts';
import { type Counting, compileMachine, countInterpreted } from '../machine-engine/index.ts';
import { accept, admit, leaveQueue } from './accepting.ts';
import { finish } from './closed.ts';
import type { Connection, ConnectionLogic } from './connection.ts';
import { dial, dialPlaced, stopDialing } from './dialing.ts';
import { drain } from './draining.ts';
import { watchClient } from './half-closed-backend.ts';
import { watchBackend } from './half-closed-client.ts';
import { stopWaiting, waitForPlace } from './queueing.ts';
import { readHeader, stopReadingHeader } from './reading-header.ts';
import { relay } from './relay.ts';
import { route } from './routing.ts';
import { shakeHands, stopShakingHands } from './shaking-hands.ts';
import { peek, peekInside, stopSniffing } from './sniffing.ts';
import { answerStartTls } from './starting-tls.ts';
import { stream } from './streaming.ts';

type Act = (connection: Connection, context: ConnectionContext, event: ConnectionEvent) => void;

/**
 * The chart with its actions provided, made once a shard for each engine: `find` gives the connection behind an id, `taken`
 * has a line of counted transitions for each listener. An action that throws ends its connection with `internal-error` and nothing else.
 */
export function connectionLogic(
  engine: MachineEngine,
  find: (id: number) => Connection | undefined,
  taken: Float64Array,
): ConnectionLogic {
  const act = (run: Act) => (args: { context: ConnectionContext; event: ConnectionEvent }) => {
    const connection = find(args.context.id);
    if (connection === undefined) return;
    try {
      run(connection, args.context, args.event);
    } catch (error) {
      connection.defect(error);
    }
  };
  const enter = (state: StateName, run: Act) =>
    act((connection, context, event) => {
      connection.entered(state);
      run(connection, context, event);
    });
  const machine = connectionMachine.provide({
    actions: {
      accept: enter('accepting', accept),
      admit: act(admit),
      leaveQueue: act(leaveQueue),
      readHeader: act(readHeader),
      stopReadingHeader: act(stopReadingHeader),
      sniff: enter('sniffing', () => {}),
      peek: act(peek),
      answerStartTls: act(answerStartTls),
      shakeHands: act(shakeHands),
      stopShakingHands: act(stopShakingHands),
      peekInside: act(peekInside),
      stopSniffing: act(stopSniffing),
      route: enter('routing', route),
      dial: enter('dialing', dial),
      dialPlaced: act(dialPlaced),
      waitForPlace: act(waitForPlace),
      stopWaiting: act(stopWaiting),
      stopDialing: act((connection, _context, event) => stopDialing(connection, event)),
      relay: act(relay),
      noteSilence: act(({ row, shard }) => shard.upstreams.failing(row, 'silence')),
      stream: enter('streaming', stream),
      watchBackend: enter('half-closed-client', watchBackend),
      watchClient: enter('half-closed-backend', watchClient),
      drain: enter('draining', (connection, context) =>
        drain(connection, context.reason ?? 'internal-error'),
      ),
      finish: act((connection, context) => finish(connection, context.reason ?? 'internal-error')),
    },
  });
  const counting: Counting = { cells: taken, lineOf: ({ listener }: ConnectionContext) => listener };
  return engine === 'compiled' ? compileMachine(machine, counting) : countInterpreted(machine, counting);
}
