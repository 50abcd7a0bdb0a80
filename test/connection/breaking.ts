import type { Upstreams } from '../../src/core/upstreams.ts';
import type { ShardParts } from '../../src/shard.ts';
import { createPicker } from '../../src/upstream/index.ts';

/** What everything that is broken on purpose throws. */
export const SEEDED = 'seeded';

/** The same object, but for one method, which throws at its first call: before it has done its work, or after. */
export function failsOnce<T extends object>(
  target: T,
  method: keyof T,
  when: 'before' | 'after' = 'before',
): T {
  let failed = false;
  return new Proxy(target, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name !== method || failed) return value.apply(target, args);
        failed = true;
        if (when === 'after') value.apply(target, args);
        throw new Error(SEEDED);
      };
    },
  });
}

/** Upstreams of which one method throws at its first call. */
export function breakUpstreams(
  method: keyof Upstreams,
  when: 'before' | 'after' = 'before',
): (parts: ShardParts) => Partial<ShardParts> {
  return ({ table, number }) => ({
    createUpstreams: (plan) => failsOnce(createPicker(plan, table, number), method, when),
  });
}
