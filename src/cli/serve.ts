import type { Plan } from '../core/plan.ts';
import { type Service, startService } from '../service.ts';
import { endOnDefect, HOST } from './host.ts';
import { Stopper } from './stopping.ts';

export interface ServeOptions {
  /** Called when the service is ready. What it returns is called when the service was stopped. */
  readonly ready?: (service: Service) => () => void | Promise<void>;
}

/** Runs a plan until a signal stops it. Rejects with a SluiceError where it cannot start. */
export async function serve(plan: Plan, options: ServeOptions = {}): Promise<void> {
  const { ready = () => () => {} } = options;
  let service: Service | null = null;
  endOnDefect(() => service);
  const stopper = new Stopper(HOST);
  try {
    service = await startService(plan);
    const end = ready(service);
    await stopper.until(service);
    await end();
  } finally {
    stopper.close();
  }
}
