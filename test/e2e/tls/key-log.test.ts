import { statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Given, pcap } from '../../cli/explain/captures.ts';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { run } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { type HostPort, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { startClient, terminating } from './client.ts';

const CLIENT = '192.0.2.7:40000';
const SERVER = '198.51.100.9:443';

describe('the key log', () => {
  test.each(['-tls1_2', '-tls1_3'])(
    'lets tshark read what s_client with %s and Sluice say',
    async (version) => {
      const directory = tempDir();
      const [keys, caught] = [join(directory, 'keys.log'), join(directory, 'caught.pcap')];
      const sluice = await startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    ${terminating(`key_log: ${keys}`)}
    routes: [{ reject: { answer: "what nobody else may read" } }]
`);
      const wire = await tapped(sluice.address());
      const client = startClient(sluice, version, '-connect', `127.0.0.1:${wire.port}`);
      client.write('a secret of the client\n');
      await client.waitFor(() => client.exit ?? undefined, 'its end');
      expect(client.stdout.toString()).toBe('what nobody else may read');
      await sluice.waitForClosed(1);
      writeFileSync(caught, pcap(wire.segments));

      await eventually(
        async () => (await followed(caught, keys)).includes('what nobody else may read'),
        'the secrets to be written',
      );
      expect(await followed(caught, '/dev/null')).not.toContain('what nobody else may read');
      expect(statSync(keys).mode & 0o777).toBe(0o600);
      expect(sluice.child.stderr.toString()).toContain('key_log');
    },
  );

  test('is none where none is configured', async () => {
    const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, ${terminating()}, routes: [{ echo: true }] }]
`);
    expect(sluice.child.stderr.toString()).toBe('');
  });
});

/** A relay whose bytes are kept as the segments of one connection. */
async function tapped(to: HostPort): Promise<{ port: number; segments: readonly Given[] }> {
  const segments: Given[] = [];
  const { port } = await serve((socket) => {
    const far = connect({ ...to, allowHalfOpen: true });
    far.on('error', () => {});
    later(() => {
      far.destroy();
    });
    for (const [from, into, ends] of [
      [socket, far, { from: CLIENT, to: SERVER }],
      [far, socket, { from: SERVER, to: CLIENT }],
    ] as const) {
      let sequence = 1;
      from.on('data', (data: Buffer) => {
        segments.push({ ...ends, sequence, ack: true, text: data.toString('latin1') });
        sequence += data.length;
        into.write(data);
      });
      from.on('end', () => into.end());
    }
  });
  return { port, segments };
}

/** What tshark makes of the first stream of TLS in a file. */
async function followed(file: string, keys: string): Promise<string> {
  const args = ['-r', file, '-o', `tls.keylog_file:${keys}`, '-q', '-z', 'follow,tls,ascii,0'];
  return (await run(program('tshark'), args)).stdout.toString();
}
