import type { MirrorCount, MirrorPlan } from '../../src/core/mirror.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import type { AddressRule, MemoryPeer } from '../../src/plane/memory/index.ts';
import { routeTo } from './plan.ts';
import { World, type WorldPieces } from './world.ts';

/** Deadlines of a test's mirror, apart from each other and from those of its connection. */
export const MIRROR_TIMEOUTS = { connectMs: 700, writeStallMs: 3000, lingerMs: 900 };
export const MIRROR_BUFFER = 64 * 1024;

/** A mirror to a pool, of what the client sends, with nothing compared. */
export function mirrorTo(pool: number, pieces: Partial<MirrorPlan> = {}): MirrorPlan {
  return {
    kind: 'mirror',
    pool,
    direction: 'up',
    bufferBytes: MIRROR_BUFFER,
    onFull: 'drop_connection',
    sample: 1,
    timeouts: MIRROR_TIMEOUTS,
    diff: 'off',
    ...pieces,
  };
}

/** Small buffers of the kernels at mirrors, so that one which does not read is soon seen. */
export const SMALL: AddressRule = { sendBufferBytes: 8192, receiveBufferBytes: 8192 };

/** A connection to pool 0, backend 0, that is mirrored to the pools from 1 on, each of one backend. */
export interface Mirrored {
  readonly world: World;
  readonly client: MemoryPeer;
  readonly backend: MemoryPeer;
  /** The peers at the backends of a mirror's pool, in the order in which they were reached. */
  mirrors(pool?: number): MemoryPeer[];
  mirror(pool?: number): MemoryPeer;
  /** What is counted of mirrors. */
  count(what: MirrorCount): number;
  /** What was told of mirrors. */
  told(): string[];
}

export interface MirroredPieces extends WorldPieces {
  /** In force at the mirror's one backend, before anybody connects. */
  readonly rule?: AddressRule;
}

/** With these stages, mirrors among them. */
export async function mirrored(plans: readonly StagePlan[], pieces: MirroredPieces = {}): Promise<Mirrored> {
  const served = new Map<number, MemoryPeer[]>();
  const { rule, serve, ...rest } = pieces;
  const pools = plans.map((plan) => (plan.kind === 'mirror' ? plan.pool : 0));
  const world = await World.open({
    backends: 1 + Math.max(1, ...pools),
    poolForEachBackend: true,
    routes: [{ ...routeTo(0), stages: plans }],
    serve: (peer, row) => {
      served.set(row, [...(served.get(row) ?? []), peer]);
      serve?.(peer, row);
    },
    ...rest,
  });
  if (rule !== undefined) world.backendRule(1, rule);
  const client = world.connect();
  world.run(5);
  const mirrors = (pool = 1): MemoryPeer[] => served.get(pool) ?? [];
  const one = (row: number): MemoryPeer => {
    const [peer] = served.get(row) ?? [];
    if (peer === undefined) throw new Error(`nobody has reached backend ${row}`);
    return peer;
  };
  return {
    world,
    client,
    get backend() {
      return one(0);
    },
    mirrors,
    mirror: (pool = 1) => one(pool),
    count: (what) => world.cells[world.layout.mirrors(0, what)] ?? Number.NaN,
    told: () =>
      world.facts.filter((fact) => fact.kind === 'stage').map(({ stage, message }) => `${stage}: ${message}`),
  };
}
