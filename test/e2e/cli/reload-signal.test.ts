import { unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { echo, greet, greeter, greetings } from '../../support/greeter.ts';
import { PLACEMENTS, type Placement } from '../../support/placements.ts';
import { freePort } from '../../support/ports.ts';
import { startSluice } from '../../support/sluice.ts';
import { hear, serve } from '../../support/tcp.ts';
import { fileWith } from './files.ts';

/** The listener `edge` to a backend, and more listeners. */
function config(backend: number, { workers }: Placement, more = ''): string {
  return `listeners:
  - { name: edge, listen: 127.0.0.1:0, to: web }
  ${more}
pools: { web: { backends: [127.0.0.1:${backend}] } }
workers: ${workers}
admin: { listen: 127.0.0.1:0 }
`;
}

/** A Sluice that relays to the greeter `a`, and how to give it another file and a SIGHUP. */
async function relaying(placement: Placement) {
  const [a, b] = await Promise.all([greeter('a'), greeter('b')]);
  const file = fileWith(config(a.port, placement));
  const sluice = await startSluice(['run', file], { node: placement.node() });
  const hangUp = (text: string): void => {
    writeFileSync(file, text);
    sluice.signal('SIGHUP');
  };
  return { a, b, file, sluice, hangUp };
}

describe.each(PLACEMENTS)('SIGHUP, shards $where', (placement) => {
  test('new clients get what the file says now; one that is there stays where it is', async () => {
    const { a, b, sluice, hangUp } = await relaying(placement);
    const early = await greet(sluice.address());
    expect(early.by).toBe('a');
    hangUp(config(b.port, placement));
    expect(await sluice.waitForEvent('reloaded')).toMatchObject({
      level: 'info',
      version: 2,
      backends: { added: [`web/127.0.0.1:${b.port}`], removed: [`web/127.0.0.1:${a.port}`] },
    });
    expect(new Set(await greetings(sluice.address(), 8))).toEqual(new Set(['b']));
    expect(await echo(early.socket, 'still here')).toBe('still here');
    const heard = hear(early.socket);
    early.socket.end();
    expect(await heard).toMatchObject({ end: 'fin' });
    const closed = await sluice.waitForClosed(9);
    const old = closed.filter(({ backend }) => backend === `127.0.0.1:${a.port}`);
    expect(old).toMatchObject([{ bytes_up: 10, bytes_down: 11, reason: 'client-fin' }]);
    const status = await eventually(async () => {
      const now = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as Record<string, unknown>;
      return now['connections'] === 0 && now;
    }, 'no connection to be counted');
    expect(status).toMatchObject({ planVersion: 2 });
  });

  test('a mistake in the file changes nothing, is told with its places, and the next good file is obeyed', async () => {
    const { b, file, sluice, hangUp } = await relaying(placement);
    const early = await greet(sluice.address());
    hangUp(config(b.port, placement).replace('listen:', 'lisen:').replace('to: web', 'to: wep'));
    const { level, message } = await sluice.waitForEvent('reload.failed');
    expect(level).toBe('error');
    const lines = String(message).split('\n');
    expect(lines).toContain(`${file}:2:19: listeners[0].lisen: unknown key; did you mean "listen"?`);
    expect(lines.filter((line) => line.startsWith(`${file}:2:`)).length).toBeGreaterThan(1);

    hangUp('listeners: [\n');
    expect(String((await sluice.waitForEvent('reload.failed', 2))['message'])).toContain(`${file}:`);
    unlinkSync(file);
    sluice.signal('SIGHUP');
    expect(String((await sluice.waitForEvent('reload.failed', 3))['message'])).toContain('no such file');

    expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
    expect(await echo(early.socket, 'still here')).toBe('still here');
    hangUp(config(b.port, placement));
    await sluice.waitForEvent('reloaded');
    expect(await greetings(sluice.address(), 4)).toEqual(['b', 'b', 'b', 'b']);
    expect(sluice.logs.filter(({ event }) => event === 'reloaded')).toHaveLength(1);
  });

  test('a port that another process holds changes nothing; nothing of the file is in force or left bound', async () => {
    const { b, sluice, hangUp } = await relaying(placement);
    const taken = await serve(() => {}, await freePort());
    const descriptors = sluice.fdCount();
    const more = `- { name: free, listen: 127.0.0.1:0, to: web }
  - { name: taken, listen: 127.0.0.1:${taken.port}, to: web }`;
    for (const turn of [1, 2, 3]) {
      hangUp(config(b.port, placement, more));
      expect(await sluice.waitForEvent('reload.failed', turn)).toMatchObject({
        message: `listener "taken" cannot be bound to 127.0.0.1:${taken.port}: EADDRINUSE`,
      });
    }
    expect(await greetings(sluice.address(), 4)).toEqual(['a', 'a', 'a', 'a']);
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
    const { listeners } = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as {
      listeners: { name: string }[];
    };
    expect(listeners.map(({ name }) => name)).toEqual(['edge']);

    taken.server.close();
    hangUp(config(b.port, placement, more));
    await sluice.waitForEvent('reloaded');
    expect(await greetings({ host: '127.0.0.1', port: taken.port }, 2)).toEqual(['b', 'b']);
    expect(await greetings(sluice.address(), 2)).toEqual(['b', 'b']);
  });

  test('a file that says the same keeps the plan that is in force', async () => {
    const { a, sluice, hangUp } = await relaying(placement);
    hangUp(`# another comment\n${config(a.port, placement)}`);
    expect(await sluice.waitForEvent('reloaded')).toMatchObject({ version: 1 });
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
  });
});
