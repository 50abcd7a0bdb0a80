import { EPOLLERR, EPOLLET, EPOLLHUP, type Layout } from '../../../src/plane/linux/abi.ts';
import type { Random } from '../../../src/plane/memory/random.ts';

/** What a descriptor stands for. */
export abstract class FakeFile {
  readonly watches = new Map<FakeEpoll, Watch>();

  /** Its events now. */
  abstract poll(): number;

  /** Its last descriptor was closed. */
  abstract released(): void;

  /** As `wake_up_poll` of the kernel: whoever waits for one of these is told; 0 = whoever waits at all. */
  wake(events: number): void {
    for (const [epoll, watch] of this.watches)
      if (events === 0 || (events & (watch.events | EPOLLERR | EPOLLHUP)) !== 0) epoll.ready.add(watch);
  }
}

export interface Watch {
  readonly file: FakeFile;
  events: number;
  data: Uint8Array;
}

/** epoll(7) as the kernel does it: a wake puts a watch on the list, and what is told is what holds when it is taken off. */
export class FakeEpoll extends FakeFile {
  readonly ready = new Set<Watch>();

  poll(): number {
    return 0;
  }

  released(): void {
    this.ready.clear();
  }

  add(file: FakeFile, events: number, data: Uint8Array): void {
    const watch = { file, events, data };
    file.watches.set(this, watch);
    this.#pollNow(watch);
  }

  modify(file: FakeFile, events: number, data: Uint8Array): void {
    const watch = file.watches.get(this)!;
    watch.events = events;
    watch.data = data;
    this.#pollNow(watch);
  }

  remove(file: FakeFile): void {
    const watch = file.watches.get(this);
    if (watch !== undefined) this.ready.delete(watch);
    file.watches.delete(this);
  }

  /** Fewer than there are now and then, as if the others had come a moment later. */
  wait(events: Uint8Array, max: number, { epollEvent }: Layout, random: Random): number {
    const due = [...this.ready];
    if (due.length > 1 && random.chance(0.3)) due.reverse();
    const most = random.chance(0.1) ? random.int(1, max) : max;
    let count = 0;
    const view = new DataView(events.buffer, events.byteOffset);
    for (const watch of due) {
      if (count >= most) break;
      this.ready.delete(watch);
      const mask = watch.file.poll() & (watch.events | EPOLLERR | EPOLLHUP);
      if (mask === 0) continue;
      view.setUint32(count * epollEvent.size + epollEvent.events, mask >>> 0, true);
      events.set(watch.data, count * epollEvent.size + epollEvent.data);
      count++;
      if ((watch.events & EPOLLET) === 0) this.ready.add(watch);
    }
    return count;
  }

  #pollNow(watch: Watch): void {
    if ((watch.file.poll() & (watch.events | EPOLLERR | EPOLLHUP)) !== 0) this.ready.add(watch);
  }
}
