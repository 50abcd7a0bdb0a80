import { describe, expect, it } from 'vitest';
import { choosePlane } from '../../src/config/choose-plane.ts';
import type { Address } from '../../src/core/address.ts';
import type { PlaneChoice } from '../../src/core/plan.ts';
import { ENVIRONMENT, WITH_LINUX_PLANE } from './support/cases.ts';

const TCP: Address = { kind: 'tcp', host: '127.0.0.1', port: 80 };
const UNIX: Address = { kind: 'unix', path: '/run/x.sock' };
const MISSING = 'the linux plane cannot be used: the optional package koffi cannot be loaded: not found';
const ON_MAIN =
  'the linux plane cannot be used with "workers: 0": its shard would stop the main thread by waiting in epoll';

describe('the plane of a listener', () => {
  it.each<[PlaneChoice, number | 'auto', boolean]>([
    ['auto', 'auto', true],
    ['auto', 1, true],
    ['linux', 64, true],
    ['linux', 'auto', true],
    ['net', 'auto', false],
    ['net', 0, false],
    ['auto', 0, false],
    ['linux', 0, false],
  ])('is, with %s and %s workers where linux can be had, linux: %s', (wanted, workers, isLinux) => {
    for (const listen of [TCP, UNIX])
      expect(choosePlane(listen, WITH_LINUX_PLANE, wanted, workers).name).toBe(isLinux ? 'linux' : 'net');
  });

  it.each<[PlaneChoice, number | 'auto']>([
    ['auto', 'auto'],
    ['linux', 4],
    ['net', 4],
    ['linux', 0],
  ])('is net, with %s and %s workers, where linux cannot be had', (wanted, workers) => {
    expect(choosePlane(TCP, ENVIRONMENT, wanted, workers).name).toBe('net');
  });

  it('is told with what was found', () => {
    const through = 'through libc.so.6 by koffi 3.3.4 on linux x64';
    expect(choosePlane(TCP, WITH_LINUX_PLANE, 'auto', 2).reason).toBe(`epoll serves TCP, ${through}`);
    expect(choosePlane(UNIX, WITH_LINUX_PLANE, 'linux', 2).reason).toBe(
      `epoll serves Unix sockets, ${through}`,
    );
  });

  it('is told, where it is net, with what is against linux', () => {
    const node = (what: string) => `node:net of Node v24.11.0 serves ${what} on linux`;
    expect(choosePlane(TCP, ENVIRONMENT, 'net', 2).reason).toBe(`${node('TCP')}; as configured`);
    expect(choosePlane(UNIX, ENVIRONMENT, 'auto', 2).reason).toBe(`${node('Unix sockets')}; ${MISSING}`);
    expect(choosePlane(TCP, ENVIRONMENT, 'linux', 0).reason).toBe(`${node('TCP')}; ${MISSING}`);
    expect(choosePlane(TCP, WITH_LINUX_PLANE, 'auto', 0).reason).toBe(`${node('TCP')}; ${ON_MAIN}`);
  });
});
