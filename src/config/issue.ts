import type { Path } from './show.ts';

/** Something to say about a place of the configuration. */
export interface Issue {
  readonly path: Path;
  /** Whether the value at the path is meant, or its key. */
  readonly at: 'value' | 'key';
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** A mistake in a value. */
export function wrongValue(path: Path, message: string): Issue {
  return { path, at: 'value', severity: 'error', message };
}

/** A mistake in the key at the end of the path. */
export function wrongKey(path: Path, message: string): Issue {
  return { path, at: 'key', severity: 'error', message };
}

/** Something that works, but hardly as it was meant. */
export function warning(path: Path, message: string): Issue {
  return { path, at: 'value', severity: 'warning', message };
}
