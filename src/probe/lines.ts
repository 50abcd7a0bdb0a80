import { find } from './bytes.ts';
import { type Finding, MORE, type Reader } from './dialogue.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Hands over each whole line, without its end, until one is decided about; `end` is where the line behind it begins. A
 * last line without an end is no line.
 */
export function lineReader(decide: (line: Uint8Array, end: number) => Finding): Reader {
  let begin = 0;
  return (bytes, fresh) => {
    for (let lf = find(bytes, LF, Math.max(begin, fresh)); lf >= 0; lf = find(bytes, LF, begin)) {
      const line = bytes.subarray(begin, lf > begin && bytes[lf - 1] === CR ? lf - 1 : lf);
      begin = lf + 1;
      const finding = decide(line, begin);
      if (finding.kind !== 'more') return finding;
    }
    return MORE;
  };
}
