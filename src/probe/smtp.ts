import type { ProbePlan } from '../core/health-plan.ts';
import { bytesOfText, latin1, NO_BYTES } from './bytes.ts';
import type { Script, Step } from './dialogue.ts';
import { lineReader } from './lines.ts';
import { shown } from './shown.ts';

/** A line of a reply; with a hyphen more follow. RFC 5321, 4.2.1. */
const REPLY = /^(\d{3})(-| |$)/;

/** The greeting, EHLO, and QUIT, without which servers note that a client was lost. RFC 5321, 3.1, 4.1.1.1, 4.1.1.10. */
export function smtp({ helo }: Extract<ProbePlan, { kind: 'smtp' }>): Script {
  return {
    steps: [reply(NO_BYTES, 220), reply(bytesOfText(`EHLO ${helo}\r\n`), 250)],
    farewell: bytesOfText('QUIT\r\n'),
  };
}

function reply(send: Uint8Array, code: number): Step {
  const expected = `a reply of ${code}`;
  return {
    send,
    await: {
      expected,
      listen: () =>
        lineReader((line, end) => {
          const match = REPLY.exec(latin1(line));
          if (match?.[1] !== String(code))
            return { kind: 'bad', cause: `expected ${expected}, got ${shown(line)}` };
          return match[2] === '-'
            ? { kind: 'more' }
            : { kind: 'good', bytes: end, said: `answered ${shown(line)}` };
        }),
    },
  };
}
