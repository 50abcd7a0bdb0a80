import type { AdminEvent } from './core/admin-event.ts';
import { type ConnectionId, formatConnectionId } from './core/connection-id.ts';
import type { Fact, TransitionFact } from './core/facts.ts';
import type { Plan } from './core/plan.ts';

type About = Omit<AdminEvent, 'id' | 'kind' | 'at'>;

/** Facts that are told as events: transitions are for those who inspect a connection. */
export type ToldFact = Exclude<Fact, TransitionFact>;

export function isTold(fact: Fact): fact is ToldFact {
  return fact.kind !== 'transition';
}

/** What a fact says, with the names that a plan has for its indexes. */
export function eventOfFact(fact: ToldFact, plan: Plan, id: number): AdminEvent {
  return { id, kind: fact.kind, at: fact.at, ...aboutOf(fact, plan) };
}

function aboutOf(fact: ToldFact, plan: Plan): About {
  switch (fact.kind) {
    case 'opened': {
      const { client, local, traceId } = fact;
      return { ...NOTHING, ...ofConnection(fact, plan), data: { client, local, traceId } };
    }
    case 'entered':
      return { ...NOTHING, ...ofConnection(fact, plan), data: { state: fact.state } };
    case 'closed': {
      const { client, opened, reason, during, error, protocol, sni, route } = fact;
      const { bytesUp, bytesDown, visits, traceId } = fact;
      const attempts = fact.attempts.length;
      return {
        ...ofConnection(fact, plan),
        pool: poolOf(plan, fact.pool),
        backend: backendOf(plan, fact.backend),
        data: {
          client,
          opened,
          reason,
          during,
          error,
          protocol,
          sni,
          route,
          attempts,
          bytesUp,
          bytesDown,
          visits,
          traceId,
        },
      };
    }
    case 'limit':
      return {
        ...NOTHING,
        listener: listenerOf(plan, fact.listener),
        data: { limit: fact.limit, count: fact.count },
      };
    case 'health': {
      const { healthy, cause } = fact;
      return {
        ...NOTHING,
        pool: poolOf(plan, fact.pool),
        backend: backendOf(plan, fact.backend),
        data: { healthy, cause },
      };
    }
    case 'ejection': {
      const { change, cause, ms } = fact;
      const [pool, backend] = [poolOf(plan, fact.pool), backendOf(plan, fact.backend)];
      return { ...NOTHING, pool, backend, data: { change, cause, ms } };
    }
    case 'preconnect': {
      const [pool, backend] = [poolOf(plan, fact.pool), backendOf(plan, fact.backend)];
      return { ...NOTHING, pool, backend, data: { ms: fact.ms } };
    }
    case 'agent': {
      const [pool, backend] = [poolOf(plan, fact.pool), backendOf(plan, fact.backend)];
      return { ...NOTHING, pool, backend, data: { said: fact.said } };
    }
    case 'error':
      return { ...NOTHING, connection: idOf(fact.connection), data: { message: fact.message } };
    case 'stage':
      return {
        ...NOTHING,
        connection: idOf(fact.connection),
        data: { stage: fact.stage, message: fact.message },
      };
  }
}

const NOTHING = { connection: null, listener: null, pool: null, backend: null } as const;

function ofConnection(
  { connection, listener }: { readonly connection: ConnectionId; readonly listener: number },
  plan: Plan,
) {
  return { connection: formatConnectionId(connection), listener: listenerOf(plan, listener) };
}

function idOf(connection: ConnectionId | null): string | null {
  return connection === null ? null : formatConnectionId(connection);
}

function listenerOf(plan: Plan, index: number): string | null {
  return plan.listeners[index]?.name ?? null;
}

function poolOf(plan: Plan, index: number): string | null {
  return plan.pools[index]?.name ?? null;
}

function backendOf(plan: Plan, row: number): string | null {
  return plan.backends[row]?.name ?? null;
}
