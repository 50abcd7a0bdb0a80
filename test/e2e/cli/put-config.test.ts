import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { greeter, greetings } from '../../support/greeter.ts';
import { run } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';
import { fileWith } from './files.ts';

const TOKEN = 'correct-horse-battery-staple';
const YAML = ['-H', 'content-type: application/yaml'];

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function config(backend: number, admin = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools: { web: { backends: [127.0.0.1:${backend}] } }
workers: 2
admin: { listen: 127.0.0.1:0, ${admin} }
`;
}

/** As the README says it: `curl -X PUT … --data-binary @proxy.yaml URL`. */
async function put(sluice: Sluice, text: string, args: readonly string[]): Promise<Answer> {
  const folder = tempDir();
  const [sent, answer] = [join(folder, 'sent.yaml'), join(folder, 'answer.json')];
  writeFileSync(sent, text);
  const curl = await run(program('curl'), [
    ...['--silent', '--show-error', '--noproxy', '*', '-X', 'PUT', ...args],
    ...['--data-binary', `@${sent}`, '-o', answer, '-w', '%{http_code}', `${sluice.admin}/v1/config`],
  ]);
  const body = JSON.parse(readFileSync(answer, 'utf8')) as Record<string, unknown>;
  return { status: Number(curl.stdout.toString()), body };
}

async function relaying(admin = '', env: Record<string, string> = {}) {
  const [a, b] = await Promise.all([greeter('a'), greeter('b')]);
  const text = config(a.port, admin);
  const file = fileWith(text);
  const sluice = await startSluice(['run', file], { node: sharingNode(), env });
  return { a, b, file, text, sluice };
}

describe('PUT /v1/config by curl', () => {
  needs('curl');

  test('puts a configuration in force, answers with what has changed, tells the log, and writes no file', async () => {
    const { a, b, file, text, sluice } = await relaying();
    const answer = await put(sluice, config(b.port), YAML);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        version: 2,
        diff: {
          backends: { added: [`web/127.0.0.1:${b.port}`], removed: [`web/127.0.0.1:${a.port}`] },
          needsRestart: [],
        },
        warnings: [],
      },
    });
    expect(await greetings(sluice.address(), 4)).toEqual(['b', 'b', 'b', 'b']);
    expect(readFileSync(file, 'utf8')).toBe(text);
    const write = await sluice.waitForEvent('admin.write');
    expect(write).toMatchObject({ level: 'info', method: 'PUT', path: '/v1/config', status: 200 });
    expect(write['remote']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(sluice.logs.filter(({ event }) => event === 'reloaded')).toMatchObject([{ version: 2 }]);
  });

  test('SIGHUP after it puts the file in force again', async () => {
    const { b, sluice } = await relaying();
    await put(sluice, config(b.port), YAML);
    sluice.signal('SIGHUP');
    await sluice.waitForEvent('reloaded', 2);
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
  });

  test('mistakes are answered with 422 and their places, and change nothing', async () => {
    const { b, sluice } = await relaying();
    const { status, body } = await put(sluice, config(b.port).replace('listen:', 'lisen:'), YAML);
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'CONFIG_INVALID' });
    expect(body['detail']).toContain('PUT /v1/config:2:');
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
    expect(await sluice.waitForEvent('reload.failed')).toMatchObject({ level: 'error' });
    const write = await sluice.waitForEvent('admin.write');
    expect(write).toMatchObject({ level: 'warn', status: 422, detail: body['detail'] });
  });

  test('a port that is taken is answered with 409, and changes nothing', async () => {
    const { b, sluice } = await relaying();
    const taken = await serve(() => {});
    const more = `{ name: taken, listen: 127.0.0.1:${taken.port}, to: web }`;
    const answer = await put(sluice, config(b.port).replace('}]', `}, ${more}]`), YAML);
    expect(answer).toMatchObject({ status: 409, body: { code: 'LISTEN_FAILED' } });
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
  });

  test('with a token, a write without it or with another one is refused with 401; with it, it is done', async () => {
    const { b, sluice } = await relaying('token_env: WRITE_TOKEN', { WRITE_TOKEN: TOKEN });
    const next = config(b.port, 'token_env: WRITE_TOKEN');
    const bearer = (token: string): string[] => [...YAML, '-H', `authorization: Bearer ${token}`];
    expect(await put(sluice, next, YAML)).toMatchObject({ status: 401 });
    expect(await put(sluice, next, bearer(`${TOKEN}x`))).toMatchObject({ status: 401 });
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
    expect(await put(sluice, next, bearer(TOKEN))).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await greetings(sluice.address(), 2)).toEqual(['b', 'b']);
    await sluice.waitForEvent('admin.write', 3);
    const writes = sluice.logs.filter(({ event }) => event === 'admin.write');
    expect(writes.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(sluice.child.output, 'the token is in no log').not.toContain(TOKEN);
    expect((await fetch(`${sluice.admin}/v1/status`)).status, 'reading needs none').toBe(200);
  });

  test('a token that is not in the environment ends the start with one line', async () => {
    const started = relaying('token_env: WRITE_TOKEN');
    await expect(started).rejects.toThrow(/admin\.token_env: the variable WRITE_TOKEN holds no token/);
  });

  test('a body that a foreign web page could send (text/plain) is refused with 415', async () => {
    const { b, sluice } = await relaying();
    const answer = await put(sluice, config(b.port), ['-H', 'content-type: text/plain']);
    expect(answer.status).toBe(415);
    expect(await greetings(sluice.address(), 2)).toEqual(['a', 'a']);
    expect(await sluice.waitForEvent('admin.write')).toMatchObject({ level: 'warn', status: 415 });
  });
});
