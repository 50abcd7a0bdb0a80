import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { textOf } from './leaf.ts';
import { at, has, items, keysOf, oneOrManyOf, type Raw } from './raw.ts';
import { parseDuration, parseSize } from './units.ts';

/** What the keys of a stage say together, of which each may be right. */
export function checkChaos(stage: Raw): Issue[] {
  return keysOf(stage).flatMap((kind) => {
    const own = at(stage, kind);
    return [...checkSchedule(own), ...checkPieces(own), ...checkPauses(own)];
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

function checkPauses(own: Raw): Issue[] {
  const [pause, most] = [at(own, 'pause'), at(own, 'pause_max')];
  const [first, longest] = [ms(pause), ms(most)];
  if (first === null || longest === null || longest >= first) return [];
  return [wrongValue(most.path, 'the first pause is longer; expected no less than "pause"')];
}

/** Bits that are flipped in TLS do nothing but end the connection, or are hidden behind a signature that is right. */
export function checkCorruption(listener: Raw): Issue[] {
  const terminates = has(listener, 'tls');
  const routes = items(at(listener, 'routes'));
  const everywhere = terminates || (routes.length > 0 && routes.every(isOfTls));
  return [
    ...(everywhere ? unforced(listener) : []),
    ...routes.filter((route) => terminates || isOfTls(route)).flatMap(unforced),
  ];
}

/** Whether only TLS can come to a route. */
function isOfTls(route: Raw): boolean {
  const match = at(route, 'match');
  const protocols = oneOrManyOf(at(match, 'protocol'));
  if (protocols.length > 0) return protocols.every(({ value }) => value === 'tls');
  return has(match, 'sni') || has(match, 'alpn');
}

function unforced(owner: Raw): Issue[] {
  return items(at(owner, 'stages'))
    .map((stage) => at(stage, 'corrupt'))
    .filter((own) => own.value !== undefined && at(own, 'force').value !== true)
    .map((own) =>
      wrongValue(own.path, 'the bytes here are those of TLS; expected "force: true" to corrupt them'),
    );
}

function ms(raw: Raw): number | null {
  return parseDuration(textOf(raw.value));
}

function atLeast(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one >= other;
}
