import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdminClient, Asking, Reply } from '../../../src/cli/top/client.ts';
import { ANSWER_MS_MAX } from '../../../src/cli/top/limits.ts';
import { settingsOf } from '../../../src/cli/top/options.ts';
import { Session } from '../../../src/cli/top/session.ts';
import type { LiveTerminal, TerminalListener } from '../../../src/cli/top/terminal.ts';
import { rowJson, statusJson } from './model.ts';

const LEAVE = '\x1b[?1049l';

/** A service whose answers are given by the test, one question at a time. */
class FakeClient {
  readonly asked: Asking[] = [];
  readonly opened: string[] = [];
  #answer: ((reply: Reply | Error) => void) | null = null;

  ask(asking: Asking): Promise<Reply> {
    expect(this.#answer, 'one question is under way at a time').toBe(null);
    this.asked.push(asking);
    return new Promise((resolve, reject) => {
      this.#answer = (reply) => (reply instanceof Error ? reject(reply) : resolve(reply));
    });
  }

  open(path: string): Promise<never> {
    this.opened.push(path);
    return Promise.reject(new Error('no events here'));
  }

  async answer(json: unknown, status = 200): Promise<void> {
    await this.settle({ status, json, date: null });
  }

  async settle(reply: Reply | Error): Promise<void> {
    const answer = this.#answer;
    if (answer === null) throw new Error('nothing was asked');
    this.#answer = null;
    answer(reply);
    await vi.advanceTimersByTimeAsync(0);
  }
}

function open(size: LiveTerminal['size'] = () => ({ rows: 24, columns: 100 })) {
  const client = new FakeClient();
  const shown: string[] = [];
  const stops: boolean[] = [];
  let listener: TerminalListener | null = null;
  const terminal: LiveTerminal = {
    write: (text) => void shown.push(text),
    setRaw: () => {},
    size,
    listen(given) {
      listener = given;
      return () => {
        listener = null;
      };
    },
    stop: (group) => void stops.push(group),
  };
  const settings = settingsOf({ admin: 'http://127.0.0.1:1', color: false }, {}, () => '');
  const session = new Session(settings, client as unknown as AdminClient, terminal, 'none');
  const over = session.run();
  const press = (...keys: readonly string[]) => {
    for (const key of keys) listener?.key(key);
  };
  const take = () => shown.splice(0).join('');
  return { client, over, press, take, stops, listener: () => listener };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a session', () => {
  test('looks again a while after each answer, and never asks two things at once', async () => {
    const { client, over, press } = open();
    await vi.advanceTimersByTimeAsync(10 * ANSWER_MS_MAX);
    expect(client.asked).toHaveLength(1);
    press('2', '3', '2', '2');
    await client.answer(statusJson());
    await client.answer(statusJson());
    expect(client.asked.map(({ path }) => path.split('?')[0])).toEqual([
      ...['/v1/status', '/v1/connections', '/v1/status'],
    ]);
    await client.answer(statusJson());
    await client.answer({ matched: 0, connections: [] });
    expect(client.asked).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.asked).toHaveLength(5);
    press('q');
    expect(await over).toBe(0);
  });

  test('tells that there is no answer, goes on trying, and takes it back', async () => {
    const { client, over, press, take } = open();
    await client.settle(new Error('no answer: ECONNREFUSED'));
    expect(take()).toContain('no answer: ECONNREFUSED; trying again');
    await vi.advanceTimersByTimeAsync(1_000);
    await client.answer(statusJson());
    expect(take()).toContain('sluice top  ready');
    press('ctrl-c');
    await over;
  });

  test('makes a change between two looks, says what became of it, and looks at once', async () => {
    const { client, over, press, take } = open();
    press('2');
    await client.answer(statusJson());
    await client.answer({ matched: 1, connections: [rowJson('c1')] });
    await client.answer(statusJson());
    await client.answer({ matched: 1, connections: [rowJson('c1')] });
    press('K', 'y');
    expect(client.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/connections/c1' });
    await client.answer({ detail: 'show a token' }, 401);
    expect(take()).toContain(
      'kill c1 of 192.0.2.1:5000: the service answers 401: show a token (see --token-env)',
    );
    expect(client.asked.at(-1)?.path).toBe('/v1/status');
    press('q');
    await over;
  });

  test('that is frozen asks nothing until it goes on', async () => {
    const { client, over, press } = open();
    press(' ');
    await client.answer(statusJson());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.asked).toHaveLength(1);
    press(' ');
    expect(client.asked).toHaveLength(2);
    press('q');
    await over;
  });

  test('that is suspended gives the terminal back and asks nothing, and goes on where it was', async () => {
    const { client, over, press, take, stops, listener } = open();
    await client.answer(statusJson());
    press('ctrl-z');
    expect(take().endsWith(LEAVE)).toBe(true);
    expect(stops).toEqual([true]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.asked).toHaveLength(1);
    listener()?.continued();
    expect(take()).toContain('sluice top  ready');
    expect(client.asked).toHaveLength(2);
    press('q');
    await over;
  });

  test('follows the events while they are shown, and begins again where the stream ends', async () => {
    const { client, over, press } = open();
    press('5');
    await vi.advanceTimersByTimeAsync(0);
    expect(client.opened).toEqual(['/v1/events']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(client.opened).toHaveLength(2);
    press('1');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.opened).toHaveLength(2);
    press('q');
    await over;
  });

  test.each([
    ['a key', (_: TerminalListener, press: (key: string) => void) => press('q')],
    ['a signal, or a terminal that is gone', (listener: TerminalListener) => listener.ended()],
  ])('that is ended by %s leaves the terminal as it was and keeps no timer', async (_name, end) => {
    const { client, over, press, take, listener } = open();
    await client.answer(statusJson());
    const given = listener();
    if (given === null) throw new Error('nobody listens');
    end(given, press);
    expect(await over).toBe(0);
    expect(take().endsWith(LEAVE)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that meets a defect gives the terminal back before it tells it', async () => {
    let asked = 0;
    const { over, take, listener } = open(() => {
      if (asked++ > 0) throw new Error('a defect');
      return { rows: 24, columns: 100 };
    });
    const failed = expect(over).rejects.toThrow('a defect');
    listener()?.resized();
    await failed;
    expect(take().endsWith(LEAVE)).toBe(true);
  });
});
