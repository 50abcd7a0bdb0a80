import { UpstreamTable } from '../../src/core/upstream-table.ts';

/** A table in which other shards can act in the one moment that counts: when a choice was made and is not yet counted. */
export class ContendedTable extends UpstreamTable {
  /** Runs before each attempt is counted. */
  before: (row: number, shard: number) => void = () => {};
  /** Runs where an attempt was counted, with the load of its backend before it. */
  counted: (row: number, shard: number, load: number) => void = () => {};
  /** Calls of `begin`, and of `beginBelow`. */
  tries = 0;
  forced = 0;

  override begin(row: number, shard: number, seen: number): boolean {
    this.tries++;
    this.before(row, shard);
    const load = this.load(row);
    const done = super.begin(row, shard, seen);
    if (done) this.counted(row, shard, load);
    return done;
  }

  override beginBelow(row: number, shard: number, max: number): boolean {
    this.forced++;
    this.before(row, shard);
    return super.beginBelow(row, shard, max);
  }
}
