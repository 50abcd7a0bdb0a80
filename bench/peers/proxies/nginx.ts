import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender, Ports } from '../contender.ts';
import { childrenOf } from '../proc.ts';
import { findProgram, findStreamModule, install } from '../programs.ts';
import { startListening } from './listen.ts';

export const nginx: Contender = {
  name: 'nginx',
  warmUpMs: 200,
  missing: () => {
    const program = findProgram('nginx');
    return program === null || findStreamModule(program) === undefined ? install('nginx') : null;
  },
  start: ({ backends, cores, temp }) =>
    startListening(
      (ports) => {
        const program = findProgram('nginx') ?? 'nginx';
        const folder = join(temp, `nginx-${ports.requests}`);
        mkdirSync(folder);
        const file = join(folder, 'nginx.conf');
        writeFileSync(file, configuration(ports, backends, findStreamModule(program) ?? null));
        const args = ['-p', folder, '-e', 'stderr', '-c', file];
        return [program, args, { cores: cores.proxy, end: 'SIGTERM' }];
      },
      ({ pid }) => childrenOf(pid),
    ),
};

function configuration(ports: Ports, backends: Ports, module: string | null): string {
  return `
${module === null ? '' : `load_module ${module};`}
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
error_log stderr crit;
pid nginx.pid;
events { worker_connections 18000; }
stream {
  server { listen 127.0.0.1:${ports.requests} backlog=4096; proxy_pass 127.0.0.1:${backends.requests}; }
  server { listen 127.0.0.1:${ports.bulk}; proxy_pass 127.0.0.1:${backends.bulk}; }
}
`;
}
