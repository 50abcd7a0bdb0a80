import type { ProbePlan, ScriptStepPlan } from '../core/health-plan.ts';
import { bytesOfHex, bytesOfText, NO_BYTES } from './bytes.ts';
import type { Script, Step } from './dialogue.ts';
import { patternOf } from './patterns.ts';

/** What the configuration sends and expects, step by step. */
export function scripted({ steps }: Extract<ProbePlan, { kind: 'script' }>): Script {
  return { steps: steps.map(stepOf), farewell: NO_BYTES };
}

function stepOf({ send, expect }: ScriptStepPlan): Step {
  return {
    send: send === null ? NO_BYTES : bytesOf(send),
    await: expect === null ? null : patternOf(expect),
  };
}

function bytesOf(send: NonNullable<ScriptStepPlan['send']>): Uint8Array {
  return 'text' in send ? bytesOfText(send.text) : bytesOfHex(send.hex);
}
