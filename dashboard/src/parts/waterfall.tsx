import { fine } from '../format.ts';
import type { Stretch } from './stretch.ts';
import './waterfall.css';

export interface WaterfallProps {
  readonly label: string;
  readonly stretches: readonly Stretch[];
  /** Where the way begins and ends; what is beyond is cut off. */
  readonly from: number;
  readonly to: number;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Stretches below each other on one way of time, each with its length as text. */
export function Waterfall({ label, stretches, from, to }: WaterfallProps) {
  const length = Math.max(to - from, Number.MIN_VALUE);
  return (
    <figure class="waterfall" aria-label={label}>
      <ol>
        {stretches.map((stretch, index) => (
          <Row key={index} stretch={stretch} from={from} length={length} />
        ))}
        <li aria-hidden="true">
          <span />
          <span class="ticks soft">
            {TICKS.map((part) => (
              <span key={part}>{part === 0 ? '0' : `+${fine(part * length)}`}</span>
            ))}
          </span>
        </li>
      </ol>
    </figure>
  );
}

interface RowProps {
  readonly stretch: Stretch;
  readonly from: number;
  readonly length: number;
}

function Row({ stretch, from, length }: RowProps) {
  const { name, isInner, isLive, isBad, note } = stretch;
  const place = (at: number): number => Math.min(1, Math.max(0, (at - from) / length)) * 100;
  const [left, right] = [place(stretch.from), place(stretch.to)];
  return (
    <li class={`${isInner ? 'inner' : ''} ${isLive ? 'live' : ''} ${isBad ? 'bad-way' : ''}`}>
      <span class="name" title={name}>
        {name}
      </span>
      <span class="way" aria-hidden="true">
        <i style={{ left: `${Math.min(left, 99.5)}%`, width: `${right - left}%` }} />
      </span>
      <span class="length">{fine(stretch.to - stretch.from)}</span>
      {note === null ? null : <span class="note bad">{note}</span>}
    </li>
  );
}
