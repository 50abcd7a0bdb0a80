import type { PlaneOptions } from '../../core/ports.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK } from './abi.ts';
import { allocateDescriptorTable, DescriptorTable } from './descriptor-table.ts';
import { systemError } from './errno.ts';
import { loadLibc } from './libc.ts';
import { LinuxPlane, type LinuxPlaneOptions } from './linux-plane.ts';
import { RANK, READABLE } from './reactor.ts';
import type { System } from './system.ts';

/** What a thread with a plane is given by the one that starts it. */
export interface LinuxThread {
  /** An eventfd: readable when there is mail. The starter's to close. */
  readonly wakeFd: number;
  /** Where the plane notes its descriptors. */
  readonly descriptors: SharedArrayBuffer;
  /** Pipes it may have at once. */
  readonly pipesMax: number;
}

/** The starter's side of it. */
export interface ThreadKit {
  readonly thread: LinuxThread;
  /** Ends the thread's wait. */
  wake(): void;
  /** Closes what the thread left open, sockets by RST, and the eventfd. Call when the thread is gone. Returns how many it closed. */
  release(): number;
}

const ONE = new Uint8Array(BigUint64Array.of(1n).buffer);

/** Whether this process can have the plane, and in words what was found or what is lacking. */
export function linuxPlaneSupport(): { readonly usable: boolean; readonly why: string } {
  const libc = loadLibc();
  return typeof libc === 'string' ? { usable: false, why: libc } : { usable: true, why: libc.what };
}

/** Throws where the system gives no eventfd, or the plane cannot be had at all. */
export function startThreadKit(pipesMax: number): ThreadKit {
  const system = systemOrThrow();
  const wakeFd = system.eventfd(EFD_NONBLOCK | EFD_CLOEXEC);
  if (wakeFd < 0) throw systemError('eventfd', wakeFd);
  const descriptors = allocateDescriptorTable();
  let isReleased = false;
  return {
    thread: { wakeFd, descriptors, pipesMax },
    wake: () => {
      if (!isReleased) system.write(wakeFd, ONE, ONE.length);
    },
    release: () => {
      if (isReleased) return 0;
      isReleased = true;
      const left = new DescriptorTable(system, descriptors).closeAll();
      system.close(wakeFd);
      return left;
    },
  };
}

/**
 * A plane for this thread, and whether mail was announced since it was last asked. Throws where it cannot be had.
 * `SLUICE_BENCH_READ_BYTES`, `SLUICE_BENCH_PIPE_BYTES` and `SLUICE_BENCH_SPLICE=0` in the environment are for `bench/`.
 */
export function createLinuxPlane(
  options: PlaneOptions & Partial<LinuxPlaneOptions>,
  thread: LinuxThread | null,
): { readonly plane: LinuxPlane; readonly tookWake: () => boolean } {
  const system = options.system ?? systemOrThrow();
  const sizes = {
    ...(thread === null ? {} : { pipesMax: thread.pipesMax }),
    ...benchSizes(process.env),
    ...options.sizes,
  };
  const plane = new LinuxPlane({
    ...options,
    system,
    sizes,
    ...(thread === null ? {} : { descriptors: thread.descriptors }),
  });
  let woken = false;
  if (thread !== null) {
    const count = new Uint8Array(8);
    const watched = plane.reactor.watch(thread.wakeFd, READABLE, {
      rank: RANK.CONNECT,
      ready: () => {
        system.read(thread.wakeFd, count, count.length);
        woken = true;
      },
    });
    if (watched < 0) throw systemError('epoll_ctl', watched);
  }
  return {
    plane,
    tookWake: () => {
      const was = woken;
      woken = false;
      return was;
    },
  };
}

function systemOrThrow(): System {
  const libc = loadLibc();
  if (typeof libc === 'string') throw new Error(`the linux plane cannot be used: ${libc}`);
  return libc.system;
}

function benchSizes(env: NodeJS.ProcessEnv): LinuxPlaneOptions['sizes'] {
  const { SLUICE_BENCH_READ_BYTES: read, SLUICE_BENCH_PIPE_BYTES: pipe, SLUICE_BENCH_SPLICE: splice } = env;
  return {
    ...(read === undefined ? {} : { readBytes: Number(read) }),
    ...(pipe === undefined ? {} : { pipeBytes: Number(pipe) }),
    ...(splice === '0' ? { splice: false } : {}),
  };
}
