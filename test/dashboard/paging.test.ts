import { describe, expect, it } from 'vitest';
import { type Page, Paging } from '../../dashboard/src/paging.ts';

/** A list of so many numbers, whose cursors are the index of the next one. */
function answer(total: number, cursor: string | null, pageRows: number): Page<number> {
  const from = Number(cursor ?? 0);
  const end = Math.min(total, from + pageRows);
  const rows = Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
  return { rows, next: rows.length < pageRows ? null : String(end), matched: total };
}

/** Asks until all in sight is known; how many answers that took. */
function settle(
  paging: Paging<number>,
  first: number,
  last: number,
  total: number,
  pageRows: number,
): number {
  let answers = 0;
  for (
    let wanted = paging.missing({ first, last });
    wanted !== null;
    wanted = paging.missing({ first, last })
  ) {
    paging.take(wanted, answer(total, wanted.cursor, pageRows * wanted.pages));
    if (++answers > total + 1) throw new Error('it never ends');
  }
  return answers;
}

describe('the pages of a list', () => {
  it('are asked for where they are in sight, and no others', () => {
    const paging = new Paging<number>(10, 4);
    expect(settle(paging, 0, 9, 100, 10)).toBe(1);
    expect(settle(paging, 5, 14, 100, 10)).toBe(1);
    expect([paging.row(0), paging.row(14), paging.row(20)]).toEqual([0, 14, null]);
    expect(paging.missing({ first: 5, last: 14 })).toBeNull();
  });

  it('are walked through for a jump to the end, and most of them forgotten', () => {
    const paging = new Paging<number>(10, 4);
    settle(paging, 0, 9, 1_000, 10);
    expect(settle(paging, 985, 999, 1_000, 10)).toBe(99);
    expect(paging.row(999)).toBe(999);
    expect(paging.kept()).toHaveLength(40);
  });

  it('are walked over several at once on the way to one far down, and back to one between', () => {
    const paging = new Paging<number>(10, 4, 5);
    settle(paging, 0, 9, 1_000, 10);
    expect(settle(paging, 985, 999, 1_000, 10)).toBeLessThan(30);
    expect([paging.row(985), paging.row(999)]).toEqual([985, 999]);
    settle(paging, 985, 2_000, 1_000, 10);
    expect(paging.missing({ first: 5_000, last: 5_009 })).toBeNull();
    expect(settle(paging, 400, 409, 1_000, 10)).toBeLessThan(6);
    expect(paging.row(405)).toBe(405);
    expect(paging.refresh({ first: 400, last: 409 })).toEqual([{ page: 40, cursor: '400', pages: 1 }]);
  });

  it('end, where they are walked over, with a list that has become shorter, and go on with one that has become longer', () => {
    const paging = new Paging<number>(10, 4, 5);
    settle(paging, 0, 9, 1_000, 10);
    expect(settle(paging, 985, 999, 73, 10)).toBeLessThan(12);
    expect(paging.matched).toBe(73);
    expect(settle(paging, 60, 72, 73, 10)).toBeLessThan(6);
    expect([paging.row(72), paging.row(73)]).toEqual([72, null]);
    paging.take({ page: 7, pages: 1 }, answer(95, '70', 10));
    settle(paging, 80, 94, 95, 10);
    expect(paging.row(94)).toBe(94);
  });

  it('are asked for at once where they were walked through before', () => {
    const paging = new Paging<number>(10, 4);
    settle(paging, 985, 999, 1_000, 10);
    expect(settle(paging, 500, 509, 1_000, 10)).toBe(1);
    expect(paging.row(505)).toBe(505);
  });

  it('are read again by the cursors they were read by', () => {
    const paging = new Paging<number>(10, 4);
    settle(paging, 0, 25, 100, 10);
    const cursors = paging.refresh({ first: 12, last: 25 }).map(({ cursor }) => cursor);
    expect(cursors).toEqual(['10', '20']);
  });

  it('end where the list ends, though it was longer before', () => {
    const paging = new Paging<number>(10, 4);
    settle(paging, 0, 39, 40, 10);
    paging.take({ page: 1, pages: 1 }, answer(15, '10', 10));
    expect(paging.matched).toBe(15);
    expect([paging.row(14), paging.row(15), paging.row(25)]).toEqual([14, null, null]);
    expect(paging.missing({ first: 0, last: 39 })).toBeNull();
  });

  it('are one that is empty, of a list that has no rows', () => {
    const paging = new Paging<number>(10, 4);
    expect(settle(paging, 0, 30, 0, 10)).toBe(1);
    expect([paging.matched, paging.row(0)]).toEqual([0, null]);
    expect(paging.refresh({ first: 0, last: 30 })).toEqual([{ page: 0, cursor: null, pages: 1 }]);
  });
});
