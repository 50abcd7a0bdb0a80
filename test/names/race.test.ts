import { describe, expect, it } from 'vitest';
import { UNWATCHED } from '../../src/connection/unwatched.ts';
import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import { race } from '../../src/names/index.ts';
import { type Answer, FakePlane } from '../upstream/fake-plane.ts';

const DELAY_MS = 250;

/** A race of one address for each answer, `10.0.0.1`, `10.0.0.2` … */
function run(answers: readonly Answer[]) {
  const plane = new FakePlane((to) => answers[Number(/\.(\d+):/.exec(to)?.[1]) - 1] as Answer);
  const told: string[] = [];
  const at = (what: string): void => void told.push(`${what} at ${plane.timers.now()}`);
  const addresses = answers.map((_, n) => ({ kind: 'tcp', host: `10.0.0.${n + 1}`, port: 80 }) as const);
  let began = 0;
  const racing = race(plane, addresses, PLAIN_SOCKET, DELAY_MS, {
    began: () => {
      began++;
    },
    lost: ({ code }) => at(`lost ${code}`),
    connected: (endpoint) => {
      at('connected');
      endpoint.observe(UNWATCHED);
      endpoint.destroy();
    },
    failed: ({ code }) => at(`failed ${code}`),
  });
  return { plane, told, racing, began: () => began };
}

const SILENCE: Answer = { kind: 'silence' };
const connects = (afterMs: number): Answer => ({ kind: 'connect', afterMs });
const refuses = (afterMs: number): Answer => ({ kind: 'refused', code: 'ECONNREFUSED', afterMs });
const UNREACHABLE: Answer = { kind: 'unreachable', code: 'ENETUNREACH', afterMs: 1 };

describe('a race of addresses', () => {
  it('tries the next one after the delay, and the first to answer wins: the others are given up', () => {
    const { plane, told, began } = run([SILENCE, connects(30), SILENCE]);
    plane.advance(DELAY_MS - 1);
    expect(began()).toBe(1);
    plane.advance(1000);
    expect(told).toEqual([`connected at ${DELAY_MS + 30}`]);
    expect([began(), plane.open, plane.timersWaiting]).toEqual([2, 0, 0]);
  });

  it('lets an earlier attempt win that answers late, and gives up the later one', () => {
    const { plane, told } = run([connects(DELAY_MS + 10), connects(100)]);
    plane.advance(1000);
    expect(told).toEqual([`connected at ${DELAY_MS + 10}`]);
    expect([plane.open, plane.connections]).toEqual([0, 1]);
  });

  it('tries the next one at once where the one before has failed', () => {
    const { plane, told } = run([refuses(10), connects(10)]);
    plane.advance(1000);
    expect(told).toEqual(['lost ECONNREFUSED at 10', 'connected at 20']);
  });

  it('fails when all have failed, with the failure that says most', () => {
    const { plane, told } = run([UNREACHABLE, refuses(5), UNREACHABLE]);
    plane.advance(1000);
    expect(told.at(-1)).toMatch(/^failed ECONNREFUSED/);
    expect(told.filter((line) => line.startsWith('lost'))).toHaveLength(2);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('is over for all addresses where this machine has no descriptors left', () => {
    const { plane, told, began } = run([
      { kind: 'out-of-descriptors', code: 'EMFILE', afterMs: 1 },
      connects(1),
    ]);
    plane.advance(1000);
    expect(told).toEqual(['failed EMFILE at 10']);
    expect(began()).toBe(1);
  });

  it('leaves nothing when it is cancelled, whatever is under way', () => {
    const { plane, told, racing } = run([SILENCE, SILENCE, SILENCE]);
    plane.advance(DELAY_MS + 1);
    racing.cancel();
    plane.advance(1000);
    expect(told).toEqual([]);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });
});
