import { describe, expect, test } from 'vitest';
import { StageKeeper } from '../../src/control/stage-keeper.ts';
import type { ConnectionView } from '../../src/core/connection-view.ts';
import type { Plan } from '../../src/core/plan.ts';
import {
  CONNECTION_STAGES_MAX,
  LISTENER_STAGES_MAX,
  type LiveStagePlan,
  STAGE_NAME_CHARS_MAX,
  type StageOutcome,
} from '../../src/core/stage-control.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import type { ServiceEvent } from '../../src/core/watcher.ts';
import { planOf } from './plans.ts';

const PASS: StagePlan = { kind: 'pass_through' };
const limited = (down: number): StagePlan => ({ kind: 'rate_limit', up: 0, down, burst: 1000 });
const tee = (file: string): StagePlan => ({ kind: 'tee', file, format: 'raw' });

function world(names: readonly string[] = ['edge', 'side']) {
  let plan = planWith(names);
  const told: (readonly [string, readonly LiveStagePlan[]])[] = [];
  const events: string[] = [];
  const answers: StageOutcome[] = [];
  let view: ConnectionView | null = null;
  let now = 0;
  const keeper = new StageKeeper({
    fleet: {
      setStages: async (listener, stages) => void told.push([listener, stages]),
      setStage: async () => answers.shift() ?? { done: 'no-connection', kind: null },
      view: async () => view,
    },
    plan: () => plan,
    now: () => ++now,
    tell: (event) => void events.push(textOf(event)),
  });
  return {
    keeper,
    told,
    events,
    answers,
    seen: (next: ConnectionView) => {
      view = next;
    },
    reload: async (next: readonly string[]) => {
      plan = planWith(next);
      await keeper.follow(plan);
    },
    /** Names that the shards were told last, of a listener. */
    last: (listener: string) =>
      told
        .findLast(([name]) => name === listener)?.[1]
        .map(({ name }) => name)
        .join(' '),
  };
}

function planWith(names: readonly string[]): Plan {
  const listeners = names.map((name, at) => [name, `10.0.0.1:${80 + at}`]);
  return planOf(Object.fromEntries(listeners), { web: ['10.0.1.1:80'] }, 'workers: 0');
}

function textOf(event: ServiceEvent): string {
  if (!('stage' in event)) return event.event;
  return `${event.event} ${event.listener ?? event.connection} ${event.name} ${event.stage}`;
}

