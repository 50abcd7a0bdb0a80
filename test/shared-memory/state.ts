import { CLIENTS_PER_BUCKET, ClientsLayout, PlacesLayout } from '../../src/core/places-layout.ts';
import type { SharedRegions } from '../../src/core/regions.ts';
import { Tally } from '../../src/core/tally.ts';
import { allocateRegions } from '../../src/shared-memory/index.ts';

/** Regions for so many shards, small where they may be. */
export function regionsFor(shards: number, connections = 64): SharedRegions {
  return allocateRegions({ shards, connections, countersLength: 8, ringBytes: 1024 });
}

/** Everything that is taken: places of the process, of listeners, of clients, and locks. All 0 = nothing is. */
export function taken(regions: SharedRegions) {
  const layout = new PlacesLayout(regions.shards);
  const tally = new Tally(new Int32Array(regions.places), layout.rows, regions.shards);
  let listeners = 0;
  let columns = 0;
  for (let row = 0; row < layout.rows; row++) {
    if (row > 0) listeners += tally.total(row);
    for (let shard = 0; shard < regions.shards; shard++) columns += tally.held(row, shard);
  }
  return { process: tally.total(0), listeners, columns, ...takenByClients(regions) };
}

export const NOTHING = { process: 0, listeners: 0, columns: 0, clients: 0, locks: 0 };

function takenByClients(regions: SharedRegions) {
  const cells = new Int32Array(regions.clients);
  const layout = ClientsLayout.of(cells, regions.shards);
  let clients = 0;
  let locks = 0;
  for (let bucket = 0; bucket < layout.buckets; bucket++) {
    const lock = layout.lock(bucket);
    if (cells[lock] !== 0) locks++;
    for (let row = 0; row < CLIENTS_PER_BUCKET; row++) clients += layout.count(cells, lock, row);
  }
  return { clients, locks };
}
