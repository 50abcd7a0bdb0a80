import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_REASON_NAMES } from '../../src/core/close-reason.ts';
import type { Watcher } from '../../src/core/watcher.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { parsePrometheus } from '../support/prometheus.ts';
import { aBackend, aClosedFact, aListener, aLogOutput, aPlan, aPool, aWatched } from './samples.ts';

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const PAGE = new URL('../../docs/telemetry.md', import.meta.url);
const open: Watcher[] = [];

afterEach(async () => {
  for (const watcher of open.splice(0)) await watcher.close();
});

/** Lines of the page, with every counter and gauge of its listeners and backends set and every histogram observed. */
async function page(listeners: number, backends: number, pools = 1): Promise<string> {
  const address = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;
  const rows = Array.from({ length: backends }, (_, i) => i);
  const plan = {
    ...aPlan({ prometheus: LOOPBACK, accessLog: { to: 'off' } }),
    listeners: Array.from({ length: listeners }, (_, i) => aListener(i, `listener-${i}`)),
    // The first has all backends.
    pools: Array.from({ length: pools }, (_, i) => aPool(i, `pool-${i}`, i === 0 ? rows : [])),
    backends: Array.from({ length: backends }, (_, i) => aBackend(i, 0, `backend-${i}`, address)),
  };
  const { watched, regions } = aWatched(plan, 1, 16);
  const watcher = await startTelemetry(watched, aLogOutput(), {});
  open.push(watcher);
  (regions[0] as Float64Array).fill(1);
  for (let row = 0; row < backends; row++) watched.upstreams.setHealth(row, 1);
  let connection = 0;
  const ends = CLOSE_REASON_NAMES.flatMap((reason) =>
    ['', 'ECONNREFUSED', 'cancelled'].map((error) => ({ reason, error })),
  );
  for (let listener = 0; listener < Math.max(listeners, backends, pools); listener++) {
    for (const { reason, error } of ends) {
      const backend = listener % backends;
      watched.facts.emit(
        aClosedFact({
          connection: connection++,
          client: `198.51.100.${connection % 256}:${connection}`,
          sni: `name-${connection}.test`,
          listener: listener % listeners,
          pool: listener % pools,
          queueMs: 1,
          backend,
          attempts: [{ backend, from: 1, to: 2, error }],
          reason,
          pausedUpMs: 1,
          pausedDownMs: 1,
        }),
      );
    }
    watched.facts.flush();
  }
  return (await fetch(watcher.urls['metrics'] ?? '')).text();
}

const lines = (text: string): number =>
  text.split('\n').filter((line) => line !== '' && line[0] !== '#').length;

describe('the number of series', () => {
  it('is a constant, and so many for each listener, each backend and each pool, as the documentation says', async () => {
    const [smallest, listener, backend, pool, all] = [
      lines(await page(1, 1)),
      lines(await page(2, 1)),
      lines(await page(1, 2)),
      lines(await page(1, 1, 2)),
      lines(await page(4, 3, 2)),
    ];
    const [perListener, perBackend, perPool] = [listener, backend, pool].map((more) => more - smallest) as [
      number,
      number,
      number,
    ];
    const constant = smallest - perListener - perBackend - perPool;
    expect(all).toBe(constant + 4 * perListener + 3 * perBackend + 2 * perPool);
    const { default: fs } = await import('node:fs');
    expect(fs.readFileSync(PAGE, 'utf8')).toContain(
      `${constant} + ${perListener} × listeners + ${perBackend} × backends + ${perPool} × pools`,
    );
  });

  it('does not grow with clients: no label has an address or a name of one', async () => {
    const text = await page(2, 2);
    expect(text).not.toMatch(/198\.51\.100\.|name-\d+\.test/);
    const values = parsePrometheus(text)
      .select('sluice_closed_total')
      .flatMap(({ labels }) => Object.values(labels));
    expect(values.filter((value) => !/^(listener-\d|[a-z-]+)$/.test(value))).toEqual([]);
  });
});
