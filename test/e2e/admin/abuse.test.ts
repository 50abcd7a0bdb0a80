import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { BODY_BYTES_MAX, EVENT_STREAMS_MAX } from '../../../src/admin/limits.ts';
import type { Child } from '../../support/child.ts';
import { later } from '../../support/cleanup.ts';
import { start } from '../../support/process.ts';
import { startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { fileWith } from '../cli/files.ts';

const TOKEN = 'correct-horse-battery-staple';
const STREAMS = 1_000;

/** What a server says until it ends the connection, or until `enough` says so. */
function say(url: string, text: string, enough: (heard: string) => boolean = () => false): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    later(() => void socket.destroy());
    socket.on('data', (bytes) => {
      heard += bytes;
      if (enough(heard)) resolve(heard);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
}

function head(line: string, ...fields: string[]): string {
  return `${[`${line} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`;
}

const HOST = 'Host: localhost';
const CLOSE = 'Connection: close';
const AUTHORIZED = `Authorization: Bearer ${TOKEN}`;
const YAML = 'Content-Type: application/yaml';
const JSON_TYPE = 'Content-Type: application/json';
const BACKEND = 'PATCH /v1/pools/web/backends/one';

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1] ?? 0);

/** Sends a byte, waits for it, sends the next; says ten times a second how many came back. Run in a process of its own. */
const PINGER = `
let [echoes, next] = [0, 0];
const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1', () => {
  socket.setNoDelay(true);
  const ping = () => socket.write(Uint8Array.of(next));
  socket.on('data', (bytes) => {
    if (bytes.length !== 1 || bytes[0] !== next) process.exit(3);
    next = (next + 1) % 256;
    echoes++;
    ping();
  });
  ping();
});
setInterval(() => { console.log(echoes); echoes = 0; }, 100);
`;

/** Tenths of a second in which the data path is watched while nothing else happens. */
const QUIET_TENTHS = 8;

/** Echoes a tenth of a second, while something happens; at least one tenth is watched. */
async function pace(pinger: Child, during: () => Promise<unknown>): Promise<number> {
  const from = pinger.lines.length;
  await during();
  await pinger.waitFor(() => pinger.lines.length > from + 1 || undefined, 'more of the pinger');
  const tenths = pinger.lines.slice(from).map(Number);
  return tenths.reduce((sum, echoes) => sum + echoes, 0) / tenths.length;
}

function quietly(pinger: Child): Promise<number> {
  const from = pinger.lines.length;
  return pace(pinger, () =>
    pinger.waitFor(() => pinger.lines.length > from + QUIET_TENTHS || undefined, 'more of the pinger'),
  );
}

describe('the admin API under abuse', () => {
  test('refuses each kind of it in one clean answer, leaks nothing, and the data path goes on', async () => {
    const backend = await serve((socket) => void socket.pipe(socket));
    const file = fileWith(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [{ address: 127.0.0.1:${backend.port}, name: one }] } }
workers: 1
admin: { listen: 127.0.0.1:0, token_env: ADMIN_TOKEN }
`);
    const sluice = await startSluice(['run', file], { env: { ADMIN_TOKEN: TOKEN } });
    const url = sluice.admin ?? '';
    const pinger = start(process.execPath, ['-e', PINGER, String(sluice.address().port)]);
    const before = await quietly(pinger);

    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const abuse: [number, string][] = [
      ...Array.from({ length: 50 }, (_, at): [number, string] => [
        401,
        head('DELETE /v1/connections/1', HOST, CLOSE, `Authorization: Bearer ${TOKEN.slice(0, at % 28)}`),
      ]),
      [401, head('POST /v1/drain', HOST, CLOSE)],
      [403, head('POST /v1/drain', HOST, CLOSE, AUTHORIZED, 'Origin: http://evil.example')],
      [421, head('GET /v1/status', 'Host: evil.example', CLOSE)],
      [405, head('GET /v1/drain', HOST, CLOSE, AUTHORIZED)],
      [413, head('PUT /v1/config', HOST, AUTHORIZED, YAML, `Content-Length: ${BODY_BYTES_MAX + 1}`)],
      [
        413,
        head('PUT /v1/config', HOST, AUTHORIZED, YAML, 'Transfer-Encoding: chunked') +
          chunk.repeat(BODY_BYTES_MAX / 0x10000 + 1),
      ],
      [408, `${head('PUT /v1/config', HOST, AUTHORIZED, YAML, 'Content-Length: 100')}slow`],
      [431, head('GET /v1/status', HOST, `X: ${'x'.repeat(20_000)}`)],
      [400, `${head(BACKEND, HOST, CLOSE, AUTHORIZED, JSON_TYPE, 'Content-Length: 1')}{`],
      [400, `${head(BACKEND, HOST, CLOSE, AUTHORIZED, JSON_TYPE, 'Content-Length: 13')}{"weight":-1}`],
      [415, `${head(BACKEND, HOST, CLOSE, AUTHORIZED, 'Content-Type: text/plain', 'Content-Length: 2')}{}`],
      [400, head('GET /v1/connections?limit=99999999', HOST, CLOSE)],
      ...[
        '/../../etc/passwd',
        '/v1/../../etc/passwd',
        '/v1/..%2f..%2fetc%2fpasswd',
        '/v1/pools/..%2f..%2fetc%2fpasswd',
        '/page.js/../../package.json',
        `/v1/machines/${encodeURIComponent(file)}`,
        '/v1/machines/__proto__',
        '/v1/machines/constructor/counts',
      ].map((path): [number, string] => [404, head(`GET ${path}`, HOST, CLOSE)]),
      [400, 'nonsense\r\n\r\n'],
      [400, head('GET /v1/status', HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked')],
    ];
    const answers: string[] = [];
    const during = await pace(pinger, async () => {
      // The admin server takes some dozens of connections at once, and closes the others.
      for (let from = 0; from < abuse.length; from += 20)
        answers.push(...(await Promise.all(abuse.slice(from, from + 20).map(([, text]) => say(url, text)))));
    });
    expect(answers.map(status)).toEqual(abuse.map(([expected]) => expected));
    for (const answer of answers) {
      expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
      expect(answer).not.toContain(TOKEN);
      expect(answer).not.toMatch(/node:|node_modules|\.js:\d|at .*\(|root:x|\/tmp\//);
    }

    const streams = await pace(pinger, async () => {
      const heard = await Promise.all(
        Array.from({ length: STREAMS }, () =>
          say(url, head('GET /v1/events?kind=entered', HOST), (text) => text.includes('\r\n\r\n')),
        ),
      );
      const count = (wanted: number): number => heard.filter((answer) => status(answer) === wanted).length;
      expect(count(200)).toBe(EVENT_STREAMS_MAX);
      // Closed before a word, for want of a place for one more connection, or told to come again.
      expect(count(503) + count(0)).toBe(STREAMS - EVENT_STREAMS_MAX);
      expect(count(503)).toBeGreaterThan(0);
    });
    const after = await quietly(pinger);
    for (const paced of [before, during, streams, after]) expect(paced).toBeGreaterThan(0);
    expect(pinger.exit).toBeNull();
    expect(sluice.logs.filter(({ event }) => event === 'draining')).toEqual([]);
    expect(sluice.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
