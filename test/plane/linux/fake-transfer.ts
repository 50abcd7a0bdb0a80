import { EAGAIN, EINTR, ENOBUFS, ENOMEM, ENOTCONN } from '../../../src/plane/linux/abi.ts';
import type { Faults } from './fake-faults.ts';
import type { FakeSocket } from './fake-socket.ts';

/** EAGAIN where bytes are there stands for bytes that came a moment later, which an edge tells. */
export function readFault(
  faults: Faults,
  socket: FakeSocket,
  call: string,
  errors: readonly number[],
): number {
  const failed = faults.pick(call, [...errors, EAGAIN]);
  if (failed !== -EAGAIN) return failed;
  if (!socket.isQuiet) return 0;
  socket.owesIn = true;
  return -EAGAIN;
}

/** Takes up to `length` bytes into the send queue, by `push`; after EAGAIN or fewer an edge follows when there is room. */
export function writeTo(
  faults: Faults,
  socket: FakeSocket,
  call: string,
  length: number,
  push: (count: number) => void,
): number {
  const failed = faults.pick(call, [EINTR, EAGAIN, ENOMEM, ENOBUFS]);
  if (failed === -EAGAIN && socket.state === 'open' && socket.error === 0) {
    socket.noSpace = true;
    return -EAGAIN;
  }
  if (failed !== 0 && failed !== -EAGAIN) return failed;
  const problem = socket.state === 'fresh' ? -ENOTCONN : socket.sendProblem();
  if (problem !== 0) return problem;
  const count = faults.short(Math.min(length, socket.send.free));
  if (count < length) socket.noSpace = true;
  if (count === 0) return -EAGAIN;
  push(count);
  return count;
}
