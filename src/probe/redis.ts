import { bytesOfText, latin1, NO_BYTES } from './bytes.ts';
import type { Finding, Script } from './dialogue.ts';
import { lineReader } from './lines.ts';
import { shown } from './shown.ts';

/** Errors of a server that works, told to a client that has not logged in or may not ask. */
const ALIVE = /^-(NOAUTH|NOPERM|WRONGPASS)\b/;
const EXPECTED = '+PONG';

/** PING. A server that asks for a password is well; one that loads its data is not, nor one that has lost its master. */
export function redis(): Script {
  const send = bytesOfText('PING\r\n');
  return {
    steps: [{ send, await: { expected: EXPECTED, listen: () => lineReader(decide) } }],
    farewell: NO_BYTES,
  };
}

function decide(line: Uint8Array, end: number): Finding {
  const text = latin1(line);
  if (text === '+PONG' || ALIVE.test(text))
    return { kind: 'good', bytes: end, said: `answered ${shown(line)}` };
  return { kind: 'bad', cause: `expected ${EXPECTED}, got ${shown(line)}` };
}
