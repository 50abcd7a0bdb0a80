import { createLinuxPlane, driveAlong, type LinuxPlane } from '../../src/plane/linux/index.ts';
import type { World } from './contract/world.ts';
import { makeSocketWorld } from './net-world.ts';

/** A plane of Linux's own calls, turned beside the loop of the tests, and peers and servers of node:net beside it. */
export function makeLinuxWorld(): Promise<World> {
  return makeSocketWorld((options) => {
    const { plane } = createLinuxPlane(options, null);
    let isOver = false;
    driveAlong(plane, () => isOver);
    const close = plane.close.bind(plane);
    plane.close = async (): ReturnType<LinuxPlane['close']> => {
      await close();
      isOver = true;
    };
    return plane;
  }, true);
}
