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
  test('finds the same server equal, also where a side broke off, and in another the first byte that differs', async () => {
    const { port } = await serve(answering());
    const file = await captured(
      port,
      async (client) => {
        for (const question of ['hello', 'long', 'bye']) await ask(client, question);
        client.end();
      },
      async (client) => {
        await ask(client, 'hello');
        client.resetAndDestroy();
      },
      async (client) => {
        await ask(client, 'hello');
        client.write('reset\n');
      },
    );
    const again = await replayed(file, port);
    expect(again).toMatchObject({ err: '', code: 0 });
    expect(again.lines.at(-1)).toEqual({ event: 'summary', equal: 3, different: 0, left_out: 0, late: 0 });
    const byNumber = again.lines.slice(0, 3).sort((a, b) => Number(a.number) - Number(b.number));
    expect(byNumber).toMatchObject([
      {
        ...{ notes: [], end: { captured: 'fin', now: 'fin' }, sent: { captured: 15, now: 15 } },
        answer: { captured: LONG.length + 10, now: LONG.length + 10 },
      },
      { sent: { captured: 6, now: 6 } },
      { sent: { captured: 12, now: 12 }, end: { captured: 'reset', now: 'reset' } },
    ]);

    const changed = await serve(
      answering((answer) => {
        const other = Buffer.from(answer);
        if (other.length === LONG.length) other[40_000] = 0xff;
        return other;
      }),
    );
    const { code, lines } = await replayed(file, changed.port, '--speed', 'max', '--leg', 'backend');
    expect(code).toBe(1);
    const byte = 'HELLO\n'.length + 40_001;
    expect(lines.filter(({ outcome }) => outcome === 'different')).toMatchObject([
      { number: 1, difference: { byte, now: expect.stringMatching(/^ff /) } },
    ]);
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
});

/** What a tee has written of these clients of a server, who come one after the other. */
async function captured(
  port: number,
  ...uses: readonly ((client: Socket) => Promise<void>)[]
): Promise<string> {
  const directory = tempDir();
  const sluice = await startSluice(`
workers: 1 # one file for all
listeners:
  - name: edge
    listen: 127.0.0.1:0
    to: only
    stages: [ { tee: { file: "${directory}/all", format: pcapng, per: listener } } ]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }`);
  for (const [before, use] of uses.entries()) {
    const client = await dial(sluice.address());
    await use(client);
    client.resume();
    await sluice.waitForClosed(before + 1);
  }
  await sluice.stop();
  return join(directory, 'all');
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
