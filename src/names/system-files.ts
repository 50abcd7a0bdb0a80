import { readFileSync, statSync } from 'node:fs';
import { type Hosts, parseHosts } from './hosts.ts';
import { parseResolvConf, type ResolvConf } from './resolv-conf.ts';

/** A file that is read again when it has changed. */
class WatchedFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  #stamp = '';
  #value: T;

  constructor(path: string, parse: (text: string) => T) {
    this.#path = path;
    this.#parse = parse;
    this.#value = parse('');
  }

  /** What it says now; what it said last where it cannot be read at the moment. */
  read(): T {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (stamp !== this.#stamp) this.#value = this.#parse(readFileSync(this.#path, 'utf8'));
      this.#stamp = stamp;
    } catch {
      // A system may have no such file, and one that is being replaced is read the next time.
    }
    return this.#value;
  }
}

/** How the system resolves names. Small files, read where names are watched: never on the path of a connection. */
export interface SystemFiles {
  hosts(): Hosts;
  resolvConf(): ResolvConf;
}

/** The files of this machine. */
export function systemFiles(hostsPath = '/etc/hosts', resolvConfPath = '/etc/resolv.conf'): SystemFiles {
  const hosts = new WatchedFile(hostsPath, parseHosts);
  const resolvConf = new WatchedFile(resolvConfPath, parseResolvConf);
  return { hosts: () => hosts.read(), resolvConf: () => resolvConf.read() };
}
