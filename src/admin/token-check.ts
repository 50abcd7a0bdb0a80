import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether an Authorization header carries the token as `Bearer TOKEN`. The time taken tells nothing of the token, its
 * length included. A token of null asks for none; an empty one is matched by nobody.
 */
export function tokenAllowed(token: string | null, authorization: string | undefined): boolean {
  if (token === null) return true;
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token)) && token !== '';
}

/** Digests are of one length, as `timingSafeEqual` wants it. */
function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
