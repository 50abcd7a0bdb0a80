import type { ShardStatus } from '../../../../src/core/status.ts';
import { count } from '../../format.ts';
import { type Column, Table } from '../../parts/table.tsx';

const COLUMNS: readonly Column[] = [
  { name: 'shard', isNumber: true },
  { name: 'plane' },
  { name: 'state' },
  { name: 'generation', isNumber: true, title: 'times it was started again' },
  { name: 'plan', isNumber: true, title: 'the version of the configuration its new connections get' },
  { name: 'connections', isNumber: true },
  { name: 'facts dropped', isNumber: true, title: 'what log, traces and histograms miss; 0 in health' },
];

export interface ShardsProps {
  readonly shards: readonly ShardStatus[];
  /** In all shards. */
  readonly factsDropped: number;
}

export function Shards({ shards, factsDropped }: ShardsProps) {
  return (
    <section>
      <h2>Shards{factsDropped > 0 ? <span class="bad"> {count(factsDropped)} facts dropped</span> : null}</h2>
      <Table label="shards" columns={COLUMNS}>
        <tbody>
          {shards.map((shard) => (
            <tr key={shard.number}>
              <td class="number">{shard.number}</td>
              <td>{shard.plane}</td>
              <td class={`health ${shard.state === 'running' ? 'good' : 'bad'}`}>{shard.state}</td>
              <td class="number">{shard.generation}</td>
              <td class="number">{shard.planVersion}</td>
              <td class="number">{count(shard.connections)}</td>
              <td class={`number ${shard.factsDropped > 0 ? 'bad' : ''}`}>{count(shard.factsDropped)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
