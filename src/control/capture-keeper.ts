import { randomBytes } from 'node:crypto';
import {
  CAPTURES_MAX,
  type Capture,
  type CaptureControl,
  type CaptureRequest,
  type CaptureView,
  ENDED_CAPTURES_MAX,
} from '../core/capture-control.ts';
import { messageOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import type { Timers } from '../core/ports.ts';
import type { StageControl } from '../core/stage-control.ts';
import { CaptureFiles } from './capture-files.ts';
import { RunningCapture } from './running-capture.ts';
import { within } from './within.ts';

/** How long the end of a service waits for what captures have still to write. */
const END_MS_MAX = 2_000;

export interface CaptureKeeperOptions {
  readonly stages: Pick<StageControl, 'put' | 'remove' | 'list'>;
  readonly timers: Timers;
}

/** The captures of a service. Each is a tee that is put for a while, and files that are read as they are written. */
export class CaptureKeeper implements CaptureControl {
  readonly #options: CaptureKeeperOptions;
  /** Those that run, and those whose files are not gone yet. */
  readonly #captures = new Map<string, RunningCapture>();
  /** The last that have ended, the newest last. */
  readonly #ended = new Map<string, CaptureView>();
  #starting = 0;
  #isClosed = false;

  constructor(options: CaptureKeeperOptions) {
    this.#options = options;
  }

  async start(request: CaptureRequest): Promise<Capture> {
    if (this.#isClosed) throw refused('the service is ending');
    if (this.#captures.size + this.#starting >= CAPTURES_MAX)
      throw refused(`${CAPTURES_MAX} captures run already; expected no more at once`);
    this.#starting++;
    try {
      return await this.#begin(request);
    } finally {
      this.#starting--;
    }
  }

  list(): readonly CaptureView[] {
    return [...this.#captures.values()].filter(({ end }) => end === null).map(({ view }) => view);
  }

  get(id: string): CaptureView | null {
    return this.#captures.get(id)?.view ?? this.#ended.get(id) ?? null;
  }

  stop(id: string): boolean {
    const capture = this.#captures.get(id);
    if (capture === undefined || capture.end !== null) return false;
    void capture.stop('asked');
    return true;
  }

  /** The service ends: takes nothing any more. What was taken is still handed out. Resolves within a bounded time. */
  async end(): Promise<void> {
    this.#isClosed = true;
    const written = [...this.#captures.values()].map((capture) => capture.stop('service-end'));
    await within(END_MS_MAX, Promise.all(written));
  }

  /** Removes all files. */
  async close(): Promise<void> {
    await this.end();
    await Promise.all([...this.#captures.values()].map((capture) => capture.close()));
  }

  #remember(id: string): void {
    const capture = this.#captures.get(id);
    if (capture === undefined) return;
    this.#captures.delete(id);
    this.#ended.set(id, capture.view);
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined && this.#ended.size > ENDED_CAPTURES_MAX) this.#ended.delete(oldest);
  }

  async #begin(request: CaptureRequest): Promise<Capture> {
    const id = randomBytes(4).toString('hex');
    const files = await CaptureFiles.open().catch((error: unknown) => {
      throw refused(`no directory for the files of a capture: ${messageOf(error)}`);
    });
    try {
      const capture = await RunningCapture.begin({
        ...this.#options,
        id,
        request,
        files,
        closed: () => this.#remember(id),
      });
      this.#captures.set(id, capture);
      if (this.#isClosed) void capture.stop('service-end');
      return capture;
    } catch (error) {
      await files.remove();
      throw error;
    }
  }
}

function refused(message: string): SluiceError {
  return new SluiceError('CAPTURE_REFUSED', message);
}
