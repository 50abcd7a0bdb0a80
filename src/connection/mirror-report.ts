import type { MirrorCount } from '../core/mirror.ts';
import { STAGE_KINDS } from '../core/plan.ts';
import type { Connection } from './connection.ts';
import type { DiffResult } from './mirror-diff.ts';

/** Counts what becomes of one mirror, and tells it. */
export class MirrorReport {
  readonly #connection: Connection;
  readonly #pool: string;
  /** Name of the backend that is connected; null before. */
  backend: string | null = null;
  #hasFailed = false;

  constructor(connection: Connection, pool: string) {
    this.#connection = connection;
    this.#pool = pool;
  }

  count(what: MirrorCount, by: number): void {
    this.#connection.shard.mirrors.count(this.#connection.listener.index, what, by);
  }

  /** Bytes are held for it, or, where negative, no longer. */
  hold(bytes: number): void {
    this.#connection.shard.mirrors.hold(this.#connection.listener.index, bytes);
  }

  /** It is no whole copy any more, and why: told the first time alone. */
  failed(why: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { shard, listener } = this.#connection;
    const { layout, cells } = shard.counters;
    cells[layout.stageFailures(listener.index, STAGE_KINDS.indexOf('mirror'))]! += 1;
    this.#tell(why);
  }

  /** What a comparison of the answers came to. */
  compared({ kind, message }: DiffResult): void {
    if (kind === 'difference') this.count('differences', 1);
    this.#tell(kind === 'difference' ? `the answers differ: ${message}` : message);
  }

  #tell(message: string): void {
    const { shard, id, traceId } = this.#connection;
    const backend = this.backend === null ? '' : `, backend ${this.backend}`;
    shard.emit({
      kind: 'stage',
      at: this.#connection.now(),
      connection: id,
      traceId,
      stage: 'mirror',
      message: `pool ${this.#pool}${backend}: ${message}`,
    });
  }
}
