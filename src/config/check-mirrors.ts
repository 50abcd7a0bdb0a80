import { checkPoolName } from './check-routes.ts';
import { ORIGINAL_POOL } from './compile-pools.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, items, type Raw, text } from './raw.ts';

/** The mirrors of a listener and of its routes: to pools that exist, and with answers where they are compared. */
export function checkMirrors(listener: Raw, pools: Raw): Issue[] {
  return mirrorsOf(listener).flatMap((mirror) => [
    ...checkPool(at(mirror, 'to'), pools),
    ...checkDiff(mirror),
  ]);
}

/** Every mirror of a listener and of its routes. */
export function mirrorsOf(listener: Raw): Raw[] {
  const places = [listener, ...items(at(listener, 'routes'))];
  return places.flatMap((place) => items(at(place, 'stages')).map((stage) => at(stage, 'mirror')));
}

function checkPool(to: Raw, pools: Raw): Issue[] {
  if (text(to) !== ORIGINAL_POOL) return checkPoolName(to, pools);
  const why = '"original" is where the connection itself goes; expected the name of a pool';
  return [wrongValue(to.path, why)];
}

function checkDiff(mirror: Raw): Issue[] {
  const diff = at(mirror, 'diff');
  const direction = text(at(mirror, 'direction')) ?? 'up';
  if ((text(diff) ?? 'off') === 'off' || direction === 'up') return [];
  const why = `compares answers to what the client sends, and the direction is ${direction}`;
  return [wrongValue(diff.path, `${why}; expected "direction: up", or no diff`)];
}
