import type { CloseReason } from '../src/core/close-reason.ts';
import type { ConnectionEvent } from './connection-events.ts';

/** What a connection is created with. */
export interface ConnectionInput {
  readonly id: number;
  /** Index of its listener, by which its transitions are counted. Absent: 0. */
  readonly listener?: number;
}

export interface ConnectionContext {
  readonly id: number;
  readonly listener: number;
  /** Attempts to dial that have failed. */
  readonly failures: number;
  /** Attempts after the first that the pool allows. */
  readonly retries: number;
  readonly abortOnFin: boolean;
  /** Who has waited too long for a place at a backend is told by FIN, not RST. */
  readonly closesWhenFull: boolean;
  /** The client's FIN came before a backend was reached; it is passed on when one is. */
  readonly clientFinished: boolean;
  /** Why it ends; null until something has decided that. The first FIN is kept, an error after it replaces it. */
  readonly reason: CloseReason | null;
}

/** Whether it ends for another reason than two FINs. A RST after that is no news; before it, it is passed on. */
export function isCut({ reason }: ConnectionContext): boolean {
  return reason !== 'client-fin' && reason !== 'backend-fin';
}

/** A chart's action has no body; running one that nobody provided is a defect, told by name. */
export function unprovided(name: string) {
  return (): void => {
    throw new Error(`the action "${name}" of the connection chart was not provided`);
  };
}

/** What the pool of a route says of the connection. */
export function ofRoute(event: ConnectionEvent): Partial<ConnectionContext> {
  if (event.type !== 'routed') return {};
  const { retries, abortOnFin, closesWhenFull } = event;
  return { retries, abortOnFin, closesWhenFull: closesWhenFull === true };
}
