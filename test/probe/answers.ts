import type { HttpProbePlan, ProbePlan } from '../../src/core/health-plan.ts';
import { FIN, type Said } from './conversation.ts';

export const HTTP: HttpProbePlan = {
  kind: 'http',
  method: 'GET',
  path: '/healthz',
  host: null,
  headers: [],
  status: [{ from: 200, to: 399 }],
  body: null,
};
export const WITH_BODY: HttpProbePlan = { ...HTTP, body: { text: 'all well' } };
export const POSTGRES: ProbePlan = { kind: 'postgres', user: 'me', database: 'app' };
export const MYSQL: ProbePlan = { kind: 'mysql', user: 'me' };
export const SMTP: ProbePlan = { kind: 'smtp', helo: 'me.test' };
export const AGENT: ProbePlan = { kind: 'agent', send: '' };
export const STEPS: ProbePlan = {
  kind: 'script',
  steps: [
    { send: null, expect: { regex: '^220 [a-z]+\\r\\n' } },
    { send: { hex: '4e 4f' }, expect: { hex: '00 ff' } },
    { send: { text: 'PING' }, expect: { text: 'PONG' } },
    { send: { text: 'BYE' }, expect: null },
  ],
};

/** Messages of PostgreSQL and packets of MySQL. */
export const pg = (type: string, body: string): string => {
  const length = body.length + 4;
  return `${type}\0\0${String.fromCharCode(length >> 8, length & 255)}${body}`;
};
const pgError = (code: string, message: string): string =>
  pg('E', `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
export const IN = `${pg('R', '\0\0\0\0')}${pg('S', 'a\0b\0')}${pg('K', '\0\0\0\x01\0\0\0\x02')}${pg('Z', 'I')}`;
export const packet = (sequence: number, body: string): string =>
  `${String.fromCharCode(body.length & 255, body.length >> 8)}\0${String.fromCharCode(sequence)}${body}`;
export const greeting = packet(0, `\x0a8.0.36\0${'x'.repeat(40)}`);
const mysqlError = (sequence: number, code: number, text: string): string =>
  packet(sequence, `\xff${String.fromCharCode(code & 255, code >> 8)}${text}`);

/** What a server says, and what the probe makes of it; the same however the bytes are cut. */
export const ANSWERS: readonly (readonly [string, ProbePlan, readonly Said[], string])[] = [
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
