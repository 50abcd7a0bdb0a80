import { useState } from 'preact/hooks';
import type { BackendNote, PoolHistory } from '../../../../src/core/backend-history.ts';
import type { PoolStatus } from '../../../../src/core/status.ts';
import { clock, count } from '../../format.ts';
import { Table } from '../../parts/table.tsx';
import { usePoll } from '../../poll.ts';
import { BackendRow } from './backend.tsx';

/** How often the history of a pool is read. */
const HISTORY_EVERY_MS = 3_000;
/** Backends that are shown without being asked for. */
const SHOWN_MAX = 100;
/** Changes that are listed. */
const CHANGES_SHOWN_MAX = 30;

export interface PoolProps {
  readonly pool: PoolStatus;
  /** When the service was started, and now; milliseconds since 1970. */
  readonly started: number;
  readonly now: number;
}

/** One pool: its backends, what can be said of them, and how they were. */
export function Pool({ pool, started, now }: PoolProps) {
  const [isAll, setIsAll] = useState(false);
  const path = `/v1/pools/${encodeURIComponent(pool.name)}/history`;
  const { value: history } = usePoll<PoolHistory>(path, HISTORY_EVERY_MS);
  const columns = [
    { name: 'backend' },
    { name: 'health' },
    { name: 'circuit' },
    { name: 'weight', isNumber: true },
    { name: 'active', isNumber: true },
    { name: 'connecting', isNumber: true },
    ...(history === null ? [] : [{ name: history.dropped === 0 ? 'since the start' : 'lately' }]),
    { name: 'said at run time' },
    { name: 'change' },
  ];
  const shown = isAll ? pool.backends : pool.backends.slice(0, SHOWN_MAX);
  return (
    <section class="pool" id={`pool-${pool.name}`}>
      <h2>
        {pool.name} <small>{pool.balance}</small>
        {pool.waiting > 0 ? <small class="warn">{count(pool.waiting)} wait for a place</small> : null}
      </h2>
      <Table label={`backends of ${pool.name}`} columns={columns}>
        <tbody>
          {shown.map((backend) => (
            <BackendRow
              key={backend.name}
              pool={pool.name}
              backend={backend}
              history={history}
              since={sinceOf(history, started)}
              now={now}
              columns={columns.length}
            />
          ))}
        </tbody>
      </Table>
      {shown.length < pool.backends.length ? (
        <button type="button" onClick={() => setIsAll(true)}>
          show all {count(pool.backends.length)}
        </button>
      ) : null}
      {history === null || history.changes.length === 0 ? null : <Changes {...history} />}
    </section>
  );
}

/** What was dropped is not shown: the strips begin where the memory does. */
function sinceOf(history: PoolHistory | null, started: number): number {
  const oldest = history?.changes[0];
  return history === null || history.dropped === 0 || oldest === undefined ? started : oldest.time;
}

function Changes({ changes, dropped }: PoolHistory) {
  const shown = changes.slice(-CHANGES_SHOWN_MAX).reverse();
  const older = changes.length - shown.length + dropped;
  return (
    <details>
      <summary>what has changed</summary>
      <ol class="changes">
        {shown.map((change, index) => (
          <ChangeLine key={index} {...change} />
        ))}
      </ol>
      {older === 0 ? null : <p class="soft">{count(older)} older ones are not shown.</p>}
    </details>
  );
}

function ChangeLine({ time, backend, kind, from, to, detail }: BackendNote) {
  return (
    <li>
      <span class="soft">{clock(time)}</span> <b>{backend}</b> {kind}: {from} → {to}
      {detail === '' ? null : <span class="soft"> ({detail})</span>}
    </li>
  );
}
