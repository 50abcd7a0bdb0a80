import { describe, expect, it } from 'vitest';
import type { ConnectionQuery, ConnectionRow } from '../../../src/core/connection-query.ts';
import { ask, jsonOf } from '../ask.ts';
import { sourceIn } from '../statuses.ts';

/** A service that notes what it is asked for; `found` are the ids of the connections it finds. */
function listing(found: readonly number[] = []) {
  const queries: ConnectionQuery[] = [];
  const killed: number[][] = [];
  const source = {
    ...sourceIn('ready'),
    list: async (query: ConnectionQuery) => {
      queries.push(query);
      const keys = found.map((connection) => ({ value: -connection, connection }));
      return { rows: found.map((id) => ({ shard: id }) as ConnectionRow), keys, matched: 5_000 };
    },
    kill: async (connections: readonly number[]) => {
      killed.push([...connections]);
      return connections.filter((id) => found.includes(id)).length;
    },
  };
  return { source, queries, killed };
}

describe('GET /v1/connections', () => {
  it('asks for all that is in the query, and for a bounded page in the order of ids where nothing is', async () => {
    const { source, queries } = listing();
    await ask(source, 'GET /v1/connections');
    await ask(
      source,
      'GET /v1/connections?listener=edge&route=r&pool=web&backend=b&state=streaming&protocol=tls&client=10.0.0.0%2F8&min_age_ms=5&min_bytes=6&sort=-rate&limit=1000',
    );
    const none = { listener: null, route: null, pool: null, backend: null, state: null, protocol: null };
    expect(queries).toEqual([
      {
        filter: { ...none, client: null, ageMsMin: 0, bytesMin: 0 },
        sort: 'id',
        descending: false,
        limit: 100,
        after: null,
      },
      {
        filter: {
          listener: 'edge',
          route: 'r',
          pool: 'web',
          backend: 'b',
          state: 'streaming',
          protocol: 'tls',
          client: '10.0.0.0/8',
          ageMsMin: 5,
          bytesMin: 6,
        },
        sort: 'rate',
        descending: true,
        limit: 1000,
        after: null,
      },
    ]);
  });

  it('goes on, by the cursor of a page, where that page ended; the last page has none', async () => {
    const { source, queries } = listing([4, 9]);
    const first = jsonOf(await ask(source, 'GET /v1/connections?limit=2'));
    await ask(source, `GET /v1/connections?limit=2&cursor=${first['next']}`);
    expect(queries[1]?.after).toEqual({ value: -9, connection: 9 });
    expect(jsonOf(await ask(source, 'GET /v1/connections?limit=3'))).toMatchObject({
      matched: 5_000,
      next: null,
    });
  });

  it.each([
    ['limit=0', '"limit" of the query: a whole number from 1 to 1000 is right'],
    ['limit=1001', '"limit" of the query'],
    ['limit=1e3', '"limit" of the query'],
    ['limit=', '"limit" of the query'],
    ['sort=size', '"sort" of the query'],
    ['state=open', '"state" of the query'],
    ['client=10.0.0.0/33', '"client" of the query: an IP address or a network'],
    ['client=localhost', '"client" of the query'],
    ['cursor=AAAA', '"cursor" of the query: the `next` of a page is right'],
    [`cursor=${Buffer.from('[1,2,3]').toString('base64url')}`, '"cursor" of the query'],
    [`cursor=${'A'.repeat(4_000)}`, '"cursor" of the query'],
    ['lim=1', 'the query: Unrecognized key: "lim"'],
    ['__proto__=1', 'the query'],
    ['limit=1&limit=2', 'the query has "limit" more than once'],
  ])('refuses %s and says what would be right', async (query, detail) => {
    const { source, queries } = listing();
    const reply = await ask(source, `GET /v1/connections?${query}`);
    expect(reply.status).toBe(400);
    expect(jsonOf(reply)['detail']).toContain(detail);
    expect(queries).toEqual([]);
  });
});

describe('DELETE /v1/connections/{connection}', () => {
  it('ends one, and says 404 where there is none', async () => {
    const { source, killed } = listing([10]);
    expect(jsonOf(await ask(source, 'DELETE /v1/connections/00000000000a'))).toEqual({ killed: 1 });
    expect((await ask(source, 'DELETE /v1/connections/00000000000b')).status).toBe(404);
    expect((await ask(source, 'DELETE /v1/connections/x')).status).toBe(404);
    expect(killed).toEqual([[10], [11]]);
  });
});

describe('POST /v1/connections:kill', () => {
  it('ends the oldest that the filter means, no more than it says', async () => {
    const { source, queries, killed } = listing([10, 11]);
    const reply = await ask(source, 'POST /v1/connections:kill', { backend: 'one', min_bytes: 5, max: 2 });
    expect(jsonOf(reply)).toEqual({ killed: 2, matched: 5_000 });
    expect(queries).toMatchObject([
      { sort: 'age', descending: true, limit: 2, filter: { backend: 'one', bytesMin: 5 } },
    ]);
    expect(killed).toEqual([[10, 11]]);
  });
});
