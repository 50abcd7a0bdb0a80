import type { Connection } from '../../src/connection/index.ts';
import { listConnections } from '../../src/connection/index.ts';
import { ANY_CONNECTION, type ConnectionSort } from '../../src/core/connection-query.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Timers } from '../../src/core/ports.ts';
import { allocateShardWords } from '../../src/core/shard-words.ts';
import type { TlsSessions } from '../../src/core/tls.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { parseConfig } from '../../src/index.ts';
import { createMemoryPlane, MemoryNetwork } from '../../src/plane/memory/index.ts';
import { Shard } from '../../src/shard.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import {
  allocateRegions,
  createBuckets,
  createConnectRates,
  createPlaces,
  createPoolPlaces,
  createSticky,
  createTurns,
} from '../../src/shared-memory/index.ts';

/** Live connections that are listed. */
export const LISTED = 50_000;
const PAGE = 100;
const REPEATS = 5;
/** Connections that are opened before time runs, so that the listener's queue holds them. */
const OPENED_AT_ONCE = 100;

export interface ListingCost {
  readonly sort: ConnectionSort;
  /** Portions of one page, with turns of the shard's own work between them. */
  readonly turns: number;
  /** CPU of one page in all, the median of the repeats; V8's helpers are in it. */
  readonly cpuMs: number;
  /** By a clock of the wall: the median of the portions, and the longest, which others on the machine make longer. */
  readonly medianMs: number;
  readonly longestMs: number;
}

const NO_TLS: TlsSessions = {
  accept: () => {
    throw new Error('no TLS session was to be accepted');
  },
  connect: () => {
    throw new Error('no TLS session was to be begun');
  },
};

/** What a page costs by each order, the greatest first, on a shard that has LISTED connections. */
export async function listingCosts(): Promise<readonly ListingCost[]> {
  const shard = await shardWithConnections();
  const all = () => shard.registry.all();
  return (['id', 'age', 'bytes', 'rate'] as const).map((sort) => {
    const pages = Array.from({ length: REPEATS }, () => pageOf(all, sort));
    const each = pages.flatMap(({ portions }) => portions).sort((a, b) => a - b);
    const cpu = pages.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
    return {
      sort,
      turns: Math.round(each.length / REPEATS),
      cpuMs: cpu[REPEATS >> 1] ?? 0,
      medianMs: each[each.length >> 1] ?? 0,
      longestMs: each.at(-1) ?? 0,
    };
  });
}

interface Page {
  /** What each took, in milliseconds of the wall. */
  readonly portions: readonly number[];
  readonly cpuMs: number;
}

function pageOf(connections: () => Iterable<Connection>, sort: ConnectionSort): Page {
  const due: (() => void)[] = [];
  const timers: Timers = {
    epoch: performance.timeOrigin,
    now: () => performance.now(),
    after: (_ms, fire) => {
      due.push(fire);
      return { cancel: () => {} };
    },
  };
  const query = { filter: ANY_CONNECTION, sort, descending: true, limit: PAGE, after: null };
  let matched = 0;
  listConnections({ connections: connections(), shard: 0, timers }, query, (page) => {
    matched = page.matched;
  });
  const portions: number[] = [];
  const before = process.cpuUsage();
  for (let turn = due.shift(); turn !== undefined; turn = due.shift()) {
    const began = performance.now();
    turn();
    portions.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  if (matched !== LISTED) throw new Error(`${matched} of ${LISTED} connections were listed`);
  return { portions, cpuMs: (user + system) / 1000 };
}

/** A shard on the memory plane, all of whose connections are relayed and have moved some bytes. */
async function shardWithConnections(): Promise<Shard> {
  const network = new MemoryNetwork({ seed: 1 });
  const plane = createMemoryPlane(network, {});
  const { plan: parsed } = parseConfig(
    'listeners: [{ name: edge, listen: 127.0.0.1:80, to: web }]\npools: { web: { backends: [127.0.0.1:81], health: off } }\n',
    'bench.yaml',
  );
  const limits = { connections: { value: LISTED, reason: 'bench' }, descriptors: null };
  const plan: Plan = { ...parsed, version: 1, limits };
  const [listener, backend] = [plan.listeners[0], plan.backends[0]];
  if (listener === undefined || backend === undefined) throw new Error('the plan has no listener');
  const table = new UpstreamTable(1, 1);
  table.setWeight(0, 1);
  network.serve(backend.address, () => {});
  const now = (): number => network.now();
  const regions = allocateRegions({ shards: 1, connections: LISTED, countersLength: 1, ringBytes: 4096 });
  const shard = new Shard({
    number: 0,
    generation: 0,
    plane,
    tls: NO_TLS,
    table,
    admission: createPlaces(regions, 0, now),
    pools: {
      places: createPoolPlaces(regions, 0, () => {}),
      rates: createConnectRates(regions, now),
      sticky: createSticky(regions, 0),
    },
    buckets: createBuckets(regions, 0, now),
    turns: createTurns(regions, 0, () => {}),
    counters: { layout: COUNTERS, cells: COUNTERS.allocate() },
    emit: () => {},
    random: (bytes) => void bytes.fill(7),
    words: allocateShardWords(),
  });
  await shard.prepare(plan, {});
  shard.commit(1);
  for (let opened = 0; opened < LISTED; opened += OPENED_AT_ONCE) {
    for (let at = 0; at < OPENED_AT_ONCE; at++)
      network
        .connect(listener.listen, `10.${opened >> 16}.${(opened >> 8) & 255}.${at}`)
        .write(new Uint8Array(1 + ((opened + at) % 500)));
    network.run(network.now() + 2);
  }
  network.run(network.now() + 100);
  return shard;
}
