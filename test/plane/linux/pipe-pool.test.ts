import { expect, it } from 'vitest';
import { PIPES_MAX } from '../../../src/core/pipes.ts';
import { LAYOUTS } from '../../../src/plane/linux/abi.ts';
import { allocateDescriptorTable, DescriptorTable } from '../../../src/plane/linux/descriptor-table.ts';
import { PIPES_IDLE_MS, PipePool } from '../../../src/plane/linux/pipe-pool.ts';
import { createRandom } from '../../../src/plane/memory/random.ts';
import { FakeLibc } from './fake-libc.ts';

/** Longer than any pause after a refusal. */
const TAKES_MAX = 5000;

function pool(): { system: FakeLibc; table: DescriptorTable; pipes: PipePool; idle: () => void } {
  const system = new FakeLibc(createRandom(1), LAYOUTS['x64']!, { pipeBytes: 1000 });
  const table = new DescriptorTable(system, allocateDescriptorTable());
  const fires: (() => void)[] = [];
  const after = (delayMs: number, fire: () => void): { cancel: () => void } => {
    expect(delayMs).toBe(PIPES_IDLE_MS);
    fires.push(fire);
    return { cancel: () => {} };
  };
  const idle = (): void => {
    for (const fire of fires.splice(0)) fire();
  };
  return { system, table, pipes: new PipePool(system, table, 2000, PIPES_MAX, { after }), idle };
}

it('an empty pipe that was given back is lent again', () => {
  const { system, pipes } = pool();
  const pipe = pipes.take()!;
  expect([pipe.size, pipes.lent, system.open]).toEqual([2000, 1, 2]);
  pipes.release(pipe);
  expect([pipes.take(), pipes.lent, system.open]).toEqual([pipe, 1, 2]);
});

it('a pipe with bytes in it is closed', () => {
  const { system, table, pipes } = pool();
  pipes.discard(pipes.take()!);
  expect([pipes.lent, system.open, table.size]).toEqual([0, 0, 0]);
});

it('no more pipes are made than the maximum, and close() closes those that were given back', () => {
  const { system, table, pipes } = pool();
  const taken = Array.from({ length: PIPES_MAX }, () => pipes.take()!);
  expect([pipes.take(), pipes.lent, system.open]).toEqual([null, PIPES_MAX, 2 * PIPES_MAX]);
  for (const pipe of taken) pipes.release(pipe);
  expect([pipes.lent, system.open]).toEqual([0, 2 * PIPES_MAX]);
  pipes.close();
  expect([system.open, table.size, system.violations]).toEqual([0, 0, []]);
});

it('pipes that nobody needs are closed after a while, those in use are not', () => {
  const { system, pipes, idle } = pool();
  const taken = [pipes.take()!, pipes.take()!, pipes.take()!];
  for (const pipe of taken) pipes.release(pipe);
  idle();
  const used = pipes.take()!;
  idle();
  expect(system.open).toBeLessThan(6);
  pipes.release(used);
  idle();
  idle();
  idle();
  expect([system.open, pipes.lent]).toEqual([0, 0]);
});

it('after the system has refused a pipe it is not asked at once again', () => {
  const { system, pipes } = pool();
  system.faults.share = 1;
  expect(pipes.take()).toBe(null);
  system.faults.share = 0;
  let takes = 0;
  while (takes < TAKES_MAX && pipes.take() === null) takes++;
  expect(takes).toBeGreaterThan(100);
  expect([pipes.lent, system.open]).toEqual([1, 2]);
  expect([...system.faults.counts.values()]).toEqual([1]);
});

it('a pipe that cannot be made larger keeps the size it has', () => {
  const { system, pipes } = pool();
  const { fcntl } = system;
  system.fcntl = (fd, command, argument) => {
    system.faults.share = 1;
    const result = fcntl.call(system, fd, command, argument);
    system.faults.share = 0;
    return result;
  };
  expect(pipes.take()!.size).toBe(1000);
});

it('a pipe of which one end cannot be noted is closed', () => {
  const { system, table, pipes } = pool();
  system.lowestFd = 2 ** 20 - 1;
  expect(pipes.take()).toBe(null);
  expect([system.open, table.size, pipes.lent]).toEqual([0, 0, 0]);
});
