import { useState } from 'preact/hooks';
import type { NamedStage } from '../../../src/core/stage-control.ts';
import { linkTo } from '../routing.ts';
import { AddStage } from './add.tsx';
import { StageCard } from './card.tsx';
import { KINDS } from './known-kinds.ts';
import { type Target, useStages } from './stages.ts';
import './toxics.css';

export interface PanelProps {
  readonly target: Target;
  /** It can have stages: a connection lives. */
  readonly isLive?: boolean;
}

/** Captures put a stage of this name in, and take it away. */
function isOfCapture({ name, stage }: NamedStage): boolean {
  return stage.kind === 'tee' && name.startsWith('capture-');
}

/** The stages put at run time into a listener or a connection, and a form for another one. */
export function StagesPanel({ target, isLive = true }: PanelProps) {
  const stages = useStages(target, isLive);
  const [isAdding, setIsAdding] = useState(false);
  const { list, error } = stages;
  if (!isLive) return null;
  if (error !== null && list === null) return <p class="bad">{error.message}</p>;
  return (
    <div class="stages">
      {list?.length === 0 ? (
        <p class="soft">No stage was put in at run time. Bytes pass as configured.</p>
      ) : null}
      {list?.some(isOfCapture) ? (
        <p class="soft">
          A capture is taken of it: see <a href={linkTo('captures')}>captures</a>.
        </p>
      ) : null}
      {list
        ?.filter((named) => !isOfCapture(named))
        .map((named) => (
          <StageCard
            key={named.name}
            named={named}
            kind={KINDS.find(({ kind }) => kind === named.stage.kind) ?? null}
            stages={stages}
          />
        ))}
      <button type="button" aria-expanded={isAdding} onClick={() => setIsAdding(!isAdding)}>
        {isAdding ? 'no other stage' : 'put in a stage'}
      </button>
      {isAdding ? <AddStage kinds={KINDS} stages={stages} /> : null}
    </div>
  );
}
