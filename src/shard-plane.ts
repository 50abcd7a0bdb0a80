import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { ShardRequest } from './core/mail.ts';
import type { Plane, PlaneOptions } from './core/ports.ts';
import { BusyPoll, createLinuxPlane, drive } from './plane/linux/index.ts';
import { createNetPlane } from './plane/net/index.ts';
import type { ShardBoot } from './shard-boot.ts';

/** The plane of a shard's thread, and the way its mail comes. */
export interface ThreadPlane {
  readonly plane: Plane;
  /** For who has begun something that Node's own loop goes on with, which this thread may not turn by itself. */
  readonly needNode: () => void;
  /** Descriptors that the closed plane has left open, which is a defect; 0 where the plane does not count them. */
  leftOpen(): number;
  /** Hands over all mail from now on. */
  serve(obey: (request: ShardRequest) => void): void;
}

/** Makes the plane that control has chosen. Throws where this thread cannot have it. */
export function openThreadPlane(port: MessagePort, boot: ShardBoot, options: PlaneOptions): ThreadPlane {
  if (boot.linux === null) {
    return {
      plane: createNetPlane(options),
      needNode: () => {},
      leftOpen: () => 0,
      serve: (obey) => void port.on('message', obey),
    };
  }
  const { plane, tookWake } = createLinuxPlane(options, boot.linux);
  return {
    plane,
    needNode: () => plane.letNodeTurn(),
    leftOpen: () => plane.table.size,
    serve: (obey) => {
      // Who waits in epoll hears of mail by an eventfd, and finds it here; once in each turn of Node's loop in any case.
      const readMail = (): void => {
        for (let mail = receiveMessageOnPort(port); mail !== undefined; mail = receiveMessageOnPort(port))
          obey(mail.message as ShardRequest);
      };
      const busyPoll = boot.busyPoll ? new BusyPoll() : null;
      drive(plane, { needsNode: tookWake, inEachTurnOfNode: readMail, busyPoll });
    },
  };
}
