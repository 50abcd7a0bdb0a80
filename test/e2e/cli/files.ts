import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../support/temp.ts';

/** A file with this text, gone when the test ends. */
export function fileWith(text: string): string {
  const path = join(tempDir(), 'proxy.yaml');
  writeFileSync(path, text);
  return path;
}

/** A configuration that relays a free port to `backend`, with more keys at its end. */
export function relayTo(backend: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: "127.0.0.1:0", to: web }]
pools: { web: { backends: ["127.0.0.1:${backend}"] } }
${more}`;
}
