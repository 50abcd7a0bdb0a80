import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pcap } from '../../cli/explain/captures.ts';
import { run, start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import { launchSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { fileWith } from './files.ts';

const FILE = `
listeners:
  - name: edge
    listen: 127.0.0.1:443
    routes:
      - { name: shop, match: { sni: "*.shop.test" }, to: shop }
      - { name: bastion, match: { protocol: ssh, source: 10.0.0.0/8 }, to: bastion }
pools:
  shop: { backends: [127.0.0.1:1, { address: 127.0.0.1:2, backup: true }] }
  bastion: { backends: [127.0.0.1:3] }
`;
const SSH = Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
const SHOP_TAKEN = `  shop: TAKEN
    yes    sni: wants *.shop.test, saw www.shop.test
`;

describe('explain', () => {
  test('tells what flags lead to, with the backends', async () => {
    const { code, out, err } = await explain('--sni', 'WWW.shop.test.', '--alpn', 'h2');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(SHOP_TAKEN);
    expect(out).toContain('  bastion: not reached');
    expect(out).toMatch(/^shop leads to:\n {2}pool shop, round_robin\n/m);
    expect(out).toMatch(/^ +127\.0\.0\.1:2 .*backup$/m);
  });

  test('tells what the first bytes of a real s_client lead to', async () => {
    const bytes = join(tempDir(), 'hello.bin');
    writeFileSync(bytes, await firstBytesOf('www.shop.test'));
    const { code, out } = await explain('--bytes', bytes);
    expect(code).toBe(0);
    expect(out).toContain(SHOP_TAKEN);
  });

  test.each(['pcap', 'pcapng'])('tells what a connection in a %s of tshark leads to', async (format) => {
    const directory = tempDir();
    const [raw, caught] = [join(directory, 'raw'), join(directory, `caught.${format}`)];
    const ends = { from: '192.0.2.7:40000', to: '198.51.100.9:443' };
    const hello = Buffer.from(await firstBytesOf('www.shop.test')).toString('latin1');
    const [first, second] = [hello.slice(0, 100), hello.slice(100)];
    writeFileSync(
      raw,
      pcap([
        { ...ends, sequence: 0, syn: true },
        { ...ends, sequence: 101, ack: true, text: second },
        { ...ends, sequence: 1, ack: true, text: first },
      ]),
    );
    await run(program('tshark'), ['-r', raw, '-F', format, '-w', caught]);
    const { code, out, err } = await explain('--pcap', caught);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('a client from 192.0.2.7');
    expect(out).toContain(SHOP_TAKEN);
  });

  test('ends with 1 where no route takes the client, and with 2 where a file is not there', async () => {
    const bytes = join(tempDir(), 'ssh.bin');
    writeFileSync(bytes, SSH);
    expect(await explain('--bytes', bytes, '--source', '10.1.2.3')).toMatchObject({ code: 0 });
    const { code, out } = await explain('--bytes', bytes, '--source', '192.0.2.1');
    expect(code).toBe(1);
    expect(out).toContain('no     source: wants 10.0.0.0/8, saw 192.0.2.1');
    expect(out).toContain('no route: the client is reset');
    expect(await explain('--bytes', `${bytes}.not-there`)).toMatchObject({ code: 2, out: '' });
  });
});

async function explain(...flags: readonly string[]) {
  const child = launchSluice(['explain', fileWith(FILE), ...flags]);
  const { code } = await child.ended;
  return { code, out: child.stdout.toString(), err: child.stderr.toString() };
}

/** What an s_client sends that asks for this name. */
async function firstBytesOf(name: string): Promise<Uint8Array> {
  const came: Promise<Uint8Array>[] = [];
  const { port, server } = await serve((socket) => {
    came.push(once(socket, 'data').then(([data]) => data as Buffer));
  });
  const connected = once(server, 'connection');
  start(program('openssl'), ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name]);
  await connected;
  return came[0] as Promise<Uint8Array>;
}
