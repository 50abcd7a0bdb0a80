import type { Chunk } from '../core/chunk.ts';
import { PLAIN_SOCKET } from '../core/plain-socket.ts';
import type { Cancellable, DialFailure, Endpoint, EndpointObserver } from '../core/ports.ts';
import type { TlsFacts, TlsFailure } from '../core/tls.ts';
import { race } from '../names/index.ts';
import { Dialogue, type Turn } from '../probe/index.ts';
import { judgeExpiry } from './expiry.ts';
import type { ProbeHandler, ProbeMeans, ProbeResult, ProbeSubject, ProbeTls } from './probing.ts';

/**
 * How long a connection may take to end by FIN from both sides once its probe is decided; then it ends by RST. No longer,
 * since it keeps its place at the gate.
 */
export const PROBE_LINGER_MS = 250;

/**
 * Makes one probe: connects, sends the PROXY header, shakes hands, and goes through the script, all of it in `timeoutMs`.
 * Then it ends the connection as a client does that is done: by FIN, behind what the script says last, reading and dropping
 * until the backend's FIN, for `PROBE_LINGER_MS` at most. `cancel` ends everything at once, by RST. Throws what the plane's
 * `dial` throws.
 */
export function probe(means: ProbeMeans, subject: ProbeSubject, handler: ProbeHandler): Cancellable {
  const made = new Probe(means, subject, handler);
  made.dial();
  return made;
}

class Probe implements EndpointObserver, Cancellable {
  readonly #means: ProbeMeans;
  readonly #subject: ProbeSubject;
  readonly #handler: ProbeHandler;
  readonly #dialogue: Dialogue;
  readonly #began: number;
  #timer: Cancellable;
  #attempt: Cancellable | null = null;
  #handshake: Cancellable | null = null;
  /** What is written to and read from; of TLS the inside, once it stands. null before the connection and after its end. */
  #endpoint: Endpoint | null = null;
  /** Of the header, what was not accepted yet. */
  #headerLeft = 0;
  #isWritingHeader = false;
  /** Talking: bytes that come are for the dialogue. */
  #talks = false;
  #isDecided = false;
  #isReset = false;
  #isOver = false;
  #secured: TlsFacts | null = null;
  #warning: string | null = null;

  constructor(means: ProbeMeans, subject: ProbeSubject, handler: ProbeHandler) {
    this.#means = means;
    this.#subject = subject;
    this.#handler = handler;
    this.#dialogue = new Dialogue(subject.script);
    const { timers } = means.plane;
    this.#began = timers.now();
    this.#timer = timers.after(subject.timeoutMs, () => this.#guard(() => this.#expire()));
  }

  dial(): void {
    const { address, addresses = () => [address], attemptDelayMs = 0, source } = this.#subject;
    try {
      const to = addresses();
      if (typeof to === 'string') {
        this.#decideWithout({ kind: 'failed', cause: to });
        return;
      }
      const options = { ...PLAIN_SOCKET, source };
      const attempt = race(this.#means.plane, to, options, attemptDelayMs, {
        connected: (endpoint) => this.#guard(() => this.#connected(endpoint)),
        failed: (failure) => this.#guard(() => this.#decideWithout(resultOf(failure))),
      });
      if (this.#endpoint === null) this.#attempt = attempt;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  cancel(): void {
    this.#leave();
  }

  // From the endpoint.

  data(chunk: Chunk): void {
    this.#guard(() => {
      if (this.#talks) this.#follow(this.#dialogue.hear(chunk.bytes));
    });
  }

