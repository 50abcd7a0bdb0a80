import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { relayTo } from './files.ts';

/** Code that is run in the process before Sluice: it goes wrong when SIGUSR2 comes. */
function goesWrong(code: string): string {
  return `--import=data:text/javascript,process.on('SIGUSR2',()=>{${encodeURIComponent(code)}})`;
}

test.each([
  ['uncaughtException', 'throw new Error("oh")'],
  ['unhandledRejection', 'Promise.reject(new Error("oh"))'],
])(
  'a defect (%s) is a line of the log; connections are reset and the process ends with 1',
  async (origin, code) => {
    const { port } = await serve((socket) => socket.pipe(socket));
    const sluice = await startSluice(relayTo(port), { nodeArgs: [goesWrong(code)] });
    const client = await dial(sluice.address());
    client.write('x');
    await once(client, 'data');
    const heard = hear(client);
    sluice.signal('SIGUSR2');
    expect(await heard).toMatchObject({ end: 'ECONNRESET' });
    expect(await sluice.child.ended).toEqual({ code: 1, signal: null });
    const line = JSON.parse(sluice.child.stderr.toString()) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'error', event: 'error', origin });
    expect(line['message']).toMatch(/^Error: oh\n {4}at /);
  },
);

test('a handle that something left open does not hold a process that was stopped', async () => {
  const { port } = await serve(() => {});
  const hang = '--import=data:text/javascript,setInterval(()=>{},1e6)';
  const sluice = await startSluice(relayTo(port), { nodeArgs: [hang] });
  sluice.signal('SIGTERM');
  expect(await sluice.child.ended).toEqual({ code: 0, signal: null });
});
