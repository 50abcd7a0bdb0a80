import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, SluiceError } from '../../../src/core/errors.ts';
import type { ReloadResult, StatusSource } from '../../../src/core/status.ts';
import { ask, jsonOf } from '../ask.ts';
import { sourceIn } from '../statuses.ts';

const NONE = { added: [], removed: [], changed: [] };
const RESULT: ReloadResult = {
  version: 3,
  diff: {
    listeners: { ...NONE, added: ['edge'] },
    pools: NONE,
    backends: NONE,
    settings: [],
    needsRestart: ['workers'],
  },
  warnings: ['config:1:1: odd'],
};

function failing(error: unknown): StatusSource {
  return { ...sourceIn('ready'), reload: () => Promise.reject(error) };
}

async function problem(error: unknown) {
  const reply = await ask(failing(error), 'PUT /v1/config', 'x');
  expect(reply.type).toBe('application/problem+json');
  return jsonOf(reply);
}

describe('a configuration that is put', () => {
  it('is handed on as it is, and the reply tells what has changed', async () => {
    const texts: string[] = [];
    const reload = (text: string) => {
      texts.push(text);
      return Promise.resolve(RESULT);
    };
    const reply = await ask({ ...sourceIn('ready'), reload }, 'PUT /v1/config', 'listeners: []\n');
    expect(texts).toEqual(['listeners: []\n']);
    expect(reply).toMatchObject({ status: 200, type: 'application/json' });
    expect(jsonOf(reply)).toEqual(RESULT);
  });

  it('that is wrong is told every mistake, one a line', async () => {
    const detail = 'config:1:1: a\nconfig:2:1: b';
    expect(await problem(new SluiceError('CONFIG_INVALID', detail))).toMatchObject({
      status: 422,
      code: 'CONFIG_INVALID',
      detail,
    });
  });

  const others = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => code !== 'CONFIG_INVALID');

  it.each(others)('that the service cannot take for %s is a conflict', async (code) => {
    expect(await problem(new SluiceError(code, 'no'))).toMatchObject({ status: 409, code, detail: 'no' });
  });

  it.each([new TypeError('oh'), 'oh'])('that meets a defect is told so: %s', async (error) => {
    expect(await problem(error)).toMatchObject({ status: 500, detail: 'internal error: oh' });
  });

  it('meets a service that has no reload', async () => {
    expect((await ask(sourceIn('ready'), 'PUT /v1/config', 'x')).status).toBe(501);
  });
});
