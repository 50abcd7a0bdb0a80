import { TEE_FILE_PLACEHOLDERS } from '../core/tee-plan.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, has, type Raw, text } from './raw.ts';

/** What a tee or a flight recorder says in two places that do not go together. */
export function checkTee(stage: Raw): Issue[] {
  return [...ofTee(at(stage, 'tee')), ...ofFlightRecorder(at(stage, 'flight_recorder'))];
}

function ofTee(tee: Raw): Issue[] {
  const format = has(tee, 'format') ? text(at(tee, 'format')) : 'raw';
  const per = at(tee, 'per');
  const isShared = text(per) === 'listener';
  const snaplen = at(tee, 'snaplen');
  return [
    ...ofFile(at(tee, 'file'), (pattern) => mistakeIn(pattern, format === 'raw', isShared)),
    ...(isShared && format === 'raw'
      ? [
          wrongValue(
            per.path,
            'raw bytes of several connections cannot be told apart; expected another format',
          ),
        ]
      : []),
    ...(has(tee, 'snaplen') && format !== 'pcapng'
      ? [wrongValue(snaplen.path, 'only pcapng has packets; expected it with "format: pcapng"')]
      : []),
  ];
}

function ofFlightRecorder(recorder: Raw): Issue[] {
  return ofFile(at(recorder, 'file'), (pattern) => mistakeIn(pattern, false, false));
}

/** The first mistake in a file's name; none where a placeholder is unknown, which is told already. */
function ofFile(file: Raw, mistake: (pattern: string) => string | null): Issue[] {
  const pattern = text(file);
  if (pattern === null || hasUnknown(pattern)) return [];
  const found = mistake(pattern);
  return found === null ? [] : [wrongValue(file.path, found)];
}

function mistakeIn(pattern: string, isRaw: boolean, isShared: boolean): string | null {
  const has = (placeholder: string) => pattern.includes(`{${placeholder}}`);
  if (isRaw && !has('direction'))
    return 'without {direction} nobody could tell which file is up and which is down; expected it in the name';
  if (!isRaw && has('direction'))
    return 'both directions are in one file; expected a name without {direction}';
  if (isShared && has('connection'))
    return 'all connections are in one file; expected a name without {connection}';
  if (!isShared && !has('connection') && !has('start'))
    return 'without {connection} or {start} all connections would want the same file; expected one of them in the name';
  return null;
}

function hasUnknown(pattern: string): boolean {
  const known: readonly string[] = TEE_FILE_PLACEHOLDERS;
  return [...pattern.matchAll(/\{([^{}]*)\}/g)].some(([, name = '']) => !known.includes(name));
}
