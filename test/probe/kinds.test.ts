import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpProbePlan, ProbePlan } from '../../src/core/health-plan.ts';
import { Dialogue, PROBE_BYTES_MAX, PROBE_KINDS, SHOWN_BYTES_MAX } from '../../src/probe/index.ts';
import { converse, FIN, latin1, outcomeOf, type Said, scriptFor } from './conversation.ts';

const HTTP: HttpProbePlan = {
  kind: 'http',
  method: 'GET',
  path: '/healthz',
  host: null,
  headers: [],
  status: [{ from: 200, to: 399 }],
  body: null,
};
const WITH_BODY: HttpProbePlan = { ...HTTP, body: { text: 'all well' } };
const POSTGRES: ProbePlan = { kind: 'postgres', user: 'me', database: 'app' };
const MYSQL: ProbePlan = { kind: 'mysql', user: 'me' };
const SMTP: ProbePlan = { kind: 'smtp', helo: 'me.test' };
const AGENT: ProbePlan = { kind: 'agent', send: '' };
const STEPS: ProbePlan = {
  kind: 'script',
  steps: [
    { send: null, expect: { regex: '^220 [a-z]+\\r\\n' } },
    { send: { hex: '4e 4f' }, expect: { hex: '00 ff' } },
    { send: { text: 'PING' }, expect: { text: 'PONG' } },
    { send: { text: 'BYE' }, expect: null },
  ],
};