describe('stages of a listener', () => {
  test('are told to the shards as a whole list, and each change once', async () => {
    const { keeper, last, events, told } = world();
    expect(await keeper.put({ listener: 'edge' }, 'a', PASS)).toBe('added');
    expect(await keeper.put({ listener: 'edge' }, 'b', PASS)).toBe('added');
    expect(await keeper.put({ listener: 'edge' }, 'a', limited(5))).toBe('changed');
    expect(last('edge')).toBe('a b');
    expect(await keeper.list({ listener: 'edge' })).toEqual([
      { name: 'a', stage: limited(5) },
      { name: 'b', stage: PASS },
    ]);
    expect(await keeper.remove({ listener: 'edge' }, 'a')).toBe(true);
    expect(await keeper.remove({ listener: 'edge' }, 'a')).toBe(false);
    expect(last('edge')).toBe('b');
    expect(events).toEqual([
      'stage.added edge a pass_through',
      'stage.added edge b pass_through',
      'stage.changed edge a rate_limit',
      'stage.removed edge a rate_limit',
    ]);
    const revisions = told.map(([, stages]) => stages.map(({ revision }) => revision).join());
    expect(revisions, 'what is not changed keeps its revision').toEqual(['1', '1,2', '3,2', '2']);
  });

  test('are replaced in one step, in which the same goes on as it was', async () => {
    const { keeper, told, events } = world();
    await keeper.replace('edge', [
      { name: 'a', stage: limited(1) },
      { name: 'b', stage: PASS },
    ]);
    await keeper.replace('edge', [
      { name: 'c', stage: PASS },
      { name: 'a', stage: limited(1) },
    ]);
    expect(told.map(([, stages]) => stages.map(({ name, revision }) => `${name}${revision}`))).toEqual([
      ['a1', 'b2'],
      ['c3', 'a1'],
    ]);
    expect(events.slice(2)).toEqual(['stage.removed edge b pass_through', 'stage.added edge c pass_through']);
    expect([...keeper.all.keys()]).toEqual(['edge']);
    await keeper.replace('edge', []);
    expect(keeper.all.size).toBe(0);
  });

  test('stay when a reload keeps the listener, and are dropped, and told, when it does not', async () => {
    const { keeper, reload, last, events } = world();
    await keeper.put({ listener: 'edge' }, 'a', PASS);
    await keeper.put({ listener: 'side' }, 'b', PASS);
    await reload(['edge', 'other']);
    expect([last('edge'), last('side')]).toEqual(['a', '']);
    expect(events.at(-1)).toBe('stage.removed side b pass_through');
    await reload(['edge', 'side']);
    expect(await keeper.list({ listener: 'side' })).toEqual([]);
  });

  test('are refused where they cannot be, and nothing has changed', async () => {
    const { keeper, told, events } = world();
    const edge = { listener: 'edge' };
    const refusals: readonly (readonly [Promise<unknown>, string, RegExp])[] = [
      [keeper.put({ listener: 'none' }, 'a', PASS), 'STAGE_TARGET_UNKNOWN', /"edge", "side"/],
      [keeper.list({ listener: 'none' }), 'STAGE_TARGET_UNKNOWN', /no listener "none"/],
      [keeper.remove({ listener: 'none' }, 'a'), 'STAGE_TARGET_UNKNOWN', /no listener "none"/],
      [keeper.put(edge, 'a b', PASS), 'STAGE_REFUSED', /"a b" is not a name/],
      [keeper.put(edge, 'a'.repeat(STAGE_NAME_CHARS_MAX + 1), PASS), 'STAGE_REFUSED', /is not a name/],
      [
        keeper.put(edge, 'a', { kind: 'flight_recorder', bytes: 1, file: 'x', keep: 1 }),
        'STAGE_REFUSED',
        /"a" is a flight_recorder.*expected it in the configuration/,
      ],
      [
        keeper.replace('edge', [
          { name: 'a', stage: PASS },
          { name: 'a', stage: PASS },
        ]),
        'STAGE_REFUSED',
        /two stages are called "a"/,
      ],
      [
        keeper.replace('edge', [
          { name: 'a', stage: tee('{connection}.raw') },
          { name: 'b', stage: tee('{connection}.raw') },
        ]),
        'STAGE_REFUSED',
        /writes the file/,
      ],
      [
        keeper.replace(
          'edge',
          Array.from({ length: LISTENER_STAGES_MAX + 1 }, (_, at) => ({ name: `s${at}`, stage: PASS })),
        ),
        'STAGE_REFUSED',
        /has 16 stages/,
      ],
    ];
    for (const [refused, code, message] of refusals)
      await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect([told, events, keeper.all.size]).toEqual([[], [], 0]);
  });
});

describe('stages of a connection', () => {
  const connection = 0x0102_0000_0003;

  test('are put by its shard, which knows them', async () => {
    const { keeper, answers, events, seen } = world();
    answers.push({ done: 'added', kind: 'pass_through' }, { done: 'removed', kind: 'pass_through' });
    expect(await keeper.put({ connection }, 'a', PASS)).toBe('added');
    const stages = [
      { name: null, of: 'config', stage: PASS },
      { name: 'x', of: 'listener', stage: PASS },
      { name: 'a', of: 'connection', stage: PASS },
    ];
    seen({ stages } as unknown as ConnectionView);
    expect(await keeper.list({ connection })).toEqual([{ name: 'a', stage: PASS }]);
    expect(await keeper.remove({ connection }, 'a')).toBe(true);
    expect(events).toEqual([
      'stage.added 010200000003 a pass_through',
      'stage.removed 010200000003 a pass_through',
    ]);
  });

  test('are refused where there is no such connection, or it has enough', async () => {
    const { keeper, answers, events } = world();
    answers.push({ done: 'full', kind: null });
    await expect(keeper.put({ connection }, 'a', PASS)).rejects.toMatchObject({
      code: 'STAGE_REFUSED',
      message: expect.stringContaining(`${CONNECTION_STAGES_MAX} stages`),
    });
    for (const asked of [
      keeper.put({ connection }, 'a', PASS),
      keeper.remove({ connection }, 'a'),
      keeper.list({ connection }),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'STAGE_TARGET_UNKNOWN' });
    expect(events).toEqual([]);
  });
});
