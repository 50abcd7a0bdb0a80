import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** Names used twice, and keys of a listener that exclude or need each other. */
export function checkListeners(listeners: readonly Raw[]): Issue[] {
  return [...repeatedNames(listeners), ...listeners.flatMap((listener) => checkListener(listener))];
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
