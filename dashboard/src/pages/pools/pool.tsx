import type { BackendNote, PoolHistory } from '../../../../src/core/backend-history.ts';
import type { PoolStatus } from '../../../../src/core/status.ts';
import { clock, count } from '../../format.ts';
import { useInSight } from '../../parts/in-sight.ts';
import { Table } from '../../parts/table.tsx';
import { ROW_PX } from '../../parts/virtual-table.tsx';
import { usePoll } from '../../poll.ts';
import { BackendRow } from './backend.tsx';
import { ManyBackends } from './many.tsx';

/** How often the history of a pool is read. */
const HISTORY_EVERY_MS = 3_000;
/** Backends that are all made; of more, those in sight are. */
const MADE_MAX = 100;
/** Changes that are listed. */
const CHANGES_SHOWN_MAX = 30;

export interface PoolProps {
  readonly pool: PoolStatus;
  /** When the service was started, and now; milliseconds since 1970. */
  readonly started: number;
  readonly now: number;
}

/** One pool: its name, and below that all of it where it is in sight. */
export function Pool(props: PoolProps) {
  const { name, balance, waiting, backends } = props.pool;
  const guessPx = ROW_PX * (1 + Math.min(backends.length, MADE_MAX));
  const { ref, isInSight, heightPx } = useInSight<HTMLDivElement>(guessPx);
  return (
    <section class="pool" id={`pool-${name}`}>
      <h2>
        {name} <small>{balance}</small>
        {waiting > 0 ? <small class="warn">{count(waiting)} wait for a place</small> : null}
      </h2>
      <div ref={ref} style={isInSight ? undefined : { height: `${heightPx}px` }}>
        {isInSight ? <Backends {...props} /> : null}
      </div>
    </section>
  );
}

/** The backends of a pool, what can be said of them, and how they were. */
function Backends({ pool, started, now }: PoolProps) {
  const path = `/v1/pools/${encodeURIComponent(pool.name)}/history`;
  const { value: history } = usePoll<PoolHistory>(path, HISTORY_EVERY_MS);
  const since = sinceOf(history, started);
  const columns = [
    { name: 'backend', width: 180 },
    { name: 'health', width: 90 },
    { name: 'circuit', width: 110 },
    { name: 'weight', width: 80, isNumber: true },
    { name: 'active', width: 70, isNumber: true },
    { name: 'connecting', width: 90, isNumber: true },
    ...(history === null ? [] : [{ name: history.dropped === 0 ? 'since the start' : 'lately', width: 150 }]),
    { name: 'said at run time', width: 160 },
    { name: 'change', width: 270 },
  ];
  return (
    <>
      {pool.backends.length > MADE_MAX ? (
        <ManyBackends pool={pool} columns={columns} history={history} since={since} now={now} />
      ) : (
        <Table label={`backends of ${pool.name}`} columns={columns}>
          <tbody>
            {pool.backends.map((backend) => (
              <BackendRow
                key={backend.name}
                pool={pool.name}
                backend={backend}
                history={history}
                since={since}
                now={now}
                columns={columns.length}
              />
            ))}
          </tbody>
        </Table>
      )}
      {history === null || history.changes.length === 0 ? null : <Changes {...history} />}
    </>
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
