import { describe, expect, it } from 'vitest';
import { CONNECT, REFUSE } from './fake-plane.ts';
import { addBackend, plain } from './plans.ts';
import { start, WALL_MS } from './running.ts';

const NEVER = Number.POSITIVE_INFINITY;

describe('the time at which a backend came back', () => {
  it('is none at the start of a service, and that of the probe which found it healthy again', () => {
    const { plane, table } = start([{ backends: plain(2) }], () => CONNECT);
    plane.advance(1500);
    const age = (row: number) => table.age(row, WALL_MS + plane.timers.now());
    expect([age(0), age(1)]).toEqual([NEVER, NEVER]);
    plane.answerWith((to) => (to.endsWith(':9001') ? REFUSE : CONNECT));
    plane.advance(10_000);
    plane.answerWith(() => CONNECT);
    plane.advance(10_000);
    expect(age(0)).toBe(NEVER);
    expect(age(1)).toBeGreaterThan(6000);
    expect(age(1)).toBeLessThanOrEqual(10_000);
  });

  it('is that of the reload which added it, and then its times are forgotten', () => {
    const { plane, table, reload } = start([{ health: null, backends: plain(1) }], () => CONNECT);
    plane.advance(5000);
    table.measured(1, 5);
    reload((draft) => void addBackend(draft, 0));
    plane.advance(1000);
    const now = WALL_MS + plane.timers.now();
    expect([table.age(0, now), table.age(1, now), table.latency(1)]).toEqual([NEVER, 1000, 0]);
  });

  it('is that of the reload which ended the probes of one that was unhealthy', () => {
    const { plane, table, reload } = start([{ backends: plain(1) }], () => REFUSE);
    plane.advance(10_000);
    reload(({ pools }) => void Object.assign(pools[0] ?? {}, { health: null }));
    plane.advance(2000);
    expect(table.age(0, WALL_MS + plane.timers.now())).toBe(2000);
  });
});
