import { parseAddress } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { formatPath } from './show.ts';

/** TLS of a listener: keys that need each other. */
export function checkListenerTls(listener: Raw): Issue[] {
  const tls = at(listener, 'tls');
  const found: Issue[] = [];
  if (has(tls, 'client_auth') && !has(tls, 'client_ca'))
    found.push(
      wrongKey([...tls.path, 'client_auth'], 'needs client_ca: the authorities whose certificates are good'),
    );
  if (
    at(tls, 'min_version').value === 'TLSv1.3' &&
    has(tls, 'ciphers') &&
    !/TLS_/.test(text(at(tls, 'ciphers')) ?? '')
  )
    found.push(
      warning(
        [...tls.path, 'ciphers'],
        'does nothing with TLSv1.3 alone, whose suites have names that begin with TLS_',
      ),
    );
  return found;
}

/** TLS to backends: keys that need each other, and a name to check. */
export function checkConnectTls(pool: Raw): Issue[] {
  const tls = at(at(pool, 'connect'), 'tls');
  if (tls.value === undefined || tls.value === false) return [];
  const found: Issue[] = [];
  for (const [key, other] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const)
    if (has(tls, key) && !has(tls, other))
      found.push(wrongKey([...tls.path, key], `needs ${other} beside it`));
  if (at(tls, 'verify').value === false) {
    if (has(tls, 'ca')) found.push(warning([...tls.path, 'ca'], 'does nothing with "verify: false"'));
    return found;
  }
  return has(tls, 'server_name') ? found : [...found, ...nameless(pool, tls)];
}

/** A backend that has no name its certificate could be for. */
function nameless(pool: Raw, tls: Raw): Issue[] {
  const nameless = items(at(pool, 'backends')).find((backend) => {
    const address = parseAddress(text(backend) ?? text(at(backend, 'address')) ?? '');
    return typeof address !== 'string' && address.kind === 'unix';
  });
  if (nameless !== undefined)
    return [
      wrongValue(
        tls.path,
        `${formatPath(nameless.path)} is a Unix socket and has no name that a certificate could be for; expected server_name`,
      ),
    ];
  const byAddress = items(at(pool, 'backends')).find((backend) => {
    const address = parseAddress(text(backend) ?? text(at(backend, 'address')) ?? '');
    return typeof address !== 'string' && address.kind === 'tcp' && parseIp(address.host) !== null;
  });
  if (byAddress === undefined) return [];
  return [
    warning(
      tls.path,
      `${formatPath(byAddress.path)} is an IP address, which few certificates are for; expected server_name, where its certificate is for a name`,
    ),
  ];
}
