import { describe, expect, test } from 'vitest';
import { line } from '../../../src/cli/top/line.ts';
import { Screen } from '../../../src/cli/top/screen.ts';

function open() {
  const written: string[] = [];
  const screen = new Screen(
    { write: (text) => written.push(text), setRaw: (isRaw) => written.push(isRaw ? '<raw>' : '<cooked>') },
    'none',
  );
  return { screen, written, take: () => written.splice(0).join('') };
}

describe('a screen', () => {
  test('takes the alternate screen and leaves the terminal as it was, once', () => {
    const { screen, take } = open();
    screen.enter();
    screen.enter();
    expect(take()).toBe('<raw>\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J');
    screen.leave();
    screen.leave();
    expect(take()).toBe('\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l<cooked>');
  });

  test('writes only the lines that have changed, each cleared first', () => {
    const { screen, take } = open();
    screen.enter();
    take();
    screen.draw([line('one'), line('two')], 80);
    expect(take()).toBe('\x1b[1;1H\x1b[Kone\x1b[2;1H\x1b[Ktwo');
    screen.draw([line('one'), line('2')], 80);
    expect(take()).toBe('\x1b[2;1H\x1b[K2');
    screen.draw([line('one'), line('2')], 80);
    expect(take()).toBe('');
  });

  test('that was forgotten, or left and entered again, is written whole', () => {
    const { screen, take } = open();
    screen.enter();
    screen.draw([line('one')], 80);
    screen.forget();
    take();
    screen.draw([line('one')], 80);
    expect(take()).toContain('one');
    screen.leave();
    screen.enter();
    take();
    screen.draw([line('one')], 80);
    expect(take()).toContain('one');
  });

  test('that was left is not written to', () => {
    const { screen, take } = open();
    screen.draw([line('one')], 80);
    screen.forget();
    expect(take()).toBe('');
  });
});
