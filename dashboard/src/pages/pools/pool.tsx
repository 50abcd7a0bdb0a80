import { useState } from 'preact/hooks';
import type { PoolStatus } from '../../../../src/core/status.ts';
import { clock, count } from '../../format.ts';
import { Table } from '../../parts/table.tsx';
import { usePoll } from '../../poll.ts';
import { BackendRow } from './backend.tsx';
import type { Change, History } from './history.ts';

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
  const history = useHistory(pool.name);
  const columns = [
    { name: 'backend' },
    { name: 'health' },
    { name: 'circuit' },
    { name: 'weight', isNumber: true },
    { name: 'active', isNumber: true },
    { name: 'connecting', isNumber: true },
    ...(history === null ? [] : [{ name: 'since the start' }]),
    { name: 'said at run time' },
    { name: '' },
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

/** null where the service does not tell it, or not yet. */
function useHistory(pool: string): History | null {
  const [isTold, setIsTold] = useState(true);
  const path = isTold ? `/v1/pools/${encodeURIComponent(pool)}/history` : null;
  const { value, error } = usePoll<History>(path, HISTORY_EVERY_MS);
  if (error?.status === 404 && isTold) setIsTold(false);
  return value;
}

/** What was dropped is not shown: the strips begin where the memory does. */
function sinceOf(history: History | null, started: number): number {
  const oldest = history?.changes[0];
  return history === null || history.dropped === 0 || oldest === undefined ? started : oldest.time;
}

function Changes({ changes, dropped }: History) {
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

function ChangeLine({ time, backend, kind, from, to, detail }: Change) {
  return (
    <li>
      <span class="soft">{clock(time)}</span> <b>{backend}</b> {kind}: {from} → {to}
      {detail === '' ? null : <span class="soft"> ({detail})</span>}
    </li>
  );
}
