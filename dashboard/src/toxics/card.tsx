import { useRef, useState } from 'preact/hooks';
import type { NamedStage } from '../../../src/core/stage-control.ts';
import { attempt } from '../parts/notices.tsx';
import { Prose } from '../parts/prose.tsx';
import { Fields } from './fields.tsx';
import type { Kind } from './kinds.ts';
import { Latest } from './latest.ts';
import { valuesOf } from './of-plan.ts';
import type { Stages } from './stages.ts';
import { itemOf, type Values } from './values.ts';

/** Changes by a slider are sent no more often. */
const CHANGE_MS = 150;

export interface CardProps {
  readonly named: NamedStage;
  /** null: this page does not know the kind. */
  readonly kind: Kind | null;
  readonly stages: Stages;
}

/** A stage that stands: its parameters, which can be changed while it does. */
export function StageCard({ named: { name, stage }, kind, stages }: CardProps) {
  const [edited, setEdited] = useState<Values | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const latest = useRef<Latest<Values> | null>(null);
  const send = useRef(stages.change);
  send.current = stages.change;
  const values = valuesOf(stage);
  const take = (next: Values) => {
    if (kind === null) return;
    setEdited(next);
    latest.current ??= new Latest<Values>(async (wanted) => {
      try {
        await send.current(name, itemOf(kind, wanted));
        setRefused(null);
        setEdited((current) => (current === wanted ? null : current));
      } catch (error) {
        setRefused(error instanceof Error ? error.message : String(error));
      }
    }, CHANGE_MS);
    latest.current.put(next);
  };
  return (
    <article class="stage" aria-label={`stage ${name}`}>
      <header>
        <b>{name}</b> <span class="pill soft">{stage.kind}</span>
        <small class="soft">
          <Prose text={kind?.about ?? ''} />
        </small>
        <button type="button" onClick={() => void attempt(`taking ${name} away`, () => stages.remove(name))}>
          take it away
        </button>
      </header>
      {refused === null ? null : (
        <p class="bad" role="alert">
          {refused}
        </p>
      )}
      {values === null || kind === null ? (
        <pre class="address">{JSON.stringify(stage, null, 1)}</pre>
      ) : (
        <Fields kind={kind} values={edited ?? values} isLive onValues={take} />
      )}
    </article>
  );
}
