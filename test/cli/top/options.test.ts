import { describe, expect, test } from 'vitest';
import { settingsOf, type TopOptions } from '../../../src/cli/top/options.ts';

const ENV = { TOKEN: 'secret', EMPTY: '' };

function read(options: Partial<TopOptions>, env: Readonly<Record<string, string>> = ENV) {
  const readFile = (path: string) => (path === 'ca.pem' ? Buffer.from('PEM') : 'it is not there');
  return settingsOf({ admin: 'http://127.0.0.1:9900', color: true, ...options }, env, readFile);
}

describe('the options of top', () => {
  test('have a second, colours and no token where nothing is said', () => {
    expect(read({})).toMatchObject({
      ...{ everyMs: 1_000, once: false, color: true, token: null, ca: null, page: 'overview' },
    });
    expect(read({ page: 'chart' }).page).toBe('chart');
  });

  test('take the token from the environment, certificates from a file, and the time between two looks', () => {
    const options = { tokenEnv: 'TOKEN', every: '250ms', admin: 'https://a:1', ca: 'ca.pem', once: true };
    expect(read(options)).toMatchObject({ token: 'secret', everyMs: 250, ca: 'PEM', once: true });
  });

  test('have no colours by NO_COLOR, unless it is empty, or by --no-color', () => {
    expect(read({}, { NO_COLOR: '1' }).color).toBe(false);
    expect(read({}, { NO_COLOR: '' }).color).toBe(true);
    expect(read({ color: false }).color).toBe(false);
  });

  test.each([
    [{ admin: 'ftp://a' }, '--admin "ftp://a": expected http://HOST:PORT'],
    [{ every: '1' }, '--every: expected a time from 200ms to 60s; got "1"'],
    [{ every: '10ms' }, '--every: expected'],
    [
      { page: 'connection' },
      '--page: expected one of overview, connections, pools, chart, events; got "connection"',
    ],
  ])('%j are wrong: %s', (options, why) => {
    expect(() => read(options)).toThrow(why);
  });
});
