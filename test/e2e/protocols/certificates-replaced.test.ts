import { X509Certificate } from 'node:crypto';
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type TestCertificate, testAuthority } from '../../support/certificates.ts';
import type { Child } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { reportOf } from '../../support/peers.ts';
import { start } from '../../support/process.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

/** 10,000 are wanted before a release; what a test run makes by itself is fewer. */
const HANDSHAKES = Number(process.env['SLUICE_TEST_HANDSHAKES'] ?? 2_000);
const AT_ONCE = 32;
/** Between the certificate and its key, where they are not replaced at once. */
const MOMENT_MS = 100;
const END_MS = 300_000;
const CLIENT = fileURLToPath(new URL('../../support/peers/handshakes.mjs', import.meta.url));

const AUTHORITY = testAuthority();
/** The key of one fits none of the others. */
const CERTIFICATES = [0, 1, 2].map((version) =>
  AUTHORITY.issue({ commonName: `version ${version}`, names: ['shop.test'] }),
);

interface Files {
  readonly cert: string;
  readonly key: string;
}

/** What a client of test/support/peers/handshakes.mjs saw. */
interface Report {
  readonly failures: Readonly<Record<string, number>>;
  readonly serials: Readonly<Record<string, number>>;
}

/** Puts a certificate in the place of another and resolves when it is in force. */
type Replace = (sluice: Sluice, files: Files, by: TestCertificate) => Promise<void>;

const WAYS: readonly Replace[] = [
  async function byRename(sluice, files, by) {
    copyFileSync(by.keyFile, `${files.key}.new`);
    copyFileSync(by.certFile, `${files.cert}.new`);
    renameSync(`${files.key}.new`, files.key);
    renameSync(`${files.cert}.new`, files.cert);
    const next = countOf(sluice, 'reloaded') + 1;
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded', next);
  },
  async function inPlaceAndReadBetween(sluice, files, by) {
    const failure = countOf(sluice, 'reload.failed') + 1;
    copyFileSync(by.certFile, files.cert);
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reload.failed', failure);
    const next = countOf(sluice, 'reloaded') + 1;
    copyFileSync(by.keyFile, files.key);
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded', next);
  },
  async function inPlaceAndWatched(sluice, files, by) {
    const next = countOf(sluice, 'reloaded') + 1;
    copyFileSync(by.certFile, files.cert);
    await pause(MOMENT_MS);
    copyFileSync(by.keyFile, files.key);
    await sluice.waitForEvent('reloaded', next);
  },
];

describe('certificates that are replaced on disk', () => {
  test(
    `fail none of ${HANDSHAKES} handshakes meanwhile, and the last one is served`,
    async () => {
      const folder = tempDir();
      const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
      copyFileSync(certificate(0).certFile, files.cert);
      copyFileSync(certificate(0).keyFile, files.key);
      const sluice = await startTerminating(files);

      const from = performance.now();
      const client = handshakes(sluice, HANDSHAKES, AT_ONCE);
      let version = 0;
      while (client.exit === null) {
        version++;
        await (WAYS[version % WAYS.length] as Replace)(sluice, files, certificate(version));
      }
      const { failures, serials } = await reportOf<Report>(client, 'failures');
      const seconds = (performance.now() - from) / 1_000;
      console.log(`${HANDSHAKES} handshakes in ${seconds.toFixed(1)} s, ${version} replacements`);
      expect(failures).toEqual({});
      expect(Object.values(serials).reduce((a, b) => a + b, 0)).toBe(HANDSHAKES);
      expect(Object.keys(serials).sort()).toEqual(CERTIFICATES.map(serialOf).sort());
      expect(version, 'each way once').toBeGreaterThanOrEqual(WAYS.length);

      // A way may have taken the word of a reload before its own for it.
      await eventually(async () => {
        const last = await reportOf<Report>(handshakes(sluice, 10, 1), 'failures');
        expect(last.failures).toEqual({});
        return last.serials[serialOf(certificate(version))] === 10;
      }, 'the last one to be served');
      const lines = await sluice.waitForClosed(HANDSHAKES + 10);
      expect(new Set(lines.map(({ reason }) => reason))).toEqual(new Set(['client-fin']));
      expect(lines.every((line) => (line['tls'] as { resumed: boolean }).resumed === false)).toBe(true);
      expect((await sluice.stop()).code).toBe(0);
    },
    END_MS,
  );
});

function startTerminating({ cert, key }: Files): Promise<Sluice> {
  return startSluice(`
listeners:
  - name: edge
    listen: 127.0.0.1:0
    tls: { certificates: [{ cert: ${cert}, key: ${key} }], required: true }
    routes: [{ name: echo, echo: true }]
reload: watch
`);
}

function handshakes(sluice: Sluice, count: number, atOnce: number): Child {
  const { port } = sluice.address();
  return start(process.execPath, [CLIENT, ...[port, count, atOnce].map(String)], {
    env: { CA: AUTHORITY.cert, NAME: 'shop.test' },
  });
}

function certificate(version: number): TestCertificate {
  return CERTIFICATES[version % CERTIFICATES.length] as TestCertificate;
}

function serialOf({ cert }: TestCertificate): string {
  return new X509Certificate(cert).serialNumber;
}

function countOf(sluice: Sluice, event: string): number {
  return sluice.logs.filter((line) => line.event === event).length;
}
