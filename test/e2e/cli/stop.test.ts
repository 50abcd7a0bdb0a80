import { once } from 'node:events';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { relayTo } from './files.ts';

/** A Sluice in front of an echo, and a client whose first word has come back. */
async function talking(more = '') {
  const { port } = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(relayTo(port, more));
  const client = await dial(sluice.address());
  client.write('one ');
  await once(client, 'data');
  return { sluice, client };
}

function events(sluice: Sluice): string[] {
  return sluice.logs.map(({ event }) => event);
}

/** Resolves when a new client is refused; those that waited in the queue when the drain began are still accepted. */
function refused(sluice: Sluice): Promise<true> {
  const look = async (): Promise<boolean> => {
    try {
      (await dial(sluice.address())).destroy();
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
    }
  };
  return eventually(look, 'a client is refused');
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets a connection finish, then the process ends with 0',
  async (signal) => {
    const { sluice, client } = await talking();
    sluice.signal(signal);
    expect(await sluice.waitForLog(({ event }) => event === 'draining')).toMatchObject({
      connections: 1,
      signal,
    });
    await refused(sluice);
    expect(sluice.child.exit).toBeNull();

    client.write('two');
    expect(String((await once(client, 'data'))[0])).toBe('two');
    const heard = hear(client);
    client.end();
    expect(await heard).toMatchObject({ end: 'fin' });

    expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
    expect(sluice.closedLogs()).toContainEqual(
      expect.objectContaining({ reason: 'client-fin', bytes_up: 7, bytes_down: 7 }),
    );
    expect(events(sluice).slice(-2)).toEqual(['connection.closed', 'drained']);
    expect(sluice.logs.at(-1)).toMatchObject({ cut: 0 });
  },
);

test('a second signal cuts what is left at once, by RST, and the process still ends with 0', async () => {
  const { sluice, client } = await talking('timeouts: { drain: 10m }');
  const heard = hear(client);
  sluice.signal('SIGTERM');
  await sluice.waitForLog(({ event }) => event === 'draining');
  sluice.signal('SIGTERM');
  expect(await heard).toMatchObject({ end: 'ECONNRESET' });
  expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
  expect(sluice.logs.at(-1)).toMatchObject({ event: 'drained', cut: 1 });
});

test('what is left when the drain time has passed is cut and told, and the process ends with 0', async () => {
  const { sluice, client } = await talking('timeouts: { drain: 200ms }');
  const heard = hear(client);
  sluice.signal('SIGTERM');
  expect(await heard).toMatchObject({ end: 'ECONNRESET' });
  expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
  expect(sluice.closedLogs()).toMatchObject([{ reason: 'drain-timeout' }]);
  expect(sluice.logs.at(-1)).toMatchObject({ event: 'drained', cut: 1 });
});

test('a signal before anything was relayed ends it with 0', async () => {
  const { port } = await serve(() => {});
  const sluice = await startSluice(relayTo(port));
  expect(await sluice.stop()).toMatchObject({ code: 0, signal: null });
});
