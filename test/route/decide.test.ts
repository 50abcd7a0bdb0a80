import { describe, expect, test } from 'vitest';
import type { RouteMatch, Sniffed } from '../../src/core/plan.ts';
import { compileRoutes, decide } from '../../src/route/index.ts';
import { networks, plans } from './plans.ts';
import { known, open, spoke } from './worlds.ts';

const INSIDE = networks('10.0.0.0/8');
const SSH: Sniffed = { protocol: 'ssh' };
const WEB: Sniffed = { protocol: 'tls', sni: 'a.example', alpn: ['h2'] };

describe('the first route that matches', () => {
  test('decides, though later ones match too', () => {
    const routes = [{ sni: ['a.example'] }, { protocol: ['tls'] }, null] satisfies (RouteMatch | null)[];
    expect(chosen(routes, WEB)).toBe(0);
    expect(chosen(routes, { protocol: 'tls', sni: 'b.example' })).toBe(1);
    expect(chosen(routes, SSH)).toBe(2);
    expect(chosen([null, ...routes], WEB)).toBe(0);
  });

  test('is returned as it stands in the plan', () => {
    const list = plans({ protocol: ['ssh'] }, null);
    expect(decide(compileRoutes(list), spoke(WEB))).toEqual({
      kind: 'route',
      route: list[1],
    });
  });

  test('may be one that says reject', () => {
    const [route] = plans({ protocol: ['unknown'] });
    const reject = { ...route!, action: { kind: 'reject', how: 'reset' } } as const;
    const decision = decide(compileRoutes([reject]), spoke({ protocol: 'unknown' }));
    expect(decision).toEqual({ kind: 'route', route: reject });
  });
});

describe('where no route matches', () => {
  test('that is said, with bytes and without', () => {
    expect(chosen([{ protocol: ['ssh'] }], WEB)).toBe('no-route');
    expect(chosen([{ source: INSIDE }], null, '192.0.2.1')).toBe('no-route');
    expect(chosen([{ source: INSIDE, protocol: ['ssh'] }], null, '192.0.2.1')).toBe('no-route');
    expect(chosen([], null)).toBe('no-route');
  });
});

describe('before a byte is there', () => {
  test('a route that needs none is found at once', () => {
    expect(chosen([null], null)).toBe(0);
    expect(chosen([{ source: INSIDE }, { sni: ['a.example'] }], null, '10.0.0.1')).toBe(0);
  });

  test('a route that needs bytes stops the walk, though a later one needs none', () => {
    expect(chosen([{ protocol: ['ssh'] }, null], null)).toBe('undecided');
    expect(chosen([{ source: INSIDE }, { sni: ['a.example'] }, null], null, '192.0.2.1')).toBe('undecided');
  });

  test('a route that the source excludes does not stop it', () => {
    const routes = [{ source: INSIDE, sni: ['a.example'] }, null];
    expect(chosen(routes, null, '192.0.2.1')).toBe(1);
    expect(chosen(routes, null, '')).toBe(1);
    expect(chosen(routes, null, '10.0.0.1')).toBe('undecided');
  });
});

describe('while bytes come', () => {
  const routes = compileRoutes(
    plans({ any: [{ protocol: ['http1'] }, { protocol: ['http2'] }] }, { protocol: ['ssh'] }, null),
  );
  const of = (possible: string[]): number | string => {
    const decision = decide(routes, known({ findings: open(possible) }));
    return decision.kind === 'route' ? decision.route.index : decision.kind;
  };

  test('a route is told as soon as all that is possible leads to it', () => {
    expect(of(['http1', 'http2', 'ssh'])).toBe('undecided');
    expect(of(['http1', 'http2'])).toBe(0);
    expect(of(['ssh'])).toBe(1);
    expect(of(['tls', 'unknown'])).toBe(2);
    expect(of(['ssh', 'unknown'])).toBe('undecided');
  });

  test('a route of one protocol is not held up by a field that only another can bring', () => {
    const list = compileRoutes(
      plans({ sni: ['a.example'] }, { protocol: ['http1'] }, { host: ['a.example'] }),
    );
    const decision = decide(list, known({ findings: open(['http1'], { protocol: 'http1' }) }));
    expect(decision).toMatchObject({ kind: 'route', route: { index: 1 } });
  });
});

/** The position of the route chosen, or why there is none. */
function chosen(
  list: readonly (RouteMatch | null)[],
  sniffed: Sniffed | null,
  source = '192.0.2.1',
): number | 'no-route' | 'undecided' {
  const decision = decide(
    compileRoutes(plans(...list)),
    sniffed === null ? known({ source }) : spoke(sniffed, { source }),
  );
  return decision.kind === 'route' ? decision.route.index : decision.kind;
}
