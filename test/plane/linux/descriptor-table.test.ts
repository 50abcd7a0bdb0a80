import { expect, it } from 'vitest';
import { EMFILE, LAYOUTS, SO_LINGER, SOL_SOCKET } from '../../../src/plane/linux/abi.ts';
import {
  allocateDescriptorTable,
  DESCRIPTORS_MAX,
  DescriptorTable,
} from '../../../src/plane/linux/descriptor-table.ts';
import { createRandom } from '../../../src/plane/memory/random.ts';
import { FakeLibc } from './fake-libc.ts';

function kernel(): FakeLibc {
  return new FakeLibc(createRandom(1), LAYOUTS['x64']!);
}

it('what is opened is noted, what is closed is not any more, in each bit of each word', () => {
  const system = kernel();
  const table = new DescriptorTable(system, allocateDescriptorTable());
  const fds = Array.from({ length: 100 }, () => table.opened(system.socket()));
  expect(table.size).toBe(100);
  for (const [index, fd] of fds.entries()) {
    table.close(fd);
    expect(table.size).toBe(99 - index);
  }
  expect([system.open, system.violations]).toEqual([0, []]);
});

it('an error is handed through, and notes nothing', () => {
  const table = new DescriptorTable(kernel(), allocateDescriptorTable());
  expect(table.opened(-EMFILE)).toBe(-EMFILE);
  expect(table.size).toBe(0);
});

it('a number too high to be noted is closed and refused; the highest is not', () => {
  const system = kernel();
  const table = new DescriptorTable(system, allocateDescriptorTable());
  system.lowestFd = DESCRIPTORS_MAX - 1;
  const highest = table.opened(system.socket());
  expect([highest, table.size]).toEqual([DESCRIPTORS_MAX - 1, 1]);
  expect(table.opened(system.socket())).toBe(-EMFILE);
  expect([table.size, system.open]).toEqual([1, 1]);
  table.close(highest);
  expect([table.size, system.open, system.violations]).toEqual([0, 0, []]);
});

it('another thread closes all that is left, by RST, through the same memory', () => {
  const system = kernel();
  const memory = allocateDescriptorTable();
  const table = new DescriptorTable(system, memory);
  const fds = [0, 1, 2].map(() => table.opened(system.socket()));
  table.close(fds[1]!);
  const other = new DescriptorTable(system, memory);
  expect(other.closeAll()).toBe(2);
  expect(system.options).toEqual([fds[0], fds[2]].map((fd) => `${fd} ${SOL_SOCKET} ${SO_LINGER}`));
  expect([table.size, system.open, other.closeAll()]).toEqual([0, 0, 0]);
});
