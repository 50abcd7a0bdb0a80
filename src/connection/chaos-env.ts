import { sequenceOf } from '../core/connection-id.ts';
import { type ChaosEnv, diceOf } from '../stream/index.ts';
import type { Connection } from './connection.ts';

const SEED_DIGITS = 8;

/** What the stages of a connection know of it. Its number is its place in the order of accepts of its shard. */
export function chaosEnvFor(connection: Connection): ChaosEnv {
  const { shard, clientHost, terminated, findings, traceId, id } = connection;
  const chance = Number.parseInt(traceId.slice(0, SEED_DIGITS), 16);
  return {
    startedAt: shard.startedAt,
    source: clientHost,
    isTls: terminated === null && findings?.sniffed?.protocol === 'tls',
    affected: shard.affected.forConnection(),
    shared: new Map(),
    dice: (seed) => (seed === null ? diceOf(chance, 0) : diceOf(seed, sequenceOf(id))),
  };
}
