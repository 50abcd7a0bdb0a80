import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CUT_MS_MAX,
  STOP_EXTRA_MS,
  STOP_SIGNALS,
  STOP_SIGNALS_WITHOUT_FILE,
  type StopHost,
  type Stoppable,
  Stopper,
  stopAfterDefect,
} from '../../src/cli/stopping.ts';
import type { Plan } from '../../src/core/plan.ts';

const DRAIN_MS = 30_000;
const LINGER_MS = 5_000;

/** A process that takes note of when it would be ended: `ends` has what was asked for, `calledOff` what was undone. */
class FakeHost extends EventEmitter implements StopHost {
  readonly ends: [delayMs: number, exitCode: number][] = [];
  readonly calledOff: number[] = [];
  endWithin(delayMs: number, exitCode: number): () => void {
    const index = this.ends.push([delayMs, exitCode]) - 1;
    return () => void this.calledOff.push(index);
  }
}

/** What a service is started with: it drains for longer than the one that runs in the end. */
const STARTING = {
  drainMs: DRAIN_MS * 2,
  listeners: [{ timeouts: { lingerMs: LINGER_MS } }, { timeouts: { lingerMs: 1 } }],
} as unknown as Plan;
const STARTING_STOP_MS = DRAIN_MS * 2 + LINGER_MS + STOP_EXTRA_MS;

/** A service whose drain ends when the test says so, or with a cut. */
class FakeService implements Stoppable {
  readonly plan = {
    drainMs: DRAIN_MS,
    listeners: [{ timeouts: { lingerMs: LINGER_MS } }],
  } as unknown as Plan;
  readonly signals: (string | null)[] = [];
  cuts = 0;
  #finish: (result: { cut: number }) => void = () => {};
  readonly #drained = new Promise<{ cut: number }>((resolve) => {
    this.#finish = resolve;
  });
  drain(signal: string | null): Promise<{ cut: number }> {
    this.signals.push(signal);
    return this.#drained;
  }
  cut(): void {
    this.cuts++;
    this.#finish({ cut: 1 });
  }
  finish(): void {
    this.#finish({ cut: 0 });
  }
}

let host: FakeHost;
let service: FakeService;

beforeEach(() => {
  vi.useFakeTimers();
  host = new FakeHost();
  service = new FakeService();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('without a file to read again', () => {
  it('a terminal that is closed stops the service', async () => {
    const stopper = new Stopper(host, STARTING, STOP_SIGNALS_WITHOUT_FILE);
    const stopped = stopper.until(service);
    host.emit('SIGHUP', 'SIGHUP');
    service.finish();
    await stopped;
    expect(service.signals).toEqual(['SIGHUP']);
    expect(host.listenerCount('SIGHUP')).toBe(0);
  });
});

describe('a stop by signal', () => {
  it.each(STOP_SIGNALS)('begins a drain with %s and ends when the drain does', async (signal) => {
    const stopped = new Stopper(host, STARTING).until(service);
    host.emit(signal, signal);
    expect(service.signals).toEqual([signal]);
    expect(service.cuts).toBe(0);
    service.finish();
    await stopped;
  });

  it('that hangs is ended with exit code 1, but not before drain and linger have passed', () => {
    void new Stopper(host, STARTING).until(service);
    host.emit('SIGTERM', 'SIGTERM');
    expect(host.ends).toEqual([[DRAIN_MS + LINGER_MS + STOP_EXTRA_MS, 1]]);
  });

  it('cuts with the second signal, whichever it is, and ends within a second with exit code 0', async () => {
    const stopped = new Stopper(host, STARTING).until(service);
    host.emit('SIGTERM', 'SIGTERM');
    host.emit('SIGINT', 'SIGINT');
    expect(service.cuts).toBe(1);
    expect(host.ends.at(-1)).toEqual([CUT_MS_MAX, 0]);
    await stopped;
  });

  it('that comes while the service starts is heeded when it runs', async () => {
    const stopper = new Stopper(host, STARTING);
    host.emit('SIGINT', 'SIGINT');
    const stopped = stopper.until(service);
    expect(service.signals).toEqual(['SIGINT']);
    service.finish();
    await stopped;
  });

  it('ends a start that hangs with exit code 1, when a stop would have had to be over', () => {
    new Stopper(host, STARTING);
    host.emit('SIGTERM', 'SIGTERM');
    expect(host.ends).toEqual([[STARTING_STOP_MS, 1]]);
    expect(host.calledOff).toEqual([]);
  });

  it('during a start that ends gives the drain its whole time from then on', () => {
    const stopper = new Stopper(host, STARTING);
    host.emit('SIGTERM', 'SIGTERM');
    void stopper.until(service);
    expect(host.calledOff).toEqual([0]);
    expect(host.ends.slice(1)).toEqual([[DRAIN_MS + LINGER_MS + STOP_EXTRA_MS, 1]]);
  });

  it('is to be seen from the first signal on', () => {
    const stopper = new Stopper(host, STARTING);
    expect(stopper.stopping).toBe(false);
    host.emit('SIGINT', 'SIGINT');
    expect(stopper.stopping).toBe(true);
  });

  it('that comes twice while the service starts cuts it when it runs', async () => {
    const stopper = new Stopper(host, STARTING);
    host.emit('SIGINT', 'SIGINT');
    host.emit('SIGINT', 'SIGINT');
    expect(host.ends.at(-1)).toEqual([CUT_MS_MAX, 0]);
    expect(host.calledOff).toEqual([]);
    await stopper.until(service);
    expect(service.cuts).toBeGreaterThan(0);
  });

  it('leaves no listener behind', async () => {
    const stopped = new Stopper(host, STARTING).until(service);
    host.emit('SIGTERM', 'SIGTERM');
    service.finish();
    await stopped;
    for (const signal of STOP_SIGNALS) expect(host.listenerCount(signal)).toBe(0);
  });

  it('passes on why a drain failed', async () => {
    const failing: Stoppable = {
      ...service,
      plan: service.plan,
      cut() {},
      drain: () => Promise.reject(new Error('no')),
    };
    const stopped = new Stopper(host, STARTING).until(failing);
    host.emit('SIGTERM', 'SIGTERM');
    await expect(stopped).rejects.toThrow('no');
  });
});

describe('a stop after a defect', () => {
  it('is at once where no service runs', () => {
    stopAfterDefect(null, host);
    expect(host.ends).toEqual([[0, 1]]);
  });

  it('cuts the service and ends with exit code 1, within a second at the latest', async () => {
    stopAfterDefect(service, host);
    expect(host.ends).toEqual([[CUT_MS_MAX, 1]]);
    expect(service.signals).toEqual([null]);
    expect(service.cuts).toBe(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(host.ends.at(-1)).toEqual([0, 1]);
  });

  it('ends within a second also where the drain never does, as when a reload hangs', async () => {
    const hung: Stoppable = { plan: service.plan, cut() {}, drain: () => new Promise(() => {}) };
    stopAfterDefect(hung, host);
    await vi.advanceTimersByTimeAsync(CUT_MS_MAX);
    expect(host.ends).toEqual([[CUT_MS_MAX, 1]]);
    expect(host.calledOff).toEqual([]);
  });
});
