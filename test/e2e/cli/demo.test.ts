import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { later } from '../../support/cleanup.ts';
import { isClosed, isReady } from '../../support/logs.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';

/** The demo promises to be ready within five seconds; the machine of a test may be busy. */
const READY_MS_MAX = 5_000;

describe('the demo', () => {
  needs('curl');

  test('is ready in time, answers curl from several backends, shows itself, and ends on Ctrl-C', async () => {
    const demo = await startSluice([], { readyMs: READY_MS_MAX });
    const urls = demo.ready['urls'] as Record<string, string>;
    const { host, port } = demo.address('http');
    await demo.child.waitForLine(/stop {5}Ctrl-C/);
    const banner = demo.child.stderr.toString();
    for (const part of [`curl http://${host}:${port}/`, `${urls['admin']}/`, urls['metrics'] ?? '?'])
      expect(banner).toContain(part);

    const names = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const curl = await run(program('curl'), ['-sS', '--fail', `http://${host}:${port}/`]);
      names.add(/^Hello from (\w+),/.exec(curl.stdout.toString())?.[1] ?? 'nobody');
    }
    expect(names.size).toBeGreaterThanOrEqual(3);
    expect(names).not.toContain('nobody');

    expect((await fetch(`${urls['admin']}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${urls['admin']}/`)).text()).toContain('/page.js');
    const picture = await fetch(`${urls['admin']}/v1/machines/connection/picture`);
    expect(await picture.text()).toContain('data-state="streaming"');
    expect(await (await fetch(urls['metrics'] ?? '')).text()).toMatch(
      /sluice_connections\{.*state="streaming"/,
    );

    const stopping = performance.now();
    demo.signal('SIGINT');
    expect(await demo.child.ended).toEqual({ code: 0, signal: null });
    expect(demo.logs.map(({ event }) => event)).toContain('drained');
    expect(performance.now() - stopping).toBeLessThan(READY_MS_MAX);
  });

  test('has traffic of every kind, and a backend that goes away and comes back', async () => {
    const demo = await startSluice(['demo', '--access-log']);
    const moth = (event: string) =>
      demo.waitForLog((line) => line.event === event && line['backend'] === 'moth');
    await moth('backend.unhealthy');
    const seen = demo.logs.length;
    await demo.waitForLog((line) => {
      const isNew = demo.logs.indexOf(line) >= seen;
      return isNew && line.event === 'backend.healthy' && line['backend'] === 'moth';
    });
    for (const reason of ['client-fin', 'backend-fin', 'client-reset'])
      await demo.waitForLog((line) => isClosed(line) && line.reason === reason);
    for (const state of ['streaming', 'half-closed-client', 'half-closed-backend'])
      await demo.waitForLog((line) => isClosed(line) && state in (line['states'] as object));
    expect(
      demo
        .closedLogs()
        .every(({ reason }) =>
          ['client-fin', 'backend-fin', 'client-reset', 'backend-reset'].includes(reason),
        ),
    ).toBe(true);
  });

  test('takes free ports where its own are taken, and says so', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.once('error', () => resolve());
      holder.listen(8080, '127.0.0.1', resolve);
    });
    later(() => void holder.close());
    const demo = await startSluice(['demo', '--no-access-log']);
    expect(demo.address('http').port).not.toBe(8080);
    await demo.child.waitForLine(/127\.0\.0\.1:8080 is taken, so http has a free port/);
    expect(await (await fetch(`http://127.0.0.1:${demo.address('http').port}/`)).text()).toContain(
      'Hello from',
    );
    expect(demo.logs.filter(isReady)).toHaveLength(1);
    expect(demo.closedLogs()).toEqual([]);
  });
});
