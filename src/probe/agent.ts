import type { ProbePlan } from '../core/health-plan.ts';
import { parseAgentLine } from './agent-line.ts';
import { bytesOfText, latin1, NO_BYTES } from './bytes.ts';
import { type Finding, MORE, type Script } from './dialogue.ts';
import { shown } from './shown.ts';

const EXPECTED = 'a line such as "up 75%"';

/** HAProxy's agent check (configuration.txt, `agent-check`): the agent says one line, ended by CR, LF or FIN. */
export function agent({ send }: Extract<ProbePlan, { kind: 'agent' }>): Script {
  return {
    steps: [{ send: bytesOfText(send), await: { expected: EXPECTED, listen: () => listen } }],
    farewell: NO_BYTES,
  };
}

function listen(bytes: Uint8Array, fresh: number, ended: boolean): Finding {
  let end = fresh;
  while (end < bytes.length && bytes[end] !== 0x0a && bytes[end] !== 0x0d) end++;
  if (end === bytes.length && !(ended && end > 0)) return MORE;
  const line = bytes.subarray(0, end);
  const words = parseAgentLine(latin1(line));
  if (words === null) return { kind: 'bad', cause: `expected ${EXPECTED}, got ${shown(line)}` };
  return { kind: 'good', bytes: end, said: `said ${shown(line)}`, agent: words };
}
