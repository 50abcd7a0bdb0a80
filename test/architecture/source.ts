import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** One thing that a file imports or re-exports. */
export interface Import {
  /** As it is written: `./x.ts`, `node:net`, `rxjs`. */
  readonly specifier: string;
  /** From the root of the package where it is a file of ours, else null. */
  readonly file: string | null;
  /** Gone after compilation: `import type`, `export type`. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the root of the package, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** All TypeScript files below a folder of the package. */
export function sourceFiles(folder: string): SourceFile[] {
  return filesBelow(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = read(path);
      return { path, text, imports: importsOf(text, path) };
    });
}

/** Paths below a folder of the package, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(fileURLToPath(ROOT), posix.join(entry.parentPath, entry.name)))
    .sort();
}

/** A file's text; '' where it is not there. */
export function read(path: string): string {
  try {
    return readFileSync(new URL(path, ROOT), 'utf8');
  } catch {
    return '';
  }
}

const STATEMENT = /^\s*(import|export)(\s+type)?\b(?:[^;'"`()=]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm;
const CALL = /\bimport\(\s*['"]([^'"\n]+)['"]\s*[,)]/g;

/** What a text imports: statements, re-exports, `import()`, of values and of types. `path` is the file's own. */
export function importsOf(text: string, path: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const file = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null;
    found.push({ specifier, file, typeOnly });
  };
  for (const [, , type, specifier] of code.matchAll(STATEMENT)) add(specifier as string, type !== undefined);
  for (const [, specifier] of code.matchAll(CALL)) add(specifier as string, false);
  return found;
}

/** The code alone. Block comments go where they begin a line, line comments where they are one. */
export function withoutComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replace(/^[ \t]*\/\/.*$/gm, '');
}
