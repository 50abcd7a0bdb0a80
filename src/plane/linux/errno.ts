import { constants } from 'node:os';

const NAMES = new Map<number, string>();
for (const [name, number] of Object.entries(constants.errno)) if (!NAMES.has(number)) NAMES.set(number, name);
// EAGAIN and EWOULDBLOCK are one number, and so are EOPNOTSUPP and ENOTSUP.
NAMES.set(constants.errno.EAGAIN, 'EAGAIN');

/** The name of an error, from the negative number that a call returned: `-104` is ECONNRESET. */
export function errorName(result: number): string {
  return NAMES.get(-result) ?? `errno ${-result}`;
}

/** As node:net would reject: an Error with `code`, `errno` and `syscall`. */
export function systemError(syscall: string, result: number, where = ''): NodeJS.ErrnoException {
  const code = errorName(result);
  return Object.assign(new Error(`${syscall} ${code}${where === '' ? '' : `: ${where}`}`), {
    code,
    errno: result,
    syscall,
  });
}
