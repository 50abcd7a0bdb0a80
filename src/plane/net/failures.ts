import type { DialFailure, DialFailureKind } from '../../core/ports.ts';

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
  EMFILE: 'out-of-descriptors',
  ENFILE: 'out-of-descriptors',
  ENOBUFS: 'out-of-descriptors',
  ENOMEM: 'out-of-descriptors',
};

/** Sorts the error of a failed connect. One that tried several addresses is judged by its first. */
export function dialFailure(
  error: NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] },
): DialFailure {
  const code = error.code ?? error.errors?.[0]?.code ?? 'UNKNOWN';
  return { kind: KINDS[code] ?? 'other', code };
}
