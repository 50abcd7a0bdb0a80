import type { Budget } from './budgets.ts';
import { direct } from './proxies/direct.ts';
import { go } from './proxies/go.ts';
import { haproxy, splicingHaproxy } from './proxies/haproxy.ts';
import { nginx } from './proxies/nginx.ts';
import { sluice } from './proxies/sluice.ts';
import type { Section } from './rounds.ts';

const KIB = 1024;
const IDLE_CONNECTIONS = 3000;
const SIZES = [32, 64, 128, 256, 512, 1024];

const linux = sluice('sluice linux', { plane: 'linux' });
const polling = sluice('sluice linux, busy_poll', { plane: 'linux', busyPoll: true });
const net = sluice('sluice net', { plane: 'net' });
const traced = sluice('sluice linux, traces 1 %', { plane: 'linux', traces: 0.01 });
const fullyTraced = sluice('sluice linux, traces 100 %', { plane: 'linux', traces: 1 });

/** The section that budgets are judged by. */
const PEERS = 'peers';

export const BUDGETS: readonly Budget[] = [
  budget('cpu-per-gb', 'bulk-1', 'cpuPerGb', linux.name, haproxy.name, { most: 1.1 }),
  budget('requests-64', 'requests-64', 'perSecond', linux.name, haproxy.name, { least: 0.85 }),
  budget('p50-1', 'requests-1', 'p50', linux.name, haproxy.name, { most: 1.1 }),
  budget('connections', 'connections', 'perSecond', traced.name, haproxy.name, { least: 0.5 }),
  budget('connections-go', 'connections', 'perSecond', traced.name, go.name, { least: 0.8 }),
  budget('idle-memory', 'idle-memory', 'kibPerConnection', linux.name, go.name, { most: 1 }),
];

/** Of a quick run: its ratio is far from its limit, and its second is the longest turn. */
const BULK_ROUNDS = 3;

/** What the budgets need, in less than a minute. */
export function quickPlan(rounds: number): Section[] {
  return [
    {
      name: PEERS,
      rounds,
      cells: [
        { work: { kind: 'bulk', streams: 1, seconds: 1 }, proxies: [linux, haproxy], roundsMax: BULK_ROUNDS },
        { work: { kind: 'requests', connections: 64, ms: 350 }, proxies: [linux, haproxy] },
        { work: { kind: 'requests', connections: 1, ms: 350 }, proxies: [linux, haproxy] },
        { work: { kind: 'connections', ms: 500 }, proxies: [traced, haproxy, go] },
        { work: idle(), proxies: [linux, go], roundsMax: 1 },
      ],
    },
  ];
}

/** Everything. */
export function fullPlan(rounds: number): Section[] {
  const all = [direct, linux, net, haproxy, nginx, go];
  return [
    {
      name: PEERS,
      rounds,
      cells: [
        { work: { kind: 'bulk', streams: 1, seconds: 2 }, proxies: [...all, splicingHaproxy] },
        { work: { kind: 'bulk', streams: 16, seconds: 2 }, proxies: [...all, splicingHaproxy] },
        { work: { kind: 'requests', connections: 1, ms: 1000 }, proxies: [...all, polling] },
        { work: { kind: 'requests', connections: 64, ms: 1000 }, proxies: [...all, polling] },
        { work: { kind: 'connections', ms: 1000 }, proxies: [...all, traced, fullyTraced] },
        { work: idle(), proxies: [linux, net, haproxy, nginx, go] },
      ],
    },
    ...sizes(rounds),
    ...growth(rounds),
  ];
}

function sizes(rounds: number): Section[] {
  const work = { kind: 'bulk', streams: 1, seconds: 1 } as const;
  const of = (key: 'readBytes' | 'pipeBytes') =>
    SIZES.map((kib) => sluice(`${kib} KiB`, { plane: 'linux', [key]: kib * KIB }));
  return [
    { name: 'read size', rounds, cells: [{ work, proxies: of('readBytes') }] },
    { name: 'pipe size', rounds, cells: [{ work, proxies: of('pipeBytes') }] },
  ];
}

function growth(rounds: number): Section[] {
  const ping = (connections: number) => ({ kind: 'requests', connections, ms: 500 }) as const;
  const grown = [linux, net, haproxy];
  const shards = ([1, 2] as const).map((workers) => sluice(`${workers} shards`, { plane: 'linux', workers }));
  const stages = [0, 1, 2, 3, 4].map((count) => sluice(`${count} stages`, { plane: 'linux', stages: count }));
  return [
    {
      name: 'connections',
      rounds,
      cells: [1, 10, 100, 1000, 5000].map((count) => ({ work: ping(count), proxies: grown })),
    },
    {
      name: 'shards',
      rounds,
      cells: [
        { work: ping(64), proxies: shards },
        { work: { kind: 'connections', ms: 500 }, proxies: shards },
      ],
    },
    {
      name: 'stages',
      rounds,
      cells: [
        { work: { kind: 'bulk', streams: 1, seconds: 1 }, proxies: stages },
        { work: ping(64), proxies: stages },
      ],
    },
  ];
}

function idle() {
  return { kind: 'idle-memory', connections: IDLE_CONNECTIONS } as const;
}

function budget(
  name: string,
  work: string,
  figure: Budget['figure'],
  ours: string,
  peer: string,
  must: Budget['must'],
): Budget {
  return { name, section: PEERS, work, figure, ours, peer, must };
}
