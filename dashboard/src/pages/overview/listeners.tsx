import type { ListenerStatus } from '../../../../src/core/status.ts';
import { change } from '../../api.ts';
import { count, rate, size } from '../../format.ts';
import { activeOf, failedOf } from '../../history.ts';
import { confirmed } from '../../parts/dialog.tsx';
import { attempt } from '../../parts/notices.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { recent } from '../../recent.ts';
import { linkTo } from '../../routing.ts';

const COLUMNS: readonly Column[] = [
  { name: 'listener' },
  { name: 'address' },
  { name: 'state' },
  { name: 'open', isNumber: true },
  { name: 'in states' },
  { name: 'accepted', isNumber: true },
  { name: 'up', isNumber: true },
  { name: 'down', isNumber: true },
  { name: 'ended', isNumber: true },
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
  const failed = failedOf(listener);
  const flow = recent.value.at(-1)?.listeners.get(name);
  return (
    <tr class={retired ? 'soft' : ''}>
      <td>
        <a href={linkTo('connections', null, { listener: name })}>{name}</a>
        {retired ? (
          <small title="a reload took it away; its last connections are let finish">retired</small>
        ) : null}
      </td>
      <td class="address" title={`on the ${plane} plane`}>
        {address}
      </td>
      <td>
        <span class={`health ${listener.state === 'accepting' ? 'good' : 'warn'}`}>{listener.state}</span>
        {retired ? null : <Switch listener={listener} />}
      </td>
      <td class="number">{count(activeOf(listener))}</td>
      <td class="states">
        <States listener={listener} />
      </td>
      <td class="number">
        {count(accepted)}
        <span class="rate short">
          {typeof flow?.accepted === 'number' ? `${count(flow.accepted)}/s` : ''}
        </span>
      </td>
      <Volume bytes={bytesUp} bytesPerSecond={flow?.up} />
      <Volume bytes={bytesDown} bytesPerSecond={flow?.down} />
      <td class="number" title={endsOf(listener)}>
        {count(endedOf(listener))}
        {failed > 0 ? <small class="bad">{count(failed)} bad</small> : null}
      </td>
    </tr>
  );
}

/** Has a listener accept nobody, or accept again. */
function Switch({ listener: { name, state } }: { readonly listener: ListenerStatus }) {
  const isAccepting = state === 'accepting';
  return (
    <button type="button" onClick={() => (isAccepting ? drain(name) : resume(name))}>
      {isAccepting ? 'drain' : 'resume'}
      <span class="unseen"> {name}</span>
    </button>
  );
}

async function drain(name: string): Promise<void> {
  const isMeant = await confirmed({
    title: `Drain listener ${name}?`,
    text: 'Its socket is closed: new clients are refused until it is resumed. Connections live on.',
    yes: 'drain it',
  });
  if (isMeant) await attempt(`draining listener ${name}`, () => change('POST', pathOf(name, 'drain')));
}

async function resume(name: string): Promise<void> {
  await attempt(`resuming listener ${name}`, () => change('POST', pathOf(name, 'resume')));
}

function pathOf(name: string, verb: 'drain' | 'resume'): string {
  return `/v1/listeners/${encodeURIComponent(name)}:${verb}`;
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

function endedOf({ closed }: ListenerStatus): number {
  return Object.values(closed).reduce((sum, ended) => sum + ended, 0);
}

function endsOf({ closed }: ListenerStatus): string {
  const ends = Object.entries(closed).sort(([, a], [, b]) => b - a);
  return ends.map(([reason, ended]) => `${reason} ${count(ended)}`).join(', ');
}
