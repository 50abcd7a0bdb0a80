import type { CloseReason } from '../core/close-reason.ts';
import type { Direction } from '../core/direction.ts';
import type { MirrorLine, MirrorPlan } from '../core/mirror.ts';
import type { Connection } from './connection.ts';
import { Mirror } from './mirror.ts';
import { isSampled } from './trace-ids.ts';

/**
 * Where a direction is to be copied to by the mirror of a plan: a connection to the mirror's pool that is begun now, or the
 * one of the other direction, whose answer it is compared with. null = nowhere.
 */
export function openMirror(
  connection: Connection,
  direction: Direction,
  plan: MirrorPlan,
): MirrorLine | null {
  if (!isSampled(connection.traceId, plan.sample)) return null;
  if (plan.direction !== 'both' && plan.direction !== direction)
    return connection.mirrors?.find((mirror) => mirror.plan === plan)?.answer ?? null;
  const mirror = new Mirror(connection, plan);
  connection.mirrors ??= [];
  connection.mirrors.push(mirror);
  mirror.open();
  return mirror;
}

/** The connection ends: so do its mirrors, each within its linger. */
export function endMirrors({ mirrors }: Connection, reason: CloseReason): void {
  const isClean = reason === 'client-fin' || reason === 'backend-fin';
  for (const mirror of mirrors ?? []) mirror.over(isClean);
}
