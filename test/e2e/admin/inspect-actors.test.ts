import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../../support/dns-server.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';
import { fileWith } from '../cli/files.ts';
import { connected, events, inspector, open, type Told, until, values } from './inspector.ts';

const NAME = 'app.test';

interface Ports {
  readonly dns: number;
  readonly echo: number;
  readonly moody: number;
}

/** `isWhole` false: without two listeners, three pools and the name. */
function config({ dns, echo, moody }: Ports, isWhole: boolean): string {
  const spare = '- { name: spare, listen: 127.0.0.1:0, to: web }';
  const pools = `
  moody:
    backends: [{ name: one, address: 127.0.0.1:${moody} }]
    health: off
    connect: { retries: 0 }
    passive: { failures: 1, count: [reset], eject: 1s, max_ejected: 100% }
  probed: { backends: [{ name: two, address: 127.0.0.1:${echo} }], health: { interval: 1s } }
  named: { backends: ["${NAME}:${echo}"], health: off }`;
  return `
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: web }
  ${isWhole ? '- { name: moody, listen: 127.0.0.1:0, to: moody }' : ''}
  ${isWhole ? spare : ''}
pools:
  web: { backends: [127.0.0.1:${echo}], health: off } ${isWhole ? pools : ''}
resolver: { servers: [127.0.0.1:${dns}], timeout: 2s, attempts: 1, min_ttl: 500ms, negative_ttl: 500ms }
admin: { listen: 127.0.0.1:0 }
workers: 1
`;
}

/** Who was introduced, by chart and name. */
const actors = (told: readonly Told[]) =>
  told
    .filter(({ type }) => type === '@xstate.actor')
    .map((actor) => {
      const { name, definition } = actor as unknown as { readonly name: string; readonly definition: string };
      return `${(JSON.parse(definition) as { id: string }).id} ${name}`;
    });

describe('an inspector of actors that are no connections', () => {
  let sluice: Sluice;
  let dns: DnsServer;
  let reload: () => Promise<unknown>;
  /** Whether the backend of the pool `moody` answers. Otherwise it resets who sends it something. */
  let isWell = false;

  beforeAll(async () => {
    dns = await DnsServer.start();
    dns.addresses(NAME, 1, '127.0.0.1');
    const echo = await serve((socket) => void socket.pipe(socket));
    const moody = await serve((socket) => {
      socket.on('data', (data) => (isWell ? socket.write(data) : socket.resetAndDestroy()));
      socket.on('end', () => socket.end());
    });
    const ports = { dns: dns.port, echo: echo.port, moody: moody.port };
    const file = fileWith(config(ports, true));
    sluice = await startSluice(['run', file]);
    reload = () => {
      writeFileSync(file, config(ports, false));
      sluice.signal('SIGHUP');
      return sluice.waitForEvent('reloaded');
    };
  });

  test('of a name is told of each answer, and of the wait for the next', async () => {
    const { messages, status } = open(inspector(sluice, `name=${NAME}`));
    expect(await status).toBe(101);
    await until(() => events(messages).includes('answer.found'), 'an answer');
    expect(actors(messages)).toEqual([`name ${NAME} (address)`]);
    dns.fails(NAME, { code: 'SERVFAIL' });
    const failed = () => messages.find(({ snapshot }) => snapshot?.context['failures'] === 1);
    await until(() => failed() !== undefined, 'an answer that is none');
    expect(failed()?.snapshot).toMatchObject({ value: { waiting: 'unresolved' }, context: { name: NAME } });
    expect(events(messages)).toContain('answer.failed');
    expect(values(messages)).toContainEqual({ waiting: 'resolved' });
    expect(await open(inspector(sluice, 'name=other.test')).status).toBe(404);
  });

  test('of a pool is told of the circuit that opens when a backend fails, and closes when it answers', async () => {
    const { messages, status } = open(inspector(sluice, 'pool=moody'));
    expect(await status).toBe(101);
    const states = () => values(messages).filter((value, at, all) => value !== all[at - 1]);
    const failing = await dial(sluice.address('moody'));
    failing.write('x');
    await hear(failing);
    await until(() => states().includes('open'), 'the circuit to open');
    expect(actors(messages)).toEqual(['balancer moody', 'circuit moody/one']);
    expect(events(messages)).toContain('failures.reached');

    const own = open(inspector(sluice, 'pool=moody&backend=one'));
    await until(() => own.messages.length > 0, 'the circuit as it stands');
    expect(actors(own.messages)).toEqual(['circuit moody/one']);
    expect(own.messages[0]?.snapshot?.context).toMatchObject({ ejections: 1 });
    isWell = true;
    await until(() => states().includes('half-open'), 'the trial');
    await connected(sluice, 'moody');
    await until(() => values(own.messages).at(-1) === 'closed', 'the circuit to close');
    expect(states()).toEqual(['closed', 'open', 'half-open', 'closed']);
  });

  test('is told, and closed, when a reload takes away what it looks into', async () => {
    const queries = [
      'pool=moody',
      'pool=probed&backend=two',
      `name=${NAME}`,
      'listener=spare',
      'listener=edge',
    ];
    const [pool, backend, name, spare, edge] = queries.map((query) => open(inspector(sluice, query)));
    expect(await Promise.all([pool, backend, name, spare, edge].map((one) => one?.status))).toEqual(
      Array(5).fill(101),
    );
    const next = await connected(sluice, 'spare');
    await reload();
    const taken = (what: string) => ({ code: 1000, why: `a reload has taken the ${what} away` });
    expect(await Promise.all([pool?.closed, backend?.closed, name?.closed])).toEqual(
      ['pool', 'backend', 'name'].map(taken),
    );
    // One that it has let in lives on, and is told of to its end.
    next.destroy();
    expect(await spare?.closed).toEqual(taken('listener'));
    expect(values(spare?.messages ?? []).at(-1)).toBe('closed');
    await connected(sluice, 'edge');
    await until(() => events(edge?.messages ?? []).includes('dialed'), 'a connection of the one that stays');
  });
});
