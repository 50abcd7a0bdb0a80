import type { BusyPoll } from './busy-poll.ts';
import type { LinuxPlane } from './linux-plane.ts';

/** A thread never stands in epoll_wait for longer, whatever happens: what nobody wakes it for is found then. */
export const WAIT_MS_MAX = 50;

/** The loop is left for one turn of Node's own at least so often while there is something to do. */
export const LOOP_MS_MAX = 5;

/** While Node owes an answer to a name that is being looked up. */
const WAIT_FOR_NODE_MS = 1;

/** What a thread does besides its plane. */
export interface Driving {
  /** After each wait: whether there is mail, or anything else that needs a turn of Node's loop. Must be quick. */
  readonly needsNode: () => boolean;
  /** Called in each turn of Node's loop, before the plane is turned again. */
  readonly inEachTurnOfNode: () => void;
  /** Whether to look for events before they are waited for; null = never. */
  readonly busyPoll: BusyPoll | null;
}

/**
 * Turns a plane on this thread until it is closed. The thread waits in epoll_wait; Node's own loop has one turn (0.8 µs)
 * after mail, a few after `letNodeTurn`, and one every few milliseconds: or its promises, its timers, the debugger and
 * whoever terminates the thread would never be heard.
 */
export function drive(plane: LinuxPlane, { needsNode, inEachTurnOfNode, busyPoll }: Driving): void {
  const { reactor } = plane;
  const loop = (): void => {
    if (plane.isClosed) return;
    setImmediate(loop);
    inEachTurnOfNode();
    const start = reactor.now();
    let isForNode = false;
    while (!isForNode && !plane.isClosed) {
      if (busyPoll === null) reactor.turn(waitMs(plane));
      else turnBusily(plane, busyPoll);
      const isOwed = plane.payNode();
      isForNode = needsNode() || isOwed || plane.isWaitingForNode || reactor.turnedAt - start >= LOOP_MS_MAX;
    }
  };
  setImmediate(loop);
}

function turnBusily(plane: LinuxPlane, busyPoll: BusyPoll): void {
  const { reactor } = plane;
  if (busyPoll.looksAgain(reactor)) {
    reactor.turn(0);
    return;
  }
  const eventBefore = reactor.eventAt;
  reactor.turn(waitMs(plane));
  busyPoll.waited(reactor, eventBefore);
}

function waitMs(plane: LinuxPlane): number {
  if (plane.owesNode) return 0;
  return plane.isWaitingForNode ? WAIT_FOR_NODE_MS : WAIT_MS_MAX;
}

/** Turns a plane without ever waiting, for a thread that has other things to do: tests, and programs of several planes. */
export function driveAlong(plane: LinuxPlane, isOver: () => boolean): void {
  const loop = (): void => {
    if (isOver()) return;
    plane.reactor.turn(0);
    setImmediate(loop);
  };
  setImmediate(loop);
}
