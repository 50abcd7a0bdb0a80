const WRITES = ['store', 'add', 'sub', 'exchange', 'compareExchange'] as const;

/** What a shard is ended by in `dieAtWrite`. */
class Death extends Error {}

/**
 * Runs `act`, and at its `n`th write to shared memory (from 1), before it or after, `interrupt`: what another thread does
 * at that moment. Returns whether it came to that: false means that `act` wrote less often.
 */
export function interruptAtWrite(
  n: number,
  when: 'before' | 'after',
  interrupt: () => void,
  act: () => void,
): boolean {
  const originals = WRITES.map((name) => [name, Atomics[name]] as const);
  const restore = (): void => {
    for (const [name, original] of originals) define(name, original);
  };
  let writes = 0;
  for (const [name, original] of originals) {
    define(name, (...args: unknown[]): unknown => {
      if (++writes !== n) return Reflect.apply(original, Atomics, args);
      restore();
      if (when === 'before') interrupt();
      const result = Reflect.apply(original, Atomics, args);
      if (when === 'after') interrupt();
      return result;
    });
  }
  try {
    act();
  } finally {
    restore();
  }
  return writes >= n;
}

/** Ends `act` at its `n`th write, as the end of its thread would. Returns whether it came to that. */
export function dieAtWrite(n: number, when: 'before' | 'after', act: () => void): boolean {
  const die = (): never => {
    throw new Death();
  };
  try {
    return interruptAtWrite(n, when, die, act);
  } catch (error) {
    if (error instanceof Death) return true;
    throw error;
  }
}

function define(name: (typeof WRITES)[number], value: unknown): void {
  Object.defineProperty(Atomics, name, { value, configurable: true, writable: true });
}
