import { describe, expect, test } from 'vitest';
import type { RouteMatch, Sniffed } from '../../src/core/plan.ts';
import type { Verdict } from '../../src/route/index.ts';
import { compileMatch, matches } from '../../src/route/match.ts';
import { networks } from './plans.ts';
import { known, named, open, spoke } from './worlds.ts';

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
    expect(ask(match, null)).toBe('maybe');
    expect(ask(match, WEB)).toBe('yes');
    expect(ask(match, { protocol: 'ssh' })).toBe('yes');
    expect(ask(match, { protocol: 'http1' })).toBe('no');
    expect(ask(match, { protocol: 'unknown' })).toBe('no');
  });

  test('can be on unknown, for clients that are silent or speak something else', () => {
    expect(ask({ protocol: ['unknown'] }, { protocol: 'unknown' })).toBe('yes');
    expect(ask({ protocol: ['unknown'] }, null)).toBe('maybe');
    expect(ask({ protocol: ['unknown'] }, WEB)).toBe('no');
  });

  test('is decided as soon as what is still possible lies on one side of it', () => {
    const of = (possible: string[]): Verdict =>
      matches(compileMatch({ protocol: ['http1', 'http2'] }), known({ findings: open(possible) }));
    expect(of(['http1', 'http2'])).toBe('yes');
    expect(of(['http1', 'unknown'])).toBe('maybe');
    expect(of(['ssh', 'unknown'])).toBe('no');
  });

  test.each(['mysql', 'smtp', 'ftp'])(
    '%s, whose servers begin, holds for a client that stayed silent',
    (name) => {
      const match = { protocol: [named(name)] };
      expect(ask(match, { protocol: 'unknown', silent: true })).toBe('yes');
      expect(ask(match, { protocol: 'unknown' })).toBe('no');
      expect(ask(match, WEB)).toBe('no');
      const of = (possible: string[]): Verdict =>
        matches(compileMatch(match), known({ findings: open(possible) }));
      expect(of(['tls', 'unknown'])).toBe('maybe');
      expect(of(['tls', 'ssh'])).toBe('no');
    },
  );

  test('holds for tls and for what is spoken inside, where TLS was terminated', () => {
    const inside = spoke({ protocol: 'http1' }, { terminated: WEB });
    const on = (protocol: string): Verdict => matches(compileMatch({ protocol: [named(protocol)] }), inside);
    expect(on('tls')).toBe('yes');
    expect(on('http1')).toBe('yes');
    expect(on('http2')).toBe('no');
    expect(matches(compileMatch({ protocol: ['http1'] }), known({ terminated: WEB }))).toBe('maybe');
  });
});

describe('a match on the server name', () => {
  test('holds for any one pattern, and for nobody without a name', () => {
    const match: RouteMatch = { sni: ['b.example', '*.example'] };
    expect(ask(match, null)).toBe('maybe');
    expect(ask(match, WEB)).toBe('yes');
    expect(ask(match, { protocol: 'tls', sni: 'a.example.org' })).toBe('no');
    expect(ask(match, { protocol: 'tls' })).toBe('no');
    expect(ask(match, { protocol: 'http1' })).toBe('no');
  });
});

