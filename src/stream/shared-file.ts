import type { CaptureEncoder } from '../capture/index.ts';
import type { RotatingFile } from './rotating-file.ts';

/** The file of a listener, into which all its connections of this thread write. It stays open while there are none. */
export class SharedFile {
  readonly encoder: CaptureEncoder;
  #file: RotatingFile | null = null;
  #users = 0;
  #isLast = false;
  readonly #make: (failed: (message: string) => void) => RotatingFile;
  /** Of the connection that came last, which is told of trouble. */
  #failed: (message: string) => void = () => undefined;

  constructor(encoder: CaptureEncoder, make: (failed: (message: string) => void) => RotatingFile) {
    this.encoder = encoder;
    this.#make = make;
  }

  /** Connections write to it. */
  get isIdle(): boolean {
    return this.#users === 0;
  }

  /** The file for one more connection, whose `failed` is told of trouble. After trouble another, once all have left. */
  join(failed: (message: string) => void): RotatingFile {
    if (this.isIdle && this.#file?.isOver) this.#file = null;
    this.#file ??= this.#make((message) => this.#failed(message));
    this.#users++;
    this.#failed = failed;
    return this.#file;
  }

  leave(): void {
    this.#users--;
    if (this.#isLast) this.closeIfIdle();
  }

  /** Nobody joins any more: it is closed when the last one has left. */
  close(): void {
    this.#isLast = true;
    this.closeIfIdle();
  }

  closeIfIdle(): void {
    if (!this.isIdle) return;
    this.#file?.close();
    this.#file = null;
  }
}
