import type { ListenerStatus } from '../../../../src/core/status.ts';
import { count, rate, size } from '../../format.ts';
import { activeOf } from '../../history.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { recent } from '../../recent.ts';
import { linkTo } from '../../routing.ts';

const COLUMNS: readonly Column[] = [
  { name: 'listener' },
  { name: 'address' },
  { name: 'open', isNumber: true },
  { name: 'in states' },
  { name: 'accepted', isNumber: true },
  { name: 'a second', isNumber: true },
  { name: 'up', isNumber: true },
  { name: 'down', isNumber: true },
  { name: 'ended' },
];

export function Listeners({ listeners }: { readonly listeners: readonly ListenerStatus[] }) {
  return (
    <section>
      <h2>Listeners</h2>
      {listeners.length === 0 ? (
        <p class="soft">There is no listener. A configuration with `listeners` makes some.</p>
      ) : (
        <Table label="listeners" columns={COLUMNS}>
          <tbody>
            {listeners.map((listener) => (
              <Listener key={listener.name} listener={listener} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Listener({ listener }: { readonly listener: ListenerStatus }) {
  const { name, address, retired, accepted, bytesUp, bytesDown, plane } = listener;
  const flow = recent.value.at(-1)?.listeners.get(name);
  return (
    <tr class={retired ? 'soft' : ''}>
      <td>
        <a href={linkTo('connections', null, { listener: name })}>{name}</a>
        {retired ? (
          <small title="a reload took it away; its last connections are let finish">retired</small>
        ) : null}
      </td>
      <td class="address">
        {address}
        <small>{plane}</small>
      </td>
      <td class="number">{count(activeOf(listener))}</td>
      <td>
        <States listener={listener} />
      </td>
      <td class="number">{count(accepted)}</td>
      <td class="number">{perSecond(flow?.accepted)}</td>
      <Volume bytes={bytesUp} bytesPerSecond={flow?.up} />
      <Volume bytes={bytesDown} bytesPerSecond={flow?.down} />
      <td class="wraps">{endsOf(listener)}</td>
    </tr>
  );
}

/** Each state that somebody is in, with a link to those. */
function States({ listener }: { readonly listener: ListenerStatus }) {
  const live = Object.entries(listener.connections).filter(([state, of]) => of > 0 && state !== 'closed');
  if (live.length === 0) return <span class="soft">–</span>;
  return (
    <>
      {live.map(([state, of]) => (
        <a class="tag" key={state} href={linkTo('connections', null, { listener: listener.name, state })}>
          {state} {count(of)}
        </a>
      ))}
    </>
  );
}

interface VolumeProps {
  readonly bytes: number;
  readonly bytesPerSecond: number | null | undefined;
}

function Volume({ bytes, bytesPerSecond = null }: VolumeProps) {
  return (
    <td class="number">
      {size(bytes)}
      <span class="rate">{bytesPerSecond === null ? '' : rate(bytesPerSecond)}</span>
    </td>
  );
}

function perSecond(value: number | null | undefined): string {
  return typeof value === 'number' ? count(value) : '–';
}

function endsOf({ closed }: ListenerStatus): string {
  const ends = Object.entries(closed).sort(([, a], [, b]) => b - a);
  return ends.length === 0 ? '–' : ends.map(([reason, ended]) => `${reason} ${count(ended)}`).join(', ');
}
