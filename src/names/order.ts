import type { AddressFamilies } from '../core/names.ts';

/**
 * The order in which addresses of one name are tried (RFC 8305, section 4): IPv6 and IPv4 by turns, IPv6 first. `turn`, from
 * 0 up to and without 1, says with which of each family to begin, so that many clients are spread over all of them.
 */
export function dialOrder(addresses: readonly string[], families: AddressFamilies, turn: number): string[] {
  const six =
    families === 'ipv4'
      ? []
      : turned(
          addresses.filter((address) => address.includes(':')),
          turn,
        );
  const four =
    families === 'ipv6'
      ? []
      : turned(
          addresses.filter((address) => !address.includes(':')),
          turn,
        );
  const order: string[] = [];
  for (let at = 0; at < Math.max(six.length, four.length); at++)
    for (const list of [six, four]) {
      const address = list[at];
      if (address !== undefined) order.push(address);
    }
  return order;
}

function turned(list: readonly string[], turn: number): string[] {
  const first = Math.floor(turn * list.length);
  return [...list.slice(first), ...list.slice(0, first)];
}
