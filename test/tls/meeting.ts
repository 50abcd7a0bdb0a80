import type { Endpoint } from '../../src/core/ports.ts';
import type {
  ConnectTlsPlan,
  ListenerTlsPlan,
  TlsFacts,
  TlsFailure,
  TlsHandler,
  TlsSessions,
} from '../../src/core/tls.ts';
import { MemoryNetwork } from '../../src/plane/memory/index.ts';
import { createTlsSessions } from '../../src/tls/index.ts';
import { listen, observe, SOCKET_OPTIONS } from '../plane/contract/support.ts';
import type { World } from '../plane/contract/world.ts';
import { makeMemoryWorld } from '../plane/memory-world.ts';
import { connectPlan, listenerPlan } from './plans.ts';

/** What a side was told of a handshake. */
export interface Outcome extends TlsHandler {
  endpoint: Endpoint | null;
  facts: TlsFacts | null;
  failure: TlsFailure | null;
  told: number;
}

/** Of a handshake over `under`, which is closed where it fails. */
export function outcome(under: () => Endpoint | null = () => null): Outcome {
  return {
    endpoint: null,
    facts: null,
    failure: null,
    told: 0,
    secured(endpoint, facts) {
      this.told++;
      this.endpoint = endpoint;
      this.facts = facts;
    },
    failed(failure) {
      this.told++;
      this.failure = failure;
      const left = under();
      if (left === null) return;
      observe(left);
      left.close();
    },
  };
}

/** What the sides of a meeting want. */
export interface Wishes {
  readonly server?: Partial<ListenerTlsPlan> | ListenerTlsPlan;
  readonly client?: Partial<ConnectTlsPlan>;
  readonly serverName?: string | null;
  readonly host?: string;
  readonly alpn?: readonly string[];
}

/** A world on a network in memory in which TLS has all the turns of Node it needs, and the sessions of its shard. */
export function memoryWorld(): { world: World; sessions: TlsSessions } {
  const world = makeMemoryWorld(new MemoryNetwork({ seed: 5 }), 500);
  return { world, sessions: createTlsSessions({ onError: (error) => world.errors.push(error) }) };
}

/** A client and a server of ours shake hands; both have been told how it ended, or one waits for the other. */
export async function meet(
  wishes: Wishes = {},
  { world, sessions } = memoryWorld(),
): Promise<{ server: Outcome; client: Outcome; world: World; serverUnder: Endpoint }> {
  let dialed: Endpoint | null = null;
  const server: Outcome = outcome(() => accepted[0] as Endpoint);
  const client = outcome(() => dialed);
  const { listening, accepted } = await listen(world, undefined, (under) => {
    sessions.accept(under, listenerPlan(wishes.server), server);
  });
  world.plane.dial(listening.address, SOCKET_OPTIONS, {
    connected: (under) => {
      dialed = under;
      const { serverName = 'a.test', host = '127.0.0.1', alpn = [] } = wishes;
      sessions.connect(under, { plan: connectPlan(wishes.client), serverName, host, alpn }, client);
    },
    failed: () => {},
  });
  await world.until(() => server.told > 0 && client.told > 0, 'the end of the handshake');
  return { server, client, world, serverUnder: accepted[0] as Endpoint };
}
