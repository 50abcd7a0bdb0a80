import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** That there are listeners, names used twice, and keys of a listener that exclude or need each other. */
export function checkListeners(root: Raw): Issue[] {
  const listeners = items(at(root, 'listeners'));
  return [
    ...missing(root),
    ...repeatedNames(listeners),
    ...listeners.flatMap((listener) => checkListener(listener)),
  ];
}

/** Without listeners there is nothing to do, unless they can be made while the service runs. */
function missing(root: Raw): Issue[] {
  const isMap = typeof root.value === 'object' && root.value !== null && !Array.isArray(root.value);
  if (!isMap || has(root, 'listeners') || has(root, 'toxiproxy')) return [];
  return [wrongValue(['listeners'], 'missing; expected a list of listeners, each with name and listen')];
}

/** Items of a list whose `name` an earlier one has. */
export function repeatedNames(named: readonly Raw[]): Issue[] {
  const first = new Map<string, Raw>();
  const found: Issue[] = [];
  for (const item of named) {
    const name = text(at(item, 'name'));
    if (name === null) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, item);
    else
      found.push(
        wrongValue([...item.path, 'name'], `${formatPath(earlier.path)} has the name ${quote(name)} already`),
      );
  }
  return found;
}

function checkListener(listener: Raw): Issue[] {
  if (typeof listener.value !== 'object' || listener.value === null || Array.isArray(listener.value))
    return [];
  const found: Issue[] = [];
  if (!has(listener, 'to') && !has(listener, 'routes'))
    found.push(
      wrongValue(listener.path, 'neither to nor routes is set; expected "to: <pool>" or a list of routes'),
    );
  if (has(listener, 'to') && has(listener, 'routes'))
    found.push(
      wrongKey(
        [...listener.path, 'to'],
        'to and routes exclude each other; write a last route "- to: <pool>" instead',
      ),
    );
  const limits = at(listener, 'limits');
  if (has(limits, 'waiting') && at(limits, 'on_limit').value !== 'wait')
    found.push(warning([...limits.path, 'waiting'], 'does nothing without "on_limit: wait"'));
  return [...found, ...onUnixSocket(listener)];
}

function onUnixSocket(listener: Raw): Issue[] {
  if (!text(at(listener, 'listen'))?.startsWith('unix:')) return [];
  const found = ['allow', 'deny']
    .filter((key) => has(listener, key))
    .map((key) =>
      wrongKey(
        [...listener.path, key],
        'clients of a Unix socket have no address to compare; remove this key',
      ),
    );
  if ((text(at(listener, 'transparent')) ?? 'off') !== 'off')
    found.push(
      wrongKey([...listener.path, 'transparent'], 'nobody is redirected to a Unix socket; remove this key'),
    );
  return found;
}
