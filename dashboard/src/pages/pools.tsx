import { useEffect } from 'preact/hooks';
import { place } from '../place.ts';
import { service } from '../service.ts';
import { Pool } from './pools/pool.tsx';
import './pools.css';

/** The pools with their backends; `#/pools/web` brings that one into view. */
export function Pools() {
  const { item } = place.value;
  const isThere = service.value !== null;
  useEffect(() => {
    if (item !== null && isThere) document.getElementById(`pool-${item}`)?.scrollIntoView();
  }, [item, isThere]);
  if (service.value === null) return null;
  const { at, status } = service.value;
  if (status.pools.length === 0)
    return (
      <p class="soft">
        There is no pool: `pools` of the configuration names backends that connections go to.
      </p>
    );
  return (
    <>
      {status.pools.map((pool) => (
        <Pool key={pool.name} pool={pool} started={status.started} now={at} />
      ))}
    </>
  );
}
