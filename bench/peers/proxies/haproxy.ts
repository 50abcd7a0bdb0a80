import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender, Ports } from '../contender.ts';
import { findProgram, PACKAGES } from '../programs.ts';
import { startListening } from './listen.ts';

export const haproxy: Contender = {
  name: 'haproxy',
  warmUpMs: 200,
  missing: () => (findProgram('haproxy') === null ? PACKAGES.haproxy : null),
  start: ({ backends, cores, temp }) =>
    startListening((ports) => {
      const file = join(temp, `haproxy-${ports.requests}.cfg`);
      writeFileSync(file, configuration(ports, backends));
      return [findProgram('haproxy') ?? 'haproxy', ['-db', '-f', file], { cores: cores.proxy }];
    }),
};

function configuration(ports: Ports, backends: Ports): string {
  return `
global
  nbthread 1
  maxconn 7000
defaults
  mode tcp
  option splice-auto
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen requests
  bind 127.0.0.1:${ports.requests}
  server backend 127.0.0.1:${backends.requests}
listen bulk
  bind 127.0.0.1:${ports.bulk}
  server backend 127.0.0.1:${backends.bulk}
`;
}
