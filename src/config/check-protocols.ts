import { PROTOCOLS } from '../core/plan.ts';
import { mistakeOf } from '../sniff/index.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { RULES_MAX } from './limits.ts';
import { at, has, items, keysOf, oneOrManyOf, type Raw, text, values } from './raw.ts';
import { quote } from './show.ts';

/** Rules of protocols: names of their own, one way each, and used by a route. */
export function checkProtocols(root: Raw): Issue[] {
  const protocols = at(root, 'protocols');
  const used = usedProtocols(root);
  const found = values(protocols).flatMap(checkRule);
  for (const name of keysOf(protocols)) {
    const path = [...protocols.path, name];
    if ((PROTOCOLS as readonly string[]).includes(name))
      found.push(wrongKey(path, `${quote(name)} is a protocol that Sluice knows; expected another name`));
    else if (!used.has(name)) found.push(warning(path, 'no match asks for this protocol'));
  }
  if (keysOf(protocols).length > RULES_MAX)
    found.push(wrongValue(protocols.path, `more than ${RULES_MAX} are not possible here`));
  return found;
}

function checkRule(rule: Raw): Issue[] {
  if (typeof rule.value !== 'object' || rule.value === null || Array.isArray(rule.value)) return [];
  const [byHex, byRegex] = [has(rule, 'hex'), has(rule, 'regex')];
  if (!byHex && !byRegex)
    return [
      wrongValue(rule.path, 'the rule holds for nobody; expected hex or regex, such as "hex: 05 01 00"'),
    ];
  if (byHex && byRegex)
    return [wrongKey([...rule.path, 'regex'], 'hex and regex exclude each other; keep one')];
  const found: Issue[] = [];
  for (const [key, other, isThere] of [
    ['offset', 'hex', byHex],
    ['bytes', 'regex', byRegex],
  ] as const)
    if (has(rule, key) && !isThere)
      found.push(wrongKey([...rule.path, key], `is of ${other}, which is not there`));
  return [...found, ...wrongRegex(at(rule, 'regex'))];
}

function wrongRegex(regex: Raw): Issue[] {
  const expression = text(regex);
  if (expression === null || expression === '') return [];
  const mistake = mistakeOf({ name: 'rule', regex: expression });
  return mistake === null ? [] : [wrongValue(regex.path, `${quote(expression)}: ${mistake}`)];
}

function usedProtocols(root: Raw): Set<string> {
  const used = new Set<string>();
  const look = (match: Raw): void => {
    for (const raw of oneOrManyOf(at(match, 'protocol'))) used.add(text(raw) ?? '');
    for (const key of ['any', 'all', 'not']) for (const inner of oneOrManyOf(at(match, key))) look(inner);
  };
  for (const listener of items(at(root, 'listeners')))
    for (const route of items(at(listener, 'routes'))) look(at(route, 'match'));
  return used;
}
