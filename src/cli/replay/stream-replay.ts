import type { Act, CaughtHalf, CaughtStream } from '../../capture/index.ts';
import { PLAIN_SOCKET } from '../../core/plain-socket.ts';
import type { Cancellable, DialFailure, Endpoint, Plane } from '../../core/ports.ts';
import { formatDuration } from '../../core/units.ts';
import { observing } from '../demo/observer.ts';
import { Comparison } from './comparison.ts';
import { type AnswerEnd, capturedTimes, type StreamResult } from './result.ts';
import type { ReplaySettings } from './settings.ts';

/** The longest wait for the time of an act, whatever the times in a file say. */
const PAUSE_MS_MAX = 86_400_000;

const ENDED_EARLY = 'the answer ended before the client had sent all';
const BROKEN_EARLY = 'the connection was reset before the client had sent all';

/** Sends the client's half of one connection again and compares the answer. Used once. */
export class StreamReplay {
  readonly #plane: Plane;
  readonly #settings: ReplaySettings;
  readonly #stream: CaughtStream;
  readonly #number: number;
  readonly #ended: (result: StreamResult) => void;
  readonly #answer: Comparison;
  #endpoint: Endpoint | null = null;
  #dial: Cancellable | null = null;
  #result: StreamResult | null = null;
  #patience: Cancellable | null = null;
  #pause: Cancellable | null = null;
  /** Empty where nothing of the other side is waited for. */
  #waitsFor = '';
  /** Acts that were done. */
  #done = 0;
  #sent = 0;
  #end: 'fin' | 'reset' | 'open' = 'open';
  #begunAt = 0;
  /** When the act before was due, or done where it had to wait for the answer; and its time in the file. */
  #actedAt = 0;
  #capturedAt: number;
  /** Since when the next act waits for nothing but its time; null while it waits for the answer. */
  #readyAt: number | null = null;
  #lastSentAt = 0;
  #firstByteMs: number | null = null;

  /** `ended` is called once, when the connection is gone. */
  constructor(
    plane: Plane,
    settings: ReplaySettings,
    stream: CaughtStream,
    number: number,
    ended: (result: StreamResult) => void,
  ) {
    this.#plane = plane;
    this.#settings = settings;
    this.#stream = stream;
    this.#number = number;
    this.#ended = ended;
    this.#capturedAt = stream.at;
    this.#answer = new Comparison(joined(stream.down), this.#isAnswerWhole);
  }

