import { describe, expect, it } from 'vitest';
import type { PlanDiff } from '../../src/core/plan-diff.ts';
import { NAMES_SHOWN_MAX } from '../../src/telemetry/log-service.ts';
import { MESSAGE_CHARS_MAX } from '../../src/telemetry/text.ts';
import { linesOf } from './lines.ts';
import { parsed } from './samples.ts';

const NONE = { added: [], removed: [], changed: [] };
const NO_CHANGE: PlanDiff = { listeners: NONE, pools: NONE, backends: NONE, settings: [], needsRestart: [] };

describe('the log of a service', () => {
  it('has a line for each event of the service', async () => {
    const listeners = { edge: '127.0.0.1:7443' };
    const urls = { admin: 'http://127.0.0.1:9900' };
    const lines = parsed(
      await linesOf(
        [],
        [
          { event: 'ready', listeners, urls },
          { event: 'draining', connections: 3, timeoutMs: 30_000, signal: 'SIGTERM' },
          { event: 'drained', cut: 0, durationMs: 12 },
          { event: 'drained', cut: 1, durationMs: 12 },
        ],
      ),
    );
    expect(lines.map(({ time: _, ...line }) => line)).toEqual([
      { level: 'info', event: 'ready', listeners, urls },
      { level: 'info', event: 'draining', connections: 3, timeout_ms: 30_000, signal: 'SIGTERM' },
      { level: 'info', event: 'drained', cut: 0, duration_ms: 12 },
      { level: 'warn', event: 'drained', cut: 1, duration_ms: 12 },
    ]);
  });

  it('has a line for each shard that failed and was started again', async () => {
    const failed = {
      event: 'shard.failed',
      shard: 3,
      generation: 1,
      cause: 'threw',
      connections: 12,
    } as const;
    const lines = await linesOf(
      [],
      [
        { ...failed, message: `two\nlines\ud800${'x'.repeat(MESSAGE_CHARS_MAX)}` },
        { event: 'shard.restarted', shard: 3, generation: 2, durationMs: 41.23456 },
      ],
    );
    expect(parsed(lines).map(({ time: _, ...line }) => line)).toEqual([
      { level: 'error', ...failed, message: expect.stringMatching(/^two\nlines\ufffdx+…$/) },
      { level: 'info', event: 'shard.restarted', shard: 3, generation: 2, duration_ms: 41.235 },
    ]);
    expect(lines[0]?.length).toBeLessThan(MESSAGE_CHARS_MAX + 200);
  });

  it.each(['admin.write', 'toxiproxy.write'] as const)(
    'has a line for each %s that was asked for, whatever the client sent',
    async (event) => {
      const write = { event, method: 'PUT', remote: '127.0.0.1:5000' } as const;
      const lines = await linesOf(
        [],
        [
          {
            ...write,
            path: '/v1/config',
            token: 'ADMIN_TOKEN',
            change: '{"weight":0}',
            status: 200,
            detail: null,
          },
          {
            ...write,
            path: '/a\nb',
            token: null,
            change: null,
            status: 404,
            detail: 'nothing is\u0000 written there',
          },
        ],
      );
      expect(parsed(lines).map(({ time: _, ...line }) => line)).toEqual([
        {
          level: 'info',
          ...write,
          path: '/v1/config',
          token: 'ADMIN_TOKEN',
          change: '{"weight":0}',
          status: 200,
        },
        {
          level: 'warn',
          ...write,
          path: '/a\nb',
          status: 404,
          detail: expect.stringContaining('nothing is'),
        },
      ]);
      expect(lines).toHaveLength(2);
    },
  );

  it('says what a reload has changed, each list where it is not empty, and why one was refused', async () => {
    const changes = { added: ['web'], removed: [], changed: ['edge', 'inner'] };
    const lines = await linesOf(
      [],
      [
        {
          event: 'reloaded',
          version: 7,
          diff: { ...NO_CHANGE, listeners: changes, needsRestart: ['workers'], settings: ['timeouts.drain'] },
          durationMs: 5.5,
        },
        { event: 'reloaded', version: 8, diff: NO_CHANGE, durationMs: 1 },
        { event: 'reload.failed', message: 'sluice.yaml:3:1: no such key' },
      ],
    );
    expect(parsed(lines).map(({ time: _, ...line }) => line)).toEqual([
      {
        level: 'info',
        event: 'reloaded',
        version: 7,
        listeners: { added: ['web'], changed: ['edge', 'inner'] },
        settings: ['timeouts.drain'],
        needs_restart: ['workers'],
        duration_ms: 5.5,
      },
      { level: 'info', event: 'reloaded', version: 8, duration_ms: 1 },
      { level: 'error', event: 'reload.failed', message: 'sluice.yaml:3:1: no such key' },
    ]);
  });

  it('names so many of what a reload has changed and counts the rest', async () => {
    const names = Array.from({ length: 4096 }, (_, i) => `web/${i}`);
    const backends = { added: names, removed: names.slice(0, NAMES_SHOWN_MAX), changed: [] };
    const diff = { ...NO_CHANGE, backends, settings: names.slice(0, NAMES_SHOWN_MAX + 1) };
    const [line] = parsed(await linesOf([], [{ event: 'reloaded', version: 2, diff, durationMs: 1 }]));
    const some = names.slice(0, NAMES_SHOWN_MAX);
    expect(line?.['backends']).toEqual({ added: some, added_count: 4096, removed: some });
    expect(line).toMatchObject({ settings: some, settings_count: NAMES_SHOWN_MAX + 1 });
  });
});
