import * as defaults from './defaults.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { at, has, type Raw, text } from './raw.ts';

/** What a pool hashes by: nothing that its policy does not heed, and a TLV exactly where one is hashed. */
export function checkHash(pool: Raw): Issue[] {
  if (!has(pool, 'hash')) return [];
  const hash = at(pool, 'hash');
  const balance = has(pool, 'balance') ? (text(at(pool, 'balance')) ?? '') : defaults.BALANCE;
  if (balance !== 'hash' && balance !== 'maglev')
    return [wrongKey(hash.path, `${balance} does not hash by it; expected balance: hash or balance: maglev`)];
  const found = ['bounded_load', 'table_size']
    .filter((key) => balance === 'hash' && has(hash, key))
    .map((key) => wrongKey([...hash.path, key], 'hash has no table; expected balance: maglev'));
  const isOnTlv = text(at(hash, 'on')) === 'proxy_tlv';
  if (isOnTlv && !has(hash, 'tlv'))
    found.push(wrongValue([...hash.path, 'tlv'], 'missing; expected the type of the TLV that is hashed'));
  if (!isOnTlv && has(hash, 'tlv'))
    found.push(wrongKey([...hash.path, 'tlv'], 'only on: proxy_tlv hashes a TLV'));
  return found;
}
