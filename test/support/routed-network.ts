import { fileURLToPath } from 'node:url';
import type { Child } from './child.ts';
import { reportOf } from './peers.ts';
import { run, start } from './process.ts';
import { program } from './programs.ts';
import { type Sluice, type SluiceOptions, startSluice } from './sluice.ts';

/** One IP version of the network. The router has an address on either side. */
export interface Addresses {
  readonly client: string;
  /** The router's, on the side of the client. */
  readonly router: string;
  readonly servers: readonly [string, string];
}

export const IPV4: Addresses = {
  client: '10.77.1.2',
  router: '10.77.1.1',
  servers: ['10.77.2.2', '10.77.2.3'],
};
export const IPV6: Addresses = {
  client: 'fd77:1::2',
  router: 'fd77:1::1',
  servers: ['fd77:2::2', 'fd77:2::3'],
};

/** What a client was told, by one that was asked from `asked`. */
export interface Asked {
  /** Address and port of the client, as it sees them itself; null where it could not connect. */
  readonly asked: string | null;
  readonly error: string | null;
  readonly answer: string | null;
}

/** What a server saw of the connection it answered. Addresses are `host port`, IPv4 ones mapped. */
export interface Seen {
  readonly local: string;
  readonly remote: string;
  /** All that it was sent, in hex. */
  readonly bytes: string;
}

/**
 * Three networks of their own: a client, a router with the interfaces `lan0` (to the client) and `wan0` (to the server),
 * and a server of two addresses. The router forwards nothing: whatever passes it has passed through a program on it.
 */
export class RoutedNetwork {
  readonly #client: Child;
  readonly #router: Child;
  readonly #server: Child;

  private constructor(client: Child, router: Child, server: Child) {
    this.#client = client;
    this.#router = router;
    this.#server = server;
  }

  static async make(): Promise<RoutedNetwork> {
    const [client, router, server] = await Promise.all([holder(), holder(), holder()]);
    const network = new RoutedNetwork(client, router, server);
    const near = ['10.77.2.1', 'fd77:2::1'];
    const [toClient, toServer] = [
      [IPV4.router, IPV6.router],
      [...IPV4.servers, ...IPV6.servers],
    ];
    await ip(network.#router, [
      ...cable('lan0', network.#client, toClient),
      ...cable('wan0', network.#server, near),
    ]);
    await Promise.all([
      ip(network.#client, endOfCable([IPV4.client, IPV6.client], toClient)),
      ip(network.#server, endOfCable(toServer, near)),
    ]);
    return network;
  }

  /** Runs lines of a shell on the router, and stops at the first that fails. */
  async onRouter(script: string): Promise<void> {
    await run(program('nsenter'), inside(this.#router, '/bin/sh', '-euc', script));
  }

  async loadRules(rules: string): Promise<void> {
    await run(program('nsenter'), inside(this.#router, program('nft'), '-f', '-'), { input: rules });
  }

  /** Runs it on the router; `before` comes first on its command line. */
  sluice(config: string, before: readonly string[] = [], options: SluiceOptions = {}): Promise<Sluice> {
    const command = inside(this.#router, ...before, process.execPath);
    return startSluice(config, { ...options, node: program('nsenter'), nodeArgs: command });
  }

  /** A server that answers at these ports of all its addresses. */
  async serve(...ports: readonly number[]): Promise<void> {
    const server = script(this.#server, 'tells-ends.mjs', ports.map(String));
    await reportOf(server, 'listening');
  }

  /** Connects from the client, sends a text and waits for the answer. */
  ask(host: string, port: number, text = 'hello'): Promise<Asked> {
    return reportOf<Asked>(script(this.#client, 'ask.mjs', [host, String(port), text]), 'asked');
  }
}

/** A network namespace belongs to a process that ends with the test, and with this process however that ends. */
async function holder(): Promise<Child> {
  const holder = start(program('unshare'), ['--net', 'sh', '-c', 'echo made; exec cat'], {
    stopSignal: 'SIGKILL',
  });
  await holder.waitForLine(/^made$/);
  return holder;
}

function script(where: Child, name: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
  return start(program('nsenter'), inside(where, process.execPath, path, ...args));
}

function inside({ pid }: Child, ...command: readonly string[]): string[] {
  return [`--net=/proc/${pid}/ns/net`, ...command];
}

/** Runs lines of `ip` there, and stops at the first that fails. */
async function ip(where: Child, lines: readonly string[]): Promise<void> {
  const input = `${lines.join('\n')}\n`;
  await run(program('nsenter'), inside(where, program('ip'), '-batch', '-'), { input });
}

/** A cable from the router, where it has these addresses, to `eth0` of another network. */
function cable(name: string, far: Child, near: readonly string[]): string[] {
  const peer = `peer name eth0 netns ${far.pid}`;
  return [`link add ${name} type veth ${peer}`, ...device(name, near)];
}

function endOfCable(addresses: readonly string[], gateways: readonly string[]): string[] {
  const routes = gateways.map((gateway) => `route add default via ${gateway}`);
  return [...device('eth0', addresses), ...routes];
}

/** IPv6 addresses without duplicate address detection, which takes a second. */
function device(name: string, addresses: readonly string[]): string[] {
  const added = addresses.map((address) =>
    address.includes(':') ? `addr add ${address}/64 dev ${name} nodad` : `addr add ${address}/24 dev ${name}`,
  );
  return [...added, ...[name, 'lo'].map((link) => `link set ${link} up`)];
}
