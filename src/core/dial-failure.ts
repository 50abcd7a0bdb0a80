import type { DialFailure, DialFailureKind } from './ports.ts';

/** What a failed connect says of the backend, or of this machine; `other` where nothing is listed. */
const KINDS: Readonly<Record<string, DialFailureKind>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  EADDRNOTAVAIL: 'out-of-ports',
  EADDRINUSE: 'out-of-ports',
  EMFILE: 'out-of-descriptors',
  ENFILE: 'out-of-descriptors',
  ENOBUFS: 'out-of-descriptors',
  ENOMEM: 'out-of-descriptors',
};

/** Sorts a failed connect by the system's name of its error. */
export function dialFailure(code: string): DialFailure {
  return { kind: KINDS[code] ?? 'other', code };
}
