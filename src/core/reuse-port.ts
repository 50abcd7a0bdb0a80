/** Where the system shares a port among sockets and spreads clients over them (socket(7), SO_REUSEPORT). */
const PLATFORMS = ['linux', 'freebsd', 'sunos', 'aix'];

/** Whether `reusePort` of node:net is obeyed: from Node 22.12, and 23.1 on; before, the option is ignored. */
export function canReusePort(nodeVersion: string, platform: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const knows = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return knows && PLATFORMS.includes(platform);
}
