import { readFileSync } from 'node:fs';

/** Version of this package, from its package.json; found from the source and from dist/ alike. */
export const VERSION = readVersion();

function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Record<
        string,
        unknown
      >;
      if (manifest['name'] === 'sluice') return String(manifest['version']);
    } catch {
      // Not at this depth.
    }
  }
  return '0.0.0';
}
