import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/plane/linux/abi.ts';
import { needs, program } from '../../support/programs.ts';

/** The C library's come first: then the kernel's leave out what both define (linux/libc-compat.h). */
const HEAD = `
#define _GNU_SOURCE
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
`;

/** Not of C: counts and layouts, which are compared one by one. */
const NUMBERS = Object.entries(abi).flatMap(([name, value]): [string, number][] =>
  typeof value === 'number' && !name.endsWith('_BYTES') ? [[name, value]] : [],
);

const SIZES: Readonly<Record<string, string>> = {
  epollEventSize: 'sizeof(struct epoll_event)',
  epollEventEvents: 'offsetof(struct epoll_event, events)',
  epollEventData: 'offsetof(struct epoll_event, data)',
  rtt: 'offsetof(struct tcp_info, tcpi_rtt)',
  rttvar: 'offsetof(struct tcp_info, tcpi_rttvar)',
  totalRetrans: 'offsetof(struct tcp_info, tcpi_total_retrans)',
  deliveryRate: 'offsetof(struct tcp_info, tcpi_delivery_rate)',
  deliveryRateEnd: 'offsetof(struct tcp_info, tcpi_delivery_rate) + sizeof(__u64)',
  tcpInfoSize: 'sizeof(struct tcp_info)',
  lingerSize: 'sizeof(struct linger)',
  lingerOnoff: 'offsetof(struct linger, l_onoff)',
  lingerSeconds: 'offsetof(struct linger, l_linger)',
  sockaddrIn: 'sizeof(struct sockaddr_in)',
  inPort: 'offsetof(struct sockaddr_in, sin_port)',
  inAddress: 'offsetof(struct sockaddr_in, sin_addr)',
  sockaddrIn6: 'sizeof(struct sockaddr_in6)',
  in6Port: 'offsetof(struct sockaddr_in6, sin6_port)',
  in6Address: 'offsetof(struct sockaddr_in6, sin6_addr)',
  in6Scope: 'offsetof(struct sockaddr_in6, sin6_scope_id)',
  sockaddrUn: 'sizeof(struct sockaddr_un)',
  unPath: 'offsetof(struct sockaddr_un, sun_path)',
  sizeOfInt: 'sizeof(int)',
};

describe.runIf(process.platform === 'linux')('the numbers of abi.ts', () => {
  needs('cc');

  it('are those of the C headers', () => {
    const own = Object.fromEntries(NUMBERS);
    expect(NUMBERS.length).toBeGreaterThan(60);
    const said = compiled(NUMBERS.map(([name]) => [name, name]));
    expect(said).toEqual(own);
  });

  it('lay structures out as the C compiler does', () => {
    const said = compiled(Object.entries(SIZES));
    const { epollEvent } = abi.LAYOUTS[process.arch]!;
    expect([said['epollEventSize'], said['epollEventEvents'], said['epollEventData']]).toEqual([
      epollEvent.size,
      epollEvent.events,
      epollEvent.data,
    ]);
    const { rtt, rttvar, totalRetrans, deliveryRate } = said;
    expect({ rtt, rttvar, totalRetrans, deliveryRate }).toEqual(abi.TCP_INFO_OFFSETS);
    expect(said['deliveryRateEnd']).toBe(abi.TCP_INFO_BYTES);
    expect(said['tcpInfoSize']).toBeGreaterThanOrEqual(abi.TCP_INFO_BYTES);
    expect([said['lingerSize'], said['lingerOnoff'], said['lingerSeconds']]).toEqual([
      abi.LINGER_RESET.length,
      0,
      4,
    ]);
    expect(said['sockaddrIn']).toBe(abi.SOCKADDR_IN_BYTES);
    expect(said['sockaddrIn6']).toBe(abi.SOCKADDR_IN6_BYTES);
    expect(said['sockaddrUn']).toBe(abi.SOCKADDR_UN_BYTES);
    expect([said['inPort'], said['inAddress']]).toEqual([2, 4]);
    expect([said['in6Port'], said['in6Address'], said['in6Scope']]).toEqual([2, 8, 24]);
    expect([said['unPath'], said['sizeOfInt']]).toEqual([2, 4]);
  });
});

/** Compiles a program that prints these expressions, and runs it. */
function compiled(expressions: readonly (readonly [string, string])[]): Record<string, number> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-abi-'));
  try {
    const lines = expressions.map(([name, c]) => `  printf("${name} %lld\\n", (long long)(${c}));`);
    const [source, binary] = [join(directory, 'abi.c'), join(directory, 'abi')];
    writeFileSync(source, `${HEAD}int main(void) {\n${lines.join('\n')}\n  return 0;\n}\n`);
    execFileSync(program('cc'), ['-o', binary, source], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said = execFileSync(binary, { encoding: 'utf8' }).trim().split('\n');
    return Object.fromEntries(said.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
