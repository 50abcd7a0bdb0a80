import { readdirSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launchSluice, startSluice } from '../../support/sluice.ts';
import { dial, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

/** Long enough to be many segments, with another byte at every place near. */
const LONG = Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7) % 251));

/** Answers each line: `long` by LONG, `reset` by RST, any other by itself in capitals; finishes after its client. */
function answering(change: (answer: Buffer) => Buffer = (answer) => answer) {
  return (socket: Socket): void => {
    let rest = '';
    socket.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'reset') socket.resetAndDestroy();
        else socket.write(change(line === 'long' ? LONG : Buffer.from(`${line.toUpperCase()}\n`)));
      }
    });
    socket.on('end', () => socket.end());
  };
}

describe('replay of what a tee has captured', () => {
  test('finds the same server equal, and in another the first byte that differs', async () => {
    const { port } = await serve(answering());
    const file = await captured(port, async (client) => {
      for (const question of ['hello', 'long', 'bye']) await ask(client, question);
      client.end();
    });
    const again = await replayed(file, port, '--speed', 'max');
    expect(again.err).toBe('');
    expect(again.lines).toMatchObject([
      {
        ...{ outcome: 'equal', notes: [], end: { captured: 'fin', now: 'fin' } },
        ...{ sent: { captured: 15, now: 15 }, answer: { captured: LONG.length + 10, now: LONG.length + 10 } },
      },
      { event: 'summary', equal: 1, different: 0, left_out: 0 },
    ]);
    expect(again.code).toBe(0);
    expect(await replayed(file, port, '--leg', 'backend')).toMatchObject({
      code: 0,
      lines: [{ outcome: 'equal' }, {}],
    });

    const changed = await serve(
      answering((answer) => {
        const other = Buffer.from(answer);
        if (other.length === LONG.length) other[40_000] = 0xff;
        return other;
      }),
    );
    const { code, lines } = await replayed(file, changed.port, '--speed', 'max');
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({ outcome: 'different', difference: { byte: 'HELLO\n'.length + 40_001 } });
    expect(lines[0]?.difference).toMatchObject({ now: expect.stringMatching(/^ff /) });
  });

  test('breaks off where the client did, and finds a server equal that breaks off again', async () => {
    const { port } = await serve(answering());
    const byClient = await captured(port, async (client) => {
      await ask(client, 'hello');
      client.resetAndDestroy();
    });
    expect(await replayed(byClient, port)).toMatchObject({ code: 0, lines: [{ outcome: 'equal' }, {}] });
    const byServer = await captured(port, async (client) => {
      await ask(client, 'hello');
      client.on('error', () => {});
      client.write('reset\n');
    });
    expect(await replayed(byServer, port)).toMatchObject({
      code: 0,
      lines: [{ outcome: 'equal', end: { captured: 'reset', now: 'reset' } }, {}],
    });
  });

  test('replays real HTTP, kept open for several requests, against a web server', async () => {
    let answers = 0;
    const web = createWebServer((request, response) => {
      response.removeHeader('date');
      response.sendDate = false;
      answers++;
      response.end(`you asked for ${request.url}`);
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    try {
      const address = web.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const file = await captured(port, async (client) => {
        for (const path of ['/a', '/b']) await ask(client, `GET ${path} HTTP/1.1\r\nhost: test\r\n\r`);
        await ask(client, 'GET /c HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r');
        client.end();
      });
      const { code, lines } = await replayed(file, port, '--speed', 'max');
      expect({ code, outcome: lines[0]?.outcome }).toEqual({ code: 0, outcome: 'equal' });
      expect(answers).toBe(6);
    } finally {
      web.close();
    }
  });

  test('says in words what is wrong with a file, and ends with 2', async () => {
    const { port } = await serve(answering());
    const { code, err } = await replayed(join(tempDir(), 'nothing.pcapng'), port);
    expect({ code, err: err.includes('there is no such file (ENOENT)') }).toEqual({ code: 2, err: true });
  });
});

/** What a tee has written of one client of this server. */
async function captured(port: number, use: (client: Socket) => Promise<void>): Promise<string> {
  const directory = tempDir();
  const sluice = await startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    to: only
    stages: [ { tee: { file: "${directory}/{connection}", format: pcapng } } ]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }`);
  const client = await dial(sluice.address());
  await use(client);
  client.resume();
  await sluice.waitForClosed(1);
  await sluice.stop();
  return join(directory, readdirSync(directory)[0] ?? '');
}

/** Resolves when the first bytes of the answer are there. */
function ask(client: Socket, question: string): Promise<void> {
  const answer = new Promise<void>((resolve) => client.once('data', () => resolve()));
  client.write(`${question}\n`);
  return answer;
}

async function replayed(file: string, port: number, ...flags: readonly string[]) {
  const child = launchSluice(['replay', file, '--to', `127.0.0.1:${port}`, '--json', ...flags]);
  const { code } = await child.ended;
  const lines = child.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, lines, err: child.stderr.toString() };
}
