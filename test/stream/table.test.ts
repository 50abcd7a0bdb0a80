import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connectionId } from '../../src/core/connection-id.ts';
import { DIRECTIONS } from '../../src/core/direction.ts';
import { STAGE_KINDS, type StagePlan } from '../../src/core/plan.ts';
import { buildStages, flushTees, STAGES, type StageEnv } from '../../src/stream/index.ts';
import { tempDir } from '../support/temp.ts';
import { chunkOf, textOf } from './chunks.ts';
import { stageContract } from './contract.ts';
import { record } from './recorder.ts';
import { freshPaths } from './tee-directory.ts';

const rate = (up: number, down: number): StagePlan => ({ kind: 'rate_limit', up, down, burst: 4 });

function envWith(scheduler: VirtualTimeScheduler, failed: StageEnv['failed']): StageEnv {
  return {
    scheduler,
    connection: connectionId(1, 2, 3),
    listener: 'edge',
    openedAt: Date.UTC(2026, 0, 31),
    failed,
    dropped: (bytes) => expect.fail(`${bytes} bytes were dropped`),
  };
}

function setUp() {
  const scheduler = new VirtualTimeScheduler();
  const failures: string[] = [];
  return {
    scheduler,
    failures,
    env: envWith(scheduler, (stage, message) => failures.push(`${stage}: ${message}`)),
  };
}

const freshPath = freshPaths();
stageContract('a chain of stages built from plans', ({ scheduler, dropped }) => {
  const failed: StageEnv['failed'] = (_stage, message) => expect.fail(message);
  const env: StageEnv = { ...setUp().env, scheduler, dropped, failed };
  const file = `${freshPath()}-{connection}.{direction}`;
  const plans: StagePlan[] = [
    rate(50_000, 0),
    { kind: 'pass_through' },
    { kind: 'tee', file, format: 'raw' },
    rate(20_000, 0),
  ];
  const stages = buildStages(plans, 'up', env);
  return (source) => stages.reduce((stream, stage) => stage(stream), source);
});

describe('the table of stages', () => {
  it('has a factory under every kind', () => {
    expect(Object.keys(STAGES)).toEqual([...STAGE_KINDS]);
  });

  it('yields nothing for no plans, and nothing in a direction that a stage leaves alone', () => {
    const { env } = setUp();
    expect(buildStages([], 'up', env)).toEqual([]);
    expect(buildStages([rate(1000, 0)], 'up', env)).toHaveLength(1);
    expect(buildStages([rate(1000, 0)], 'down', env)).toEqual([]);
    expect(buildStages([rate(0, 1000)], 'down', env)).toHaveLength(1);
    expect(buildStages([{ kind: 'pass_through' }, rate(0, 0)], 'down', env)).toHaveLength(1);
  });

  it('gives each direction its own rate', () => {
    for (const [direction, ms] of [
      ['up', 96],
      ['down', 48],
    ] as const) {
      const { env, scheduler } = setUp();
      const [stage] = buildStages([rate(1000, 2000)], direction, env);
      const seen = record(stage?.(of(chunkOf('x'.repeat(100)))) ?? of(), scheduler);
      scheduler.flush();
      expect(seen.bytes).toBe(100);
      expect(seen.times.at(-1), direction).toBe(ms);
    }
  });

  it('applies stages in the order of the plan, and names tee files by connection and direction', async () => {
    const { env, scheduler, failures } = setUp();
    const directory = tempDir();
    const file = join(directory, '{start}-{listener}-{connection}.{direction}');
    for (const direction of DIRECTIONS) {
      const stages = buildStages([{ kind: 'tee', file, format: 'raw' }, rate(1000, 1000)], direction, env);
      const stream = stages.reduce((source, stage) => stage(source), of(chunkOf(`bytes going ${direction}`)));
      const seen = record(stream, scheduler);
      await flushTees(10_000);
      expect(seen.end, 'the tee stands before the limit, which still holds bytes').toBe('none');
      scheduler.flush();
      expect(textOf(seen.chunks)).toBe(`bytes going ${direction}`);
    }
    await flushTees(10_000);
    const names = [
      '20260131T000000.000Z-edge-010200000003.down',
      '20260131T000000.000Z-edge-010200000003.up',
    ];
    expect(readdirSync(directory).sort()).toEqual(names);
    expect(names.map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual([
      'bytes going down',
      'bytes going up',
    ]);
    expect(failures).toEqual([]);
  });

  it('tells which stage failed', async () => {
    const { env, scheduler, failures } = setUp();
    const file = join(tempDir(), 'missing', 'x');
    const [stage] = buildStages([{ kind: 'tee', file, format: 'raw' }], 'up', env);
    const seen = record(stage?.(of(chunkOf('abc'))) ?? of(), scheduler);
    await flushTees(10_000);
    expect(failures).toEqual([expect.stringMatching(/^tee: .*stopped after 0 bytes: ENOENT/)]);
    expect(seen.end).toBe('complete');
  });
});
