import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import { Table } from '../../parts/table.tsx';
import { StagesPanel } from '../../toxics/panel.tsx';

export interface StagesProps {
  readonly id: string;
  readonly view: ConnectionView;
  readonly isLive: boolean;
}

const FROM = {
  config: 'the configuration',
  listener: 'its listener, at run time',
  connection: 'itself, at run time',
};

/** What its bytes pass through, and the stages that it has for itself alone. */
export function StagesOf({ id, view: { stages }, isLive }: StagesProps) {
  return (
    <section>
      <h2>Stages its bytes pass through</h2>
      {stages.length === 0 ? (
        <p class="soft">None: bytes go straight across.</p>
      ) : (
        <Table
          label="stages its bytes pass through, in order"
          columns={[{ name: 'stage' }, { name: 'of' }, { name: 'called' }, { name: 'parameters' }]}
        >
          <tbody>
            {stages.map(({ name, of, stage: { kind, ...parameters } }, index) => (
              <tr key={index}>
                <td>
                  <b>{kind}</b>
                </td>
                <td>{FROM[of]}</td>
                <td>{name}</td>
                <td class="wraps address">{briefly(parameters)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {isLive ? (
        <>
          <h2>Of this connection alone</h2>
          <StagesPanel target={{ connection: id }} />
        </>
      ) : null}
    </section>
  );
}

/** What is not set is left out, and what all stages that make faults have. */
function briefly(parameters: object): string {
  return Object.entries(parameters)
    .filter(([name, value]) => name !== 'chaos' && value !== null && value !== 0)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' · ');
}
