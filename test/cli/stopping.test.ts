import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CUT_MS_MAX,
  STOP_EXTRA_MS,
  STOP_SIGNALS,
  type StopHost,
  type Stoppable,
  Stopper,
  stopAfterDefect,
} from '../../src/cli/stopping.ts';
import type { Plan } from '../../src/core/plan.ts';

const DRAIN_MS = 30_000;
const LINGER_MS = 5_000;

/** A process that takes note of when it would be ended. */
class FakeHost extends EventEmitter implements StopHost {
  readonly ends: [delayMs: number, exitCode: number][] = [];
  endWithin(delayMs: number, exitCode: number): void {
    this.ends.push([delayMs, exitCode]);
  }
}

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

describe('a stop by signal', () => {
  it.each(STOP_SIGNALS)('begins a drain with %s and ends when the drain does', async (signal) => {
    const stopped = new Stopper(host).until(service);
    host.emit(signal, signal);
    expect(service.signals).toEqual([signal]);
    expect(service.cuts).toBe(0);
    service.finish();
    await stopped;
  });

  it('that hangs is ended with exit code 1, but not before drain and linger have passed', () => {
    void new Stopper(host).until(service);
    host.emit('SIGTERM', 'SIGTERM');
    expect(host.ends).toEqual([[DRAIN_MS + LINGER_MS + STOP_EXTRA_MS, 1]]);
  });

  it('cuts with the second signal, whichever it is, and ends within a second with exit code 0', async () => {
    const stopped = new Stopper(host).until(service);
    host.emit('SIGTERM', 'SIGTERM');
    host.emit('SIGINT', 'SIGINT');
    expect(service.cuts).toBe(1);
    expect(host.ends.at(-1)).toEqual([CUT_MS_MAX, 0]);
    await stopped;
  });

  it('that comes while the service starts is heeded when it runs', async () => {
    const stopper = new Stopper(host);
    host.emit('SIGINT', 'SIGINT');
    const stopped = stopper.until(service);
    expect(service.signals).toEqual(['SIGINT']);
    service.finish();
    await stopped;
  });

  it('that comes twice while the service starts cuts it when it runs', async () => {
    const stopper = new Stopper(host);
    host.emit('SIGINT', 'SIGINT');
    host.emit('SIGINT', 'SIGINT');
    expect(host.ends).toEqual([[CUT_MS_MAX, 0]]);
    await stopper.until(service);
    expect(service.cuts).toBeGreaterThan(0);
  });

  it('leaves no listener behind', async () => {
    const stopped = new Stopper(host).until(service);
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
    const stopped = new Stopper(host).until(failing);
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
});
