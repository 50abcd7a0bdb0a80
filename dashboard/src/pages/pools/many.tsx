import { useState } from 'preact/hooks';
import type { PoolHistory } from '../../../../src/core/backend-history.ts';
import type { PoolStatus } from '../../../../src/core/status.ts';
import { type VirtualColumn, VirtualTable } from '../../parts/virtual-table.tsx';
import { BackendCells } from './backend.tsx';
import { Weight } from './weight.tsx';

export interface ManyBackendsProps {
  readonly pool: PoolStatus;
  readonly columns: readonly VirtualColumn[];
  /** null = it is not told yet. */
  readonly history: PoolHistory | null;
  /** From when on the history is shown, and until when; milliseconds since 1970. */
  readonly since: number;
  readonly now: number;
}

/** The backends of a pool that has many: a list that scrolls, and below it the slider of the one that is weighed. */
export function ManyBackends({
  pool: { name: pool, backends },
  columns,
  history,
  since,
  now,
}: ManyBackendsProps) {
  const [weighed, setWeighed] = useState<string | null>(null);
  const inHand = backends.find(({ name }) => name === weighed);
  const cells = (index: number) => {
    const backend = backends[index];
    if (backend === undefined) return null;
    const isWeighing = backend === inHand;
    return (
      <BackendCells
        pool={pool}
        backend={backend}
        history={history}
        since={since}
        now={now}
        isWeighing={isWeighing}
        onWeigh={() => setWeighed(isWeighing ? null : backend.name)}
      />
    );
  };
  return (
    <>
      <div class="many">
        <VirtualTable
          label={`backends of ${pool}`}
          columns={columns}
          rows={backends.length}
          cells={cells}
          empty="It has none."
        />
      </div>
      {inHand === undefined ? null : (
        <>
          <b>{inHand.name}</b>
          <Weight
            key={inHand.name}
            backend={inHand}
            of={{ pool, backend: inHand.name, active: inHand.active }}
            onDone={() => setWeighed(null)}
          />
        </>
      )}
    </>
  );
}
