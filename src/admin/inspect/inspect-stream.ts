import type { InspectionStep, TakeSteps } from '../../core/inspection.ts';
import { INSPECT_BUFFERED_BYTES_MAX, INSPECT_WAITING_CHARS_MAX } from '../limits.ts';
import type { SocketSession, SocketSink } from '../reply.ts';
import { type DefinitionOf, type InspectMessage, InspectMessages } from './messages.ts';

/**
 * An inspection on its way to a WebSocket. What comes before it is open waits, as does what comes while its client is slow: at
 * most INSPECT_WAITING_CHARS_MAX, then the oldest is dropped, but no introduction of an actor. How much was dropped is told with the
 * next that is written. Closes the socket when all of an inspection that is over was written.
 */
export class InspectStream implements SocketSession {
  readonly #messages: InspectMessages;
  readonly #waiting: InspectMessage[] = [];
  /** By actor. */
  readonly #missed = new Map<string, number>();
  #waitingChars = 0;
  #sink: SocketSink | null = null;
  #over: string | null = null;
  #stop: () => void = () => {};
  #isEnded = false;
  /** When the last step was. */
  #at = 0;

  constructor(definitionOf: DefinitionOf) {
    this.#messages = new InspectMessages(definitionOf);
  }

  readonly take: TakeSteps = (step) => {
    if (this.#isEnded || this.#over !== null) return;
    if (step.kind === 'over') this.#over = step.why;
    else this.#push(step);
    this.#flush();
  };

  /** `stop` is called once, when nobody reads any more. */
  stopBy(stop: () => void): void {
    this.#stop = stop;
  }

  open(sink: SocketSink): void {
    this.#sink = sink;
    this.#flush();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#sink = null;
    this.#waiting.length = 0;
    this.#stop();
  }

  #push(step: Exclude<InspectionStep, { readonly kind: 'over' }>): void {
    this.#at = step.at;
    const message = this.#messages.of(step);
    this.#waiting.push(message);
    this.#waitingChars += message.text.length;
    while (this.#waitingChars > INSPECT_WAITING_CHARS_MAX && this.#dropOldest());
  }

  #dropOldest(): boolean {
    const at = this.#waiting.findIndex(({ isIntroduction }) => !isIntroduction);
    const [dropped] = this.#waiting.splice(at, at < 0 ? 0 : 1);
    if (dropped === undefined) return false;
    this.#waitingChars -= dropped.text.length;
    this.#missed.set(dropped.actor, (this.#missed.get(dropped.actor) ?? 0) + 1);
    return true;
  }

  #flush(): void {
    const sink = this.#sink;
    if (sink === null) return;
    while (this.#waiting.length > 0) {
      if (sink.buffered() > INSPECT_BUFFERED_BYTES_MAX) return;
      const message = this.#waiting.shift() as InspectMessage;
      this.#waitingChars -= message.text.length;
      if (!message.isIntroduction) this.#tellMissed(sink);
      sink.send(message.text, () => this.#flush());
    }
    if (this.#over === null || this.#isEnded) return;
    this.#sink = null;
    sink.close(this.#over);
  }

  #tellMissed(sink: SocketSink): void {
    for (const [actor, count] of this.#missed) {
      const { text } = this.#messages.of({ kind: 'missed', actor, at: this.#at, count });
      sink.send(text, () => this.#flush());
    }
    this.#missed.clear();
  }
}
