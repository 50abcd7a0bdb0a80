import { emitKeypressEvents } from 'node:readline';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { keyOf } from '../../../src/cli/top/keys.ts';

/** The keys that node:readline makes of what a terminal sends. */
function keysOf(sent: string): (string | null)[] {
  const input = new PassThrough();
  const keys: (string | null)[] = [];
  emitKeypressEvents(input);
  input.on('keypress', (character, press) => keys.push(keyOf(character, press)));
  input.emit('data', Buffer.from(sent));
  return keys;
}

test.each([
  ['aK/é名 ', ['a', 'K', '/', 'é', '名', ' ']],
  ['\x1b[A\x1b[B\x1bOA\x1b[5~\x1b[6~\x1b[H\x1b[F', ['up', 'down', 'up', 'pageup', 'pagedown', 'home', 'end']],
  ['\r\n\t\x1b[Z\x7f', ['return', 'return', 'tab', 'back-tab', 'backspace']],
  ['\x03\x1a\x0c\x15', ['ctrl-c', 'ctrl-z', 'ctrl-l', 'ctrl-u']],
  ['\x1ba', [null]],
  ['\x1b[15~', [null]],
])('what %j means is read', (sent, keys) => {
  expect(keysOf(sent)).toEqual(keys);
});
