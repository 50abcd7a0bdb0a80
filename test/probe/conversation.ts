import type { ProbePlan } from '../../src/core/health-plan.ts';
import { Dialogue, type Script, scriptOf, type Verdict } from '../../src/probe/index.ts';

export const PLACE = { authority: 'app.test:8080' };

/** What a server does: what it says at first, then to each thing it is told; FIN = it ends. */
export const FIN = Symbol('FIN');
export type Said = string | Uint8Array | typeof FIN;

export interface Outcome {
  readonly verdict: Verdict | null;
  /** What the probe sent, each as Latin-1. */
  readonly sent: readonly string[];
  readonly dialogue: Dialogue;
}

export function scriptFor(plan: ProbePlan): Script {
  return scriptOf(plan, PLACE);
}

/** Bytes of a text in which each character is one. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Runs a script against a server: `said[0]` comes once the connection stands, `said[n]` after the n-th thing that the
 * probe sends. All in pieces of `size` bytes.
 */
export function converse(script: Script, said: readonly Said[], size = Number.POSITIVE_INFINITY): Outcome {
  const dialogue = new Dialogue(script);
  const sent: string[] = [];
  let verdict: Verdict | null = null;
  let next = 0;
  const waiting: Said[] = [];
  const take = (turn: ReturnType<Dialogue['begin']>): void => {
    for (const bytes of turn.send) {
      sent.push(Buffer.from(bytes).toString('latin1'));
      answer();
    }
    verdict = turn.verdict;
  };
  const answer = (): void => {
    for (let one = said[next]; one !== undefined; one = said[next]) {
      next++;
      waiting.push(one);
      if (one !== FIN && said[next] !== FIN) break;
    }
  };
  if (script.steps[0]?.send.length === 0) answer();
  take(dialogue.begin());
  for (let one = waiting.shift(); one !== undefined && verdict === null; one = waiting.shift()) {
    if (one === FIN) {
      take(dialogue.end());
      continue;
    }
    const bytes = typeof one === 'string' ? latin1(one) : one;
    for (let at = 0; at < bytes.length && verdict === null; at += Math.min(size, bytes.length))
      take(dialogue.hear(bytes.subarray(at, at + Math.min(size, bytes.length))));
  }
  return { verdict, sent, dialogue };
}

/** The verdict in one line: what was said, or why not; `more` where there is none. */
export function outcomeOf({ verdict }: Outcome): string {
  if (verdict === null) return 'more';
  return verdict.passed ? `passed: ${verdict.said}` : `failed: ${verdict.cause}`;
}