/** Messages of PostgreSQL and packets of MySQL. */
const pg = (type: string, body: string): string => {
  const length = body.length + 4;
  return `${type}\0\0${String.fromCharCode(length >> 8, length & 255)}${body}`;
};
const pgError = (code: string, message: string): string =>
  pg('E', `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
const IN = `${pg('R', '\0\0\0\0')}${pg('S', 'a\0b\0')}${pg('K', '\0\0\0\x01\0\0\0\x02')}${pg('Z', 'I')}`;
const packet = (sequence: number, body: string): string =>
  `${String.fromCharCode(body.length & 255, body.length >> 8)}\0${String.fromCharCode(sequence)}${body}`;
const greeting = packet(0, `\x0a8.0.36\0${'x'.repeat(40)}`);
const mysqlError = (sequence: number, code: number, text: string): string =>
  packet(sequence, `\xff${String.fromCharCode(code & 255, code >> 8)}${text}`);

/** What a server says, and what the probe makes of it; the same however the bytes are cut. */
const ANSWERS: readonly (readonly [string, ProbePlan, readonly Said[], string])[] = [
  ['redis that answers', { kind: 'redis' }, ['+PONG\r\n'], 'passed: answered "+PONG"'],
  [
    'redis that wants a password',
    { kind: 'redis' },
    ['-NOAUTH Authentication required.\r\n'],
    'passed: answered "-NOAUTH Authentication required."',
  ],
  [
    'redis that loads',
    { kind: 'redis' },
    ['-LOADING Redis is loading\r\n'],
    'failed: expected +PONG, got "-LOADING Redis is loading"',
  ],
  [
    'redis without a master',
    { kind: 'redis' },
    ['-MASTERDOWN Link\r\n'],
    'failed: expected +PONG, got "-MASTERDOWN Link"',
  ],
  [
    'no redis',
    { kind: 'redis' },
    ['HTTP/1.1 400 Bad Request\r\n'],
    'failed: expected +PONG, got "HTTP/1.1 400 Bad Request"',
  ],
  ['redis that ends', { kind: 'redis' }, ['+PO', FIN], 'failed: expected +PONG, got "+PO" and then the end'],
  [
    'postgres that asks for a password',
    POSTGRES,
    [pg('R', '\0\0\0\x0aSCRAM-SHA-256\0\0')],
    'passed: asked for a password',
  ],
  ['postgres that lets in', POSTGRES, [IN], 'passed: let in'],
  [
    'postgres that knows no such user',
    POSTGRES,
    [pgError('28000', 'role "me" does not exist')],
    'passed: answered 28000 "role \\"me\\" does not exist"',
  ],
  [
    'postgres without the database',
    POSTGRES,
    [pgError('3D000', 'no such database')],
    'passed: answered 3D000 "no such database"',
  ],
  [
    'postgres that starts',
    POSTGRES,
    [pgError('57P03', 'the database system is starting up')],
    'failed: expected a server that takes clients, got the error 57P03 "the database system is starting up"',
  ],
  [
    'postgres that is full',
    POSTGRES,
    [pgError('53300', 'sorry')],
    'failed: expected a server that takes clients, got the error 53300 "sorry"',
  ],
  [
    'postgres that lets in and has no place left',
    POSTGRES,
    [`${pg('R', '\0\0\0\0')}${pgError('53300', 'slots are reserved')}`],
    'failed: expected a server that takes clients, got the error 53300 "slots are reserved"',
  ],
  [
    'postgres of another version',
    POSTGRES,
    [`${pg('v', '\0\x03\0\0\0\0\0\0')}${pg('R', '\0\0\0\x03')}`],
    'passed: asked for a password',
  ],
  ['no postgres', POSTGRES, ['HTTP/1.1 400'], 'failed: expected an answer of PostgreSQL, got "H'],
  ['mysql that lets in', MYSQL, [greeting, packet(2, '\0\0\0\x02\0\0\0')], 'passed: let in'],
  [
    'mysql that denies',
    MYSQL,
    [greeting, mysqlError(2, 1045, "#28000Access denied for user 'me'")],
    'passed: answered 1045 "Access denied for user \'me\'"',
  ],
  [
    'mysql that asks otherwise',
    MYSQL,
    [greeting, packet(2, '\xfecaching_sha2_password\0salt')],
    'passed: asked for a password',
  ],
  [
    'mysql that is full',
    MYSQL,
    [mysqlError(0, 1040, 'Too many connections')],
    'failed: expected a server that takes clients, got the error 1040 "Too many connections"',
  ],
  [
    'mysql that blocks this host',
    MYSQL,
    [mysqlError(0, 1129, 'Host is blocked')],
    'failed: expected a server that takes clients, got the error 1129 "Host is blocked"',
  ],
  [
    'mysql that fails later',
    MYSQL,
    [greeting, mysqlError(2, 1053, '#08S01Server shutdown in progress')],
    'failed: expected a server that takes clients, got the error 1053 "Server shutdown in progress"',
  ],
  [
    'smtp',
    SMTP,
    ['220-a.test\r\n220 ESMTP\r\n', '250-a.test\r\n250 HELP\r\n'],
    'passed: answered "250 HELP"',
  ],
  [
    'smtp that is closing',
    SMTP,
    ['421 a.test Service not available\r\n'],
    'failed: expected a reply of 220, got "421 a.test Service not available"',
  ],
  [
    'smtp that refuses EHLO',
    SMTP,
    ['220 a\r\n', '502 what\r\n'],
    'failed: expected a reply of 250, got "502 what"',
  ],
  ['http', HTTP, ['HTTP/1.1 204 No Content\r\n\r\n'], 'passed: answered "HTTP/1.1 204 No Content"'],
  [
    'http behind an interim answer',
    HTTP,
    ['HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n'],
    'passed: answered "HTTP/1.1 200 OK"',
  ],
  [
    'http that is overloaded',
    HTTP,
    ['HTTP/1.1 503 Unavailable\r\nA: b\r\n\r\n'],
    'failed: expected a status of 200-399, got "HTTP/1.1 503 Unavailable"',
  ],
  ['no http', HTTP, ['SSH-2.0-OpenSSH\r\n'], 'failed: expected a status of 200-399, got "SSH-2.0-OpenSSH"'],
  [
    'http with a body of a length',
    WITH_BODY,
    ['HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nall well, yes'],
    'passed: answered "HTTP/1.1 200 OK" with "all well"',
  ],
  [
    'http with another body',
    WITH_BODY,
    ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nillsall well'],
    'failed: expected a status of 200-399 and "all well" in the body, got "HTTP/1.1 200 OK" with "ills"',
  ],
  [
    'http with a body in chunks',
    WITH_BODY,
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nall\r\n5\r\n well\r\n0\r\n\r\n'],
    'passed: answered "HTTP/1.1 200 OK" with "all well"',
  ],
  [
    'http with another body in chunks',
    WITH_BODY,
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\n'],
    'failed: expected a status of 200-399 and "all well" in the body, got "HTTP/1.1 200 OK" with "all"',
  ],
  [
    'http with broken chunks',
    WITH_BODY,
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nall well'],
    'failed: expected a status of 200-399 and "all well" in the body, got "HTTP/1.1 200 OK" with nothing in broken chunks',
  ],
  [
    'http with a body up to the end',
    WITH_BODY,
    ['HTTP/1.0 200 OK\r\n\r\nall we', FIN],
    'failed: expected a status of 200-399 and "all well" in the body, got "HTTP/1.0 200 OK" with "all we"',
  ],
  ['steps', STEPS, ['220 ready\r\n', 'x\0\xff', 'PONG'], 'passed: answered "PONG"'],
  ['steps that go wrong at first', STEPS, ['554 no\r\n'], 'failed: expected /^220 [a-z]+\\r\\n/, got "5'],
  [
    'steps that end in between',
    STEPS,
    ['220 ready\r\n', 'x\0', FIN],
    'failed: expected 00 ff, got "x\\x00" and then the end',
  ],
  ['an agent', AGENT, ['75% up maxconn:30\r\n'], 'passed: said "75% up maxconn:30"'],
  ['an agent that ends instead of its line', AGENT, ['drain', FIN], 'passed: said "drain"'],
  [
    'an agent that says nothing of sense',
    AGENT,
    ['hello\n'],
    'failed: expected a line such as "up 75%", got "hello"',
  ],
  [
    'an agent that ends without a word',
    AGENT,
    [FIN],
    'failed: expected a line such as "up 75%", got nothing and then the end',
  ],
];

describe('a probe', () => {
  it.each(ANSWERS)('of %s says what it found, wherever the bytes are cut', (_name, plan, said, expected) => {
    for (let size = 1; size <= 80; size++)
      expect(outcomeOf(converse(scriptFor(plan), said, size))).toContain(expected);
    expect(outcomeOf(converse(scriptFor(plan), said))).toContain(expected);
  });

  it('of any kind ends by a verdict for whatever is said, and never throws', () => {
    const plans: readonly ProbePlan[] = [
      HTTP,
      WITH_BODY,
      POSTGRES,
      MYSQL,
      SMTP,
      AGENT,
      STEPS,
      { kind: 'redis' },
    ];
    const texts = ANSWERS.flatMap(([, , said]) => said.filter((one) => typeof one === 'string'));
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...texts).map(latin1),
      fc.constantFrom(...texts).map((text) => latin1(text).fill(0, 2, 4)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...plans),
        fc.array(piece, { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        (plan, pieces, size) => {
          const { verdict } = converse(scriptFor(plan), [Buffer.concat(pieces), FIN], size);
          const { verdict: whole } = converse(scriptFor(plan), [Buffer.concat(pieces), FIN]);
          if (verdict !== null) expect(verdict.passed).toBe(whole?.passed);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([HTTP, POSTGRES, MYSQL, SMTP, AGENT, STEPS, { kind: 'redis' } as const])(
    'of $kind gives up an answer that never ends, after so many bytes',
    (plan) => {
      const dialogue = new Dialogue(scriptFor(plan));
      dialogue.begin();
      const flood = new Uint8Array(1000).fill(0x32);
      let heard = 0;
      let verdict = dialogue.hear(new Uint8Array(0)).verdict;
      while (verdict === null && heard < 2 * PROBE_BYTES_MAX) {
        verdict = dialogue.hear(flood).verdict;
        heard += flood.length;
      }
      expect(verdict?.passed).toBe(false);
      expect(heard).toBeLessThanOrEqual(PROBE_BYTES_MAX + flood.length);
      expect(JSON.stringify(verdict).length).toBeLessThan(3 * SHOWN_BYTES_MAX + 200);
    },
  );

  it('reads an answer that comes byte by byte in a time that grows with its length', () => {
    for (const expect_ of [{ text: 'z' }, { regex: 'yz' }, { hex: '7a' }]) {
      const dialogue = new Dialogue(scriptFor({ kind: 'script', steps: [{ send: null, expect: expect_ }] }));
      dialogue.begin();
      const byte = Uint8Array.of(0x79);
      for (let at = 1; at < PROBE_BYTES_MAX; at++) dialogue.hear(byte);
      expect(outcomeOf({ verdict: dialogue.hear(latin1('z')).verdict, sent: [], dialogue })).toContain(
        'passed',
      );
    }
  });
});

describe('what a probe sends', () => {
  const sentBy = (plan: ProbePlan, ...said: Said[]) => converse(scriptFor(plan), said);

  it('is a request with the usual headers, unless they are given', () => {
    expect(sentBy(HTTP).sent).toEqual([
      'GET /healthz HTTP/1.1\r\nHost: app.test:8080\r\nUser-Agent: sluice\r\nAccept: */*\r\nConnection: close\r\n\r\n',
    ]);
    const given = sentBy({
      ...HTTP,
      host: 'a.test',
      headers: [
        ['user-agent', 'me'],
        ['X-A', 'b'],
      ],
    });
    expect(given.sent[0]).toContain(
      'Host: a.test\r\nAccept: */*\r\nConnection: close\r\nuser-agent: me\r\nX-A: b\r\n\r\n',
    );
  });

  it('is PING, or EHLO and at last QUIT', () => {
    expect(sentBy({ kind: 'redis' }).sent).toEqual(['PING\r\n']);
    const { sent, verdict } = sentBy(SMTP, '220 a\r\n', '250 b\r\n');
    expect(sent).toEqual(['EHLO me.test\r\n']);
    expect(verdict).toMatchObject({ passed: true, farewell: latin1('QUIT\r\n') });
  });

  it('is a start-up with user and database, and a good-bye where it was let in', () => {
    const { sent, verdict } = sentBy(POSTGRES, IN);
    expect(sent).toEqual(['\0\0\x006\0\x03\0\0user\0me\0database\0app\0application_name\0sluice\0\0']);
    expect(verdict).toMatchObject({ farewell: latin1('X\0\0\0\x04') });
    expect(sentBy(POSTGRES, pg('R', '\0\0\0\x03')).verdict).toMatchObject({ farewell: latin1('') });
  });

  it('is a login to mysql, as packet 1, and COM_QUIT where it was let in', () => {
    const { sent, verdict } = sentBy(MYSQL, greeting, packet(2, '\0\0\0\x02\0\0\0'));
    expect(sent[0]?.slice(1, 4)).toBe('\0\0\x01');
    expect(sent[0]?.slice(36)).toBe('me\0\0mysql_native_password\0');
    expect(sent[0]?.charCodeAt(0)).toBe((sent[0]?.length ?? 0) - 4);
    expect(verdict).toMatchObject({ farewell: latin1('\x01\0\0\0\x01') });
  });

  it('is nothing of a step before the one before it was answered', () => {
    expect(sentBy(STEPS, '220 ready\r\n').sent).toEqual(['NO']);
    expect(sentBy(STEPS, '220 ready\r\n\0\xffPONG').sent).toEqual(['NO', 'PING', 'BYE']);
  });
});

describe('the kinds of probes', () => {
  it('are each proven above, but the one that sends nothing', () => {
    const proven = new Set(ANSWERS.map(([, { kind }]) => kind));
    expect(Object.keys(PROBE_KINDS).filter((kind) => !proven.has(kind as ProbePlan['kind']))).toEqual([
      'tcp',
    ]);
    expect(outcomeOf(converse(scriptFor({ kind: 'tcp' }), []))).toBe('passed: connected');
  });
});
