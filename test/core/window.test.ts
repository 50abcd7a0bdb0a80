import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CreditWindow } from '../../src/core/window.ts';

describe('the credit window', () => {
  it('pauses at the limit, resumes at half of it, and tells each change once', () => {
    const calls: string[] = [];
    const window = new CreditWindow(100, {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    });
    window.take(99);
    expect(calls).toEqual([]);
    window.take(1);
    window.take(64);
    expect(calls).toEqual(['pause']);
    window.give(113);
    expect(window.paused).toBe(true);
    window.give(1);
    expect(calls).toEqual(['pause', 'resume']);
    expect(window.outstanding).toBe(50);
  });

  it('throws where more is given back than was taken, and changes nothing', () => {
    const window = new CreditWindow(100, { pause: () => {}, resume: () => {} });
    window.take(10);
    expect(() => window.give(11)).toThrow(RangeError);
    expect(window.outstanding).toBe(10);
  });

  it('a resume that takes again at once is heard', () => {
    let pauses = 0;
    const window: CreditWindow = new CreditWindow(10, {
      pause: () => pauses++,
      resume: () => window.take(10),
    });
    window.take(10);
    window.give(10);
    expect(pauses).toBe(2);
    expect(window.paused).toBe(true);
    expect(window.outstanding).toBe(10);
  });

  it('a source that stops when told has at most the limit and one read outstanding, and never starves', () => {
    const plan = fc.record({
      limit: fc.integer({ min: 1, max: 1000 }),
      readMax: fc.integer({ min: 1, max: 500 }),
      steps: fc.array(fc.record({ read: fc.nat(500), give: fc.nat(1500) }), { maxLength: 200 }),
    });
    fc.assert(
      fc.property(plan, ({ limit, readMax, steps }) => {
        let running = true;
        const window = new CreditWindow(limit, {
          pause: () => {
            expect(running).toBe(true);
            running = false;
          },
          resume: () => {
            expect(running).toBe(false);
            running = true;
          },
        });
        for (const { read, give } of steps) {
          if (running) window.take(1 + (read % readMax));
          expect(window.outstanding).toBeLessThan(limit + readMax);
          window.give(Math.min(give, window.outstanding));
          expect(window.paused).toBe(!running);
        }
        window.give(window.outstanding);
        expect(running).toBe(true);
      }),
    );
  });
});
