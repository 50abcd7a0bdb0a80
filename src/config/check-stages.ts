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
    .flatMap((stage) => [...oneKind(stage), ...limitsSomething(stage), ...checkTee(stage)]);
  const repeated = [repeatedFiles([], own), ...routes.map((stages) => repeatedFiles(own, stages))];
  return [...found, ...repeated.flat()];
}

function oneKind(stage: Raw): Issue[] {
  const isMap = typeof stage.value === 'object' && stage.value !== null && !Array.isArray(stage.value);
  const kinds = keysOf(stage);
  if (!isMap || kinds.length === 1) return [];
  const what = kinds.length === 0 ? 'the stage has no kind' : `${kinds.length} kinds of stage in one item`;
  return [wrongValue(stage.path, `${what}; expected one, such as "- rate_limit: { down: 1MiB/s }"`)];
}

function limitsSomething(stage: Raw): Issue[] {
  const limit = at(stage, 'rate_limit');
  const isMap = typeof limit.value === 'object' && limit.value !== null && !Array.isArray(limit.value);
  if (!isMap || has(limit, 'up') || has(limit, 'down')) return [];
  return [wrongValue(limit.path, 'limits nothing; expected up, down or both, such as "down: 1MiB/s"')];
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