  start(): void {
    this.#begunAt = this.#actedAt = this.#lastSentAt = this.#plane.timers.now();
    this.#wait('to connect');
    this.#dial = this.#plane.dial(this.#settings.to, PLAIN_SOCKET, {
      failed: (failure) => this.#failed(failure),
      connected: (endpoint) => this.#connected(endpoint),
    });
  }

  /** All of the answer is in the file, up to its end. */
  get #isAnswerWhole(): boolean {
    const { up, down } = this.#stream;
    return down.gap === null && down.end !== 'open' && up.end !== 'reset';
  }

  #failed({ code }: DialFailure): void {
    this.#finish('not-connected', `could not connect (${code})`);
    this.#close();
  }

  #connected(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    endpoint.observe(
      observing({
        data: ({ bytes }) => this.#data(bytes),
        fin: () => this.#answerEnded('fin'),
        reset: () => this.#answerEnded('reset'),
        accepted: () => this.#moved(),
        progress: () => this.#moved(),
        closed: () => {
          this.#finish(this.#end, 'the connection is gone');
          this.#close();
        },
      }),
    );
    endpoint.resume();
    this.#advance();
  }

  #data(bytes: Uint8Array): void {
    if (this.#result !== null) return;
    this.#firstByteMs ??= this.#plane.timers.now() - this.#lastSentAt;
    this.#answer.take(bytes);
    this.#advance();
  }

  #answerEnded(end: 'fin' | 'reset'): void {
    if (this.#result !== null) return;
    this.#end = end;
    if (end === 'fin') this.#advance();
    else this.#finish(end, this.#isAllSent ? '' : BROKEN_EARLY);
  }

  get #isAllSent(): boolean {
    return this.#sent === this.#stream.up.bytes;
  }

  /** Bytes that were sent are under way: nothing is stuck. Comes from inside of `write`, too. */
  #moved(): void {
    if (this.#waitsFor !== '') this.#wait(this.#waitsFor);
  }

  /** Does what is due, in order, then waits for whatever the next act waits for. */
  #advance(): void {
    if (this.#result !== null) return;
    this.#stopWaiting();
    const { acts } = this.#stream.up;
    for (let act = acts[this.#done]; act !== undefined; act = acts[this.#done]) {
      if (!this.#hasCome(act)) {
        this.#readyAt = null;
        if (this.#end === 'open')
          this.#wait(`for byte ${Math.max(act.after, this.#answer.came + 1)} of the answer`);
        else this.#finish(this.#end, this.#isAllSent ? '' : ENDED_EARLY);
        return;
      }
      const now = this.#plane.timers.now();
      this.#readyAt ??= now;
      const due =
        this.#actedAt + Math.min(PAUSE_MS_MAX, Math.max(0, act.at - this.#capturedAt) / this.#settings.speed);
      if (now < due) {
        this.#pause = this.#plane.timers.after(due - now, () => this.#advance());
        return;
      }
      this.#do(act, Math.max(due, this.#readyAt), now);
      if (act.kind === 'reset') return;
    }
    this.#afterAll();
  }

  /** Whether as much of the answer is there as was when the client did this. */
  #hasCome({ after, afterEnd }: Act): boolean {
    return this.#answer.came >= after && (!afterEnd || this.#end !== 'open');
  }

  #do(act: Act, at: number, now: number): void {
    this.#done++;
    this.#capturedAt = act.at;
    this.#actedAt = at;
    this.#readyAt = null;
    if (this.#firstByteMs === null) this.#lastSentAt = now;
    switch (act.kind) {
      case 'data':
        this.#sent += act.bytes.length;
        this.#endpoint?.write({ bytes: act.bytes, at: now, borrowed: false });
        return;
      case 'fin':
        this.#endpoint?.end();
        return;
      case 'reset':
        this.#finish(this.#end, '');
    }
  }

  /** The client has done all: the rest of the answer is waited for, as far as it was captured. */
  #afterAll(): void {
    const { down } = this.#stream;
    if (this.#end !== 'open') this.#finish(this.#end, '');
    else if (down.end === 'open' && this.#answer.came >= down.bytes) this.#finish('open', '');
    else if (this.#answer.came < down.bytes) this.#wait(`for byte ${this.#answer.came + 1} of the answer`);
    else this.#wait('for the end of the answer');
  }

  #wait(forWhat: string): void {
    const { timeoutMs } = this.#settings;
    this.#stopWaiting();
    this.#waitsFor = forWhat;
    this.#patience = this.#plane.timers.after(timeoutMs, () => {
      const isConnected = this.#endpoint !== null;
      this.#dial?.cancel();
      this.#finish(
        isConnected ? 'timed-out' : 'not-connected',
        `waited ${formatDuration(timeoutMs)} ${forWhat}`,
      );
      if (!isConnected) this.#close();
    });
  }

  #stopWaiting(): void {
    this.#pause?.cancel();
    this.#patience?.cancel();
    this.#waitsFor = '';
  }

  /** Makes the result, and ends the connection if that is not done. */
  #finish(end: AnswerEnd, why: string): void {
    if (this.#result !== null) return;
    this.#stopWaiting();
    const { up, down } = this.#stream;
    const difference = this.#answer.difference(up.end !== 'reset');
    const isEndEqual = end === down.end || up.end === 'reset' || (down.end === 'open' && end === 'fin');
    const times = capturedTimes(this.#stream);
    this.#result = {
      ...{ number: this.#number, stream: this.#stream, why, difference, end },
      outcome: difference === null && isEndEqual && why === '' ? 'equal' : 'different',
      ...{ sent: this.#sent, came: this.#answer.came },
      firstByteMs: { captured: times.firstByteMs, now: this.#firstByteMs },
      durationMs: { captured: times.durationMs, now: this.#plane.timers.now() - this.#begunAt },
    };
    this.#endConnection(end);
  }

  /** As the client did it, else cleanly where the answer has ended so; what takes longer than the time-out is cut. */
  #endConnection(end: AnswerEnd): void {
    const endpoint = this.#endpoint;
    if (endpoint === null) return;
    this.#patience = this.#plane.timers.after(this.#settings.timeoutMs, () => endpoint.destroy());
    const { acts } = this.#stream.up;
    if (this.#done === acts.length && acts.at(-1)?.kind === 'reset') endpoint.reset();
    else if (end === 'fin') endpoint.close();
    else endpoint.destroy();
  }

  #close(): void {
    this.#stopWaiting();
    const result = this.#result;
    if (result !== null) this.#ended(result);
  }
}

/** All that was sent, up to the first gap. */
function joined({ acts, bytes }: CaughtHalf): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const act of acts) {
    if (act.kind !== 'data') continue;
    all.set(act.bytes, at);
    at += act.bytes.length;
  }
  return all;
}
