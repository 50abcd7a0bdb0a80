import type { Address } from '../core/address.ts';
import { anyCidrContains, parseCidr } from '../core/cidr.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => {
  const cidr = parseCidr(text);
  if (typeof cidr === 'string') throw new Error(cidr);
  return cidr;
});

/** Whether an address is reached from this machine alone. A Unix socket is, but no browser can be led to it. */
export function isLoopback(address: Address): boolean {
  return address.kind === 'tcp' && isLoopbackHost(address.host);
}

/** Whether nobody but this machine reaches an address: loopback, or a Unix socket, whose file says who may. */
export function isLocal(address: Address): boolean {
  return address.kind === 'unix' || isLoopback(address);
}

/**
 * Whether a Host header may be answered by a server bound to `bound`. On loopback only loopback names may: a web page
 * whose name was made to resolve to 127.0.0.1 (DNS rebinding) would otherwise read what is served here. A request
 * without the header comes from no browser and may.
 */
export function hostAllowed(bound: Address, header: string | undefined): boolean {
  if (header === undefined || !isLoopback(bound)) return true;
  return isLoopbackHost(hostname(header));
}

function hostname(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(header);
  return bracketed?.[1] ?? header.replace(/:\d*$/, '');
}

function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || anyCidrContains(LOOPBACK, name);
}
