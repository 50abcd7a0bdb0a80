import fc from 'fast-check';
import { type Environment, parseConfig } from '../../../src/config/index.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { ENVIRONMENT } from './cases.ts';

/** What a generated file says; lists are in the order of the file. */
export interface FileModel {
  readonly listeners: readonly {
    readonly name: string;
    readonly unix: boolean;
    readonly to: readonly string[];
  }[];
  readonly pools: readonly { readonly name: string; readonly backends: readonly string[] }[];
  readonly workers: number | 'auto';
  readonly drain: number;
}

/** Files of few names, so that one after another has some names in common. Some start workers and some do not. */
export const anyFile: fc.Arbitrary<FileModel> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('web', 'api', 'mail', 'x'),
      backends: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  )
  .chain((pools) =>
    fc.record({
      pools: fc.constant(pools),
      listeners: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom('edge', 'inner', 'side', 'y'),
          unix: fc.boolean(),
          to: fc.array(fc.constantFrom(...pools.map(({ name }) => name)), { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 4, selector: ({ name }) => name },
      ),
      workers: fc.constantFrom<(number | 'auto')[]>(0, 1, 3, 'auto'),
      drain: fc.integer({ min: 1, max: 3 }),
    }),
  );

/** Compiles it: `a` is at port 1000 + its letter, and listens or is named the same in every file. */
export function planOf(file: FileModel, environment: Environment = ENVIRONMENT): Plan {
  const listeners = file.listeners.map(({ name, unix, to }) => ({
    name,
    listen: unix ? `unix:/run/${name}` : '127.0.0.1:0',
    routes: to.map((pool, index) => ({
      ...(index === to.length - 1 ? {} : { match: { sni: `${index}.test` } }),
      // The first of several leads to all of them, by weight.
      to: to.length > 1 && index === 0 ? [...new Set(to)].map((name) => ({ pool: name, weight: 2 })) : pool,
    })),
  }));
  const pools = Object.fromEntries(
    file.pools.map(({ name, backends }) => [
      name,
      {
        backends: backends.map((backend) => ({
          name: backend,
          address: `10.0.0.1:${backend.charCodeAt(0)}`,
        })),
      },
    ]),
  );
  const timeouts = { drain: `${file.drain}s` };
  const text = JSON.stringify({ listeners, pools, timeouts, workers: file.workers });
  return parseConfig(text, 'generated.yaml', environment).plan;
}
