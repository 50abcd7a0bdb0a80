import type { Plan } from '../../core/plan.ts';
import { arrive } from './client.ts';
import { describeClient, type ReadFile } from './describe-client.ts';
import type { ExplainOptions } from './options.ts';
import { tell } from './text.ts';

/** What is printed, and the exit code: 0 a route takes the client, 1 none does, 2 the client cannot be made out. */
export interface Explained {
  readonly text: string;
  readonly exit: 0 | 1 | 2;
}

/** Which route a client would take through a plan, and why. Opens no socket. */
export function explain(plan: Plan, options: ExplainOptions, readFile: ReadFile): Explained {
  const listeners = plan.listeners.filter(({ retired }) => !retired);
  const named = listeners.find(({ name }) => name === options.listener);
  const [only, another] = listeners;
  const listener = options.listener === undefined && another === undefined ? only : named;
  if (listener === undefined) {
    const names = listeners.map(({ name }) => name).join(', ');
    return { text: `sluice: --listener: expected one of ${names}\n`, exit: 2 };
  }
  const described = describeClient(options, listener, plan.protocolRules, readFile);
  if (typeof described === 'string') return { text: `sluice: ${described}\n`, exit: 2 };
  return tell(plan, listener, arrive(described, listener));
}
