import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { beforeEach } from 'vitest';
import type { Child } from './child.ts';
import { later } from './cleanup.ts';
import { run, start } from './process.ts';
import { findProgram, needs, program } from './programs.ts';

/** A network of its own, one cable away from this one. */
export interface Namespace {
  /** Its address, on the cable. */
  readonly address: string;
  /** Starts a process in it. */
  start(command: string, args: readonly string[]): Child;
  /** From now on it gets no packet and none leaves it, and nobody is told. */
  cutOff(): Promise<void>;
}

/** Says, in a `describe`, that its tests make network namespaces; elsewhere than as root each is skipped, as by `needs`. */
export function needsNamespaces(): void {
  needs('unshare', 'nsenter', 'ip', 'nft', 'setpriv');
  if (process.getuid?.() === 0) return;
  const note = 'not root: no network namespace can be made';
  beforeEach(({ skip, task }) => {
    if (process.env['CI'] === 'true') throw new Error(note);
    Object.assign(task.meta, { note });
    skip(note);
  });
}

/**
 * Says, in a `describe`, that its tests load these rules of nftables. Where the kernel has not what they need (a module:
 * nft_tproxy, nft_socket …) each is skipped, as by `needs`, with what nft said of it.
 */
export function needsRules(...rules: readonly string[]): void {
  const note = rules.map(whyNot).find((why) => why !== null);
  if (note === undefined) return;
  beforeEach(({ skip, task }) => {
    if (process.env['CI'] === 'true') throw new Error(note);
    Object.assign(task.meta, { note });
    skip(note);
  });
}

/** What this kernel has against rules; null = nothing, or nothing can be tried here. */
function whyNot(rules: string): string | null {
  const [unshare, nft] = [findProgram('unshare'), findProgram('nft')];
  if (unshare === null || nft === null || process.getuid?.() !== 0) return null;
  const { status, stderr } = spawnSync(unshare, ['--net', nft, '-f', '-'], {
    input: rules,
    encoding: 'utf8',
  });
  return status === 0 ? null : `this kernel does not take the rules of the test: ${stderr.trim()}`;
}

/**
 * Makes a network namespace with a cable (veth) to it. It belongs to a process that ends with the test, and with this
 * process however that ends; namespace and cable go with it.
 */
export async function namespace(): Promise<Namespace> {
  const holder = start(program('unshare'), ['--net', 'sh', '-c', 'echo made; exec cat'], {
    stopSignal: 'SIGKILL',
  });
  await holder.waitForLine(/^made$/);
  const inside = (...command: readonly string[]): string[] => [
    `--net=/proc/${holder.pid}/ns/net`,
    ...command,
  ];
  const ip = (...args: readonly string[]) => run(program('ip'), args);
  const ipInside = (...args: readonly string[]) => run(program('nsenter'), inside(program('ip'), ...args));
  const [here, there] = [`sl${holder.pid}a`, `sl${holder.pid}b`];
  const net = `10.${randomInt(200, 255)}.${randomInt(256)}`;
  await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', String(holder.pid));
  // A socket that still waits for an answer keeps the namespace, and with it the cable, for longer than its processes.
  later(() => void spawnSync(program('ip'), ['link', 'del', here]));
  await ip('addr', 'add', `${net}.1/30`, 'dev', here);
  await ip('link', 'set', here, 'up');
  await ipInside('addr', 'add', `${net}.2/30`, 'dev', there);
  await ipInside('link', 'set', there, 'up');
  await ipInside('link', 'set', 'lo', 'up');
  const drop = (hook: string): string =>
    `add chain inet cut ${hook} { type filter hook ${hook} priority 0; policy drop; }`;
  return {
    address: `${net}.2`,
    start: (command, args) => start(program('nsenter'), inside(command, ...args)),
    cutOff: async () => {
      const rules = ['add table inet cut', drop('input'), drop('output')].join('\n');
      await run(program('nsenter'), inside(program('nft'), '-f', '-'), { input: rules });
    },
  };
}
