import { service } from '../service.ts';
import { Ended } from './overview/ended.tsx';
import { Listeners } from './overview/listeners.tsx';
import { Plots } from './overview/plots.tsx';
import { Pools } from './overview/pools.tsx';
import { Shards } from './overview/shards.tsx';
import './overview.css';

export function Overview() {
  const status = service.value?.status;
  return (
    <div class="overview">
      <Plots />
      {status === undefined ? null : (
        <>
          <Listeners listeners={status.listeners} />
          <Pools pools={status.pools} />
          <div class="side-by-side">
            <Ended listeners={status.listeners} />
            <Shards shards={status.shards} factsDropped={status.factsDropped} />
          </div>
        </>
      )}
    </div>
  );
}
