import { NO_MATCH, needMore, type Verdict } from './sniffer.ts';
import { latin1 } from './text.ts';

/** Enough for the XML declaration and the tag. */
const OPENING_BYTES_MAX = 1024;
const LESS_THAN = 0x3c;
const DECLARATION = '<?xml';
const DECLARATION_END = '?>';
const TAG = '<stream:stream';
/** Of clients, servers and components: `jabber:client`, `jabber:server`, `jabber:component:accept`. */
const NAMESPACE = /[ \t\r\n]xmlns[ \t\r\n]*=[ \t\r\n]*["']jabber:[cs]/;

const MATCH: Verdict = { kind: 'match', sniffed: { protocol: 'xmpp' } };

/**
 * Recognises a client or server of XMPP by the tag that opens its stream, up to the content namespace in it. RFC 6120,
 * 4.2 and 4.8. The prefix of the tag is `stream`, as RFC 6120, 4.8.5 recommends.
 */
export function sniffXmpp(bytes: Uint8Array): Verdict {
  if (bytes.length === 0) return needMore(1);
  if (bytes[0] !== LESS_THAN) return NO_MATCH;
  const text = latin1(bytes, 0, Math.min(bytes.length, OPENING_BYTES_MAX));
  const answer = readOpening(text);
  if (answer === 'match') return MATCH;
  return answer === 'no-match' || bytes.length >= OPENING_BYTES_MAX ? NO_MATCH : needMore(bytes.length + 1);
}

function readOpening(text: string): Verdict['kind'] {
  let tag = text;
  if (text.startsWith(DECLARATION.slice(0, text.length))) {
    const end = text.indexOf(DECLARATION_END);
    if (end < 0) return 'need-more';
    tag = text.slice(end + DECLARATION_END.length).trimStart();
  }
  if (tag.length <= TAG.length) return TAG.startsWith(tag) ? 'need-more' : 'no-match';
  const close = tag.indexOf('>');
  const attributes = tag.slice(TAG.length, close < 0 ? undefined : close);
  if (!tag.startsWith(TAG) || !/^[ \t\r\n]/.test(attributes)) return 'no-match';
  if (NAMESPACE.test(attributes)) return 'match';
  return close < 0 ? 'need-more' : 'no-match';
}
