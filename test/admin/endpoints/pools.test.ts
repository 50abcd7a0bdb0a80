import { describe, expect, it } from 'vitest';
import type { BackendChange } from '../../../src/core/backend-override.ts';
import type { BackendStatus } from '../../../src/core/status.ts';
import { ask, jsonOf } from '../ask.ts';
import { sourceIn, statusIn } from '../statuses.ts';

const [POOL] = statusIn('ready').pools;
const [LISTENER] = statusIn('ready').listeners;

describe('pools and listeners', () => {
  it('are listed, and each is told by its name', async () => {
    const source = sourceIn('ready');
    expect(jsonOf(await ask(source, 'GET /v1/pools'))).toEqual({ pools: [POOL] });
    expect(jsonOf(await ask(source, 'GET /v1/pools/web'))).toEqual(POOL);
    expect(jsonOf(await ask(source, 'GET /v1/listeners'))).toEqual({ listeners: [LISTENER] });
    expect(jsonOf(await ask(source, 'GET /v1/listeners/edge'))).toEqual(LISTENER);
    for (const path of ['/v1/pools/edge', '/v1/listeners/web'])
      expect((await ask(source, `GET ${path}`)).status).toBe(404);
  });
});

describe('PATCH /v1/pools/{pool}/backends/{backend}', () => {
  function changing() {
    const said: [string, string, BackendChange, string][] = [];
    const override = (...given: [string, string, BackendChange, string]) => {
      said.push(given);
      return given[0] === 'web' ? (POOL?.backends[0] as BackendStatus) : null;
    };
    return { said, source: { ...sourceIn('ready'), override } };
  }

  it('hands on what is said, by whom, and tells how the backend stands', async () => {
    const { said, source } = changing();
    const change = { weight: 0, admin: 'drain' };
    const reply = await ask(source, 'PATCH /v1/pools/web/backends/unix:%2Frun%2Fa.sock', change);
    expect(reply.status).toBe(200);
    expect(jsonOf(reply)).toEqual(POOL?.backends[0]);
    expect(said).toEqual([['web', 'unix:/run/a.sock', change, 'a test']]);
  });

  it('says 404 where there is no such backend', async () => {
    const { source } = changing();
    expect((await ask(source, 'PATCH /v1/pools/db/backends/one', { weight: null })).status).toBe(404);
  });

  it.each([{}, { weight: -1 }, { weight: 1.5 }, { weight: 1e9 }, { admin: 'off' }, { waight: 1 }])(
    'refuses %j',
    async (change) => {
      await expect(ask(sourceIn('ready'), 'PATCH /v1/pools/web/backends/one', change)).rejects.toThrow(
        'a body that is refused',
      );
    },
  );
});
