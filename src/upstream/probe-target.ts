import { type Address, formatAddress } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import type { HealthPlan, ProbeTlsPlan } from '../core/health-plan.ts';
import { NO_PROXY_TLVS } from '../core/proxy-header.ts';
import { scriptOf } from '../probe/index.ts';
import { writeProxyHeaderV1, writeProxyHeaderV2 } from '../proxy-protocol/index.ts';
import { addressesOf } from './name-addresses.ts';
import type { NamesKnown } from './names.ts';
import { backendOf, isProbed, type PoolsPlan, probeSource } from './plan-rows.ts';
import type { ProbeTarget } from './probe-loop.ts';
import type { ProbeTls } from './probing.ts';

/** Ports that a Host header leaves out. RFC 9110, 4.2. */
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** How a row is probed, at all addresses that `names` knows of it. Throws a RangeError where it is not. */
export function targetOf(plan: PoolsPlan, row: number, names?: NamesKnown): ProbeTarget {
  const backend = backendOf(plan, row);
  const { address: ofBackend, pool } = backend;
  const { health = null, connect } = plan.pools[pool] ?? {};
  if (health === null || connect === undefined || !isProbed(plan, row))
    throw new RangeError(`backend ${row} is not probed`);
  const address = addressOf(ofBackend, health);
  const tls = health.tls === null ? null : tlsFor(health.tls, address);
  return {
    row,
    address,
    addresses: () => (health.host === null ? placesOf(addressesOf(backend, names), health) : [address]),
    attemptDelayMs: connect.attemptDelayMs,
    source: probeSource({ connect }),
    timeoutMs: health.timeoutMs,
    intervalsMs: { steady: health.intervalMs, fast: health.fastIntervalMs, down: health.downIntervalMs },
    jitterShare: health.jitterShare,
    header: headerOf(health.proxyHeader),
    tls,
    script: scriptOf(health.probe, { authority: authorityOf(address, tls) }),
  };
}

/** A Unix socket stays what it is unless a host is given; the port of one that is given has to be, too. */
function addressOf(address: Address, { host, port }: HealthPlan): Address {
  if (address.kind === 'unix') return host === null || port === null ? address : { kind: 'tcp', host, port };
  return { kind: 'tcp', host: host ?? address.host, port: port ?? address.port };
}

function placesOf(found: readonly Address[] | string, health: HealthPlan): readonly Address[] | string {
  return typeof found === 'string' ? found : found.map((address) => addressOf(address, health));
}

function tlsFor(tls: ProbeTlsPlan, address: Address): ProbeTls {
  const host = address.kind === 'tcp' && parseIp(address.host) === null ? address.host : null;
  return { ...tls, serverName: tls.session.serverName ?? host };
}

/** What a browser would have in its line of addresses. */
function authorityOf(address: Address, tls: ProbeTls | null): string {
  if (address.kind === 'unix') return tls?.serverName ?? 'localhost';
  const named: Address = { ...address, host: tls?.serverName ?? address.host };
  const usual = tls === null ? HTTP_PORT : HTTPS_PORT;
  return address.port === usual ? formatAddress(named).replace(/:\d+$/, '') : formatAddress(named);
}

/** Nobody stands behind a probe: UNKNOWN, or LOCAL. proxy-protocol.txt, 2.1 and 2.2. */
function headerOf(version: HealthPlan['proxyHeader']): Uint8Array {
  switch (version) {
    case 0:
      return new Uint8Array(0);
    case 1:
      return writeProxyHeaderV1(null, null);
    case 2:
      return writeProxyHeaderV2({
        command: 'local',
        transport: 'unspecified',
        source: null,
        destination: null,
        tlvs: NO_PROXY_TLVS,
        crc32c: false,
      }).bytes;
  }
}
