import { fromCallback } from 'xstate';
import type { HealthCheckerEvent, ProberEvent } from '../../machines/health-checker.ts';
import type { AgentWords } from '../core/agent.ts';
import { Gate } from './gate.ts';
import { type LoopMeans, ProbeLoop, type ProbeTarget } from './probe-loop.ts';
import type { ProbeResult } from './probing.ts';

/** Probes under way at once, of all pools together: health checks must not take the descriptors of clients. */
export const PROBES_AT_ONCE_MAX = 256;

export interface Probers {
  /** The actor that the health checker's chart calls `prober`. Told `probe.begin`, it probes until it is stopped. */
  readonly logic: ReturnType<typeof fromCallback<ProberEvent>>;
  /** Ends the probing of a backend whose checker crashed: XState leaves the children of an actor that threw running. */
  abandon(row: number): void;
}

/** What the owner of probers does with the parts of a result that are not for the checker. */
export interface ProbeSink {
  /** What the agent of a backend said; returns why the backend is down by it, null where it is not. */
  agentSaid(row: number, words: AgentWords): string | null;
  /** What should be looked after, of a probe that passed; null = nothing. With each probe that passes. */
  warned(row: number, warning: string | null): void;
}

/**
 * Makes the probers of a service. `targetOf` says what a row is; what it throws fails the prober. An exception in a
 * callback of the plane would pass an actor by: it is sent to the actor itself and thrown there, so that the prober
 * fails and its checker hears of it.
 */
export function createProbers(
  means: LoopMeans,
  targetOf: (row: number) => ProbeTarget,
  sink: ProbeSink,
): Probers {
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
      if (event.type === 'probe.pace') {
        loop?.setPace(event.pace);
        return;
      }
      const { row, pace } = event;
      abandon(row);
      const listener = {
        result: (result: ProbeResult) => sendBack(eventOf(row, result, sink)),
        crashed: (error: unknown) => self.send({ type: 'probe.crashed', error }),
      };
      loop = new ProbeLoop(means, gate, targetOf(row), listener, pace);
      loops.set(row, loop);
      loop.start();
    });
    return () => {
      if (loop !== null) end(loop);
    };
  });

  return { logic, abandon };
}

function eventOf(row: number, result: ProbeResult, sink: ProbeSink): HealthCheckerEvent {
  switch (result.kind) {
    case 'passed': {
      const { ms, said, warning, agent } = result;
      sink.warned(row, warning);
      const down = agent === null ? null : sink.agentSaid(row, agent);
      return down === null ? { type: 'probe.passed', ms, said } : { type: 'probe.failed', cause: down };
    }
    case 'failed':
      return { type: 'probe.failed', cause: result.cause };
    case 'impossible':
      return { type: 'probe.impossible', cause: result.cause };
  }
}
