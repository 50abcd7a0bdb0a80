import { formatCidr } from '../core/format-cidr.ts';
import type { PoolPlan, RouteAction, RouteMatch, RoutePlan } from '../core/plan.ts';
import { describeStage } from './describe-stages.ts';
import type { Row } from './layout.ts';
import { quote } from './show.ts';

/** Values of one key that are shown; how many more there are is told. */
const VALUES_SHOWN_MAX = 16;

/** A route: its name, who takes it, and what becomes of them. */
export function describeRoute(route: RoutePlan, pools: readonly PoolPlan[]): Row {
  const { action, match, name, priority, stages, tlsPassthrough } = route;
  const rank = priority === 0 ? '' : `, priority ${priority} in its queue`;
  const target = `→ ${describeAction(action, pools)}${rank}${tlsPassthrough ? ', TLS passed through' : ''}`;
  const through =
    stages.length === 0
      ? []
      : [`through ${stages.map((stage) => describeStage(stage, pools)).join(', then ')}`];
  return [name, match === null ? 'every connection' : describeMatch(match), target, ...through];
}

function describeAction(action: RouteAction, pools: readonly PoolPlan[]): string {
  switch (action.kind) {
    case 'pool':
      return `pool ${pools[action.pool]?.name}`;
    case 'split': {
      const shares = action.of.map(({ pool, weight }) => `pool ${pools[pool]?.name} (${weight})`);
      return `${shares.join(' or ')}, ${action.sticky ? 'by the address of the client' : 'by chance'}`;
    }
    case 'reject':
      return action.how === 'answer'
        ? `reject by an answer of ${Buffer.from(action.bytes, 'base64').length} bytes`
        : `reject by ${action.how}`;
    case 'echo':
    case 'discard':
      return action.kind;
  }
}

function describeMatch(match: RouteMatch): string {
  const { port, clientCertificate: certificate, any, all, not } = match;
  const ports = port?.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const keys = [
    key('protocol', match.protocol),
    key('sni', match.sni),
    key('alpn', match.alpn),
    key('host', match.host),
    key('postgres_user', match.postgresUser?.map(quote)),
    key('postgres_database', match.postgresDatabase?.map(quote)),
    key('mqtt_client_id', match.mqttClientId?.map(quote)),
    key('source', match.source?.map(formatCidr)),
    key('destination', match.destination?.map(formatCidr)),
    key('port', ports),
    key('original_destination', match.originalDestination?.map(formatCidr)),
    certificate === undefined ? undefined : `${certificate ? 'a' : 'no'} client certificate`,
    any && `any of (${any.map(describeMatch).join(') (')})`,
    all && `all of (${all.map(describeMatch).join(') (')})`,
    not && `not (${describeMatch(not)})`,
  ];
  return keys.filter((text) => text !== undefined).join(' and ');
}

function key(name: string, values: readonly string[] | undefined): string | undefined {
  if (values === undefined) return undefined;
  const more = values.length - VALUES_SHOWN_MAX;
  const shown = values.slice(0, VALUES_SHOWN_MAX);
  return `${name} ${(more > 0 ? [...shown, `${more} more`] : shown).join(' or ')}`;
}
