export { BusyPoll } from './busy-poll.ts';
export { allocateDescriptorTable, DescriptorTable } from './descriptor-table.ts';
export { drive, driveAlong, WAIT_MS_MAX } from './drive.ts';
export { LinuxPlane, type LinuxPlaneOptions } from './linux-plane.ts';
export {
  createLinuxPlane,
  type LinuxThread,
  linuxPlaneSupport,
  startThreadKit,
  type ThreadKit,
} from './open.ts';
