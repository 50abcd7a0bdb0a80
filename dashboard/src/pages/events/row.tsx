import type { AdminEvent } from '../../../../src/core/admin-event.ts';
import type { VirtualColumn } from '../../parts/virtual-table.tsx';
import { linkTo } from '../../routing.ts';

export const COLUMNS: readonly VirtualColumn[] = [
  { name: 'time', width: 104 },
  { name: 'kind', width: 88 },
  { name: 'connection', width: 116 },
  { name: 'listener', width: 90 },
  { name: 'pool, backend', width: 150 },
  { name: 'what', width: 680 },
];

export function EventRow({ event }: { readonly event: AdminEvent | null }) {
  if (event === null) return <td colSpan={COLUMNS.length} />;
  const { at, kind, connection, listener, pool, backend, data } = event;
  const what = wordsOf(data);
  return (
    <>
      <td class="address">{timeOf(at)}</td>
      <td class={`kind-of ${kind}`}>{kind}</td>
      <td class="address">
        {connection === null ? '–' : <a href={linkTo('connections', connection)}>{connection}</a>}
      </td>
      <td>{listener ?? '–'}</td>
      <td>
        {pool ?? '–'}
        {backend === null ? '' : ` → ${backend}`}
      </td>
      <td class="address" title={what}>
        {what}
      </td>
    </>
  );
}

function timeOf(at: number): string {
  const date = new Date(at);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** What says most, first. */
const FIRST = [
  'reason',
  'state',
  'health',
  'error',
  'during',
  'bytesUp',
  'bytesDown',
  'durationMs',
  'client',
];
/** What the row says elsewhere, or nobody reads. */
const LEFT_OUT: readonly string[] = ['opened'];

/** `reason client-fin, bytesUp 12`: what is null is left out. */
function wordsOf(data: Readonly<Record<string, unknown>>): string {
  const names = [...new Set([...FIRST.filter((name) => Object.hasOwn(data, name)), ...Object.keys(data)])];
  return names
    .filter((name) => data[name] !== null && !LEFT_OUT.includes(name))
    .map((name) => `${name} ${wordOf(data[name])}`)
    .join(', ');
}

function wordOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
