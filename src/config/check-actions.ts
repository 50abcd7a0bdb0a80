import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { formatPath, orList, quote } from './show.ts';

/** What a route can do, in the order in which it is told which one to keep. */
const ACTIONS = ['to', 'reject', 'echo', 'discard'] as const;

/** What a route does: one thing, which its other keys go with. */
export function checkAction(route: Raw, listener: Raw): Issue[] {
  if (typeof route.value !== 'object' || route.value === null || Array.isArray(route.value)) return [];
  const [action, ...others] = ACTIONS.filter((key) => has(route, key));
  if (action === undefined) {
    const choice = orList([
      '"to: <pool>"',
      '"reject: reset"',
      '"reject: close"',
      '"echo: true"',
      '"discard: true"',
    ]);
    return [wrongValue(route.path, `the route leads nowhere; expected ${choice}`)];
  }
  return [
    ...others.map((other) =>
      wrongKey([...route.path, other], `${action} and ${other} exclude each other; keep one`),
    ),
    ...stagesWithoutBytes(route, action),
    ...sticky(route),
    ...passthrough(route, listener),
  ];
}

/** The pools of a `to`: a name, or the names in a list. */
export function poolsOf(to: Raw): Raw[] {
  return text(to) === null ? items(to).map((share) => at(share, 'pool')) : [to];
}

/** A list of pools: each once, and some of them with a weight. */
export function checkSplit(to: Raw): Issue[] {
  const shares = items(to);
  const first = new Map<string, Raw>();
  const found: Issue[] = [];
  for (const pool of shares.map((share) => at(share, 'pool'))) {
    const name = text(pool);
    const earlier = first.get(name ?? '');
    if (name === null) continue;
    if (earlier === undefined) first.set(name, pool);
    else
      found.push(
        wrongValue(pool.path, `${formatPath(earlier.path)} is ${quote(name)} already; expected it once`),
      );
  }
  if (shares.length > 0 && shares.every((share) => at(share, 'weight').value === 0))
    found.push(
      wrongValue(to.path, 'all weights are 0, so that nobody is sent anywhere; expected one above 0'),
    );
  return found;
}

function stagesWithoutBytes(route: Raw, action: string): Issue[] {
  if (action === 'to' || !has(route, 'stages')) return [];
  const what = action === 'reject' ? 'rejects' : `has ${action}`;
  return [
    wrongKey([...route.path, 'stages'], `no bytes flow through a route that ${what}; remove the stages`),
  ];
}

function sticky(route: Raw): Issue[] {
  if (!has(route, 'sticky') || items(at(route, 'to')).length > 1) return [];
  return [warning([...route.path, 'sticky'], 'does nothing without a list of pools in to')];
}

function passthrough(route: Raw, listener: Raw): Issue[] {
  const tls = at(route, 'tls');
  if (tls.value !== 'passthrough') return [];
  const found: Issue[] = [];
  if (!has(listener, 'tls'))
    found.push(
      warning(tls.path, 'does nothing, since all TLS is passed through where the listener has no tls'),
    );
  if (at(at(route, 'match'), 'client_certificate').value === true)
    found.push(
      wrongKey(
        tls.path,
        'a client whose TLS is passed through shows no certificate here; remove one of them',
      ),
    );
  return found;
}
