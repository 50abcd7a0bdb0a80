import type { CapturedConnection } from '../capture/index.ts';
import type { Address } from '../core/address.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { StageEnv } from './env.ts';

/** What tees and flight recorders know of their connection. One object for both directions. */
export interface Tapped {
  readonly captured: CapturedConnection;
  /** Milliseconds since 1970 at which the clock of the stages was 0. */
  readonly epoch: number;
  /** What the two directions of a stage have in common, by the plan they were built from. */
  readonly shared: Map<object, unknown>;
  /** Calls back once, when the connection is no more; false where nobody will ever know. */
  onEnd(told: (reason: CloseReason) => void): boolean;
}

const NOWHERE: Address = { kind: 'unix', path: '' };

/** A connection of which only its id is known, and whose end nobody tells: each direction is then on its own. */
export function tappedOf({ tapped, connection, listener, openedAt }: StageEnv): Tapped {
  if (tapped !== undefined) return tapped;
  const leg = { peer: NOWHERE, own: NOWHERE };
  const captured = {
    id: connection,
    listener,
    openedAt,
    route: null,
    traceId: '',
    source: null,
    isDecrypted: false,
  };
  return {
    captured: { ...captured, client: leg, backend: leg },
    epoch: 0,
    shared: new Map(),
    onEnd: () => false,
  };
}

/** What both directions of a stage share: made by the first of them that asks. */
export function sharedOf<T>(tapped: Tapped, plan: object, make: () => T): T {
  const known = tapped.shared.get(plan) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  tapped.shared.set(plan, made);
  return made;
}
