import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE_REASON_NAMES } from '../../src/core/close-reason.ts';
import type { Fact } from '../../src/core/facts.ts';
import { openLog } from '../../src/telemetry/log.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { linesOf } from './lines.ts';
import {
  aBackend,
  aClosedFact,
  aFactOfADeadShard,
  aListener,
  aLogOutput,
  aPlan,
  aWatched,
  OPENED,
  parsed,
  visitsOf,
} from './samples.ts';

const at = OPENED;
const TRACE = 'ab'.repeat(16);
const TIME = new Date(OPENED).toISOString();

describe('the line of a connection', () => {
  it('says everything that is known of it', async () => {
    const visits = visitsOf(['accepting', 'dialing', 'dialing', 'streaming', 'draining']);
    const fact = aClosedFact({
      at: OPENED + 50,
      visits,
      reason: 'backend-reset',
      during: 'streaming',
      error: 'ETIMEDOUT',
      backend: 1,
      attempts: [
        { backend: 0, from: OPENED + 10, to: OPENED + 20, error: 'ECONNREFUSED' },
        { backend: 1, from: OPENED + 20, to: OPENED + 30, error: '' },
      ],
      undeliveredUp: 9,
      pausedDownMs: 2.25,
    });
    expect(parsed(await linesOf([fact]))).toEqual([
      {
        level: 'info',
        time: new Date(OPENED + 50).toISOString(),
        event: 'connection.closed',
        connection: '010200000003',
        listener: 'edge',
        client: '192.0.2.77:50123',
        local: '127.0.0.1:7443',
        route: 'edge/0',
        protocol: 'tls',
        sni: 'www.example.com',
        pool: 'web',
        backend: 'b',
        backend_address: '[::1]:9002',
        bytes_up: 1234,
        bytes_down: 5678,
        undelivered_up: 9,
        duration_ms: 50,
        states: { accepting: 10, dialing: 20, streaming: 10, draining: 10 },
        attempts: 2,
        failed_attempts: [{ backend: 'a', error: 'ECONNREFUSED', ms: 10 }],
        first_byte_ms: 3.5,
        tcp: null,
        paused_down_ms: 2.25,
        reason: 'backend-reset',
        by: 'backend',
        during: 'streaming',
        error: 'ETIMEDOUT',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        sampled: true,
      },
    ]);
  });

  it('is null or absent for what never was', async () => {
    const [line] = parsed(
      await linesOf([
        aClosedFact({
          reason: 'denied',
          during: 'accepting',
          visits: visitsOf(['accepting']),
          protocol: null,
          sni: null,
          route: null,
          pool: -1,
          backend: -1,
          attempts: [],
          firstByteMs: -1,
        }),
      ]),
    );
    expect(line).toMatchObject({
      route: null,
      protocol: null,
      sni: null,
      pool: null,
      backend: null,
      backend_address: null,
      attempts: 0,
      first_byte_ms: null,
    });
    for (const absent of ['undelivered_up', 'undelivered_down', 'paused_up_ms', 'failed_attempts', 'error'])
      expect(line).not.toHaveProperty(absent);
  });

  it('is written for every reason, and is an error only where Sluice itself failed', async () => {
    const lines = parsed(await linesOf(CLOSE_REASON_NAMES.map((reason) => aClosedFact({ reason }))));
    expect(lines.map(({ reason }) => reason)).toEqual(CLOSE_REASON_NAMES);
    const errors = lines.filter(({ level }) => level !== 'info').map(({ reason }) => reason);
    expect(errors).toEqual(['shard-failed', 'internal-error']);
  });

  it('says of a connection that died with its shard what is known, and null where nobody knows', async () => {
    const [line] = parsed(await linesOf([aFactOfADeadShard({ at: OPENED + 1234.5 })]));
    expect(line).toMatchObject({
      level: 'error',
      listener: 'edge',
      client: '192.0.2.77:50123',
      duration_ms: 1234.5,
      states: {},
      bytes_up: null,
      bytes_down: null,
      attempts: null,
      reason: 'shard-failed',
      by: 'proxy',
      during: null,
    });
  });

  it.each([
    ['a newline', 'a\nb'],
    ['a carriage return', 'a\r\nb'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a C1 next line', 'a\u0085b'],
    ['an escape sequence', '\u001b[2J\u009b2J'],
    ['a mark that turns the writing around', 'a\u202eb'],
    ['a zero', 'a\0b'],
    ['a quote and a brace', 'a","event":"ready"}{'],
  ])('stays one line and gives back a server name with %s', async (_, sni) => {
    const lines = await linesOf([aClosedFact({ sni })]);
    expect(parsed(lines)[0]?.['sni']).toBe(sni);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.join('').slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  });

  it('cuts a server name of 64 KiB and mends one that is no text', async () => {
    const [long, broken] = parsed(
      await linesOf([aClosedFact({ sni: 'x'.repeat(65_536) }), aClosedFact({ sni: 'a\ud800b\udc00' })]),
    );
    expect(long?.['sni']).toBe(`${'x'.repeat(255)}…`);
    expect(broken?.['sni']).toBe('a\ufffdb\ufffd');
  });

  it('stays one line of JSON whatever a client sends', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (texts) => {
        const lines = await linesOf(texts.map((sni) => aClosedFact({ sni, client: sni })));
        expect(parsed(lines)).toHaveLength(texts.length);
        for (const line of lines) expect(line.split(/[\n\r\u0085\u2028\u2029\v\f]/)).toHaveLength(2);
      }),
      { numRuns: 30 },
    );
  });

  it('is left out where the access log is off, and only it', async () => {
    const error: Fact = { kind: 'error', at, connection: null, traceId: null, message: 'x' };
    const lines = parsed(await linesOf([aClosedFact(), error], [], 'off'));
    expect(lines.map(({ event }) => event)).toEqual(['error']);
  });
});

