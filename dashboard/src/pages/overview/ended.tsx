import { useState } from 'preact/hooks';
import { CLOSE_REASONS } from '../../../../src/core/close-reason.ts';
import type { ListenerStatus } from '../../../../src/core/status.ts';
import { count } from '../../format.ts';

const MEANING = new Map(
  Object.entries(CLOSE_REASONS).map(([reason, { meaning, clean }]) => [reason, { meaning, clean }]),
);

/** How connections have ended, since the start. */
export function Ended({ listeners }: { readonly listeners: readonly ListenerStatus[] }) {
  const [chosen, setChosen] = useState('');
  const ends = endsOf(listeners.filter(({ name }) => chosen === '' || name === chosen));
  const most = Math.max(1, ...ends.map(([, ended]) => ended));
  return (
    <section>
      <div class="bar">
        <h2>Ended, since the start</h2>
        <select
          aria-label="ended of which listener"
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          <option value="">all listeners</option>
          {listeners.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      {ends.length === 0 ? <p class="soft">No connection has ended yet.</p> : null}
      <dl class="bars">
        {ends.map(([reason, ended]) => (
          <div key={reason} title={MEANING.get(reason)?.meaning}>
            <dt>{reason}</dt>
            <dd class="number">{count(ended)}</dd>
            <dd class={`bar-of ${MEANING.get(reason)?.clean ? 'good' : 'bad'}`} aria-hidden="true">
              <span style={{ width: `${(100 * ended) / most}%` }} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function endsOf(listeners: readonly ListenerStatus[]): [reason: string, ended: number][] {
  const totals = new Map<string, number>();
  for (const { closed } of listeners)
    for (const [reason, ended] of Object.entries(closed))
      totals.set(reason, (totals.get(reason) ?? 0) + ended);
  return [...totals].sort(([, a], [, b]) => b - a);
}
