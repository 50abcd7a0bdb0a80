import type { Chunk } from '../../../src/core/chunk.ts';
import type { Endpoint, EndpointObserver } from '../../../src/core/ports.ts';
import { CreditWindow } from '../../../src/core/window.ts';

/** One direction, as `src/connection/flow.ts` has it without stages. */
class MiniFlow {
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly window: CreditWindow;
  /** Called when a FIN was passed on. */
  onFin = (): void => {};
  /** Bytes handed to the far endpoint. */
  written = 0;
  /** FIN was passed on, or nothing is any more. */
  hasEnded = false;
  passedFin = false;
  isHeldBack = false;
  #finAfter = -1;

  constructor(from: Endpoint, to: Endpoint, limit: number) {
    this.#from = from;
    this.#to = to;
    this.window = new CreditWindow(limit, { pause: () => from.pause(), resume: () => this.#goOn() });
  }

  start(held: number, sawFin: boolean, splices: boolean): void {
    if (sawFin) this.#finAfter = held;
    if (splices) this.#from.passTo(this.#to);
    this.#from.resume();
    if (sawFin && held === 0) this.fin();
  }

  data(chunk: Chunk): void {
    if (this.hasEnded) return;
    const bytes = chunk.bytes.length;
    this.written += bytes;
    this.window.take(bytes);
    this.#to.write(chunk);
    this.#passed(bytes);
  }

  moved(bytes: number): void {
    this.written += bytes;
    this.window.take(bytes);
    this.#passed(bytes);
  }

  fin(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.passedFin = true;
    this.#to.end();
    this.onFin();
  }

  holdBack(isHeldBack: boolean): void {
    if (this.hasEnded) return;
    this.isHeldBack = isHeldBack;
    if (isHeldBack) this.#from.pause();
    else this.#goOn();
  }

  stop(): void {
    this.hasEnded = true;
    this.#from.pause();
  }

  #goOn(): void {
    if (!this.hasEnded && !this.isHeldBack && !this.window.paused) this.#from.resume();
  }

  #passed(bytes: number): void {
    if (this.#finAfter <= 0) return;
    this.#finAfter -= bytes;
    if (this.#finAfter <= 0) this.fin();
  }
}

/** What one end was told. */
export class Told implements EndpointObserver {
  readonly reads: MiniFlow | null;
  readonly writes: MiniFlow | null;
  readonly #relay: MiniRelay | null;
  heldBytes = 0;
  sawFin = false;
  isFinished = false;
  acceptedBytes = 0;
  resetCode: string | null = null;
  isClosed = false;
  /** What must not have been told. */
  problem: string | null = null;

  constructor(relay: MiniRelay | null = null, reads: MiniFlow | null = null, writes: MiniFlow | null = null) {
    this.#relay = relay;
    this.reads = reads;
    this.writes = writes;
  }

  held(held: Uint8Array): void {
    this.#note('held', this.#isOver);
    this.heldBytes = held.length;
  }
  data(chunk: Chunk): void {
    this.#note('data', this.#isOver || this.reads === null || chunk.bytes.length === 0);
    this.reads?.data(chunk);
  }
  moved(bytes: number): void {
    this.#note('moved', this.#isOver || this.reads === null || bytes <= 0);
    this.reads?.moved(bytes);
  }
  fin(): void {
    this.#note('fin', this.#isOver || this.sawFin);
    this.sawFin = true;
    this.reads?.fin();
  }
  reset(code: string): void {
    this.#note('reset', this.#isOver);
    this.resetCode = code;
    this.#relay?.reset();
  }
  accepted(bytes: number): void {
    this.#note('accepted', this.isClosed || bytes <= 0);
    this.acceptedBytes += bytes;
    this.writes?.window.give(bytes);
  }
  progress(): void {
    this.#note('progress', this.#isOver);
  }
  finished(): void {
    this.#note('finished', this.#isOver || this.isFinished);
    this.isFinished = true;
  }
  closed(): void {
    this.#note('closed', this.isClosed);
    this.isClosed = true;
  }

  get #isOver(): boolean {
    return this.isClosed || this.resetCode !== null;
  }

  #note(call: string, isWrong: boolean): void {
    if (isWrong) this.problem ??= `${call} must not be told here`;
  }
}

/** Two endpoints joined. A RST of one side is passed on behind what was written; both FIN end both. */
export class MiniRelay {
  readonly client: Endpoint;
  readonly backend: Endpoint;
  readonly up: MiniFlow;
  readonly down: MiniFlow;
  readonly ofClient: Told;
  readonly ofBackend: Told;

  constructor(client: Endpoint, backend: Endpoint, limit: number) {
    this.client = client;
    this.backend = backend;
    this.up = new MiniFlow(client, backend, limit);
    this.down = new MiniFlow(backend, client, limit);
    this.ofClient = new Told(this, this.up, this.down);
    this.ofBackend = new Told(this, this.down, this.up);
    for (const flow of [this.up, this.down]) flow.onFin = () => this.#finPassed();
    client.observe(this.ofClient);
    backend.observe(this.ofBackend);
  }

  #finPassed(): void {
    if (!this.up.passedFin || !this.down.passedFin) return;
    this.client.close();
    this.backend.close();
  }

  /** Both ends by RST, each behind what was written to it. */
  reset(): void {
    this.up.stop();
    this.down.stop();
    this.client.reset();
    this.backend.reset();
  }

  /** Both cleanly, whatever the peers still send. */
  close(): void {
    this.up.stop();
    this.down.stop();
    this.client.close();
    this.backend.close();
  }

  destroy(): void {
    this.up.stop();
    this.down.stop();
    this.client.destroy();
    this.backend.destroy();
  }
}
