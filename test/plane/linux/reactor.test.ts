import { describe, expect, it } from 'vitest';
import { EPOLLET, EPOLLIN, EPOLLRDHUP, LAYOUTS } from '../../../src/plane/linux/abi.ts';
import { allocateDescriptorTable, DescriptorTable } from '../../../src/plane/linux/descriptor-table.ts';
import { RANK, type Rank, Reactor } from '../../../src/plane/linux/reactor.ts';
import { createRandom } from '../../../src/plane/memory/random.ts';
import { FakeLibc } from './fake-libc.ts';
import type { FakeSocket } from './fake-socket.ts';

/** A listening socket is the simplest thing that can be ready. */
class Bed {
  readonly system: FakeLibc;
  readonly table: DescriptorTable;
  readonly reactor: Reactor;
  readonly errors: unknown[] = [];
  now = 0;

  constructor(arch: string) {
    this.system = new FakeLibc(createRandom(1), LAYOUTS[arch]!);
    this.table = new DescriptorTable(this.system, allocateDescriptorTable());
    const onError = (error: unknown): number => this.errors.push(error);
    this.reactor = new Reactor(this.system, LAYOUTS[arch]!, this.table, () => this.now, 0, onError);
  }

  open(): number {
    const fd = this.table.opened(this.system.socket());
    this.system.listen(fd);
    return fd;
  }

  readies(fd: number): void {
    const socket = this.system.fileOf(fd) as FakeSocket;
    socket.queue.push(this.system.newSocket());
    socket.wake(EPOLLIN);
  }
}

