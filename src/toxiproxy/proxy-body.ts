import { type Address, formatAddress, parseAddress } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import { ApiError, badBody, missingField } from './api-error.ts';
import { Fields } from './decode.ts';

/** What a client says of a proxy. */
export interface ProxyBody {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
}

/** Reads a new proxy; it is enabled where nothing else is said. `at` tells which of a list it is, from 1. */
export function readProxy(body: unknown, at?: number): ProxyBody {
  const proxy = changedProxy({ name: '', listen: '', upstream: '', enabled: true }, body);
  const where = at === undefined ? '' : ` at proxy ${at}`;
  if (proxy.name === '') throw missingField(`name${where}`);
  if (proxy.upstream === '') throw missingField(`upstream${where}`);
  return proxy;
}

/** A proxy with what a body changes of it. */
export function changedProxy(before: ProxyBody, body: unknown): ProxyBody {
  const fields = new Fields(body, 'Proxy');
  return {
    name: fields.text('name', before.name),
    listen: fields.text('listen', before.listen),
    upstream: fields.text('upstream', before.upstream),
    enabled: fields.flag('enabled', before.enabled),
  };
}

/** Reads a list of proxies, no name twice. */
export function readProxies(body: unknown): ProxyBody[] {
  if (body === null) return [];
  if (!Array.isArray(body)) throw badBody('json: cannot unmarshal object into Go value of type []Proxy');
  const proxies = body.map((item: unknown, index) => readProxy(item, index + 1));
  const names = new Set<string>();
  for (const { name } of proxies) {
    if (names.has(name)) throw new ApiError(`duplicate proxy name ${JSON.stringify(name)}`, 500);
    names.add(name);
  }
  return proxies;
}

/** Where a proxy listens: everywhere on a free port where nothing is said. `localhost` is 127.0.0.1. Throws an ApiError. */
export function listenAddressOf(text: string): Address {
  const address = text === '' ? parseAddress('[::]:0') : parseAddress(text);
  if (typeof address === 'string') throw new ApiError(`listen tcp: address ${text}: ${address}`, 500);
  if (address.kind === 'unix') throw new ApiError(`listen tcp: address ${text}: this is no TCP address`, 500);
  return address.host.toLowerCase() === 'localhost' ? { ...address, host: '127.0.0.1' } : address;
}

/** Where a proxy connects to; no host, or one that stands for all, is this machine. Throws an ApiError. */
export function upstreamAddressOf(text: string): Address {
  const address = parseAddress(text);
  if (typeof address === 'string') throw badBody(`upstream ${text}: ${address}`);
  if (address.kind === 'unix') throw badBody(`upstream ${text}: this is no TCP address`);
  if (address.port === 0) throw badBody(`upstream ${text}: nobody can connect to port 0`);
  const isAny = parseIp(address.host)?.every((byte) => byte === 0) ?? false;
  return isAny ? { ...address, host: '127.0.0.1' } : address;
}

/** Whether two texts are the same address to listen on. */
export function isSameListen(one: string, other: string): boolean {
  return one === other || formatAddress(listenAddressOf(one)) === formatAddress(listenAddressOf(other));
}
