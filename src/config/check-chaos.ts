import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { textOf } from './leaf.ts';
import { at, has, keysOf, type Raw } from './raw.ts';
import { parseDuration, parseSize } from './units.ts';

/** What the keys of a stage say together, of which each may be right. */
export function checkChaos(stage: Raw): Issue[] {
  return keysOf(stage).flatMap((kind) => {
    const own = at(stage, kind);
    return [...checkSchedule(own), ...checkPieces(own)];
  });
}

function checkSchedule(own: Raw): Issue[] {
  const [lasts, every] = [at(own, 'for'), at(own, 'every')];
  const [from, expires] = [at(own, 'from'), at(own, 'expires')];
  const found: Issue[] = [];
  if (has(own, 'every') && !has(own, 'for'))
    found.push(wrongKey(every.path, 'nothing ends that could begin again; expected "for" beside it'));
  if (atLeast(ms(lasts), ms(every)))
    found.push(
      wrongValue(lasts.path, 'there is no pause before it begins again; expected less than "every"'),
    );
  if (atLeast(ms(from), ms(expires)))
    found.push(wrongValue(expires.path, 'ends before it begins; expected more than "from"'));
  return found;
}

function checkPieces(own: Raw): Issue[] {
  const variation = at(own, 'variation');
  const [average, most] = [at(own, 'average'), variation].map((size) => parseSize(textOf(size.value)));
  if (!has(own, 'variation') || !atLeast(most ?? null, average ?? null)) return [];
  return [wrongValue(variation.path, 'a piece could have no bytes; expected less than "average"')];
}

function ms(raw: Raw): number | null {
  return parseDuration(textOf(raw.value));
}

function atLeast(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one >= other;
}
