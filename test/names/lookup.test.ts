import { encode, type Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { NameAnswer, NameQuestion } from '../../src/core/names.ts';
import type { Ask } from '../../src/names/ask.ts';
import { parseHosts } from '../../src/names/hosts.ts';
import { createLookup } from '../../src/names/lookup.ts';
import { encodeQuestion, type RecordType, readAnswer } from '../../src/names/message.ts';
import { candidates, parseResolvConf } from '../../src/names/resolv-conf.ts';
import { PLAIN_RESOLVER } from '../support/resolver.ts';

const SERVERS = [
  { host: '10.0.0.1', port: 53 },
  { host: '10.0.0.2', port: 53 },
];

type Outcome = Parameters<Parameters<Ask>[1]>[0];

/** Asks with scripted servers: `reply` says what one answers to `TYPE name`. */
async function ask(
  question: Partial<NameQuestion>,
  reply: (what: string, server: string) => Outcome,
  system: {
    readonly conf?: string;
    readonly hosts?: string;
    readonly libc?: readonly string[];
  } | null = null,
) {
  const asked: string[] = [];
  const scripted: Ask = ({ server, name, type }, done) => {
    asked.push(`${type} ${name} ${server.host}`);
    queueMicrotask(() => done(reply(`${type} ${name}`, server.host)));
    return { cancel: () => {} };
  };
  const lookup = createLookup(() => ({ ...PLAIN_RESOLVER, servers: system === null ? SERVERS : null }), {
    ask: scripted,
    files: {
      hosts: () => parseHosts(system?.hosts ?? ''),
      resolvConf: () => parseResolvConf(system?.conf ?? ''),
    },
    resolve: (_name, done) =>
      queueMicrotask(() => done(system?.libc === undefined ? 'ENOTFOUND' : null, system?.libc ?? [])),
  });
  const full: NameQuestion = { kind: 'address', name: 'app.test', families: 'both', ...question };
  const answer = await new Promise<NameAnswer>((resolve) => lookup(full, resolve));
  return { answer, asked };
}

const A = (ttlMs = 60_000): Outcome => ({ kind: 'addresses', addresses: ['192.0.2.1'], ttlMs });
const NONE: Outcome = { kind: 'nothing', cause: 'NODATA', ttlMs: null };
const UNKNOWN: Outcome = { kind: 'nothing', cause: 'NXDOMAIN', ttlMs: 5000 };
const BROKEN: Outcome = { kind: 'refused', cause: 'SERVFAIL' };

describe('a lookup', () => {
  it('asks for both families side by side; one of them is enough', async () => {
    const { answer, asked } = await ask({}, (what) => (what.startsWith('AAAA') ? NONE : A()));
    expect(asked).toEqual(['A app.test 10.0.0.1', 'AAAA app.test 10.0.0.1']);
    expect(answer).toEqual({
      kind: 'found',
      addresses: ['192.0.2.1'],
      services: [],
      ttlMs: 60_000,
      lacks: null,
    });
  });

  it('says which family could not be asked for, so that what was known of it stays', async () => {
    const { answer } = await ask({}, (what) => (what.startsWith('AAAA') ? BROKEN : A()));
    expect(answer).toMatchObject({ kind: 'found', lacks: 'ipv6' });
  });

  it('goes on to the next server, and round again, where one fails; that a name is not is an answer', async () => {
    const failing = await ask({ families: 'ipv4' }, () => BROKEN);
    expect(failing.asked).toHaveLength(SERVERS.length * PLAIN_RESOLVER.attempts);
    expect(failing.answer).toEqual({ kind: 'failed', cause: 'SERVFAIL', ttlMs: null });
    const unknown = await ask({ families: 'ipv4' }, (_, server) =>
      server === '10.0.0.1' ? BROKEN : UNKNOWN,
    );
    expect(unknown.asked).toHaveLength(2);
    expect(unknown.answer).toEqual({ kind: 'failed', cause: 'NXDOMAIN', ttlMs: 5000 });
  });

  it('as the system does it: hosts first, then the search list, then getaddrinfo', async () => {
    const conf = 'nameserver 10.9.9.9\nsearch one.test two.test\n';
    const near = await ask({ name: 'db' }, () => UNKNOWN, { conf, hosts: '192.0.2.7 db' });
    expect(near).toMatchObject({ answer: { addresses: ['192.0.2.7'] }, asked: [] });
    const searched = await ask(
      { name: 'db', families: 'ipv4' },
      (what) => (what === 'A db.two.test' ? A() : UNKNOWN),
      { conf },
    );
    expect(searched.asked).toEqual(['A db.one.test 10.9.9.9', 'A db.two.test 10.9.9.9']);
    const last = await ask({ name: 'db.local', families: 'ipv4' }, () => UNKNOWN, {
      conf,
      libc: ['192.0.2.8'],
    });
    expect(last.answer).toMatchObject({ addresses: ['192.0.2.8'] });
  });

  it('never asks anybody for localhost', async () => {
    const { answer, asked } = await ask({ name: 'localhost' }, () => UNKNOWN);
    expect([answer.kind, asked]).toEqual(['found', []]);
  });
});

describe('resolv.conf', () => {
  it('has servers, the search list and ndots; a name that ends in a dot stands for itself', () => {
    const conf = parseResolvConf(
      '# x\nnameserver 10.0.0.1\nnameserver ::1 ; y\nsearch a.test b.test\noptions ndots:2 edns0\n',
    );
    expect(conf.servers.map(({ host }) => host)).toEqual(['10.0.0.1', '::1']);
    expect(candidates('db.x', conf)).toEqual(['db.x.a.test', 'db.x.b.test', 'db.x']);
    expect(candidates('db.x.y', conf)[0]).toBe('db.x.y');
    expect(candidates('db.', conf)).toEqual(['db']);
  });
});

describe('a message', () => {
  const ID = 7;
  const read = (packet: Packet, type: RecordType = 'A', id = ID) =>
    readAnswer(
      encode({ type: 'response', id, questions: [{ type, name: 'app.test' }], ...packet }),
      ID,
      'app.test',
      type,
    );

  it('is followed along aliases, with the least TTL of the chain', () => {
    const said = read({
      answers: [
        { type: 'CNAME', name: 'App.test', ttl: 5, data: 'real.test' },
        { type: 'A', name: 'real.test', ttl: 60, data: '192.0.2.1' },
        { type: 'A', name: 'other.test', ttl: 1, data: '192.0.2.66' },
      ],
    });
    expect(said).toEqual({ kind: 'addresses', addresses: ['192.0.2.1'], ttlMs: 5000 });
  });

  it('of a service has its servers in order; a single root says that there is none', () => {
    const srv = (target: string, priority: number, weight: number) =>
      ({ type: 'SRV', name: 'app.test', ttl: 9, data: { target, port: 80, priority, weight } }) as const;
    const said = read({ answers: [srv('c.test', 2, 9), srv('B.test.', 1, 1), srv('a.test', 1, 5)] }, 'SRV');
    expect(said).toMatchObject({ kind: 'services', ttlMs: 9000 });
    expect(said?.kind === 'services' && said.services.map(({ target }) => target)).toEqual([
      'a.test',
      'b.test',
      'c.test',
    ]);
    expect(read({ answers: [srv('.', 0, 0)] }, 'SRV')).toMatchObject({ kind: 'nothing', cause: 'NODATA' });
  });

  it('that is damaged, or answers another question, is none', () => {
    expect(readAnswer(Buffer.from([1, 2, 3]), ID, 'app.test', 'A')).toBeNull();
    expect(read({}, 'A', ID + 1)).toBeNull();
    expect(readAnswer(encodeQuestion(ID, 'app.test', 'A'), ID, 'app.test', 'A')).toBeNull();
    expect(read({ questions: [{ type: 'A', name: 'evil.test' }] })).toBeNull();
  });
});
