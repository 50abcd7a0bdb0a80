import { dirname } from 'node:path';
import { SluiceError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { compile } from './compile.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Issue } from './issue.ts';
import { FILE_BYTES_MAX, MISTAKES_SHOWN_MAX } from './limits.ts';
import { type Located, readYaml, type Source } from './load.ts';
import { readConfigFile } from './read-file.ts';
import { formatPath, sentence } from './show.ts';
import { formatSize } from './units.ts';
import { validate } from './validate.ts';

/** A plan and what is odd about its configuration, one line each with its place. */
export interface Loaded {
  readonly plan: Plan;
  readonly warnings: readonly string[];
  /** The files of certificates and keys that the plan was made of: when one changes the plan is another. */
  readonly files: readonly string[];
  /** What was read; null where there was no text, as on a command line. */
  readonly text: string | null;
}

/**
 * Reads, checks and compiles a file. Throws CONFIG_UNREADABLE where it cannot be read, CONFIG_INVALID with one line
 * `file:line:column: path: …` for each mistake otherwise. `environment` defaults to that of this process.
 */
export function loadConfig(file: string, environment: Environment = readEnvironment()): Loaded {
  const bytes = readConfigFile(file);
  refuseLongFile(bytes.length, file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SluiceError('CONFIG_INVALID', `${file}:1:1: the file is not text in UTF-8`, { cause });
  }
  return parseConfig(text, file, environment, dirname(file));
}

/**
 * The same for a text; `fileName` is what messages call it, and the relative paths in it begin at `directory`, where the
 * process is unless something else is said. Throws CONFIG_INVALID.
 */
export function parseConfig(
  text: string,
  fileName: string,
  environment: Environment = readEnvironment(),
  directory = '.',
): Loaded {
  refuseLongFile(Buffer.byteLength(text), fileName);
  const source = readYaml(text);
  refuseMistakes(source.mistakes.length > 0 && source.value === undefined ? source.mistakes : [], fileName);
  if (source.value === null) {
    const message = 'the file is empty; expected at least "listeners:" and "pools:"';
    throw new SluiceError('CONFIG_INVALID', `${fileName}:1:1: ${message}`);
  }
  const { config, issues } = validate(source.value);
  const errors = issues.filter((issue) => issue.severity === 'error' && !source.isUnreadable(issue.path));
  refuseMistakes([...source.mistakes, ...errors.map((issue) => locate(issue, source))], fileName);
  if (config === null) throw new Error('a configuration without a mistake was not read');
  const { plan, files, issues: found } = compile(config, environment, directory);
  const wrong = found.filter((issue) => issue.severity === 'error');
  refuseMistakes(
    wrong.map((issue) => locate(issue, source)),
    fileName,
  );
  const warnings = [...issues, ...found].map((issue) => locate(issue, source)).sort(byPlace);
  return { plan, files, text, warnings: warnings.map((warning) => line(warning, fileName)) };
}

function refuseLongFile(bytes: number, fileName: string): void {
  if (bytes <= FILE_BYTES_MAX) return;
  throw new SluiceError(
    'CONFIG_INVALID',
    `${fileName}:1:1: the file is too long; expected at most ${formatSize(FILE_BYTES_MAX)}`,
  );
}

function refuseMistakes(mistakes: readonly Located[], fileName: string): void {
  if (mistakes.length === 0) return;
  const lines = mistakes.toSorted(byPlace).map((mistake) => line(mistake, fileName));
  const more = lines.length - MISTAKES_SHOWN_MAX;
  const shown = more > 0 ? [...lines.slice(0, MISTAKES_SHOWN_MAX), `${fileName}: and ${more} more`] : lines;
  throw new SluiceError('CONFIG_INVALID', shown.join('\n'));
}

function locate(issue: Issue, source: Source): Located {
  const where = issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `;
  return { ...source.locate(issue.path, issue.at), message: where + issue.message };
}

function line(located: Located, fileName: string): string {
  return `${fileName}:${located.line}:${located.column}: ${sentence(located.message)}`;
}

function byPlace(a: Located, b: Located): number {
  return a.line - b.line || a.column - b.column;
}
