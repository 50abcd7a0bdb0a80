import { type Admin, type AdminWrite, startAdmin } from '../admin/index.ts';
import { type Loaded, parseCapture, parseConfig, parseStage, type StagePlace } from '../config/index.ts';
import type { CaptureControl } from '../core/capture-control.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import { SluiceError } from '../core/errors.ts';
import type { AdminPlan, Plan } from '../core/plan.ts';
import type { StageControl, StageTarget } from '../core/stage-control.ts';
import type { ListenerStatus, ReloadResult, StatusSource } from '../core/status.ts';
import type { Overlaid } from './overlaid.ts';
import type { Next, Reloaded } from './reloads.ts';
import type { Bound } from './shard-host.ts';

/** What the admin server asks of a service, and tells it. */
export interface Administered {
  /** The text of the configuration in force; null where it was made of none. */
  readonly configText: string | null;
  /** In force now. */
  readonly plan: Plan;
  readonly stages: StageControl;
  readonly captures: CaptureControl;
  readonly overlaid: Overlaid;
  /** Where its listeners are bound. */
  readonly listeners: Bound;
  /** As a reload. */
  reloadTo(next: () => Next): Promise<Reloaded>;
  reload(plan: Plan, text: string): Promise<Reloaded>;
  drain(signal: null): Promise<unknown>;
  reloadFailed(error: unknown): void;
  /** Hears of each request for a change, as it was answered. */
  adminWrote(write: AdminWrite): void;
}

/** What only looks at a service, or changes it without a plan. */
export type Facts = Pick<
  StatusSource,
  | 'status'
  | 'connection'
  | 'list'
  | 'kill'
  | 'override'
  | 'history'
  | 'counts'
  | 'listenerCounts'
  | 'events'
  | 'inspect'
>;

/** What a configuration that came over HTTP is called in messages. */
const SOURCE = 'PUT /v1/config';
const CHECKED = 'config';

/** Starts the admin server of a plan. Rejects with ADMIN_FAILED where it cannot be bound or its token is missing. */
export function openAdmin(plan: AdminPlan, facts: Facts, service: Administered): Promise<Admin> {
  const { stages, captures } = service;
  const source: StatusSource = {
    stages: {
      list: (target) => stages.list(target),
      put: (target, name, stage) => stages.put(target, name, stage),
      remove: (target, name) => stages.remove(target, name),
      replace: (listener, named) => stages.replace(listener, named),
      read: (item, target, name) => parseStage(item, placeOf(service.plan, target, name)),
    },
    captures: {
      start: (request) => captures.start(request),
      list: () => captures.list(),
      get: (id) => captures.get(id),
      stop: (id) => captures.stop(id),
      read: parseCapture,
    },
    status: () => facts.status(),
    connection: (id) => facts.connection(id),
    list: (query) => facts.list(query),
    kill: (connections) => facts.kill(connections),
    override: (pool, backend, change, by) => facts.override(pool, backend, change, by),
    drainListener: (listener, isDrained) => drainListener(service, facts, listener, isDrained),
    history: (pool) => facts.history(pool),
    counts: () => facts.counts(),
    listenerCounts: (listener) => facts.listenerCounts(listener),
    events: (take, wantsDetail, after) => facts.events(take, wantsDetail, after),
    inspect: (target, take) => facts.inspect(target, take),
    configText: () => service.configText,
    validate: (text) => parseConfig(text, CHECKED).warnings,
    // Whoever runs the service hears of it where it fails.
    drain: () => void service.drain(null).catch(() => {}),
    reload: (text) => reloadText(service, text),
  };
  return startAdmin(plan.listen, source, {
    token: readToken(plan.tokenEnv),
    tokenName: plan.tokenEnv,
    tls: plan.tls,
    onWrite: (write) => service.adminWrote(write),
  });
}

function placeOf({ listeners }: Plan, target: StageTarget, name: string): StagePlace {
  if ('connection' in target)
    return { owner: `${formatConnectionId(target.connection)}/${name}`, terminatesTls: false };
  const listener = listeners.find((one) => one.name === target.listener && !one.retired);
  return { owner: `${target.listener}/run-time/${name}`, terminatesTls: (listener?.tls ?? null) !== null };
}

function readToken(variable: string | null): string | null {
  if (variable === null) return null;
  const token = process.env[variable] ?? '';
  if (token === '')
    throw new SluiceError('ADMIN_FAILED', `admin.token_env: the variable ${variable} holds no token`);
  return token;
}

async function drainListener(
  service: Administered,
  facts: Facts,
  name: string,
  isDrained: boolean,
): Promise<ListenerStatus | null> {
  const isInUse = (): boolean => service.plan.listeners.some((one) => one.name === name && !one.retired);
  if (service.overlaid.isDisabled(name))
    throw new SluiceError(
      'LISTENER_DISABLED',
      `listener "${name}" is disabled by Toxiproxy's API, which has closed it; enable it there first`,
    );
  if (!isInUse()) return null;
  await service.reloadTo(() => service.overlaid.drained(name, isDrained, service.listeners));
  return facts.status().listeners.find((one) => one.name === name && !one.retired) ?? null;
}

async function reloadText(service: Administered, text: string): Promise<ReloadResult> {
  let loaded: Loaded;
  try {
    loaded = parseConfig(text, SOURCE);
  } catch (error) {
    service.reloadFailed(error);
    throw error;
  }
  return { ...(await service.reload(loaded.plan, text)), warnings: loaded.warnings };
}
