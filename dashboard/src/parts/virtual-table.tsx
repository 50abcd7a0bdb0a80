import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { View } from '../paging.ts';
import './virtual-table.css';

/** What each row is high, in pixels. */
export const ROW_PX = 30;
/** Rows above and below those in sight that are made as well. */
const BEYOND_ROWS = 6;
/** Rows that a browser can scroll through: elements are 33 million pixels high at most. */
const ROWS_MAX = 1_000_000;

export interface VirtualColumn {
  /** Key of the column, and what stands over it where there is no `head`. */
  readonly name: string;
  readonly head?: ComponentChildren;
  /** Pixels. */
  readonly width: number;
  readonly isNumber?: boolean;
  readonly sorted?: 'ascending' | 'descending' | undefined;
}

export interface VirtualTableProps {
  readonly label: string;
  readonly columns: readonly VirtualColumn[];
  /** Rows in all. */
  readonly rows: number;
  /** The cells of a row, `<td>`s. */
  readonly cells: (index: number) => ComponentChildren;
  /** What stands in place of the rows where there are none. */
  readonly empty: ComponentChildren;
  /** Which rows can be seen now; called when that changes. */
  readonly onView?: (view: View) => void;
}

/** A table of any number of rows, of which those in sight are made; all of one height. It fills the height that is left. */
export function VirtualTable({ label, columns, rows, cells, empty, onView }: VirtualTableProps) {
  const frame = useRef<HTMLElement>(null);
  const view = useView(frame, onView);
  const shown = Math.min(rows, ROWS_MAX);
  const first = Math.max(0, Math.min(view.first, shown - 1) - BEYOND_ROWS);
  const end = Math.min(shown, view.last + 1 + BEYOND_ROWS);
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="virtual" aria-label={label} tabIndex={0} ref={frame}>
      <table aria-rowcount={rows + 1} style={{ minWidth: `${widthOf(columns)}px` }}>
        <colgroup>
          {columns.map(({ name, width }) => (
            <col key={name} style={{ width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name, head = name, isNumber = false, sorted }) => (
              <th key={name} scope="col" class={isNumber ? 'number' : ''} aria-sort={sorted}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {indexes.map((index) => (
            <tr key={index} aria-rowindex={index + 2} class={index % 2 === 1 ? 'odd' : ''}>
              {cells(index)}
            </tr>
          ))}
          <Gap rows={Math.max(0, shown - end)} columns={columns.length} />
        </tbody>
      </table>
      {rows === 0 ? <div class="empty">{empty}</div> : null}
    </section>
  );
}

function widthOf(columns: readonly VirtualColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

/** Room for rows that are not made. */
function Gap({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
    <tr aria-hidden="true" class="gap">
      <td colSpan={columns} style={{ height: `${rows * ROW_PX}px` }} />
    </tr>
  );
}

/** The rows in sight, followed once a frame at most. */
function useView(
  frame: { readonly current: HTMLElement | null },
  tell: ((view: View) => void) | undefined,
): View {
  const [view, setView] = useState<View>({ first: 0, last: 0 });
  const told = useRef(tell);
  told.current = tell;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let asked = 0;
    const look = () => {
      asked = 0;
      const first = Math.floor(element.scrollTop / ROW_PX);
      const next = { first, last: first + Math.ceil(element.clientHeight / ROW_PX) };
      setView((last) => (last.first === next.first && last.last === next.last ? last : next));
      told.current?.(next);
    };
    const lookSoon = () => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    look();
    element.addEventListener('scroll', lookSoon, { passive: true });
    const resized = new ResizeObserver(lookSoon);
    resized.observe(element);
    return () => {
      cancelAnimationFrame(asked);
      element.removeEventListener('scroll', lookSoon);
      resized.disconnect();
    };
  }, []);
  return view;
}
