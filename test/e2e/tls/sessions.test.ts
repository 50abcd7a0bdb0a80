import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';
import { request, terminating } from './client.ts';

/** So many that two shards that share a port both get some. */
const COMINGS_BACK = 16;
const VERSIONS = [
  ['TLS 1.2', '-tls1_2'],
  ['TLS 1.3', '-tls1_3'],
];

describe('a session of s_client that is resumed by its ticket', () => {
  test.each(VERSIONS)('with %s is one on every shard', async (_name, flag = '') => {
    const sluice = await answering();
    const ticket = join(tempDir(), 'session.pem');
    await visit(sluice, flag, '-sess_out', ticket);
    // The lines of two shards come in any order.
    await sluice.waitForClosed(1);
    for (let i = 0; i < COMINGS_BACK; i++) await visit(sluice, flag, '-sess_in', ticket);
    const lines = await sluice.waitForClosed(1 + COMINGS_BACK);
    const resumed = lines.map((line) => (line['tls'] as { resumed: boolean }).resumed);
    expect(resumed).toEqual([false, ...Array.from({ length: COMINGS_BACK }, () => true)]);
    const shards = new Set(lines.map(({ connection }) => connection.slice(0, 2)));
    expect(shards.size, 'shards that served').toBe(2);
    await expectCleanEnd(sluice);
  });

  test.each(VERSIONS)('with %s is none where the listener gives no tickets', async (_name, flag = '') => {
    const sluice = await answering('session_tickets: false');
    const ticket = join(tempDir(), 'session.pem');
    await visit(sluice, flag, '-sess_out', ticket);
    await visit(sluice, flag, ...(flag === '-tls1_2' ? ['-sess_in', ticket] : []));
    const lines = await sluice.waitForClosed(2);
    for (const line of lines) expect(line['tls']).toMatchObject({ resumed: false });
  });
});

/** A Sluice with two shards on one port, on either plane, that answers over TLS. */
function answering(...more: readonly string[]): Promise<Sluice> {
  return startSluice(
    `
listeners:
  - name: edge
    listen: 127.0.0.1:0
    ${terminating(...more)}
    routes: [{ reject: { answer: "seen" } }]
workers: 2
`,
    { node: sharingNode() },
  );
}

/** One handshake of s_client, which reads the answer to its end. */
async function visit(sluice: Sluice, ...options: readonly string[]): Promise<void> {
  expect(await request(sluice, ...options)).toBe('seen');
}
