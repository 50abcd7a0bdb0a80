import type { LimitWithSource, ListenerPlan, StagePlan } from '../core/plan.ts';
import { type Issue, warning } from './issue.ts';
import {
  CONNECTIONS_DEFAULT_MAX,
  CONNECTIONS_DEFAULT_UNKNOWN,
  DESCRIPTORS_PER_CONNECTION,
  DESCRIPTORS_PER_TEE,
  RESERVED_DESCRIPTORS,
  RUNTIME_DESCRIPTORS,
} from './limits.ts';

/** What besides connections needs descriptors. */
export interface DescriptorNeeds {
  readonly listeners: readonly ListenerPlan[];
  readonly backends: number;
  /** What worker threads take, as `workerDescriptors` counts it. */
  readonly workers: number;
}

export interface CompiledLimit {
  readonly limit: LimitWithSource;
  readonly issues: readonly Issue[];
}

/**
 * How many connections the process takes: what is configured, else what its descriptors allow, so that the limit stops
 * clients before the descriptors do. At least 1.
 */
export function compileConnectionLimit(
  configured: number | undefined,
  descriptorLimit: number | null,
  needs: DescriptorNeeds,
): CompiledLimit {
  if (descriptorLimit === null) return withoutDescriptorLimit(configured);
  const each = descriptorsPerConnection(needs.listeners);
  const { listeners, backends, workers } = needs;
  const reserved =
    Math.max(RESERVED_DESCRIPTORS, RUNTIME_DESCRIPTORS + listeners.length + backends) + workers;
  const possible = Math.floor((descriptorLimit - reserved) / each);
  const ofWorkers = workers === 0 ? '' : `, ${workers} of those for worker threads`;
  const sum = `${descriptorLimit} descriptors, ${reserved} of them reserved${ofWorkers}, ${each} for each connection`;
  const issues = shortage(configured, possible, sum);
  if (configured !== undefined) return { limit: { value: configured, reason: 'limits.connections' }, issues };
  const value = Math.max(1, Math.min(possible, CONNECTIONS_DEFAULT_MAX));
  const capped = possible > CONNECTIONS_DEFAULT_MAX ? `, at most ${CONNECTIONS_DEFAULT_MAX}` : '';
  return { limit: { value, reason: `default: ${sum}${capped}` }, issues };
}

/** The two sockets, and what the stages take of the route whose stages take most. */
function descriptorsPerConnection(listeners: readonly ListenerPlan[]): number {
  let most = 0;
  for (const { stages } of listeners.flatMap((listener) => listener.routes))
    most = Math.max(
      most,
      stages.reduce((sum, stage) => sum + descriptorsOf(stage), 0),
    );
  return DESCRIPTORS_PER_CONNECTION + most;
}

/** Two files for a tee, a socket for each direction of a mirror. */
function descriptorsOf(stage: StagePlan): number {
  if (stage.kind === 'tee') return DESCRIPTORS_PER_TEE;
  if (stage.kind !== 'mirror') return 0;
  return stage.direction === 'both' ? 2 : 1;
}

function shortage(configured: number | undefined, possible: number, sum: string): Issue[] {
  const path = configured === undefined ? [] : ['limits', 'connections'];
  if (possible < 1)
    return [warning(path, `the descriptor limit is too low to serve anybody: ${sum}; raise it (ulimit -n)`)];
  if (configured === undefined || configured <= possible) return [];
  return [
    warning(
      path,
      `${configured} is more than the descriptors allow, which is ${possible}: ${sum}; raise the limit (ulimit -n)`,
    ),
  ];
}

function withoutDescriptorLimit(configured: number | undefined): CompiledLimit {
  if (configured !== undefined)
    return { limit: { value: configured, reason: 'limits.connections' }, issues: [] };
  const reason = 'default: the descriptor limit of this system is not known';
  return { limit: { value: CONNECTIONS_DEFAULT_UNKNOWN, reason }, issues: [] };
}