describe('the log', () => {
  it('has a line for limits, failed stages and errors', async () => {
    const lines = await linesOf([
      { kind: 'limit', at, listener: 1, limit: 'accept_rate', count: 12 },
      { kind: 'stage', at, connection: 5, traceId: TRACE, stage: 'tee', message: 'ENOSPC' },
      { kind: 'error', at, connection: 5, traceId: TRACE, message: 'two\nlines' },
      { kind: 'error', at, connection: null, traceId: null, message: 'alone' },
    ]);
    expect(parsed(lines)).toEqual([
      {
        level: 'warn',
        time: TIME,
        event: 'limit.reached',
        listener: 'inner',
        limit: 'accept_rate',
        count: 12,
      },
      {
        level: 'warn',
        time: TIME,
        event: 'stage.failed',
        connection: '000000000005',
        stage: 'tee',
        message: 'ENOSPC',
        trace_id: TRACE,
      },
      {
        level: 'error',
        time: TIME,
        event: 'error',
        connection: '000000000005',
        message: 'two\nlines',
        trace_id: TRACE,
      },
      { level: 'error', time: TIME, event: 'error', message: 'alone' },
    ]);
  });

  it('has the names of the plan in force, of retired listeners and backends too', async () => {
    const plan = aPlan();
    const { watched, reload } = aWatched(plan);
    const output = aLogOutput();
    const watcher = await startTelemetry(watched, output, {});
    const address = { kind: 'tcp', host: '127.0.0.1', port: 9009 } as const;
    reload({
      ...plan,
      version: 2,
      listeners: [aListener(0, 'edge', true), aListener(1, 'inner'), aListener(2, 'late')],
      backends: [...plan.backends.map((b) => ({ ...b, retired: true })), aBackend(3, 0, 'd', address)],
    });
    watched.facts.emit(aClosedFact({ listener: 2, backend: 3, attempts: [] }));
    watched.facts.emit(aClosedFact({ listener: 0, backend: 1 }));
    await watcher.close();
    expect(parsed(output.lines)).toMatchObject([
      { listener: 'late', pool: 'web', backend: 'd', backend_address: '127.0.0.1:9009' },
      { listener: 'edge', pool: 'web', backend: 'b' },
    ]);
  });

  it('writes a whole line of JSON also for an event of which there is nothing to say', () => {
    const output = aLogOutput();
    openLog(output).write('info', 'ready', {}, at);
    expect(parsed(output.lines)).toEqual([{ level: 'info', time: TIME, event: 'ready' }]);
  });

  it('has no line for a connection that opens or changes its state', async () => {
    const lines = await linesOf([
      {
        kind: 'opened',
        at,
        connection: 1,
        listener: 0,
        client: '192.0.2.1:1',
        local: '127.0.0.1:1',
        traceId: '',
        spanId: null,
        parentSpanId: null,
        sampled: true,
      },
      { kind: 'entered', at, connection: 1, listener: 0, state: 'streaming' },
    ]);
    expect(lines).toEqual([]);
  });

  it('says nothing after close, and takes what waited before it', async () => {
    const { watched } = aWatched(aPlan());
    const output = aLogOutput();
    const watcher = await startTelemetry(watched, output, {});
    watched.facts.emit(aClosedFact());
    await watcher.close();
    watched.facts.emit(aClosedFact());
    watched.facts.flush();
    watcher.event({ event: 'drained', cut: 0, durationMs: 1 });
    await watcher.close();
    expect(output.lines).toHaveLength(1);
  });

  it('warns of an endpoint in the environment that is no URL', async () => {
    const { watched } = aWatched(aPlan());
    const output = aLogOutput();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' };
    const watcher = await startTelemetry(watched, output, environment);
    await watcher.close();
    expect(parsed(output.lines)).toMatchObject([
      { level: 'warn', event: 'telemetry.endpoint_invalid', variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
    ]);
  });
});
