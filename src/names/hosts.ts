import { parseIp } from '../core/cidr.ts';

/** Addresses by name in lower case. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** Reads the text of /etc/hosts (hosts(5)); what is not understood is passed over. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (parseIp(address) === null) continue;
    for (const name of names.map((one) => one.toLowerCase())) {
      const known = hosts.get(name) ?? [];
      if (!known.includes(address)) hosts.set(name, [...known, address]);
    }
  }
  return hosts;
}

/** `localhost` and what is below it are this machine, and no server is asked (RFC 6761, section 6.3). */
export function isLocalhost(name: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(name);
}

export const LOCALHOST: readonly string[] = ['127.0.0.1', '::1'];
