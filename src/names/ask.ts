import type { Cancellable } from '../core/ports.ts';
import { exchange, type Outcome, type Server } from './exchange.ts';
import type { RecordType } from './message.ts';

/** Who is asked, and how patiently. */
export interface Patience {
  readonly servers: readonly Server[];
  /** Of one question to one server. */
  readonly timeoutMs: number;
  /** Rounds through the servers. */
  readonly attempts: number;
}

/** Asks one server; `exchange`, but for tests. */
export type Ask = typeof exchange;

/**
 * Asks the servers one after the other, in rounds, until one knows: that a name is not is an answer as well. Tells the last
 * failure where none does. `done` is called once, never after `cancel`.
 */
export function askServers(
  { servers, timeoutMs, attempts }: Patience,
  name: string,
  type: RecordType,
  done: (outcome: Outcome) => void,
  ask: Ask = exchange,
): Cancellable {
  let under: Cancellable = { cancel: () => {} };
  const step = (asked: number): void => {
    const server = servers[asked % servers.length] as Server;
    under = ask({ server, name, type, timeoutMs }, (outcome) => {
      if (outcome.kind === 'refused' && asked + 1 < attempts * servers.length) step(asked + 1);
      else done(outcome);
    });
  };
  step(0);
  return { cancel: () => under.cancel() };
}
