import { useState } from 'preact/hooks';
import type { PoolHistory } from '../../../../src/core/backend-history.ts';
import type { BackendStatus } from '../../../../src/core/status.ts';
import { clock, count, span } from '../../format.ts';
import { drain, maintain, makeReady } from './changes.ts';
import { spellsOf } from './history.ts';
import { Strip } from './strip.tsx';
import { Weight } from './weight.tsx';

export interface BackendProps {
  readonly pool: string;
  readonly backend: BackendStatus;
  /** null = it is not told yet. */
  readonly history: PoolHistory | null;
  /** From when on the history is shown, and until when; milliseconds since 1970. */
  readonly since: number;
  readonly now: number;
}

export interface BackendRowProps extends BackendProps {
  readonly columns: number;
}

export interface BackendCellsProps extends BackendProps {
  /** Its weight is being changed. */
  readonly isWeighing: boolean;
  onWeigh(): void;
}

const HEALTH_CLASS = { healthy: 'good', unhealthy: 'bad', unknown: 'soft' } as const;
const CIRCUIT_CLASS = { closed: 'soft', open: 'bad', 'half-open': 'warn' } as const;

/** A backend as a row; the slider of its weight opens below it. */
export function BackendRow({ columns, ...props }: BackendRowProps) {
  const [isWeighing, setIsWeighing] = useState(false);
  const { pool, backend } = props;
  return (
    <>
      <tr>
        <BackendCells {...props} isWeighing={isWeighing} onWeigh={() => setIsWeighing(!isWeighing)} />
      </tr>
      {isWeighing ? (
        <tr>
          <td colSpan={columns}>
            <Weight
              backend={backend}
              of={{ pool, backend: backend.name, active: backend.active }}
              onDone={() => setIsWeighing(false)}
            />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** The cells of a backend's row. */
export function BackendCells({ pool, backend, history, since, now, isWeighing, onWeigh }: BackendCellsProps) {
  const { name, address, health, circuit, ejectionLeftMs, weight, configuredWeight, active, connecting } =
    backend;
  return (
    <>
      <th scope="row" class="backend">
        {name} {name === address ? null : <small class="address">{address}</small>}
      </th>
      <td data-name="health" class={HEALTH_CLASS[health]}>
        {health}
      </td>
      <td data-name="circuit" class={CIRCUIT_CLASS[circuit]}>
        {circuit}
        {ejectionLeftMs > 0 ? <small>for {span(ejectionLeftMs)}</small> : null}
      </td>
      <td data-name="weight" class="number">
        {weight}
        {weight === configuredWeight ? null : <small>of {configuredWeight}</small>}
      </td>
      <td data-name="active" class="number">
        {count(active)}
      </td>
      <td data-name="connecting" class="number">
        {count(connecting)}
      </td>
      {history === null ? null : (
        <td class="history">
          <Strip backend={name} spells={spellsOf(backend, history, since, now)} />
        </td>
      )}
      <td class="said">
        <Said backend={backend} />
      </td>
      <td class="change">
        <Acts pool={pool} backend={backend} isWeighing={isWeighing} onWeigh={onWeigh} />
      </td>
    </>
  );
}

/** What was said of it at run time, since when and by whom. */
function Said({ backend: { override } }: { readonly backend: BackendStatus }) {
  if (override === null) return <span class="soft">as configured</span>;
  const said = [
    ...(override.admin === 'ready' ? [] : [override.admin]),
    ...(override.weight === null ? [] : [`weight ${override.weight}`]),
  ];
  return (
    <>
      <span class="warn">{said.length === 0 ? 'as configured' : said.join(', ')}</span>
      <small>
        {clock(override.at)}, {override.by}
      </small>
    </>
  );
}

interface ActsProps {
  readonly pool: string;
  readonly backend: BackendStatus;
  readonly isWeighing: boolean;
  onWeigh(): void;
}

function Acts({ pool, backend: { name, active, override }, isWeighing, onWeigh }: ActsProps) {
  const of = { pool, backend: name, active };
  const admin = override?.admin ?? 'ready';
  return (
    <span class="buttons">
      <button type="button" disabled={admin === 'ready'} onClick={() => void makeReady(of)}>
        ready
      </button>
      <button type="button" disabled={admin === 'drain'} onClick={() => void drain(of)}>
        drain
      </button>
      <button type="button" disabled={admin === 'maintenance'} onClick={() => void maintain(of)}>
        maintenance
      </button>
      <button type="button" aria-expanded={isWeighing} onClick={onWeigh}>
        weight
      </button>
    </span>
  );
}
