import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { at, has, type Raw, text } from './raw.ts';

/** A TLV exactly where clients are known by one. */
export function checkSticky(pool: Raw): Issue[] {
  const sticky = at(pool, 'sticky');
  const isOnTlv = text(at(sticky, 'on')) === 'proxy_tlv';
  if (isOnTlv && !has(sticky, 'tlv'))
    return [
      wrongValue([...sticky.path, 'tlv'], 'missing; expected the type of the TLV that clients are known by'),
    ];
  if (!isOnTlv && has(sticky, 'tlv'))
    return [wrongKey([...sticky.path, 'tlv'], 'only on: proxy_tlv knows clients by a TLV')];
  return [];
}
