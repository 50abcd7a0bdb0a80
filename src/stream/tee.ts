import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { messageOf } from '../core/error-fact.ts';
import type { Stage } from './stage.ts';
import type { TeeSink } from './tee-sink.ts';

export interface TeeOptions {
  /** For one subscription: a tee does not outlive it. */
  readonly sink: TeeSink;
  /** Told once when the sink threw and was dropped. A sink that fails in a task of its own tells that itself. */
  readonly failed: (message: string) => void;
}

/**
 * Copies every chunk into `sink` and never delays or alters the stream: a sink that throws is dropped, the stream goes on.
 * The copy is made before the chunk is passed on, so that it is in order even where the reader makes the source emit
 * again at once. The copy therefore has every byte that was passed on, and may end with bytes that reached nobody.
 * The sink is closed on FIN, RST and unsubscribe.
 */
export function tee(options: TeeOptions): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const copy = new Copy(options);
      const input = source.subscribe({
        next: (chunk) => {
          if (output.closed) return;
          copy.write(chunk.bytes);
          output.next(chunk);
        },
        error: (reset: unknown) => {
          copy.failed(reset);
          output.error(reset);
        },
        complete: () => {
          copy.fin();
          output.complete();
        },
      });
      return () => {
        input.unsubscribe();
        copy.close();
      };
    });
}

/** A sink whose errors are caught; the first one is told and ends it. */
class Copy {
  #sink: TeeSink | null;
  #told = false;
  readonly #failed: (message: string) => void;

  constructor(options: TeeOptions) {
    this.#sink = options.sink;
    this.#failed = options.failed;
  }

  write(bytes: Uint8Array): void {
    this.#try((sink) => sink.write(bytes));
  }

  fin(): void {
    this.#try((sink) => sink.fin?.());
  }

  failed(reset: unknown): void {
    this.#try((sink) => sink.failed?.(reset));
  }

  close(): void {
    const sink = this.#sink;
    this.#sink = null;
    try {
      sink?.close();
    } catch (error) {
      this.#tell(error);
    }
  }

  #try(act: (sink: TeeSink) => void): void {
    if (this.#sink === null) return;
    try {
      act(this.#sink);
    } catch (error) {
      this.#tell(error);
      this.close();
    }
  }

  #tell(error: unknown): void {
    if (!this.#told) this.#failed(messageOf(error));
    this.#told = true;
  }
}
