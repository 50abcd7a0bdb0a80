import { parseAddress } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import type { PortRange } from '../core/ports.ts';
import { leaf, Refusal, refuseKind } from './leaf.ts';
import { SERVER_NAME_CHARACTERS_MAX } from './limits.ts';
import { quote } from './show.ts';

const DNS_PORT = 53;
const LABEL_CHARACTERS_MAX = 63;

/** A DNS server: an IP address, with a port where that is not 53. */
export function dnsServer() {
  const shape = {
    expected: 'an IP address such as 10.0.0.2, 127.0.0.1:5353 or "[::1]:5353"',
    json: {
      title: 'IP address, with or without a port',
      type: 'string',
      pattern: '^\\[?[0-9a-fA-F.:]+\\]?(:\\d{1,5})?$',
    },
  };
  return leaf(shape, (value): { host: string; port: number } | Refusal => {
    if (typeof value !== 'string') return refuseKind(value, 'an IP address');
    if (parseIp(value) !== null) return { host: value, port: DNS_PORT };
    const where = parseAddress(value);
    if (typeof where === 'string' || where.kind === 'unix' || parseIp(where.host) === null)
      return refuseKind(value, 'an IP address');
    return where.port === 0 ? new Refusal(`nobody answers on port 0 of ${quote(value)}`) : where;
  });
}

/** The name of a service in DNS, whose SRV records are asked for. */
export function serviceName() {
  const shape = {
    expected: 'a name in DNS such as _redis._tcp.example.com',
    json: { title: 'name with SRV records', type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$' },
  };
  return leaf(shape, (value): string | Refusal => {
    if (typeof value !== 'string') return refuseKind(value, 'a name in DNS');
    const labels = value.replace(/\.$/, '').split('.');
    const isName =
      value.length <= SERVER_NAME_CHARACTERS_MAX &&
      labels.every(
        (label) =>
          /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(label) && label.length <= LABEL_CHARACTERS_MAX,
      );
    return isName ? value : refuseKind(value, 'a name in DNS');
  });
}

/** Local ports, as `first-last`. */
export function portRange() {
  const shape = {
    expected: 'ports such as 20000-29999',
    json: { title: 'range of ports', type: 'string', pattern: '^\\d{1,5}-\\d{1,5}$' },
  };
  return leaf(shape, (value): PortRange | Refusal => {
    const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(typeof value === 'string' ? value : '') ?? [];
    if (from === undefined || to === undefined) return refuseKind(value, 'a range of ports');
    const range = { first: Number(from), last: Number(to) };
    if (range.first < 1 || range.last > 65_535)
      return new Refusal(`${quote(`${value}`)} goes beyond 1 to 65535`);
    return range.first <= range.last ? range : new Refusal(`${quote(`${value}`)} ends before it begins`);
  });
}
