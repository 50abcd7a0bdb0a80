import type { Ports, Running } from '../contender.ts';
import { freePorts, untilOpen } from '../ports.ts';
import { type Started, start } from '../processes.ts';

/** Starts a proxy on two free ports and waits until it takes connections. */
export async function startListening(
  command: (ports: Ports) => Parameters<typeof start>,
  pidsOf: (started: Started) => readonly number[] = ({ pid }) => [pid],
): Promise<Running> {
  const [requests = 0, bulk = 0] = await freePorts(2);
  const ports = { requests, bulk };
  const started = start(...command(ports));
  try {
    await untilOpen(requests, started);
    return { ports, pids: pidsOf(started), stop: started.stop };
  } catch (error) {
    await started.stop();
    throw error;
  }
}
