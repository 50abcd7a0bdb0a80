import { describe, expect, it } from 'vitest';
import { askOf } from '../../src/admin/get-connection.ts';
import type { ConnectionView } from '../../src/core/connection-view.ts';
import { sourceIn } from './statuses.ts';

const VIEW = { connection: '00000000000a', listener: 'edge' } as ConnectionView;

async function answer(path: string) {
  const source = { ...sourceIn('ready'), connection: async (id: number) => (id === 10 ? VIEW : null) };
  return await askOf(path)?.(source);
}

describe('GET /v1/connections/{id}', () => {
  it('tells of a live connection by the id that the log shows', async () => {
    const reply = await answer('/v1/connections/00000000000a');
    expect(reply?.status).toBe(200);
    expect(JSON.parse(reply?.body ?? '')).toEqual(VIEW);
  });

  it.each(['00000000000b', 'edge', '0123456789abcdef', '..%2fstatus'])('says 404 for %s', async (id) => {
    expect((await answer(`/v1/connections/${id}`))?.status).toBe(404);
  });

  it.each(['/v1/connections', '/v1/connections/', '/v1/connections/a/b', '/v1/status'])(
    'does not answer for %s',
    (path) => {
      expect(askOf(path)).toBeNull();
    },
  );
});