  fin(): void {
    this.#guard(() => {
      if (this.#talks) this.#follow(this.#dialogue.end());
    });
  }

  reset(code: string): void {
    this.#guard(() => {
      this.#isReset = true;
      if (this.#isDecided) return;
      this.#decide({ kind: 'failed', cause: this.#talks ? this.#dialogue.interrupted(code) : code });
    });
  }

  accepted(bytes: number): void {
    if (this.#headerLeft === 0) return;
    this.#headerLeft -= bytes;
    if (this.#headerLeft <= 0 && !this.#isWritingHeader) this.#guard(() => this.#secure());
  }

  closed(): void {
    this.#guard(() => {
      this.#endpoint = null;
      if (!this.#isDecided) this.#decide({ kind: 'failed', cause: 'the connection was closed' });
      this.#leave();
      this.#handler.gone();
    });
  }

  held(): void {}
  moved(): void {}
  progress(): void {}
  finished(): void {}

  #connected(endpoint: Endpoint): void {
    this.#attempt = null;
    this.#endpoint = endpoint;
    endpoint.observe(this);
    const { header } = this.#subject;
    this.#headerLeft = header.length;
    this.#isWritingHeader = true;
    if (header.length > 0) this.#write(endpoint, header);
    this.#isWritingHeader = false;
    // TLS begins when all of it was told as accepted: it would take that for its own.
    if (this.#headerLeft === 0) this.#secure();
  }

  #secure(): void {
    const { tls, address } = this.#subject;
    const under = this.#endpoint;
    if (under === null || this.#isOver) return;
    if (tls === null) {
      this.#talk(under);
      return;
    }
    const { session, serverName } = tls;
    const host = address.kind === 'tcp' ? address.host : '';
    const alpn = session.alpn === 'pass' ? [] : session.alpn;
    this.#handshake = this.#means.tls.connect(
      under,
      { plan: session, serverName, host, alpn },
      {
        secured: (endpoint, facts, peerEnds) =>
          this.#guard(() => {
            this.#handshake = null;
            this.#endpoint = endpoint;
            endpoint.observe(this);
            this.#inside(endpoint, tls, facts, peerEnds);
          }),
        failed: (failure) =>
          this.#guard(() => {
            this.#handshake = null;
            under.observe(this);
            this.#decide({ kind: 'failed', cause: textOfFailure(failure) });
          }),
      },
    );
  }

  #inside(endpoint: Endpoint, tls: ProbeTls, facts: TlsFacts, peerEnds: number | null): void {
    this.#secured = facts;
    const ending = judgeExpiry(tls, peerEnds, this.#means.now());
    if (ending !== null && tls.onExpiry === 'unhealthy') {
      this.#decide({ kind: 'failed', cause: ending });
      return;
    }
    this.#warning = ending;
    this.#talk(endpoint);
  }

  #talk(endpoint: Endpoint): void {
    this.#talks = true;
    this.#follow(this.#dialogue.begin());
    if (this.#talks) endpoint.resume();
  }

  #follow({ send, verdict }: Turn): void {
    if (this.#endpoint === null) return;
    for (const bytes of send) this.#write(this.#endpoint, bytes);
    if (verdict === null) return;
    if (!verdict.passed) {
      this.#decide({ kind: 'failed', cause: verdict.cause });
      return;
    }
    if (verdict.farewell.length > 0) this.#write(this.#endpoint, verdict.farewell);
    const { agent } = verdict;
    const by = this.#secured === null || verdict.said !== 'connected' ? '' : ` by ${this.#secured.version}`;
    const ms = Math.round(this.#means.plane.timers.now() - this.#began);
    const unknown = agent?.unknown.join(' ') ?? '';
    const warning = unknown === '' ? this.#warning : `the agent says what has no meaning: ${unknown}`;
    this.#decide({ kind: 'passed', ms, said: `${verdict.said}${by}`, warning, agent });
  }

  #expire(): void {
    const { timeoutMs } = this.#subject;
    if (this.#talks) {
      this.#decide({ kind: 'failed', cause: this.#dialogue.interrupted(`nothing more in ${timeoutMs} ms`) });
      return;
    }
    const what = this.#handshake === null ? 'answer' : 'handshake of TLS';
    this.#decideWithout({ kind: 'failed', cause: `no ${what} in ${timeoutMs} ms` });
  }

  /** The result is known, and the connection is let end. */
  #decide(result: ProbeResult): void {
    this.#isDecided = true;
    this.#talks = false;
    this.#timer.cancel();
    const endpoint = this.#endpoint;
    if (endpoint !== null) {
      this.#timer = this.#means.plane.timers.after(PROBE_LINGER_MS, () => endpoint.destroy());
      this.#handler.result(result);
      if (!this.#isOver && !this.#isReset) endpoint.close();
    } else this.#handler.result(result);
  }

  /** The result is known, and what there is of a connection ends at once. */
  #decideWithout(result: ProbeResult): void {
    this.#isDecided = true;
    this.#leave();
    this.#handler.result(result);
    this.#handler.gone();
  }

  #write(endpoint: Endpoint, bytes: Uint8Array): void {
    endpoint.write({ bytes, at: this.#means.plane.timers.now(), borrowed: false });
  }

  #guard(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.#leave();
      this.#handler.crashed(error);
    }
  }

  /** Tells nothing any more, and ends what is open. */
  #leave(): void {
    this.#isOver = true;
    this.#talks = false;
    this.#timer.cancel();
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#handshake?.cancel();
    this.#handshake = null;
    const endpoint = this.#endpoint;
    this.#endpoint = null;
    endpoint?.observe(this);
    endpoint?.destroy();
  }
}

function resultOf({ kind, code }: DialFailure): ProbeResult {
  const isLocal = kind === 'out-of-descriptors' || kind === 'out-of-ports';
  return { kind: isLocal ? 'impossible' : 'failed', cause: code };
}

function textOfFailure({ code, message }: TlsFailure): string {
  return message === '' ? code : `${code}: ${message}`;
}
