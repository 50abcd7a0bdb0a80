import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB } from '../../support/payload.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve } from '../../support/tcp.ts';

const SWITCHES = 50;
/** What arrives between two switches at least. */
const BETWEEN_BYTES = MIB;
const ROUNDS = 2;
/** What a round trip takes longer at least, of the 500ms of the stage: a timer may fire a little early. */
const SLOWER_MS = 490;
const LISTENER = '/v1/listeners/edge/stages';

/** What is put, changed and taken away in turn. */
const STAGES = [
  { latency: { down: '1ms' } },
  { rate_limit: { down: '400MiB/s', burst: '1MiB' } },
  { slicer: { average: '32KiB', direction: 'down' } },
  { bandwidth: { down: '800MiB/s' } },
  { stall: { probability: 0.01, pause: '1ms', pause_max: '2ms' } },
];

describe.each(['linux', 'net'] as const)('stages at run time on the %s plane', (plane) => {
  test('slow a connection that is under way, are seen in it, and let it go when they are taken away', async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const sluice = await start(plane, echo.port);
    const client = await dial(sluice.address());
    await roundTrip(client);
    const put = await ask(sluice, 'POST', LISTENER, { name: 'slow', stage: { latency: { down: '500ms' } } });
    expect(put).toMatchObject({ status: 201, body: { name: 'slow', stage: { kind: 'latency', down: 500 } } });
    expect(await rounds(client)).toBeGreaterThan(ROUNDS * SLOWER_MS);
    const { body: page } = await ask(sluice, 'GET', '/v1/connections');
    const [{ connection }] = page['connections'] as [{ connection: string }];
    const { body: view } = await ask(sluice, 'GET', `/v1/connections/${connection}`);
    expect(view['stages']).toMatchObject([{ name: 'slow', of: 'listener', stage: { kind: 'latency' } }]);
    expect((await ask(sluice, 'DELETE', `${LISTENER}/slow`)).status).toBe(200);
    await isQuick(client);
    const own = `/v1/connections/${connection}/stages`;
    expect((await ask(sluice, 'POST', own, { name: 'end', stage: { reset_peer: {} } })).status).toBe(201);
    expect((await hear(client)).end).toBe('ECONNRESET');
    const [closed] = await sluice.waitForClosed(1);
    expect(closed?.reason).toBe('stage-reset');
    await sluice.waitForEvent('stage.added', 2);
    const told = sluice.logs.filter(({ event }) => event?.startsWith('stage.'));
    expect(told.map(({ event, name }) => `${event} ${name}`)).toEqual([
      'stage.added slow',
      'stage.removed slow',
      'stage.added end',
    ]);
  });

  test(`a bulk transfer arrives unchanged while stages are switched ${SWITCHES} times`, async () => {
    const sent = createHash('sha256');
    let isOver = false;
    const backend = await serve((socket) => {
      socket.resume();
      socket.on('end', () => socket.end());
      const block = randomBytes(MIB);
      const send = (number: number): void => {
        if (isOver) {
          socket.end();
          return;
        }
        const bytes = Buffer.from(block);
        bytes.writeUInt32BE(number);
        sent.update(bytes);
        socket.write(bytes, () => send(number + 1));
      };
      send(0);
    });
    const sluice = await start(plane, backend.port);
    const client = await dial(sluice.address());
    const heard = hear(client);
    for (let count = 0; count < SWITCHES; count++) {
      const mark = client.bytesRead;
      await eventually(() => client.bytesRead >= mark + BETWEEN_BYTES, 'more to arrive');
      const stage = STAGES[count % STAGES.length];
      if (count % 3 === 0) await expectStatus(201, ask(sluice, 'POST', LISTENER, { name: 'one', stage }));
      else if (count % 3 === 1) await expectStatus(200, ask(sluice, 'PATCH', `${LISTENER}/one`, stage));
      else await expectStatus(200, ask(sluice, 'DELETE', `${LISTENER}/one`));
    }
    isOver = true;
    const { end, sha256, bytes } = await heard;
    client.end();
    expect({ end, sha256 }).toEqual({ end: 'fin', sha256: sent.digest('hex') });
    const [closed] = await sluice.waitForClosed(1);
    expect(closed).toMatchObject({ bytes_down: bytes, reason: 'backend-fin' });
  });
});

describe('stages at run time', () => {
  test('are kept over a reload, and go with their listener', async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const sluice = await start('net', echo.port);
    const put = () =>
      expectStatus(201, ask(sluice, 'POST', LISTENER, { name: 'slow', stage: { latency: { up: '500ms' } } }));
    await put();
    const text = config('net', echo.port);
    expect((await reload(sluice, `${text}\ntimeouts: { idle: 10m }`)).status).toBe(200);
    const client = await dial(sluice.address());
    expect(await rounds(client)).toBeGreaterThan(ROUNDS * SLOWER_MS);
    await expectStatus(200, ask(sluice, 'DELETE', `${LISTENER}/slow`));
    await isQuick(client);
    await put();
    expect((await reload(sluice, text.replace('name: edge', 'name: other'))).status).toBe(200);
    expect((await sluice.waitForEvent('stage.removed', 2))['message']).toMatch(/taken away by a reload/);
    expect((await ask(sluice, 'GET', LISTENER)).status).toBe(404);
  });

  test('that are wrong are refused with the words of the configuration', async () => {
    const sluice = await start('net', 9);
    const refused = async (stage: unknown, name = 'a') =>
      (await ask(sluice, 'POST', LISTENER, { name, stage })).body['detail'];
    expect(await refused({ latency: { down: 'soon' } })).toMatch(/^latency\.down: "soon" is not/);
    expect(await refused({ latenzy: { down: '5ms' } })).toMatch(/unknown stage; did you mean "latency"\?/);
    expect(await refused({ rate_limit: {} })).toMatch(/limits nothing; expected up, down or both/);
    expect(await refused({ flight_recorder: { file: '{connection}.pcapng' } })).toMatch(
      /expected it in the config/,
    );
    expect(await refused({ pass_through: {} }, 'a b')).toMatch(/is not a name of a stage/);
    expect((await ask(sluice, 'PATCH', `${LISTENER}/a`, { pass_through: {} })).status).toBe(404);
  });
});

function config(plane: string, port: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: ends }]
pools: { ends: { backends: [127.0.0.1:${port}], health: off } }
admin: { listen: 127.0.0.1:0 }
plane: ${plane}
workers: 1
`;
}

function start(plane: string, port: number): Promise<Sluice> {
  return startSluice(config(plane, port));
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask({ admin }: Sluice, method: string, path: string, body?: unknown): Promise<Answer> {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${admin}${path}`, { method, ...sent });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

async function reload({ admin }: Sluice, text: string): Promise<Response> {
  const headers = { 'content-type': 'application/yaml' };
  return fetch(`${admin}/v1/config`, { method: 'PUT', headers, body: text });
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<void> {
  expect(await answer).toMatchObject({ status });
}

/** Milliseconds of so many round trips. */
async function rounds(client: Socket, count = ROUNDS): Promise<number> {
  const began = performance.now();
  for (let round = 0; round < count; round++) await roundTrip(client);
  return performance.now() - began;
}

/** Resolves when no stage makes its round trips slow any more; a machine that is busy elsewhere may, now and then. */
async function isQuick(client: Socket): Promise<void> {
  await eventually(async () => (await rounds(client)) < SLOWER_MS, 'quick round trips');
}

async function roundTrip(client: Socket): Promise<void> {
  const answered = new Promise((resolve) => client.once('data', resolve));
  client.write('x');
  await answered;
}
