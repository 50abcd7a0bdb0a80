import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files of the page, as the build of `dashboard/` writes them. */
export const PAGE_FILES = ['index.html', 'page.css', 'page.js'] as const;
export type PageFile = (typeof PAGE_FILES)[number];

const read = new Map<PageFile, string>();

/** The text of a file of the page, read when it is first asked for; null where the page was not built. */
export function pageFile(name: PageFile): string | null {
  const known = read.get(name);
  if (known !== undefined) return known;
  const folder = pageFolder(dirname(fileURLToPath(import.meta.url)));
  if (folder === null) return null;
  const text = readFileSync(join(folder, name), 'utf8');
  read.set(name, text);
  return text;
}

/** Beside the built program or, for sources that run as they stand, where the build puts it. */
function pageFolder(from: string): string | null {
  const beside = [join(from, 'dashboard'), join(from, 'dist', 'dashboard')];
  const found = beside.find((folder) => existsSync(join(folder, 'page.js')));
  if (found !== undefined) return found;
  const above = dirname(from);
  return above === from ? null : pageFolder(above);
}
