import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import type { StagePlan } from '../../../../src/core/stage-plan.ts';
import { Table } from '../../parts/table.tsx';
import { KINDS } from '../../toxics/known-kinds.ts';
import { valuesOf } from '../../toxics/of-plan.ts';
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
            {stages.map(({ name, of, stage }, index) => (
              <tr key={index}>
                <td>
                  <b>{stage.kind}</b>
                </td>
                <td>{FROM[of]}</td>
                <td>{name}</td>
                <td class="wraps address">{briefly(stage)}</td>
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

/** As a configuration would say it, without what is at its default. */
function briefly(stage: StagePlan): string {
  const values = valuesOf(stage);
  const kind = KINDS.find((each) => each.kind === stage.kind);
  if (values === null || kind === undefined) return JSON.stringify(stage);
  return kind.fields
    .filter(({ path, default: usual }) => (values[path] ?? '') !== '' && values[path] !== usual)
    .map(({ path }) => `${path} ${values[path]}`)
    .join(' · ');
}
