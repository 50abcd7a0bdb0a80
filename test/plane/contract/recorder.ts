import type { Chunk } from '../../../src/core/chunk.ts';
import type { EndpointObserver } from '../../../src/core/ports.ts';

export type Call = keyof EndpointObserver;

/** An observer that writes down what it is told, and what it must not be told. */
export class Recorder implements EndpointObserver {
  /** Every call in order. */
  readonly calls: Call[] = [];
  /** Sizes of the chunks handed to `data`. */
  readonly reads: number[] = [];
  /** Called before each call is written down. */
  hook: (call: Call, chunk?: Chunk) => void = () => {};
  /** What the last `held` told, copied. */
  lastHeld = Buffer.alloc(0);
  acceptedBytes = 0;
  resetCode: string | null = null;
  readonly #chunks: Buffer[] = [];

  /** Everything handed to `data`. */
  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get receivedBytes(): number {
    return this.reads.reduce((sum, bytes) => sum + bytes, 0);
  }

  count(call: Call): number {
    return this.calls.filter((made) => made === call).length;
  }

  get sawFin(): boolean {
    return this.calls.includes('fin');
  }

  get isClosed(): boolean {
    return this.calls.includes('closed');
  }

  held(held: Uint8Array): void {
    this.#note('held');
    this.lastHeld = Buffer.from(held);
  }
  data(chunk: Chunk): void {
    this.#chunks.push(Buffer.from(chunk.bytes));
    this.reads.push(chunk.bytes.length);
    this.#note('data', chunk);
  }
  moved(): void {
    this.#note('moved');
  }
  fin(): void {
    this.#note('fin');
  }
  reset(code: string): void {
    this.resetCode = code;
    this.#note('reset');
  }
  accepted(bytes: number): void {
    this.acceptedBytes += bytes;
    this.#note('accepted');
  }
  progress(): void {
    this.#note('progress');
  }
  finished(): void {
    this.#note('finished');
  }
  closed(): void {
    this.#note('closed');
  }

  #note(call: Call, chunk?: Chunk): void {
    this.calls.push(call);
    this.hook(call, chunk);
  }
}
