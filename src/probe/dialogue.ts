import type { AgentWords } from '../core/agent.ts';
import { shown } from './shown.ts';

/** Bytes of answers that one probe reads, of all its steps together; a backend that sends more has failed. */
export const PROBE_BYTES_MAX = 64 * 1024;

/** What a step finds in what it has heard. */
export type Finding =
  /** It takes more to tell. */
  | { readonly kind: 'more' }
  /** What was awaited is there, in the first `bytes`; what comes behind them is for the next step. */
  | ({ readonly kind: 'good'; readonly bytes: number } & Good)
  | { readonly kind: 'bad'; readonly cause: string };

interface Good {
  /** What a log line says of the answer. */
  readonly said: string;
  /** What is sent before the probe closes, instead of the script's own. */
  readonly farewell?: Uint8Array;
  readonly agent?: AgentWords;
}

export const MORE: Finding = { kind: 'more' };

/**
 * Reads all that came since its step began. What stands before `fresh` it has seen before, at the same place; `ended`:
 * nothing comes behind it. Remembers where it is, so that each byte is looked at a bounded number of times.
 */
export type Reader = (bytes: Uint8Array, fresh: number, ended: boolean) => Finding;

/** A step of a probe: what it sends, then what it waits for. */
export interface Step {
  /** Empty = nothing. */
  readonly send: Uint8Array;
  /** null = nothing is awaited. */
  readonly await: {
    /** For messages: what would be right. */
    readonly expected: string;
    /** A reader for one probe. */
    readonly listen: () => Reader;
  } | null;
}

/** A probe as what is said and awaited in turn, whatever carries the bytes. Can be used for any number of probes. */
export interface Script {
  readonly steps: readonly Step[];
  /** Sent before the probe closes, where it has passed; empty = nothing. */
  readonly farewell: Uint8Array;
}

/** What a probe knows of whom it is for. */
export interface ProbePlace {
  /** For the Host header: a name or an address, with the port where it is not the usual one. */
  readonly authority: string;
}

/** How a probe ended. */
export type Verdict =
  | {
      readonly passed: true;
      readonly said: string;
      readonly farewell: Uint8Array;
      readonly agent: AgentWords | null;
    }
  | { readonly passed: false; readonly cause: string };

/** What is to be done now: send, in this order, and end where there is a verdict. */
export interface Turn {
  readonly send: readonly Uint8Array[];
  readonly verdict: Verdict | null;
}

const FIRST_BYTES = 512;
const CONNECTED = 'connected';

/** One run of a script. Takes bytes and says what to send; owns what it has heard. After a verdict it is not asked again. */
export class Dialogue {
  readonly #script: Script;
  #step = 0;
  #reader: Reader | null = null;
  #heard = new Uint8Array(FIRST_BYTES);
  /** Of `#heard`: where the bytes of this step begin and end. */
  #start = 0;
  #end = 0;
  /** Up to where the reader has seen them. */
  #seen = 0;
  #said: Good = { said: CONNECTED };

  constructor(script: Script) {
    this.#script = script;
  }

  /** The connection stands. */
  begin(): Turn {
    return this.#enter();
  }

  /** More bytes came; they are copied. */
  hear(bytes: Uint8Array): Turn {
    const room = PROBE_BYTES_MAX - this.#end;
    this.#keep(bytes.subarray(0, room));
    const turn = this.#look(false);
    if (turn.verdict !== null || bytes.length <= room) return turn;
    const cause = this.interrupted(`more than ${PROBE_BYTES_MAX / 1024} KiB`);
    return { send: [], verdict: { passed: false, cause } };
  }

  /** The backend sends no more. */
  end(): Turn {
    const turn = this.#look(true);
    if (turn.verdict !== null) return turn;
    return { send: [], verdict: { passed: false, cause: this.interrupted('the end') } };
  }

  /** What to say of a probe that ends without a verdict: what it awaited, what came, and what `then` was the end of it. */
  interrupted(then: string): string {
    const expected = this.#script.steps[this.#step]?.await?.expected ?? 'nothing';
    const got = this.#end === this.#start ? 'nothing' : shown(this.#heard.subarray(this.#start, this.#end));
    return `expected ${expected}, got ${got} and then ${then}`;
  }

  /** Goes on from a step that has just become the present one. */
  #enter(): Turn {
    const send: Uint8Array[] = [];
    for (;;) {
      const step = this.#script.steps[this.#step];
      if (step === undefined) return { send, verdict: this.#pass() };
      if (step.send.length > 0) send.push(step.send);
      if (step.await !== null) {
        this.#reader = step.await.listen();
        return this.#end > this.#start ? withSent(send, this.#look(false)) : { send, verdict: null };
      }
      this.#step++;
    }
  }

  #look(ended: boolean): Turn {
    const bytes = this.#heard.subarray(this.#start, this.#end);
    const finding = this.#reader?.(bytes, this.#seen - this.#start, ended) ?? MORE;
    this.#seen = this.#end;
    switch (finding.kind) {
      case 'more':
        return { send: [], verdict: null };
      case 'bad':
        return { send: [], verdict: { passed: false, cause: finding.cause } };
      case 'good': {
        this.#said = finding;
        this.#start += finding.bytes;
        this.#seen = this.#start;
        this.#step++;
        const turn = this.#enter();
        return ended && turn.verdict === null ? withSent(turn.send, this.end()) : turn;
      }
    }
  }

  #pass(): Verdict {
    const { said, farewell = this.#script.farewell, agent = null } = this.#said;
    return { passed: true, said, farewell, agent };
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#end + bytes.length;
    if (needed > this.#heard.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#heard.length));
      larger.set(this.#heard.subarray(0, this.#end));
      this.#heard = larger;
    }
    this.#heard.set(bytes, this.#end);
    this.#end = needed;
  }
}

function withSent(sent: readonly Uint8Array[], { send, verdict }: Turn): Turn {
  return { send: [...sent, ...send], verdict };
}
