import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connection/connection.ts';
import { LIST_TURN_MS_MAX, LISTED_PER_TURN, listConnections } from '../../src/connection/list.ts';
import { RATE_MS_MIN, ratesOf } from '../../src/connection/rates.ts';
import {
  ANY_CONNECTION,
  type ConnectionPage,
  type ConnectionQuery,
} from '../../src/core/connection-query.ts';

const EPOCH = 1_700_000_000_000;

interface Made {
  readonly id: number;
  readonly openedAt?: number;
  readonly host?: string;
  readonly bytes?: number;
  readonly pool?: number;
  readonly protocol?: string;
  readonly ended?: boolean;
}

/** As much of a connection as a list looks at. */
function made({
  id,
  openedAt = EPOCH,
  host = '10.0.0.1',
  bytes = 0,
  pool = 0,
  protocol,
  ended = false,
}: Made) {
  return {
    id,
    openedAt,
    ended,
    state: 'streaming',
    listener: { name: 'edge' },
    clientHost: host,
    source: { kind: 'tcp', host, port: 1 },
    route: { name: 'all' },
    plan: { pools: [{ name: 'web' }, { name: 'db' }], backends: [{ name: 'one' }] },
    pool,
    row: 0,
    relay: { bytesUp: bytes, bytesDown: 0 },
    findings: protocol === undefined ? null : { sniffed: { protocol } },
    terminated: null,
  } as unknown as Connection;
}

const ALL: ConnectionQuery = {
  filter: ANY_CONNECTION,
  sort: 'id',
  descending: false,
  limit: 10,
  after: null,
};

/** Runs a list to its end; how many turns it took, and the most connections it looked at in one of them. */
function list(connections: readonly Connection[], query: Partial<ConnectionQuery>, tick = 0) {
  let now = 1_000;
  const turns: (() => void)[] = [];
  const timers = {
    epoch: EPOCH,
    now: () => {
      now += tick;
      return now;
    },
    after: (_: number, run: () => void) => {
      turns.push(run);
      return { cancel: () => {} };
    },
  };
  let looked = 0;
  const counted = {
    *[Symbol.iterator]() {
      for (const connection of connections) {
        looked++;
        yield connection;
      }
    },
  };
  let page: ConnectionPage | null = null;
  listConnections({ connections: counted, shard: 3, timers }, { ...ALL, ...query }, (found) => {
    page = found;
  });
  const perTurn: number[] = [];
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    const before = looked;
    turn();
    perTurn.push(looked - before);
  }
  if (page === null) throw new Error('the list was never done');
  return { page: page as ConnectionPage, perTurn };
}

const ids = ({ rows }: ConnectionPage): number[] =>
  rows.map(({ connection }) => Number.parseInt(connection, 16));

describe('a list of connections', () => {
  it('looks at a bounded number of them in one turn, however many there are', () => {
    const many = Array.from({ length: 4 * LISTED_PER_TURN + 1 }, (_, id) => made({ id }));
    const { page, perTurn } = list(many, { limit: 5 });
    // The last turn makes the page.
    expect(perTurn).toEqual([...Array(4).fill(LISTED_PER_TURN), 1, 0]);
    expect(page.matched).toBe(many.length);
    expect(ids(page)).toEqual([0, 1, 2, 3, 4]);
  });

  it('looks at fewer in a turn where that takes long', () => {
    const many = Array.from({ length: 2 * LISTED_PER_TURN }, (_, id) => made({ id }));
    const { page, perTurn } = list(many, {}, LIST_TURN_MS_MAX / 2);
    expect(Math.max(...perTurn)).toBeLessThan(LISTED_PER_TURN / 4);
    expect(page.matched).toBe(many.length);
  });

  it('gives, page after page, each connection once, in either order, whatever it is sorted by', () => {
    const all = Array.from({ length: 57 }, (_, id) =>
      made({ id, bytes: (id * 7) % 5, openedAt: EPOCH + ((id * 13) % 11) }),
    );
    for (const sort of ['id', 'age', 'bytes', 'rate'] as const)
      for (const descending of [false, true]) {
        const seen: number[] = [];
        let after: ConnectionQuery['after'] = null;
        do {
          const { page } = list(all, { sort, descending, limit: 10, after });
          seen.push(...ids(page));
          after = page.keys.length < 10 ? null : (page.keys.at(-1) ?? null);
        } while (after !== null);
        expect(seen).toHaveLength(57);
        expect(new Set(seen).size).toBe(57);
      }
  });

  it('sorted by age has the oldest last, and first where it is turned round', () => {
    const all = [20, 0, 10].map((opened, id) => made({ id, openedAt: EPOCH + opened }));
    expect(ids(list(all, { sort: 'age' }).page)).toEqual([0, 2, 1]);
    expect(ids(list(all, { sort: 'age', descending: true }).page)).toEqual([1, 2, 0]);
  });

  it.each([
    [{ client: '10.0.0.0/8' }, [0, 1]],
    [{ client: '192.168.1.1' }, [2]],
    [{ pool: 'db' }, [1]],
    [{ protocol: 'tls' }, [2]],
    [{ bytesMin: 100 }, [1, 2]],
    [{ ageMsMin: 500 }, [0]],
    [{ listener: 'other' }, []],
    [{ route: 'all', backend: 'one', state: 'streaming' as const }, [0, 1, 2]],
    [{ client: '10.0.0.0/8', bytesMin: 100 }, [1]],
  ])('has those that are meant by %j', (filter, expected) => {
    const all = [
      made({ id: 0, openedAt: EPOCH }),
      made({ id: 1, openedAt: EPOCH + 900, bytes: 100, pool: 1, host: '10.200.0.1' }),
      made({ id: 2, openedAt: EPOCH + 900, bytes: 200, protocol: 'tls', host: '192.168.1.1' }),
      made({ id: 3, ended: true }),
    ];
    const { page } = list(all, { filter: { ...ALL.filter, ...filter } });
    expect(ids(page)).toEqual(expected);
    expect(page.matched).toBe(expected.length);
  });
});

describe('the rate of a connection', () => {
  it('is that since the accept when it is asked first, and since then when it is asked again', () => {
    const connection = made({ id: 1, bytes: 4_000 }) as Connection & { relay: { bytesUp: number } };
    expect(ratesOf(connection, EPOCH + 2_000).up).toBe(2_000);
    connection.relay.bytesUp = 5_000;
    expect(ratesOf(connection, EPOCH + 3_000).up).toBe(1_000);
    expect(ratesOf(connection, EPOCH + 4_000).up).toBe(0);
  });

  it('stays the same for a while, so that the pages of one list fit together', () => {
    const connection = made({ id: 1, bytes: 4_000 }) as Connection & { relay: { bytesUp: number } };
    const first = ratesOf(connection, EPOCH + 2_000);
    connection.relay.bytesUp = 9_000;
    expect(ratesOf(connection, EPOCH + 2_000 + RATE_MS_MIN - 1)).toEqual(first);
    expect(ratesOf(connection, EPOCH + 2_000 + RATE_MS_MIN)).not.toEqual(first);
  });
});
