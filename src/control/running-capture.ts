import { encoderOf } from '../capture/index.ts';
import type { Capture, CaptureEnd, CaptureRequest, CaptureView } from '../core/capture-control.ts';
import { SluiceError } from '../core/errors.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import type { StageControl } from '../core/stage-control.ts';
import type { CaptureFiles } from './capture-files.ts';

/** How often files are looked at for what has come. */
const POLL_MS = 100;

/** A packet waits so long for earlier ones of other shards, whose files may be behind. */
const ORDER_MS = 1000;

/** How often is looked whether the target is there. */
const TARGET_MS = 1000;

/** What the files of each shard may have beyond what the capture may: it is the reader that ends it. */
const SPARE_BYTES = 8 * 1024 * 1024;

export interface CaptureParts {
  readonly id: string;
  readonly request: CaptureRequest;
  readonly files: CaptureFiles;
  readonly stages: Pick<StageControl, 'put' | 'remove' | 'list'>;
  readonly timers: Timers;
  /** Told once, when its files are gone. */
  readonly closed: () => void;
}

/** A capture from the moment its tee stands in the target. */
export class RunningCapture implements Capture {
  readonly id: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly #parts: CaptureParts;
  readonly #started: number;
  readonly #waits = new Map<Cancellable, () => void>();
  #deadline: Cancellable | null = null;
  #watch: Cancellable | null = null;
  #end: CaptureEnd | null = null;
  /** Resolves when the tee is gone and its files are written. */
  #removed: Promise<void> | null = null;
  #isWritten = false;
  #handedOut = 0;
  #closing: Promise<void> | null = null;

  private constructor(parts: CaptureParts) {
    const { timers } = parts;
    this.id = parts.id;
    this.#parts = parts;
    this.#started = timers.epoch + timers.now();
    this.bytes = this.#read();
  }

  /** Puts the tee. Rejects as `StageControl.put`; then nothing is left but the files. */
  static async begin(parts: CaptureParts): Promise<RunningCapture> {
    const capture = new RunningCapture(parts);
    const { stages, request, files } = parts;
    const { filter } = request;
    const isAll = filter.clients.length + filter.routes.length === 0;
    await stages.put(request.target, capture.#stage, {
      kind: 'tee',
      file: files.pattern,
      format: 'pcapng',
      ...('listener' in request.target ? { per: 'listener' } : {}),
      ...(isAll ? {} : { only: filter }),
      snapBytes: request.snapBytes,
      totalBytes: request.bytesMax + SPARE_BYTES,
    });
    capture.#deadline = parts.timers.after(request.forMs, () => void capture.stop('time'));
    capture.#watchTarget();
    return capture;
  }

  get end(): CaptureEnd | null {
    return this.#end;
  }

  get view(): CaptureView {
    const { id, request } = this.#parts;
    const { target, forMs } = request;
    return { id, target, started: this.#started, forMs, bytes: this.#handedOut, end: this.#end };
  }

  /** Takes nothing any more; what was taken is still handed out. Resolves when that is in the files; never rejects. */
  stop(why: CaptureEnd): Promise<void> {
    this.#end ??= why;
    this.#deadline?.cancel();
    this.#watch?.cancel();
    this.#removed ??= this.#remove();
    return this.#removed;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #stage(): string {
    return `capture-${this.id}`;
  }

  async #remove(): Promise<void> {
    const { stages, request } = this.#parts;
    try {
      await stages.remove(request.target, this.#stage);
    } catch {
      // The target has gone, and the stage with it.
    }
    this.#isWritten = true;
    this.#wake();
  }

  async #close(): Promise<void> {
    await this.stop('asked');
    await this.#parts.files.remove().catch(() => undefined);
    this.#parts.closed();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    const { request, files, timers } = this.#parts;
    yield this.#counted(encoderOf('pcapng', { snapBytes: request.snapBytes }).begin(0));
    for (;;) {
      const isWritten = this.#isWritten;
      const now = (timers.epoch + timers.now() - ORDER_MS) * 1000;
      const { packets, isMore } = await files.read(isWritten ? Number.POSITIVE_INFINITY : now);
      const fitting = this.#fitting(packets);
      if (fitting.length > 0) yield this.#counted(Buffer.concat(fitting));
      if (fitting.length < packets.length) {
        void this.stop('bytes');
        return;
      }
      if (isWritten && !isMore) return;
      if (!isMore) await this.#wait(POLL_MS);
    }
  }

  #counted(bytes: Uint8Array): Uint8Array {
    this.#handedOut += bytes.length;
    return bytes;
  }

  /** The first packets, as many as the capture may still have. */
  #fitting(packets: readonly Uint8Array[]): readonly Uint8Array[] {
    let room = this.#parts.request.bytesMax - this.#handedOut;
    const cut = packets.findIndex((packet) => {
      room -= packet.length;
      return room < 0;
    });
    return cut < 0 ? packets : packets.slice(0, cut);
  }

  #watchTarget(): void {
    this.#watch = this.#parts.timers.after(TARGET_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { stages, request } = this.#parts;
    try {
      const found = await stages.list(request.target);
      if (!found.some(({ name }) => name === this.#stage)) void this.stop('asked');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      void this.stop('gone');
    }
    if (this.#end === null) this.#watchTarget();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wait = this.#parts.timers.after(ms, () => {
        this.#waits.delete(wait);
        resolve();
      });
      this.#waits.set(wait, resolve);
    });
  }

  #wake(): void {
    for (const [wait, resolve] of this.#waits) {
      wait.cancel();
      resolve();
    }
    this.#waits.clear();
  }
}
