import fc from 'fast-check';
import type { CapturedConnection, CaptureEncoder, ConnectionEncoder } from '../../src/capture/index.ts';
import { CLOSE_REASON_NAMES, type CloseReason } from '../../src/core/close-reason.ts';
import type { Direction } from '../../src/core/direction.ts';
import { captured, capturedIpv6, capturedUnix, NOON } from './samples.ts';

/** What happens to one connection, and after which pause. */
export type Step =
  | { readonly what: 'data'; readonly direction: Direction; readonly bytes: Uint8Array }
  | { readonly what: 'fin'; readonly direction: Direction };

export interface History {
  readonly connection: CapturedConnection;
  readonly steps: readonly Step[];
  readonly reason: CloseReason;
}

const direction = fc.constantFrom<Direction>('up', 'down');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('data' as const),
      direction,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 5000, size: 'max' }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fin' as const), direction }) },
);

/** Several connections, whose steps are taken in turns; nothing comes after a FIN. */
export const histories: fc.Arbitrary<readonly History[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(captured, capturedIpv6, capturedUnix),
      steps: fc.array(step, { maxLength: 12 }),
      reason: fc.constantFrom(...CLOSE_REASON_NAMES),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) =>
    all.map(({ kind, steps, reason }, number) => ({
      connection: kind(number + 1),
      steps: steps.filter(
        (one, index) => !steps.slice(0, index).some((before) => isFinOf(before, one.direction)),
      ),
      reason,
    })),
  );

function isFinOf(step: Step, direction: Direction): boolean {
  return step.what === 'fin' && step.direction === direction;
}

/** One file of all of them, interleaved, the parts in the order in which they are written. */
export function play(encoder: CaptureEncoder, all: readonly History[]): Buffer {
  let at = NOON;
  const parts = [encoder.begin(at)];
  const open = all.map(({ connection, steps, reason }) => ({
    encoder: encoder.connection(connection),
    steps: [...steps],
    reason,
  }));
  for (const { encoder: one } of open) parts.push(one.opened(at));
  while (open.length > 0) {
    at += 0.25;
    const next = open.shift()!;
    const step = next.steps.shift();
    if (step === undefined) parts.push(next.encoder.ended(next.reason, at));
    else {
      parts.push(take(next.encoder, step, at));
      open.push(next);
    }
  }
  return Buffer.concat(parts);
}

function take(encoder: ConnectionEncoder, step: Step, at: number): Uint8Array {
  return step.what === 'fin' ? encoder.fin(step.direction, at) : encoder.data(step.direction, step.bytes, at);
}

/** What a direction of a history sends in all. */
export function sent({ steps }: History, direction: Direction): Buffer {
  return Buffer.concat(
    steps.flatMap((one) => (one.what === 'data' && one.direction === direction ? [one.bytes] : [])),
  );
}
