import { clock } from '../../format.ts';
import type { Spell } from './history.ts';

export interface StripProps {
  readonly backend: string;
  readonly spells: readonly Spell[];
}

/** How a backend was over time, as a strip of colours; in words for those who do not see it. */
export function Strip({ backend, spells }: StripProps) {
  const [first, last] = [spells[0], spells.at(-1)];
  if (first === undefined || last === undefined) return null;
  const length = last.to - first.from;
  const words = spells.map(({ from, condition }) => `${condition} from ${clock(from)}`).join(', ');
  return (
    <span class="strip" role="img" aria-label={`${backend}: ${words}`}>
      {spells.map(({ from, to, condition }) => (
        <i
          key={from}
          class={`spell-${condition}`}
          style={{ width: `${(100 * (to - from)) / length}%` }}
          title={`${condition} from ${clock(from)} to ${clock(to)}`}
        />
      ))}
    </span>
  );
}
