import * as defaults from './defaults.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { parseDuration } from './units.ts';

/** The ejection of a pool's backends: times in their order, a silence that counts, and somebody who can be ejected. */
export function checkPassive(pool: Raw): Issue[] {
  const passive = at(pool, 'passive');
  if (typeof passive.value !== 'object' || passive.value === null) return [];
  const counted = items(at(passive, 'count')).map(text);
  const found: Issue[] = [];
  if (has(passive, 'first_byte') && !counted.includes('silence'))
    found.push(wrongKey([...passive.path, 'first_byte'], 'only silence in count waits for a first byte'));
  const first = timeOf(passive, 'eject', defaults.PASSIVE_EJECT);
  const most = timeOf(passive, 'eject_max', defaults.PASSIVE_EJECT_MAX);
  if (first !== null && most !== null && first > most) {
    const key = has(passive, 'eject_max') ? 'eject_max' : 'eject';
    found.push(wrongValue([...passive.path, key], 'expected an eject_max that is not shorter than eject'));
  }
  return [...found, ...nobodyToEject(pool, passive)];
}

function timeOf(passive: Raw, key: string, otherwise: string): number | null {
  return parseDuration(has(passive, key) ? (text(at(passive, key)) ?? '') : otherwise);
}

function nobodyToEject(pool: Raw, passive: Raw): Issue[] {
  const backends = items(at(pool, 'backends')).length;
  const share = has(passive, 'max_ejected')
    ? (text(at(passive, 'max_ejected')) ?? '')
    : defaults.PASSIVE_MAX_EJECTED;
  const percent = Number(/^(\d{1,3})%$/.exec(share)?.[1] ?? Number.NaN);
  if (backends === 0 || !(backends * percent < 100)) return [];
  const path = has(passive, 'max_ejected') ? [...passive.path, 'max_ejected'] : passive.path;
  return [warning(path, `${share} of ${backends} is less than one backend: none is ever ejected`)];
}
