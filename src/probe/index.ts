export { parseAgentLine } from './agent-line.ts';
export {
  Dialogue,
  type Finding,
  PROBE_BYTES_MAX,
  type ProbePlace,
  type Reader,
  type Script,
  type Step,
  type Turn,
  type Verdict,
} from './dialogue.ts';
export { PROBE_KINDS, scriptOf } from './kinds.ts';
export { mistakeInRegex } from './patterns.ts';
export { SHOWN_BYTES_MAX, shown } from './shown.ts';