describe.each(['x64', 'arm64'])('a reactor on %s', (arch) => {
  it('tells the watcher of a descriptor what has happened to it', () => {
    const bed = new Bed(arch);
    const seen: string[] = [];
    const [one, two] = [bed.open(), bed.open()];
    bed.reactor.watch(one, EPOLLIN | EPOLLET, {
      rank: RANK.DATA,
      ready: (events) => seen.push(`one ${events}`),
    });
    bed.reactor.watch(two, EPOLLIN | EPOLLET, {
      rank: RANK.DATA,
      ready: (events) => seen.push(`two ${events}`),
    });
    bed.readies(two);
    bed.reactor.turn(0);
    bed.reactor.turn(0);
    expect(seen).toEqual([`two ${EPOLLIN}`]);
  });

  it('tells all of a rank before those of the next, and who has finished behind who sends', () => {
    const bed = new Bed(arch);
    const seen: string[] = [];
    const watch = (name: string, rank: Rank, happens = (fd: number) => bed.readies(fd)): void => {
      const fd = bed.open();
      bed.reactor.watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET, { rank, ready: () => seen.push(name) });
      happens(fd);
    };
    const finishes = (fd: number): void => {
      const socket = bed.system.fileOf(fd) as FakeSocket;
      socket.state = 'open';
      socket.finArrives();
    };
    watch('accept', RANK.ACCEPT);
    watch('end', RANK.DATA, finishes);
    watch('data', RANK.DATA);
    watch('connect', RANK.CONNECT);
    watch('accept', RANK.ACCEPT);
    watch('data', RANK.DATA);
    watch('connect', RANK.CONNECT);
    bed.reactor.turn(0);
    expect(seen).toEqual(['connect', 'connect', 'data', 'data', 'end', 'accept', 'accept']);
  });

  it('does not tell of a descriptor that was closed in the same turn, though its number is used again', () => {
    const bed = new Bed(arch);
    const seen: string[] = [];
    const fds = [bed.open(), bed.open()];
    let again = -1;
    const close = (other: number): void => {
      seen.push('closed the other');
      bed.reactor.forget(other);
      bed.table.close(other);
      again = bed.open();
      bed.reactor.watch(again, EPOLLIN | EPOLLET, { rank: RANK.DATA, ready: () => seen.push('stale') });
    };
    for (const [index, fd] of fds.entries())
      bed.reactor.watch(fd, EPOLLIN | EPOLLET, { rank: RANK.DATA, ready: () => close(fds[1 - index]!) });
    for (const fd of fds) bed.readies(fd);
    bed.reactor.turn(0);
    expect(seen).toEqual(['closed the other']);
    expect(fds).toContain(again);
    bed.readies(again);
    bed.reactor.turn(0);
    expect(seen).toEqual(['closed the other', 'stale']);
  });

  it('runs what was put off at the end of the turn, and what that puts off in the next', () => {
    const { reactor } = new Bed(arch);
    const seen: string[] = [];
    const second = { run: () => seen.push('second') };
    const first = {
      run: () => {
        seen.push('first');
        reactor.soon(second);
      },
    };
    reactor.soon(first);
    expect(reactor.isBusy).toBe(true);
    reactor.turn(0);
    expect([seen, reactor.isBusy]).toEqual([['first'], true]);
    reactor.turn(0);
    expect([seen, reactor.isBusy]).toEqual([['first', 'second'], false]);
  });

  it('waits no longer than to the next timer, and not at all while something was put off', () => {
    const bed = new Bed(arch);
    const waits: number[] = [];
    bed.system.epollWait = (_epoll: number, _events: Uint8Array, _max: number, timeoutMs = -1) => {
      waits.push(timeoutMs);
      return 0;
    };
    bed.reactor.turn(50);
    bed.reactor.after(30.5, () => {});
    bed.reactor.turn(50);
    bed.reactor.turn(20);
    bed.reactor.soon({ run: () => {} });
    bed.reactor.turn(50);
    bed.now = 100;
    bed.reactor.turn(50);
    bed.reactor.turn(50);
    expect(waits).toEqual([50, 31, 20, 0, 0, 50]);
  });

  it('fires timers in time, and none early', () => {
    const bed = new Bed(arch);
    const fired: [number, number][] = [];
    for (const delay of [0, 1, 9.5, 10, 25, 999, 20_000])
      bed.reactor.after(delay, () => fired.push([delay, bed.now]));
    bed.reactor.after(12, () => fired.push([12, -1])).cancel();
    for (; bed.now < 21_000; bed.now += 2.5) bed.reactor.turn(0);
    expect(fired.map(([delay]) => delay)).toEqual([0, 1, 9.5, 10, 25, 999, 20_000]);
    for (const [delay, at] of fired) {
      expect(at).toBeGreaterThanOrEqual(delay);
      expect(at).toBeLessThan(delay + 20);
    }
  });

  it('reports what a watcher, a timer or a runnable throws, and goes on with the others', () => {
    const bed = new Bed(arch);
    const seen: string[] = [];
    const bad = (what: string) => (): void => {
      throw new Error(what);
    };
    const fds = [bed.open(), bed.open()];
    bed.reactor.watch(fds[0]!, EPOLLIN | EPOLLET, { rank: RANK.DATA, ready: bad('watcher') });
    bed.reactor.watch(fds[1]!, EPOLLIN | EPOLLET, { rank: RANK.DATA, ready: () => seen.push('watcher') });
    for (const fd of fds) bed.readies(fd);
    bed.reactor.after(0, bad('timer'));
    bed.reactor.after(0, () => seen.push('timer'));
    bed.reactor.soon({ run: bad('runnable') });
    bed.reactor.soon({ run: () => seen.push('runnable') });
    bed.now = 20;
    bed.reactor.turn(0);
    expect(seen).toEqual(['watcher', 'timer', 'runnable']);
    expect(bed.errors.map((error) => (error as Error).message)).toEqual(['watcher', 'timer', 'runnable']);
  });

  it('takes an interrupted wait for an empty one, and throws what else epoll says', () => {
    const bed = new Bed(arch);
    let ran = 0;
    bed.system.epollWait = () => -4;
    bed.reactor.soon({ run: () => ran++ });
    bed.reactor.turn(0);
    expect(ran).toBe(1);
    bed.system.epollWait = () => -9;
    expect(() => bed.reactor.turn(0)).toThrow('epoll_wait EBADF');
  });

  it('tells nothing after close, and leaves no descriptor of its own', () => {
    const bed = new Bed(arch);
    bed.reactor.soon({ run: () => expect.unreachable() });
    bed.reactor.close();
    bed.reactor.close();
    bed.reactor.turn(0);
    expect([bed.system.open, bed.system.violations]).toEqual([0, []]);
  });
});
