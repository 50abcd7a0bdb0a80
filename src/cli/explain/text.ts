import { formatAddress } from '../../core/address.ts';
import type { ListenerPlan, Plan, RoutePlan } from '../../core/plan.ts';
import { explainRoutes, type KeyExplanation, type Known, type RouteExplanation } from '../../route/index.ts';
import type { Arrived } from './client.ts';

/** Backends of one pool that are told. */
const BACKENDS_TOLD_MAX = 32;

const OUTCOMES: Readonly<Record<RouteExplanation['outcome'], string>> = {
  taken: 'TAKEN',
  passed: 'does not match',
  'waited-for': 'cannot be told yet',
  'not-reached': 'not reached',
  'left-out': 'left out: TLS was terminated',
};

const TLS: Readonly<Record<Arrived['tls'], string | null>> = {
  none: null,
  passthrough: 'TLS is passed through',
  terminate: 'TLS is terminated here',
  'no-certificate': 'TLS is not terminated: no certificate is for this name, and none is the default',
};

/** What becomes of a client at a listener, and why; 0 where a route takes it, else 1. */
export function tell(
  plan: Plan,
  listener: ListenerPlan,
  { known, tls }: Arrived,
): { text: string; exit: 0 | 1 } {
  const told = explainRoutes(listener.routes, known);
  const taken = told.find(({ outcome }) => outcome === 'taken');
  const route = listener.routes.find(({ index }) => index === taken?.index);
  const lines = [
    `listener ${listener.name}, ${from(known)}${to(known)}`,
    ...(TLS[tls] === null ? [] : [TLS[tls]]),
    ...told.flatMap(routeLines),
    '',
    ...(route === undefined ? [withoutRoute(told)] : targetLines(plan, route)),
  ];
  return { text: `${lines.join('\n')}\n`, exit: route === undefined ? 1 : 0 };
}

function from({ source }: Known): string {
  return source === '' ? 'a client without an address' : `a client from ${source}`;
}

function to({ destination }: Known): string {
  return destination === null ? '' : ` to ${formatAddress(destination)}`;
}

function routeLines({ route, outcome, keys, keysLeftOut }: RouteExplanation): string[] {
  const more = keysLeftOut === 0 ? [] : [`    and ${keysLeftOut} more keys`];
  const why = keys.length === 0 ? ['    every connection'] : keys.map(keyLine);
  return [`  ${route}: ${OUTCOMES[outcome]}`, ...why, ...more];
}

function keyLine({ key, wanted, seen, verdict }: KeyExplanation): string {
  const saw = seen.length === 0 ? 'nothing' : seen.join(', ');
  return `    ${verdict.padEnd(5)}  ${key}: wants ${wanted.join(' or ')}, saw ${saw}`;
}

function withoutRoute(told: readonly RouteExplanation[]): string {
  return told.some(({ outcome }) => outcome === 'waited-for')
    ? 'no route yet: more must be known of the client'
    : 'no route: the client is reset';
}

function targetLines(plan: Plan, { name, action }: RoutePlan): string[] {
  switch (action.kind) {
    case 'pool':
      return [`${name} leads to:`, ...poolLines(plan, action.pool, '')];
    case 'split':
      return [
        `${name} leads to one of these, ${action.sticky ? 'by the address of the client' : 'by chance'}:`,
        ...action.of.flatMap(({ pool, weight }) => poolLines(plan, pool, `, weight ${weight}`)),
      ];
    case 'reject':
      return [`${name} rejects it: ${action.how}`];
    case 'echo':
    case 'discard':
      return [`${name} leads to no pool: ${action.kind}`];
  }
}

function poolLines(plan: Plan, index: number, weight: string): string[] {
  const pool = plan.pools[index];
  const backends = (pool?.backends ?? []).map((row) => plan.backends[row]).filter((one) => one !== undefined);
  const more = backends.length - BACKENDS_TOLD_MAX;
  return [
    `  pool ${pool?.name}${weight}, ${pool?.balance}`,
    ...backends.slice(0, BACKENDS_TOLD_MAX).map((backend) => {
      const where = backend.original ? 'where the client wanted to go' : formatAddress(backend.address);
      return `    ${backend.name} (${where}), weight ${backend.weight}${backend.backup ? ', backup' : ''}`;
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}
