import type { BackendStatus, PoolStatus } from '../../../../src/core/status.ts';
import { count, span } from '../../format.ts';
import { useInSight } from '../../parts/in-sight.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { ROW_PX } from '../../parts/virtual-table.tsx';
import { linkTo } from '../../routing.ts';

/** Backends of a pool that are shown here; the page of pools has all. */
const BACKENDS_MAX = 12;

const COLUMNS: readonly Column[] = [
  { name: 'pool, backend' },
  { name: 'address' },
  { name: 'health' },
  { name: 'weight', isNumber: true },
  { name: 'active', isNumber: true },
  { name: 'connecting', isNumber: true },
  { name: 'waiting', isNumber: true, title: 'connections that wait for a place at a backend' },
];

export function Pools({ pools }: { readonly pools: readonly PoolStatus[] }) {
  return (
    <section>
      <h2>Pools</h2>
      {pools.length === 0 ? (
        <p class="soft">There is no pool. A configuration with `pools` makes some.</p>
      ) : (
        <Table label="pools" columns={COLUMNS}>
          {pools.map((pool) => (
            <Pool key={pool.name} pool={pool} />
          ))}
        </Table>
      )}
    </section>
  );
}

/** A pool with its first backends, where it is in sight. */
function Pool({ pool }: { readonly pool: PoolStatus }) {
  const guessPx = ROW_PX * (1 + Math.min(pool.backends.length, BACKENDS_MAX));
  const { ref, isInSight, heightPx } = useInSight<HTMLTableSectionElement>(guessPx);
  return (
    <tbody ref={ref}>
      {isInSight ? (
        <PoolRows pool={pool} />
      ) : (
        <tr>
          <td colSpan={COLUMNS.length} style={{ height: `${heightPx}px` }} />
        </tr>
      )}
    </tbody>
  );
}

function PoolRows({ pool: { name, balance, backends, waiting } }: { readonly pool: PoolStatus }) {
  const usable = backends.filter(({ health, circuit }) => health === 'healthy' && circuit !== 'open').length;
  const unknown = backends.filter(({ health }) => health === 'unknown').length;
  const rest = backends.length - BACKENDS_MAX;
  return (
    <>
      <tr class="group">
        <th scope="rowgroup">
          <a href={linkTo('pools', name)}>{name}</a>
          <small>{balance}</small>
        </th>
        <td />
        <td class={usable + unknown < backends.length ? (usable + unknown === 0 ? 'bad' : 'warn') : ''}>
          {usable} of {backends.length} healthy{unknown > 0 ? `, ${unknown} not known` : ''}
        </td>
        <td />
        <td class="number">{count(backends.reduce((sum, { active }) => sum + active, 0))}</td>
        <td class="number">{count(backends.reduce((sum, { connecting }) => sum + connecting, 0))}</td>
        <td class="number">{count(waiting)}</td>
      </tr>
      {backends.slice(0, BACKENDS_MAX).map((backend) => (
        <Backend key={backend.name} pool={name} backend={backend} />
      ))}
      {rest > 0 ? (
        <tr>
          <td colSpan={COLUMNS.length}>
            <a href={linkTo('pools', name)}>and {rest} more</a>
          </td>
        </tr>
      ) : null}
    </>
  );
}

interface BackendProps {
  readonly pool: string;
  readonly backend: BackendStatus;
}

function Backend({ pool, backend }: BackendProps) {
  const { name, address, weight, configuredWeight, active, connecting } = backend;
  const { text, tone } = healthOf(backend);
  return (
    <tr>
      <td class="inner">
        <a href={linkTo('connections', null, { pool, backend: name })}>{name}</a>
      </td>
      <td class="address">{address}</td>
      <td class={`health ${tone}`}>
        {text}
        <Override backend={backend} />
      </td>
      <td class="number">
        {weight}
        {weight === configuredWeight ? null : <small>of {configuredWeight}</small>}
      </td>
      <td class="number">{count(active)}</td>
      <td class="number">{count(connecting)}</td>
      <td />
    </tr>
  );
}

function healthOf({ health, circuit, ejectionLeftMs }: BackendStatus): { text: string; tone: string } {
  if (circuit === 'open') return { text: `ejected, ${span(ejectionLeftMs)} left`, tone: 'bad' };
  const trial = circuit === 'half-open' ? ', on trial' : '';
  const tone = health === 'unhealthy' ? 'bad' : health === 'healthy' && trial === '' ? 'good' : 'warn';
  return { text: `${health}${trial}`, tone: health === 'unknown' && trial === '' ? 'soft' : tone };
}

/** What an operator has said of it at run time. */
function Override({ backend: { override } }: { readonly backend: BackendStatus }) {
  if (override === null) return null;
  const said = override.admin === 'ready' ? `weight ${override.weight ?? 'as configured'}` : override.admin;
  return (
    <small title={`by ${override.by} since ${new Date(override.at).toLocaleString('en-GB')}`}>
      {said}, by {override.by}
    </small>
  );
}