describe('a match on ALPN', () => {
  test('holds where the client offers any one of the list', () => {
    expect(ask({ alpn: ['h2'] }, null)).toBe('maybe');
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

describe('a match on a field that bytes can bring', () => {
  test.each<[string, RouteMatch, Sniffed]>([
    ['the server name', { sni: ['a.example'] }, { protocol: 'tls', sni: 'a.example' }],
    ['ALPN', { alpn: ['h2'] }, { protocol: 'tls', alpn: ['h2'] }],
    ['the Host', { host: ['a.example'] }, { protocol: 'http1', host: 'A.Example.' }],
    ['the user', { postgresUser: ['ann'] }, { protocol: named('postgres'), postgresUser: 'ann' }],
    ['the database', { postgresDatabase: ['x'] }, { protocol: named('postgres'), postgresDatabase: 'x' }],
    ['the client id', { mqttClientId: ['m'] }, { protocol: named('mqtt'), mqttClientId: 'm' }],
  ])('%s: waits as long as it can come, and no longer', (_, match, said) => {
    const { protocol } = said;
    const of = (findings: ReturnType<typeof open>): Verdict =>
      matches(compileMatch(match), known({ findings }));
    expect(of(open([protocol, 'unknown']))).toBe('maybe');
    expect(of(open([protocol], { protocol }))).toBe('maybe');
    expect(of(open([protocol], said))).toBe('yes');
    expect(of(open(['ssh', 'unknown']))).toBe('no');
    expect(of(open(['ssh'], { protocol: 'ssh' }))).toBe('no');
    expect(ask(match, said)).toBe('yes');
    expect(ask(match, { protocol })).toBe('no');
  });

  test('has server name and ALPN of the hello where TLS was terminated, and the rest of what is inside', () => {
    const inside = spoke({ protocol: 'http1', host: 'b.example' }, { terminated: WEB });
    const ask = (match: RouteMatch): Verdict => matches(compileMatch(match), inside);
    expect(ask({ sni: ['a.example'], alpn: ['h2'], host: ['b.example'] })).toBe('yes');
    expect(ask({ sni: ['b.example'] })).toBe('no');
    const unread = known({ terminated: { protocol: 'tls' } });
    expect(matches(compileMatch({ sni: ['a.example'] }), unread)).toBe('no');
    expect(matches(compileMatch({ host: ['a.example'] }), unread)).toBe('maybe');
  });
});

describe('a match on where the client goes', () => {
  const to = known({
    destination: { kind: 'tcp', host: '10.0.0.7', port: 8080 },
    original: { kind: 'tcp', host: '2001:db8::7', port: 443 },
  });
  test.each<[RouteMatch, 'yes' | 'no']>([
    [{ destination: INSIDE }, 'yes'],
    [{ destination: networks('192.0.2.0/24') }, 'no'],
    [{ originalDestination: networks('2001:db8::/64') }, 'yes'],
    [{ originalDestination: networks('10.0.0.0/8') }, 'no'],
    [{ port: [{ from: 8080, to: 8080 }] }, 'yes'],
    [
      {
        port: [
          { from: 1, to: 8079 },
          { from: 8081, to: 9000 },
        ],
      },
      'no',
    ],
    [{ port: [{ from: 8000, to: 8080 }] }, 'yes'],
    [{ port: [{ from: 8080, to: 8100 }] }, 'yes'],
    [{ port: [{ from: 443, to: 443 }] }, 'no'],
  ])('needs no byte: %j: %s', (match, expected) => {
    expect(matches(compileMatch(match), to)).toBe(expected);
    expect(matches(compileMatch(match), known({ destination: { kind: 'unix', path: '/x' } }))).toBe('no');
    expect(matches(compileMatch(match), known())).toBe('no');
  });
});

describe('a match on a client certificate', () => {
  const on = (wanted: boolean, of: ReturnType<typeof known>): Verdict =>
    matches(compileMatch({ clientCertificate: wanted }), of);

  test('is told by what was shown', () => {
    const shown = spoke({ protocol: 'ssh' }, { terminated: WEB, clientCertificate: true });
    expect([on(true, shown), on(false, shown)]).toEqual(['yes', 'no']);
    const none = { ...shown, clientCertificate: false };
    expect([on(true, none), on(false, none)]).toEqual(['no', 'yes']);
  });

  test('waits while TLS can still be terminated, and is none after that', () => {
    expect(on(true, known())).toBe('maybe');
    expect(on(true, known({ terminated: WEB }))).toBe('maybe');
    expect(on(true, known({ findings: open(['tls', 'unknown']) }))).toBe('maybe');
    expect(on(true, known({ findings: open(['http1', 'unknown']) }))).toBe('no');
    expect([on(true, spoke(WEB)), on(false, spoke(WEB))]).toEqual(['no', 'yes']);
  });
});

describe('matches combined', () => {
  test.each<[RouteMatch, 'yes' | 'no']>([
    [{ any: [{ sni: ['b.example'] }, { alpn: ['h2'] }] }, 'yes'],
    [{ any: [{ sni: ['b.example'] }, { alpn: ['h3'] }] }, 'no'],
    [{ all: [{ sni: ['a.example'] }, { alpn: ['h2'] }] }, 'yes'],
    [{ all: [{ sni: ['a.example'] }, { alpn: ['h3'] }] }, 'no'],
    [{ not: { sni: ['a.example'] } }, 'no'],
    [{ not: { sni: ['a.example'], alpn: ['h3'] } }, 'yes'],
    [{ protocol: ['tls'], not: { any: [{ source: INSIDE }, { alpn: ['h3'] }] } }, 'yes'],
    [{ any: [] }, 'no'],
    [{ all: [] }, 'yes'],
  ])('%j: %s', (match, expected) => {
    expect(ask(match, WEB)).toBe(expected);
  });

  test('are decided by one key where that is enough', () => {
    expect(ask({ any: [{ source: networks('192.0.2.0/24') }, { sni: ['a'] }] }, null)).toBe('yes');
    expect(ask({ all: [{ source: INSIDE }, { sni: ['a'] }] }, null)).toBe('no');
    expect(ask({ not: { source: INSIDE, sni: ['a'] } }, null)).toBe('yes');
    expect(ask({ not: { sni: ['a'] } }, null)).toBe('maybe');
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
    expect(ask(match, null, '10.0.0.1')).toBe('maybe');
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

function ask(match: RouteMatch | null, sniffed: Sniffed | null, source = '192.0.2.1'): Verdict {
  return matches(compileMatch(match), sniffed === null ? known({ source }) : spoke(sniffed, { source }));
}
