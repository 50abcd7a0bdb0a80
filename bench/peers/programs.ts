import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the bench runs beside Sluice, and the Debian package it is in. */
export const PACKAGES = {
  haproxy: 'haproxy',
  nginx: 'nginx libnginx-mod-stream',
  iperf3: 'iperf3',
  go: 'golang-go',
  cc: 'gcc',
  taskset: 'util-linux',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
} as const;

export type Program = keyof typeof PACKAGES;

/** What to say where a program is missing. */
export function install(program: Program): string {
  return `install ${PACKAGES[program]}`;
}

const BESIDE_PATH = ['/usr/sbin', '/usr/local/sbin', '/usr/local/go/bin'];
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The path of a program, or null where it is not installed. */
export function findProgram(program: Program): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...BESIDE_PATH];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

/** The stream module of nginx: a file to load, null where it is built in, and undefined where there is none. */
export function findStreamModule(nginx: string): string | null | undefined {
  if (existsSync(STREAM_MODULE)) return STREAM_MODULE;
  const built = execFileSync('sh', ['-c', '"$0" -V 2>&1', nginx], { encoding: 'utf8' });
  return /--with-stream(\s|$)/.test(built) ? null : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
