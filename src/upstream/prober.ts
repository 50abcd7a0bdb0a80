import { fromCallback } from 'xstate';
import type { HealthCheckerEvent, ProberEvent } from '../../machines/health-checker.ts';
import type { Plane } from '../core/ports.ts';
import { Gate } from './gate.ts';
import type { ProbeResult } from './probe.ts';
import { ProbeLoop, type ProbeTarget } from './probe-loop.ts';

/** Probes under way at once, of all pools together: health checks must not take the descriptors of clients. */
export const PROBES_AT_ONCE_MAX = 256;

export interface Probers {
  /** The actor that the health checker's chart calls `prober`. Told `probe.begin`, it probes until it is stopped. */
  readonly logic: ReturnType<typeof fromCallback<ProberEvent>>;
  /** Ends the probing of a backend whose checker crashed: XState leaves the children of an actor that threw running. */
  abandon(row: number): void;
}

/**
 * Makes the probers of a service. `targetOf` says what a row is; what it throws fails the prober. An exception in a
 * callback of the plane would pass an actor by: it is sent to the actor itself and thrown there, so that the prober
 * fails and its checker hears of it.
 */
export function createProbers(plane: Plane, targetOf: (row: number) => ProbeTarget): Probers {
  const gate = new Gate(PROBES_AT_ONCE_MAX);
  const loops = new Map<number, ProbeLoop>();

  const end = (loop: ProbeLoop): void => {
    loop.stop();
    if (loops.get(loop.row) === loop) loops.delete(loop.row);
  };
  const abandon = (row: number): void => {
    const loop = loops.get(row);
    if (loop !== undefined) end(loop);
  };

  const logic = fromCallback<ProberEvent>(({ receive, sendBack, self }) => {
    let loop: ProbeLoop | null = null;
    receive((event) => {
      if (event.type === 'probe.crashed') throw event.error;
      abandon(event.row);
      loop = new ProbeLoop(plane, gate, targetOf(event.row), {
        result: (result) => sendBack(eventOf(result)),
        crashed: (error) => self.send({ type: 'probe.crashed', error }),
      });
      loops.set(loop.row, loop);
      loop.start();
    });
    return () => {
      if (loop !== null) end(loop);
    };
  });

  return { logic, abandon };
}

function eventOf(result: ProbeResult): HealthCheckerEvent {
  switch (result.kind) {
    case 'passed':
      return { type: 'probe.passed', ms: result.ms };
    case 'failed':
      return { type: 'probe.failed', cause: result.cause };
    case 'impossible':
      return { type: 'probe.impossible', cause: result.cause };
  }
}
