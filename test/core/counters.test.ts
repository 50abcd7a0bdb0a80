import { describe, expect, it } from 'vitest';
import { FAILURE_KINDS } from '../../src/core/circuits.ts';
import { CLOSE_REASON_NAMES } from '../../src/core/close-reason.ts';
import { CountersLayout, POOL_COUNTS } from '../../src/core/counters.ts';
import { LIMIT_KINDS } from '../../src/core/facts.ts';
import { MIRROR_COUNTS } from '../../src/core/mirror.ts';
import { STAGE_KINDS } from '../../src/core/plan.ts';
import { PRECONNECT_COUNTS } from '../../src/core/preconnect.ts';
import { STATES } from '../../src/core/state.ts';

/** Every cell a layout has, with its labels. */
function cells(layout: CountersLayout): Map<string, number> {
  const all = new Map<string, number>();
  const { listeners, backends } = layout.shape;
  for (let listener = 0; listener < listeners; listener++) {
    all.set(`accepted ${listener}`, layout.accepted(listener));
    for (const [index] of STATES.entries()) {
      all.set(`state ${listener} ${index}`, layout.state(listener, index));
      all.set(`transition ${listener} ${index}`, layout.transition(listener, index));
    }
    for (const [index] of CLOSE_REASON_NAMES.entries()) {
      all.set(`closed ${listener} ${index}`, layout.closed(listener, index));
    }
    for (const [index] of LIMIT_KINDS.entries()) {
      all.set(`limit ${listener} ${index}`, layout.limit(listener, index));
    }
    all.set(`gone ${listener}`, layout.gone(listener));
    all.set(`waiting ${listener}`, layout.waiting(listener));
    for (const [index] of STAGE_KINDS.entries()) {
      all.set(`stage failures ${listener} ${index}`, layout.stageFailures(listener, index));
    }
    for (const count of MIRROR_COUNTS)
      all.set(`mirrors ${listener} ${count}`, layout.mirrors(listener, count));
    for (const direction of [0, 1]) {
      all.set(`bytes ${listener} ${direction}`, layout.bytes(listener, direction));
      all.set(`undelivered ${listener} ${direction}`, layout.undelivered(listener, direction));
    }
    for (let index = 0; index < layout.shape.transitions; index++)
      all.set(`taken ${listener} ${index}`, layout.taken(listener, index));
  }
  for (let backend = 0; backend < backends; backend++) {
    all.set(`dials ${backend}`, layout.dials(backend));
    all.set(`dial failures ${backend}`, layout.dialFailures(backend));
    for (const direction of [0, 1]) {
      all.set(`backend bytes ${backend} ${direction}`, layout.backendBytes(backend, direction));
    }
    for (const [cause, kind] of FAILURE_KINDS.entries())
      all.set(`backend ejections ${backend} ${kind}`, layout.ejections(backend, cause));
    for (const count of PRECONNECT_COUNTS)
      all.set(`preconnect ${count} ${backend}`, layout.preconnect(backend, count));
  }
  for (let pool = 0; pool < backends; pool++)
    for (const count of POOL_COUNTS) all.set(`pool ${count} ${pool}`, layout.pools(pool, count));
  all.set('facts dropped', layout.factsDropped());
  for (const [index] of STATES.entries())
    all.set(`former transition:${index}`, layout.transition(layout.former, index));
  for (let index = 0; index < layout.shape.transitions; index++)
    all.set(`former taken:${index}`, layout.taken(layout.former, index));
  return all;
}

describe('the layout of the counters', () => {
  it.each([
    { listeners: 1, backends: 0, transitions: 0 },
    { listeners: 1, backends: 1, transitions: 1 },
    { listeners: 3, backends: 7, transitions: 5 },
    { listeners: 20, backends: 100, transitions: 80 },
  ])('gives no two labels one cell and leaves none unused, for $listeners and $backends', (shape) => {
    const layout = new CountersLayout(shape);
    const used = [...cells(layout).values()].sort((a, b) => a - b);
    expect(new Set(used).size).toBe(used.length);
    expect(used).toEqual(Array.from({ length: layout.length }, (_, index) => index));
  });

  it('names all cells of a listener, of a backend and of a pool, and no other', () => {
    const layout = new CountersLayout({ listeners: 3, backends: 2, transitions: 3 });
    const all = cells(layout);
    const named = (label: RegExp): number[] =>
      [...all].filter(([name]) => label.test(name)).map(([, cell]) => cell);
    const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
    expect(sorted(layout.ofListener(1))).toEqual(
      sorted(named(/^(?!backend|dial|pool|preconnect)[a-z ]+ 1(?: |$)/)),
    );
    expect(sorted(layout.ofBackend(1))).toEqual(
      sorted(named(/^(?:backend|dial|preconnect)[a-z ]+ 1(?: |$)/)),
    );
    expect(sorted(layout.ofPool(1))).toEqual(sorted(named(/^pool [a-z-]+ 1$/)));
  });

  it('allocates a zeroed region of its length on shared memory', () => {
    const layout = new CountersLayout({ listeners: 2, backends: 3, transitions: 3 });
    const region = layout.allocate();
    expect(region.length).toBe(layout.length);
    expect(region.every((cell) => cell === 0)).toBe(true);
    expect(region.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
