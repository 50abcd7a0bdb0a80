import { parseAddress } from '../core/address.ts';
import { type Issue, wrongValue } from './issue.ts';
import { isLoopback } from './places.ts';
import { at, has, type Raw, text } from './raw.ts';
import { quote } from './show.ts';

/** Whoever can be reached from other machines asks who is there, and lets nobody read along. */
export function checkAdmin(admin: Raw): Issue[] {
  const listen = at(admin, 'listen');
  const given = text(listen) ?? '';
  const address = parseAddress(given);
  if (typeof address === 'string' || address.kind === 'unix' || isLoopback(address.host)) return [];
  const lacking = ['token_env', 'tls'].filter((key) => !has(admin, key));
  if (lacking.length === 0) return [];
  const keys = lacking.map((key) => `"${key}"`).join(' and ');
  return [
    wrongValue(
      listen.path,
      `${quote(given)} can be reached from other machines; expected ${keys} beside it, or a loopback address such as 127.0.0.1:9900`,
    ),
  ];
}
