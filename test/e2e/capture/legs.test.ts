import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { testAuthority } from '../../support/certificates.ts';
import { later } from '../../support/cleanup.ts';
import { sha256 } from '../../support/payload.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { hear, serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { expectFaultless, fieldsOf, followAll } from './tshark.ts';

const TEXT = Buffer.from('what both sides of a leg say to each other\n'.repeat(200));

describe('legs that are not plain TCP, read by tshark', () => {
  needs('tshark', 'openssl');

  test('TLS that ends at Sluice is in the file as what is inside, and said to be', async () => {
    const directory = tempDir();
    const { certFile, keyFile } = testAuthority().issue({ names: ['edge.test'] });
    const { port } = await serve((socket) => socket.pipe(socket));
    const sluice = await startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    to: only
    tls: { certificates: [ { cert: "${certFile}", key: "${keyFile}" } ] }
    stages: [ { tee: { file: "${directory}/{connection}", format: pcapng } } ]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }`);
    const client = connectTls({ ...sluice.address(), servername: 'edge.test', ca: testAuthority().cert });
    later(() => void client.destroy());
    const heard = hear(client);
    client.end(TEXT);
    expect(await heard).toMatchObject({ sha256: sha256(TEXT) });
    await sluice.waitForClosed(1);
    await sluice.stop();
    const file = join(directory, readdirSync(directory)[0]!);
    await expectFaultless(file);
    const same = { bytes: TEXT.length, sha256: sha256(TEXT) };
    expect((await followAll(file)).map(({ sent, received }) => [sent, received])).toEqual([
      [same, same],
      [same, same],
    ]);
    const comments = (await fieldsOf(file, 'frame.comment', 'frame.comment')).flat().join('\n');
    expect(comments).toContain('decrypted: the bytes are those inside of TLS');
  });

  test('Unix sockets have addresses in the file, and their paths in its comments', async () => {
    const directory = tempDir();
    const sockets = tempDir();
    const backend = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => backend.listen(join(sockets, 'app.sock'), resolve));
    later(() => void backend.close());
    const sluice = await startSluice(`
listeners:
  - name: edge
    listen: "unix:${sockets}/edge.sock"
    to: only
    stages: [ { tee: { file: "${directory}/all", format: pcapng, per: listener } } ]
pools: { only: { backends: ["unix:${sockets}/app.sock"], health: off } }`);
    for (let turn = 0; turn < 3; turn++) {
      const client = connect({ path: join(sockets, 'edge.sock'), allowHalfOpen: true });
      later(() => void client.destroy());
      const heard = hear(client);
      client.end(TEXT);
      expect(await heard).toMatchObject({ sha256: sha256(TEXT), end: 'fin' });
    }
    await sluice.waitForClosed(3);
    await sluice.stop();
    const file = join(directory, 'all');
    await expectFaultless(file);
    const all = await followAll(file);
    expect(all.map(({ sent, received }) => [sent.sha256, received.sha256])).toEqual(
      Array.from({ length: 6 }, () => [sha256(TEXT), sha256(TEXT)]),
    );
    const comments = (await fieldsOf(file, 'frame.comment', 'frame.comment')).flat().join('\n');
    expect(comments).toContain(`stands for unix:${sockets}/edge.sock`);
    expect(comments).toContain(`stands for unix:${sockets}/app.sock`);
  });
});
