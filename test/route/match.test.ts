import { describe, expect, test } from 'vitest';
import { PROTOCOLS, type RouteMatch, type Sniffed } from '../../src/core/plan.ts';
import { compileMatch, type Matched, matches } from '../../src/route/match.ts';
import { networks } from './plans.ts';

const INSIDE = networks('10.0.0.0/8', '2001:db8::/32');
const WEB: Sniffed = { protocol: 'tls', sni: 'a.example', alpn: ['h2', 'http/1.1'] };

describe('a match without keys', () => {
  test.each([[null], [{}]])('%j holds for everybody before a byte is there', (match) => {
    expect(ask(match, null)).toBe('yes');
    expect(ask(match, WEB)).toBe('yes');
  });
});

describe('a match on the protocol', () => {
  test('waits for bytes and holds for any one of its list', () => {
    const match: RouteMatch = { protocol: ['ssh', 'tls'] };
    expect(ask(match, null)).toBe('needs-sniffing');
    expect(ask(match, WEB)).toBe('yes');
    expect(ask(match, { protocol: 'ssh' })).toBe('yes');
    expect(ask(match, { protocol: 'http1' })).toBe('no');
    expect(ask(match, { protocol: 'unknown' })).toBe('no');
  });

  test('can be on unknown, for clients that are silent or speak something else', () => {
    expect(ask({ protocol: ['unknown'] }, { protocol: 'unknown' })).toBe('yes');
    expect(ask({ protocol: ['unknown'] }, null)).toBe('needs-sniffing');
    expect(ask({ protocol: ['unknown'] }, WEB)).toBe('no');
  });

  test('waits for nothing where it names every protocol', () => {
    expect(ask({ protocol: PROTOCOLS }, null)).toBe('yes');
  });
});

describe('a match on the server name', () => {
  test('holds for any one pattern, and for nobody without a name', () => {
    const match: RouteMatch = { sni: ['b.example', '*.example'] };
    expect(ask(match, null)).toBe('needs-sniffing');
    expect(ask(match, WEB)).toBe('yes');
    expect(ask(match, { protocol: 'tls', sni: 'a.example.org' })).toBe('no');
    expect(ask(match, { protocol: 'tls' })).toBe('no');
    expect(ask(match, { protocol: 'http1' })).toBe('no');
  });
});

describe('a match on ALPN', () => {
  test('holds where the client offers any one of the list', () => {
    expect(ask({ alpn: ['h2'] }, null)).toBe('needs-sniffing');
    expect(ask({ alpn: ['h2'] }, WEB)).toBe('yes');
    expect(ask({ alpn: ['acme-tls/1', 'http/1.1'] }, WEB)).toBe('yes');
    expect(ask({ alpn: ['acme-tls/1'] }, WEB)).toBe('no');
    expect(ask({ alpn: ['H2'] }, WEB)).toBe('no');
    expect(ask({ alpn: ['h2'] }, { protocol: 'tls' })).toBe('no');
  });
});

describe('a match on the source', () => {
  test.each([
    ['10.1.2.3', 'yes'],
    ['::ffff:10.1.2.3', 'yes'],
    ['2001:db8::1', 'yes'],
    ['2001:db8::1%eth0', 'yes'],
    ['11.1.2.3', 'no'],
    ['2001:db9::1', 'no'],
    ['', 'no'],
    ['no address', 'no'],
  ] as const)('of %j is told without bytes: %s', (source, expected) => {
    expect(ask({ source: INSIDE }, null, source)).toBe(expected);
  });
});

describe('a match on several keys', () => {
  const match: RouteMatch = { protocol: ['tls'], sni: ['a.example'], alpn: ['h2'], source: INSIDE };

  test('holds only where all of them do', () => {
    expect(ask(match, WEB, '10.0.0.1')).toBe('yes');
    expect(ask(match, WEB, '11.0.0.1')).toBe('no');
    expect(ask(match, { ...WEB, protocol: 'http1' }, '10.0.0.1')).toBe('no');
    expect(ask(match, { ...WEB, sni: 'b.example' }, '10.0.0.1')).toBe('no');
    expect(ask(match, { ...WEB, alpn: ['http/1.1'] }, '10.0.0.1')).toBe('no');
  });

  test('needs no bytes where the source already excludes it', () => {
    expect(ask(match, null, '10.0.0.1')).toBe('needs-sniffing');
    expect(ask(match, null, '11.0.0.1')).toBe('no');
    expect(ask(match, null, '')).toBe('no');
  });
});

test.each([[{ protocol: [] }], [{ sni: [] }], [{ alpn: [] }], [{ source: [] }]])(
  'an empty list holds for nobody: %j',
  (match) => {
    expect(ask(match, WEB)).toBe('no');
  },
);

function ask(match: RouteMatch | null, sniffed: Sniffed | null, source = '192.0.2.1'): Matched {
  return matches(compileMatch(match), { sniffed, source });
}
