import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import { clock, count, rate, size, span } from '../../format.ts';
import { Facts } from '../../parts/facts.tsx';
import { linkTo } from '../../routing.ts';
import type { Ending } from './ending.ts';

export interface SummaryProps {
  readonly view: ConnectionView;
  readonly end: Ending | 'gone' | null;
}

/** Who it is, where it goes, what has passed. */
export function Summary({ view, end }: SummaryProps) {
  const last = end === null || end === 'gone' ? view : end;
  return (
    <>
      <Path view={view} />
      <Facts
        facts={[
          ['opened', clock(view.opened)],
          [end === null ? 'lasts for' : 'lasted for', span(last.at - view.opened)],
          ['from the client', `${size(last.bytesUp)}${end === null ? ` · ${rate(view.rateUp)}` : ''}`],
          ['to the client', `${size(last.bytesDown)}${end === null ? ` · ${rate(view.rateDown)}` : ''}`],
          ['protocol', view.sniffed?.protocol ?? '–'],
          ['shard', view.shard],
          ['at', <span class="address">{view.local}</span>],
          view.peer === null ? null : ['through the proxy', <span class="address">{view.peer}</span>],
          queueFact(view),
          ['trace', <Trace view={view} />],
        ]}
      />
    </>
  );
}

function queueFact({ queue, at }: ConnectionView): readonly [string, string] | null {
  if (queue === null) return null;
  return [
    'waits for a place',
    `for ${span(at - queue.since)}; ${count(queue.ahead)} before it on its shard, ${count(queue.waiting)} in all`,
  ];
}

function Path({ view: { client, listener, route, pool, backend } }: { readonly view: ConnectionView }) {
  return (
    <p class="path">
      <Step name="client" value={client} />
      <Step name="listener" value={listener} />
      <Step name="route" value={route} />
      <Step name="pool" value={pool} href={pool === null ? null : linkTo('pools', pool)} />
      <Step name="backend" value={backend} />
    </p>
  );
}

interface StepProps {
  readonly name: string;
  readonly value: string | null;
  readonly href?: string | null;
}

function Step({ name, value, href = null }: StepProps) {
  return (
    <span class="step">
      <small class="soft">{name}</small>
      <b>{href === null ? (value ?? '–') : <a href={href}>{value}</a>}</b>
    </span>
  );
}

function Trace({ view: { traceId, traceUrl, sampled } }: { readonly view: ConnectionView }) {
  const id = <span class="address">{traceId}</span>;
  return (
    <>
      {traceUrl === null || !sampled ? (
        id
      ) : (
        <a href={traceUrl} target="_blank" rel="noreferrer">
          {id}
        </a>
      )}
      {sampled ? null : <small class="soft"> not sampled</small>}
    </>
  );
}
