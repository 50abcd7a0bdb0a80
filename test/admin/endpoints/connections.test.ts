import { describe, expect, it } from 'vitest';
import type { ConnectionView } from '../../../src/core/connection-view.ts';
import { ask, jsonOf } from '../ask.ts';
import { sourceIn } from '../statuses.ts';

const VIEW = { connection: '00000000000a', listener: 'edge' } as ConnectionView;

const source = { ...sourceIn('ready'), connection: async (id: number) => (id === 10 ? VIEW : null) };

describe('GET /v1/connections/{connection}', () => {
  it('tells of a live connection by the id that the log shows', async () => {
    const reply = await ask(source, 'GET /v1/connections/00000000000a');
    expect(reply.status).toBe(200);
    expect(jsonOf(reply)).toEqual(VIEW);
  });

  it.each(['00000000000b', 'edge', '0123456789abcdef', '..%2fstatus', '%', ''])(
    'says 404 for %j',
    async (id) => {
      expect((await ask(source, `GET /v1/connections/${id}`)).status).toBe(404);
    },
  );
});
