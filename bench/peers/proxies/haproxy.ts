import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender, Ports } from '../contender.ts';
import { findProgram, install } from '../programs.ts';
import { startListening } from './listen.ts';

/** As one would set it up. HAProxy decides by itself when to splice; often it never does. */
export const haproxy = haproxyWith('haproxy', ['splice-auto']);

/** Always splices, which is better for bulk and worse for small messages. */
export const splicingHaproxy = haproxyWith('haproxy, splice always', ['splice-request', 'splice-response']);

function haproxyWith(name: string, options: readonly string[]): Contender {
  return {
    name,
    warmUpMs: 200,
    missing: () => (findProgram('haproxy') === null ? install('haproxy') : null),
    start: ({ backends, cores, temp }) =>
      startListening((ports) => {
        const file = join(temp, `haproxy-${ports.requests}.cfg`);
        writeFileSync(file, configuration(ports, backends, options));
        return [findProgram('haproxy') ?? 'haproxy', ['-db', '-f', file], { cores: cores.proxy }];
      }),
  };
}

function configuration(ports: Ports, backends: Ports, options: readonly string[]): string {
  return `
global
  nbthread 1
  maxconn 7000
defaults
  mode tcp
  ${options.map((option) => `option ${option}`).join('\n  ')}
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
