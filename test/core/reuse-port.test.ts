import { expect, it } from 'vitest';
import { canReusePort } from '../../src/core/reuse-port.ts';

it.each(['v22.12.0', 'v22.23.3', 'v23.1.0', 'v24.0.0', 'v26.10.0', '24.0.0', 'v25.0.0-nightly'])(
  'Node %s shares a port on Linux',
  (version) => expect(canReusePort(version, 'linux')).toBe(true),
);

it.each(['v20.19.0', 'v20.20.2', 'v21.7.3', 'v22.0.0', 'v22.11.0', 'v23.0.0', 'v9.99.0', '', 'x'])(
  'Node "%s" does not',
  (version) => expect(canReusePort(version, 'linux')).toBe(false),
);

it('a port is shared where the system spreads clients over its sockets, and nowhere else', () => {
  const platforms = ['linux', 'freebsd', 'sunos', 'aix', 'darwin', 'win32', 'openbsd', 'android'];
  const sharing = platforms.filter((platform) => canReusePort('v24.0.0', platform));
  expect(sharing).toEqual(['linux', 'freebsd', 'sunos', 'aix']);
});
