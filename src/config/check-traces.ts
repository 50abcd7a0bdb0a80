import { checkPoolName } from './check-routes.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, items, oneOrManyOf, type Raw, text } from './raw.ts';
import { quote } from './show.ts';

/** The matches of `telemetry.traces.also`: of listeners and pools that exist. */
export function checkTraces(root: Raw): Issue[] {
  const rules = at(at(at(root, 'telemetry'), 'traces'), 'also');
  const listeners = items(at(root, 'listeners')).flatMap((listener) => text(at(listener, 'name')) ?? []);
  return items(at(rules, 'match')).flatMap((match) => [
    ...oneOrManyOf(at(match, 'listener')).flatMap((name) => checkListenerName(name, listeners)),
    ...oneOrManyOf(at(match, 'pool')).flatMap((name) => checkPoolName(name, at(root, 'pools'))),
  ]);
}

function checkListenerName(raw: Raw, known: readonly string[]): Issue[] {
  const name = text(raw);
  if (name === null || known.includes(name)) return [];
  const near = didYouMean(name, known);
  const hint = near === null ? '; expected the name of a listener' : `; did you mean ${quote(near)}?`;
  return [wrongValue(raw.path, `there is no listener ${quote(name)}${hint}`)];
}
