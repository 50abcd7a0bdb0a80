import { parseAddress } from '../core/address.ts';
import * as defaults from './defaults.ts';
import { type Issue, warning, wrongValue } from './issue.ts';
import { isLoopback } from './places.ts';
import { at, has, type Raw, text } from './raw.ts';
import { quote } from './show.ts';

/** Where Toxiproxy's API would listen, the default where the file says nothing. */
export function toxiproxyListen(root: Raw): Raw {
  const listen = at(at(root, 'toxiproxy'), 'listen');
  return listen.value === undefined ? { ...listen, value: defaults.TOXIPROXY_LISTEN } : listen;
}

/** An API without a token is for this machine, unless somebody says otherwise, and then it is said aloud. */
export function checkToxiproxy(root: Raw): Issue[] {
  if (!has(root, 'toxiproxy')) return [];
  const listen = toxiproxyListen(root);
  const where = text(listen) ?? '';
  const address = parseAddress(where);
  if (typeof address === 'string' || address.kind === 'unix' || isLoopback(address.host)) return [];
  if (at(at(root, 'toxiproxy'), 'allow_remote').value === true)
    return [
      warning(
        listen.path,
        `whoever reaches ${quote(where)} opens ports, connects anywhere and makes faults, without a token`,
      ),
    ];
  return [
    wrongValue(
      listen.path,
      `${quote(where)} can be reached from other machines, and clients of Toxiproxy know no token; ` +
        'expected a loopback address such as 127.0.0.1:8474, or "allow_remote: true" beside it',
    ),
  ];
}
