import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Observable, type Subscriber, VirtualTimeScheduler } from 'rxjs';
import { expect } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import type { CloseReason } from '../../src/core/close-reason.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import { DIRECTIONS, type Direction } from '../../src/core/direction.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import type { TeePlan } from '../../src/core/tee-plan.ts';
import { buildStages, flushTees, type StageEnv, type Tapped } from '../../src/stream/index.ts';
import { captured, NOON } from '../capture/samples.ts';
import { tempDir } from '../support/temp.ts';

/** A connection whose bytes pass one stage in each direction, and whose end the test tells. */
export interface Tapping {
  readonly up: Subscriber<Chunk>;
  readonly down: Subscriber<Chunk>;
  readonly passed: Record<Direction, number>;
  /** The stage says that it has stopped. */
  readonly failures: string[];
  end(reason: CloseReason): void;
}

/** A directory, and a clock that begins at `NOON`. */
export class TeeWorld {
  readonly directory = tempDir();
  readonly scheduler = new VirtualTimeScheduler();
  #count = 0;

  /** A file name of this directory. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** Time passes. */
  wait(ms: number): void {
    this.scheduler.frame += ms;
  }

  connect(plan: StagePlan, shard = 1): Tapping {
    this.#count++;
    const told: ((reason: CloseReason) => void)[] = [];
    const tapped: Tapped = {
      captured: captured(this.#count),
      epoch: NOON,
      shared: new Map(),
      onEnd: (tell) => told.push(tell) > 0,
    };
    const failures: string[] = [];
    const env: StageEnv = {
      scheduler: this.scheduler,
      connection: connectionId(shard, 0, this.#count),
      listener: 'edge',
      openedAt: NOON + this.scheduler.now(),
      tapped,
      failed: (stage, message) => void failures.push(`${stage}: ${message}`),
      dropped: (bytes) => expect.fail(`${bytes} bytes were dropped`),
    };
    const passed = { up: 0, down: 0 };
    const [up, down] = DIRECTIONS.map((direction) => subscribe(plan, direction, env, passed));
    const end = (reason: CloseReason) => {
      for (const tell of told) tell(reason);
    };
    return { up: up!, down: down!, passed, failures, end };
  }

  /** Names of the files, when all is written. */
  async names(): Promise<string[]> {
    expect(await flushTees(10_000)).toBe(0);
    return readdirSync(this.directory).sort();
  }

  /** A file, when all is written. */
  async read(name: string): Promise<Buffer> {
    await flushTees(10_000);
    return readFileSync(this.path(name));
  }

  /** The lines of a file of jsonl. */
  async lines(name: string): Promise<Record<string, unknown>[]> {
    const text = (await this.read(name)).toString();
    expect(text.endsWith('\n')).toBe(true);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** A tee into a file of the world's directory; jsonl, where nothing else is said. */
export function teeTo(world: TeeWorld, file: string, pieces: Partial<TeePlan> = {}): TeePlan {
  return { kind: 'tee', file: world.path(file), format: 'jsonl', ...pieces };
}

function subscribe(
  plan: StagePlan,
  direction: Direction,
  env: StageEnv,
  passed: Record<Direction, number>,
): Subscriber<Chunk> {
  let input: Subscriber<Chunk> | undefined;
  const source = new Observable<Chunk>((subscriber) => {
    input = subscriber;
  });
  const stages = buildStages([plan], direction, env);
  stages
    .reduce((stream, stage) => stage(stream), source)
    .subscribe({
      next: ({ bytes }) => {
        passed[direction] += bytes.length;
      },
      error: () => undefined,
    });
  return input as Subscriber<Chunk>;
}
