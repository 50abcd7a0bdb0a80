import { isDeepStrictEqual } from 'node:util';
import type { BackendPlan, ListenerPlan, Plan, PoolPlan, RouteAction } from '../core/plan.ts';
import type { NameChanges, PlanDiff } from '../core/plan-diff.ts';

/**
 * What becomes different when `next` replaces `current`, by names: indexes, versions, reasons, who accepts and
 * the planes of listeners, which are those of the shards, do not count, and what is retired is not there. A pool has changed when its own settings or the order of the backends it keeps have;
 * backends that came or went are told by themselves. Give `next` as it was compiled: a settled plan has the settings that
 * need a restart from the plan before, so that `needsRestart` would be empty. Pure.
 */
export function diffPlans(current: Plan, next: Plan): PlanDiff {
  return {
    listeners: compare(listenersOf(current), listenersOf(next)),
    pools: compare(...withSharedOrder(current, next)),
    backends: compare(backendsOf(current), backendsOf(next)),
    settings: differing(settingsOf(current), settingsOf(next)),
    needsRestart: differing(restartSettingsOf(current), restartSettingsOf(next)),
  };
}

/** What is compared of each thing, by the name under which it is told. */
type ByName = ReadonlyMap<string, unknown>;

function compare(current: ByName, next: ByName): NameChanges {
  const names = [...next.keys()];
  return {
    added: names.filter((name) => !current.has(name)),
    removed: [...current.keys()].filter((name) => !next.has(name)),
    changed: names.filter(
      (name) => current.has(name) && !isDeepStrictEqual(current.get(name), next.get(name)),
    ),
  };
}

function listenersOf(plan: Plan): ByName {
  return new Map(
    visible(plan.listeners).map((listener) => [listener.name, listenerContent(listener, plan.pools)]),
  );
}

function listenerContent(listener: ListenerPlan, pools: readonly PoolPlan[]): unknown {
  const { drained = false, listen, sniff, limits, access, timeouts, proxyIn, tls, transparent } = listener;
  const routes = listener.routes.map(({ action, stages, ...route }) => ({
    ...route,
    stages: stages.map((stage) =>
      stage.kind === 'mirror' ? { ...stage, pool: pools[stage.pool]?.name } : stage,
    ),
    action: actionContent(action, pools),
  }));
  return { drained, listen, sniff, limits, access, timeouts, proxyIn, tls, transparent, routes };
}

/** With the names of pools instead of their indexes. */
function actionContent(action: RouteAction, pools: readonly PoolPlan[]): unknown {
  if (action.kind === 'pool') return { to: pools[action.pool]?.name };
  if (action.kind !== 'split') return action;
  return { ...action, of: action.of.map(({ pool, weight }) => ({ to: pools[pool]?.name, weight })) };
}

/** The pools of both plans; of their backends the names of those that both have, in order. */
function withSharedOrder(current: Plan, next: Plan): [ByName, ByName] {
  const [before, after] = [backendsOf(current), backendsOf(next)];
  const poolsOf = (plan: Plan): ByName =>
    new Map(
      visible(plan.pools).map((pool) => {
        const { index: _index, backends: _backends, retired: _retired, name, ...own } = pool;
        const order = membersOf(pool, plan)
          .map((backend) => nameOf(backend, plan))
          .filter((name) => before.has(name) && after.has(name));
        return [name, { ...own, order }];
      }),
    );
  return [poolsOf(current), poolsOf(next)];
}

function backendsOf(plan: Plan): ByName {
  const members = visible(plan.pools).flatMap((pool) => membersOf(pool, plan));
  return new Map(
    members.map((backend) => {
      const { address, original, weight, priority, backup, connectionsMax, resolve } = backend;
      const content = { address, original, weight, priority, backup, connectionsMax, resolve };
      return [nameOf(backend, plan), content];
    }),
  );
}

function membersOf(pool: PoolPlan, plan: Plan): BackendPlan[] {
  return pool.backends.map((row) => plan.backends[row]).filter((backend) => backend !== undefined);
}

function nameOf(backend: BackendPlan, plan: Plan): string {
  return `${plan.pools[backend.pool]?.name}/${backend.name}`;
}

function settingsOf(plan: Plan): ByName {
  return new Map<string, unknown>([
    ['timeouts.drain', plan.drainMs],
    ['timeouts.hang', plan.hangMs],
    ['socket.no_delay', plan.socket.noDelay],
    ['socket.keepalive', plan.socket.keepaliveMs],
    ['socket.receive_buffer', plan.socket.receiveBuffer],
    ['socket.send_buffer', plan.socket.sendBuffer],
    ['socket.user_timeout', plan.socket.userTimeoutMs],
    ['socket.not_sent_lowat', plan.socket.notSentLowat],
    ['resolver', plan.resolver],
    ['protocols', plan.protocolRules],
    ['machine_engine', plan.machineEngine],
    ['limits.connections', plan.limits.connections.value],
    ['telemetry.traces.sample', [plan.telemetry.sample, plan.telemetry.followsParent]],
    ['telemetry.traces.also', plan.telemetry.also],
    ['telemetry.traces.heartbeat', plan.telemetry.heartbeatMs],
  ]);
}

function restartSettingsOf({ workers, groups, reload, telemetry, admin, toxiproxy }: Plan): ByName {
  const shards = groups.map(({ first, count }) => ({ first, count }));
  return new Map<string, unknown>([
    ['workers', { threads: workers.count, shards }],
    ['plane', groups.map(({ plane }) => plane)],
    ['busy_poll', workers.busyPoll],
    ['reload', reload],
    ['telemetry.traces.otlp', telemetry.otlp],
    ['telemetry.metrics.prometheus', telemetry.prometheus],
    ['telemetry.access_log.to', telemetry.accessLog.to],
    ['admin.listen', admin?.listen],
    ['admin.token_env', admin?.tokenEnv ?? null],
    ['admin.tls', admin?.tls ?? null],
    ['admin.trace_url', admin?.traceUrl ?? null],
    ['toxiproxy.listen', toxiproxy?.listen],
  ]);
}

function differing(current: ByName, next: ByName): readonly string[] {
  return compare(current, next).changed;
}

function visible<T extends { readonly retired: boolean }>(entries: readonly T[]): T[] {
  return entries.filter(({ retired }) => !retired);
}
