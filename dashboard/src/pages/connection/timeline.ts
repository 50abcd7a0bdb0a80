import type { AttemptView } from '../../../../src/core/connection-view.ts';
import type { StateVisit } from '../../../../src/core/facts.ts';
import type { Stretch } from '../../parts/stretch.ts';

/** What of a connection a timeline is made of. All times in milliseconds since 1970, by the clock of the service. */
export interface Life {
  readonly opened: number;
  /** The states before, and the one that lasts; null = it has ended. */
  readonly visits: readonly StateVisit[];
  readonly present: { readonly state: string; readonly since: number } | null;
  readonly attempts: readonly AttemptView[];
}

/** The states in their order, each followed by the attempts to reach a backend that were made in it. */
export function timelineOf({ visits, present, attempts }: Life, now: number): Stretch[] {
  const states: Stretch[] = [
    ...visits.map(({ state, from, to }) => ({ name: state, from, to, ...PLAIN })),
    ...(present === null
      ? []
      : [
          {
            name: present.state,
            from: present.since,
            to: Math.max(now, present.since),
            ...PLAIN,
            isLive: true,
          },
        ]),
  ];
  const left = [...attempts];
  return states.flatMap((state) => {
    if (state.name !== 'dialing') return [state];
    const until = left.findIndex(({ from }) => from > state.to);
    return [state, ...left.splice(0, until === -1 ? left.length : until).map(ofAttempt)];
  });
}

const PLAIN = { isInner: false, isLive: false, note: null, isBad: false } as const;

function ofAttempt({ name, backend, from, to, error }: AttemptView): Stretch {
  const isBad = error !== '';
  return {
    name: name ?? `backend in row ${backend}`,
    from,
    to,
    isInner: true,
    isLive: false,
    note: isBad ? error : null,
    isBad,
  };
}

/** A part of a timeline that lasts so many times as long as all before it hides them: then they are shown alone at first. */
const HIDES_FROM = 20;

/** Until when a timeline is shown at first: the end of its last stretch, or that of the set-up where the last one would hide it. */
export function setUpEnd(stretches: readonly Stretch[]): number | null {
  const outer = stretches.filter(({ isInner }) => !isInner);
  const [first, last] = [outer[0], outer.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const setUp = last.from - first.from;
  return setUp > 0 && last.to - last.from > HIDES_FROM * setUp ? last.from + setUp / 4 : null;
}
