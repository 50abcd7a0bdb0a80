import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment.ts';
import { PEM_BYTES_MAX } from './limits.ts';
import { formatSize } from './units.ts';

/** A file that was read, or in words why it was not. */
export type FileText = { readonly file: string; readonly text: string } | { readonly wrong: string };

/** The files that a configuration names, each read once for a plan. */
export class Files {
  readonly #environment: Pick<Environment, 'readFile'>;
  readonly #directory: string;
  readonly #texts = new Map<string, FileText>();

  /** Relative paths begin at the directory. */
  constructor(environment: Pick<Environment, 'readFile'>, directory: string) {
    this.#environment = environment;
    this.#directory = directory;
  }

  /** Where those are that were asked for, read or not. */
  get names(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** What a path means. */
  resolve(path: string): string {
    return isAbsolute(path) ? path : join(this.#directory, path);
  }

  /** The text of a file, in Latin-1: PEM is ASCII. */
  text(path: string): FileText {
    const file = this.resolve(path);
    const known = this.#texts.get(file) ?? this.#read(file);
    this.#texts.set(file, known);
    return known;
  }

  #read(file: string): FileText {
    const bytes = this.#environment.readFile(file, PEM_BYTES_MAX + 1);
    if (typeof bytes === 'string') return { wrong: `${file}: ${bytes}` };
    if (bytes.length > PEM_BYTES_MAX)
      return { wrong: `${file}: the file is too long; expected at most ${formatSize(PEM_BYTES_MAX)}` };
    return { file, text: Buffer.from(bytes).toString('latin1') };
  }
}
