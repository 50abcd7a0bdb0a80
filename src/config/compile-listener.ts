import type { ListenerPlan, Timeouts } from '../core/plan.ts';
import { choosePlane } from './choose-plane.ts';
import { compileProxyIn } from './compile-proxy.ts';
import { compileRoutes, type PoolIndexes } from './compile-route.ts';
import { compileStages } from './compile-stages.ts';
import { compileListenerTls, type TlsContext } from './compile-tls.ts';
import { wrongValue } from './issue.ts';
import type { Config } from './schema.ts';

type ListenerConfig = Config['listeners'][number];

/** What a listener is compiled with besides itself. */
export interface ListenerContext extends TlsContext {
  readonly config: Config;
  readonly pools: PoolIndexes;
}

/** A listener with its routes. What its files and the environment do not allow is told in the issues. */
export function compileListener(
  listener: ListenerConfig,
  index: number,
  accept: ListenerPlan['accept'],
  context: ListenerContext,
): ListenerPlan {
  const { limits, sniff, tls, transparent, allow = [], deny = [] } = listener;
  const { config, environment } = context;
  const path = ['listeners', index];
  const stages = compileStages(listener.stages, listener.name, context.pools);
  const plane = choosePlane(listener.listen, environment, config.plane, config.workers);
  if (transparent !== 'off' && plane.name !== 'linux')
    context.issues.push(
      wrongValue(
        [...path, 'transparent'],
        `${transparent} needs the linux plane, and this listener has net: ${plane.reason}`,
      ),
    );
  return {
    index,
    name: listener.name,
    retired: false,
    listen: listener.listen,
    plane,
    accept,
    sniff: { timeoutMs: sniff.timeout, bytesMax: sniff.bytes },
    limits: {
      connections: limits.connections ?? 0,
      connectionsPerIp: limits.connections_per_ip ?? 0,
      acceptRate: limits.accept_rate ?? 0,
      onLimit: limits.on_limit,
      waitingMax: limits.waiting,
    },
    access: { allow, deny },
    proxyIn: compileProxyIn(listener),
    tls: tls === undefined ? null : compileListenerTls(tls, [...path, 'tls'], context),
    transparent,
    routes: compileRoutes(listener, stages, context.pools),
    timeouts: compileTimeouts(listener.timeouts, config.timeouts),
  };
}

function compileTimeouts(own: ListenerConfig['timeouts'], all: Config['timeouts']): Timeouts {
  return {
    idleMs: own.idle ?? all.idle,
    writeStallMs: own.write_stall ?? all.write_stall,
    halfClosedMs: own.half_closed ?? all.half_closed,
    lingerMs: own.linger ?? all.linger,
    queueMs: own.queue ?? all.queue,
  };
}
