import { checkChaos, checkCorruption } from './check-chaos.ts';
import { checkTee } from './check-tee.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, has, items, keysOf, type Raw, text } from './raw.ts';
import { formatPath } from './show.ts';

/** The stages of a listener and of its routes. */
export function checkStages(listener: Raw): Issue[] {
  const own = items(at(listener, 'stages'));
  const routes = items(at(listener, 'routes')).map((route) => items(at(route, 'stages')));
  const found = [own, ...routes]
    .flat()
    .flatMap((stage) => [
      ...oneKind(stage),
      ...actsSomewhere(stage),
      ...checkChaos(stage),
      ...checkTee(stage),
    ]);
  const repeated = [repeatedFiles([], own), ...routes.map((stages) => repeatedFiles(own, stages))];
  return [...found, ...checkCorruption(listener), ...repeated.flat()];
}

function oneKind(stage: Raw): Issue[] {
  const isMap = typeof stage.value === 'object' && stage.value !== null && !Array.isArray(stage.value);
  const kinds = keysOf(stage);
  if (!isMap || kinds.length === 1) return [];
  const what = kinds.length === 0 ? 'the stage has no kind' : `${kinds.length} kinds of stage in one item`;
  return [wrongValue(stage.path, `${what}; expected one, such as "- rate_limit: { down: 1MiB/s }"`)];
}

/** What a stage does where neither `up` nor `down` is said. */
const NOTHING = {
  rate_limit: ['limits', 'down: 1MiB/s'],
  bandwidth: ['limits', 'down: 1MiB/s'],
  latency: ['delays', 'down: 50ms'],
  slow_close: ['delays', 'down: 5s'],
  limit_data: ['limits', 'down: 1MiB'],
} as const;

function actsSomewhere(stage: Raw): Issue[] {
  return Object.entries(NOTHING).flatMap(([kind, [acts, example]]) => {
    const own = at(stage, kind);
    const isMap = typeof own.value === 'object' && own.value !== null && !Array.isArray(own.value);
    if (!isMap || has(own, 'up') || has(own, 'down')) return [];
    return [wrongValue(own.path, `${acts} nothing; expected up, down or both, such as "${example}"`)];
  });
}

/** Two tees, or flight recorders, on the way of one connection that would write the same file. */
function repeatedFiles(before: readonly Raw[], stages: readonly Raw[]): Issue[] {
  const first = new Map<string, Raw>();
  const found: Issue[] = [];
  for (const [index, stage] of [...before, ...stages].entries()) {
    const files = [at(at(stage, 'tee'), 'file'), at(at(stage, 'flight_recorder'), 'file')];
    const file = files.find((candidate) => text(candidate) !== null) ?? stage;
    const name = text(file);
    if (name === null) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, file);
    else if (index >= before.length)
      found.push(
        wrongValue(file.path, `${formatPath(earlier.path)} writes the same file; expected another name`),
      );
  }
  return found;
}
