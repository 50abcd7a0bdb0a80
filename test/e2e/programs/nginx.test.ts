import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { CHUNKED_BODY, startHttpApp } from '../../support/http-app.ts';
import { startNginx } from '../../support/nginx.ts';
import { MIB, sha256OfFile, writeRandomFile } from '../../support/payload.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

describe('curl and nginx through Sluice', () => {
  needs('curl', 'nginx');

  test('two files come whole over one connection, and the log counts the bytes that curl counts', async () => {
    const site = await startSite();
    const hash = writeRandomFile(join(site.root, 'large'), 50 * MIB);
    const small = writeRandomFile(join(site.root, 'small'), 1234);
    const [first, second] = ['first', 'second'].map((name) => join(site.directory, name));
    const transfers = await curl([
      ...['-o', first as string, `${site.url}/large`, '-o', second as string, `${site.url}/small`],
    ]);
    expect(sha256OfFile(first as string)).toBe(hash);
    expect(sha256OfFile(second as string)).toBe(small);
    expect(transfers.map((transfer) => transfer.num_connects)).toEqual([1, 0]);

    const [closed, ...more] = await site.sluice.waitForClosed(1);
    expect(more).toEqual([]);
    expect(closed).toMatchObject({ listener: 'edge', reason: 'client-fin', ...bytesOf(transfers) });
    await expectCleanEnd(site.sluice);
  });

  test('a chunked answer comes whole', async () => {
    const site = await startSite();
    const [body, headers] = [join(site.directory, 'body'), join(site.directory, 'headers')];
    await curl(['-D', headers, '-o', body, `${site.url}/app/chunks`]);
    expect(readFileSync(headers, 'utf8')).toMatch(/^transfer-encoding: chunked\r$/im);
    expect(readFileSync(body, 'utf8')).toBe(CHUNKED_BODY);

    const [closed] = await site.sluice.waitForClosed(1);
    expect(closed?.bytes_down).toBeGreaterThan(CHUNKED_BODY.length);
    await expectCleanEnd(site.sluice);
  });

  test.each([
    ['PUT', (file: string) => ['-T', file]],
    ['POST', (file: string) => ['--data-binary', `@${file}`]],
  ])('a body of 20 MiB arrives whole by %s', async (method, upload) => {
    const site = await startSite();
    const [file, answer] = [join(site.directory, 'file'), join(site.directory, 'answer')];
    const hash = writeRandomFile(file, 20 * MIB);
    const transfers = await curl([...upload(file), '-o', answer, `${site.url}/app/hash`]);
    expect(readFileSync(answer, 'utf8')).toBe(`${method} ${hash}\n`);

    const [closed] = await site.sluice.waitForClosed(1);
    expect(closed?.bytes_up).toBe(bytesOf(transfers).bytes_up);
    await expectCleanEnd(site.sluice);
  });
});

interface Site {
  readonly sluice: Sluice;
  readonly directory: string;
  readonly root: string;
  readonly url: string;
}

async function startSite(): Promise<Site> {
  const nginx = await startNginx(await startHttpApp());
  const sluice = await startSluice(forwardConfig({ edge: `127.0.0.1:${nginx.port}` }));
  const { host, port } = sluice.address();
  return { sluice, directory: tempDir(), root: nginx.root, url: `http://${host}:${port}` };
}

/** What curl counts of one transfer; its sizes leave out the framing of chunks. */
interface Transfer {
  readonly num_connects: number;
  readonly size_request: number;
  readonly size_upload: number;
  readonly size_header: number;
  readonly size_download: number;
}

async function curl(args: readonly string[]): Promise<readonly Transfer[]> {
  const client = await run(program('curl'), [
    ...['--silent', '--show-error', '--fail', '--noproxy', '*', '-w', '%{json}\\n'],
    ...args,
  ]);
  return client.lines.map((line) => JSON.parse(line) as Transfer);
}

function bytesOf(transfers: readonly Transfer[]): { bytes_up: number; bytes_down: number } {
  return {
    bytes_up: transfers.reduce((sum, one) => sum + one.size_request + one.size_upload, 0),
    bytes_down: transfers.reduce((sum, one) => sum + one.size_header + one.size_download, 0),
  };
}
