import { afterEach, describe, expect, it } from 'vitest';
import { ALWAYS } from '../../src/core/chaos-plan.ts';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import { CLOSE_REASON_NAMES, type CloseReason } from '../../src/core/close-reason.ts';
import type { ClosedFact } from '../../src/core/facts.ts';
import type { Plan, StagePlan } from '../../src/core/plan.ts';
import type { StateName } from '../../src/core/state.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { breakUpstreams } from '../connection/breaking.ts';
import { routeTo } from '../connection/plan.ts';
import { reach, STUCK_BYTES } from '../connection/reach.ts';
import { bytesOf, closeWorlds, World, type WorldPieces } from '../connection/world.ts';
import { type DecodedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import {
  CUT,
  DIALED,
  expectTraceOf,
  RELAYED,
  SHOWN_BY_A_SERVICE,
  type ShownByAService,
} from '../support/traces-of-ends.ts';
import { aLogOutput, aWatched } from './samples.ts';

afterEach(closeWorlds);

/** A way for a connection to end: brings it about and returns what was told of it, with the states that it went through. */
interface End {
  readonly states: readonly StateName[];
  readonly error?: string;
  readonly happens: () => Promise<Ended>;
}

interface Ended {
  readonly plan: Plan;
  readonly fact: ClosedFact;
}

const SLOW_MS = 100_000;

/** A client connects to a world made of these pieces, and much time passes. */
function alone(pieces: WorldPieces): () => Promise<Ended> {
  return async () => {
    const world = await World.open(pieces);
    const client = world.connect();
    client.write(bytesOf(10));
    world.run(1);
    world.run(SLOW_MS);
    return { plan: world.plan, fact: world.closed() };
  };
}

/** A client comes after another that stays. */
function second(pieces: WorldPieces): () => Promise<Ended> {
  return async () => {
    const world = await World.open(pieces);
    for (let client = 0; client < 2; client++) {
      world.connect();
      world.run(1);
    }
    world.run(5);
    return { plan: world.plan, fact: world.closed(1) };
  };
}

function dialing(fault: 'refused' | 'unreachable' | 'black-hole' | 'out-of-ports' | 'out-of-descriptors') {
  return async (): Promise<Ended> => {
    const world = await World.open({ connect: { retries: 1 } });
    for (const { row } of world.plan.backends) world.backendRule(row, { connect: fault });
    world.connect();
    world.run(SLOW_MS);
    return { plan: world.plan, fact: world.closed() };
  };
}

function after(
  state: Parameters<typeof reach>[0],
  act: (reached: Awaited<ReturnType<typeof reach>>) => void,
  pieces: WorldPieces = {},
): () => Promise<Ended> {
  return async () => {
    const reached = await reach(state, pieces);
    act(reached);
    reached.world.run(SLOW_MS);
    return { plan: reached.world.plan, fact: reached.world.closed(reached.index) };
  };
}

/** A stage that ends the connection when the client has sent too much. */
function afterTooMuch(end: 'close' | 'reset'): () => Promise<Ended> {
  const stage: StagePlan = { kind: 'limit_data', up: 1000, down: null, end, chaos: ALWAYS };
  return after('streaming', ({ client }) => client.write(bytesOf(2000)), { stages: [stage] });
}

/** Every close reason that a shard without TLS brings about by itself. */
const ENDS: Record<Exclude<CloseReason, ShownByAService>, End> = {
  'client-fin': {
    states: [...RELAYED, 'half-closed-client', 'draining'],
    happens: after('half-closed-client', ({ backend }) => backend.end()),
  },
  'backend-fin': {
    states: [...RELAYED, 'half-closed-backend', 'draining'],
    happens: after('half-closed-backend', ({ client }) => client.end()),
  },
  'client-reset': {
    states: CUT,
    error: 'ECONNRESET',
    happens: after('streaming', ({ client }) => client.reset()),
  },
  'backend-reset': {
    states: CUT,
    error: 'ETIMEDOUT',
    happens: after('streaming', ({ backend }) => backend.vanish(500)),
  },
  'client-abort': {
    states: DIALED,
    happens: after('dialing', ({ client }) => client.end(), { connect: { abortOnFin: true } }),
  },
  denied: { states: ['accepting'], happens: alone({ access: { deny: [parseCidr('10.0.2.0/24') as Cidr] } }) },
  limit: {
    states: ['accepting'],
    happens: second({ limits: { connections: 1, onLimit: 'reset' } }),
  },
  'queue-timeout': { states: ['accepting'], happens: after('accepting', () => {}) },
  'proxy-header': {
    states: ['accepting'],
    happens: alone({ proxyIn: { required: true } }),
  },
  'proxy-header-timeout': {
    states: ['accepting'],
    happens: async () => {
      const world = await World.open({ proxyIn: { required: true } });
      world.connect();
      world.run(SLOW_MS);
      return { plan: world.plan, fact: world.closed() };
    },
  },
  'no-route': {
    states: ['accepting', 'sniffing', 'routing'],
    happens: alone({ routes: [routeTo(0, { protocol: ['ssh'] })] }),
  },
  rejected: { states: ['accepting', 'sniffing', 'routing'], happens: alone({ routes: [routeTo('reset')] }) },
  'no-backend': { states: DIALED, happens: second({ connectionsMax: 1, backends: 1 }) },
  'connect-refused': { states: [...DIALED, 'dialing'], happens: dialing('refused') },
  'connect-timeout': { states: [...DIALED, 'dialing'], happens: dialing('black-hole') },
  'connect-failed': { states: [...DIALED, 'dialing'], happens: dialing('unreachable') },
  'out-of-ports': { states: [...DIALED, 'dialing'], happens: dialing('out-of-ports') },
  'out-of-descriptors': { states: DIALED, happens: dialing('out-of-descriptors') },
  'idle-timeout': { states: CUT, happens: after('streaming', () => {}) },
  'write-stall-timeout': {
    states: CUT,
    happens: after('streaming', ({ client, backend }) => {
      client.stopReading();
      backend.write(bytesOf(STUCK_BYTES * 4));
    }),
  },
  'half-closed-timeout': {
    states: [...RELAYED, 'half-closed-client', 'draining'],
    happens: after('half-closed-client', () => {}),
  },
  'linger-timeout': {
    states: [...RELAYED, 'half-closed-client', 'draining'],
    happens: after('draining', () => {}),
  },
  'drain-timeout': { states: CUT, happens: after('streaming', ({ world }) => void world.shard.cut()) },
  killed: { states: CUT, happens: after('streaming', ({ world }) => void world.kill()) },
  'stage-close': { states: CUT, happens: afterTooMuch('close') },
  'stage-reset': { states: CUT, happens: afterTooMuch('reset') },
  'internal-error': {
    states: RELAYED,
    happens: after('streaming', ({ backend }) => backend.write(bytesOf(10)), {
      parts: breakUpstreams('answered'),
    }),
  },
};

/** What a receiver of OTLP has of one connection. */
async function received({ plan, fact }: Ended): Promise<readonly DecodedSpan[]> {
  const receiver = await startOtlpReceiver();
  const telemetry = { ...plan.telemetry, otlp: receiver.url, sample: 1, prometheus: null };
  const { watched } = aWatched({ ...plan, telemetry });
  const watcher = await startTelemetry(watched, aLogOutput(), {});
  watched.facts.emit(fact);
  await watcher.close();
  await receiver.close();
  return receiver.spans();
}

describe('the trace of a connection that ends', () => {
  it.each(Object.entries(ENDS) as [CloseReason, End][])(
    'by %s',
    async (reason, { states, error, happens }) => {
      const ended = await happens();
      expectTraceOf(await received(ended), {
        reason,
        listener: 'edge',
        client: expect.stringMatching(/^10\.0\.2\.\d$/),
        traceId: ended.fact.traceId,
        states: [...states, 'closed'],
        error,
        dials: ended.fact.attempts.length,
      });
    },
  );

  it('is shown for every close reason, here or by a service', () => {
    expect([...Object.keys(ENDS), ...SHOWN_BY_A_SERVICE].sort()).toEqual([...CLOSE_REASON_NAMES].sort());
  });
});
