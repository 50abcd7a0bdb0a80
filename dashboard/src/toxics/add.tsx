import { useState } from 'preact/hooks';
import { Prose } from '../parts/prose.tsx';
import { Fields } from './fields.tsx';
import { freeName } from './free-name.ts';
import type { Kind } from './kinds.ts';
import type { Stages } from './stages.ts';
import { defaultsOf, itemOf, type Values } from './values.ts';

export interface AddProps {
  readonly kinds: readonly Kind[];
  readonly stages: Stages;
}

/** What a form shows first: the kind that is tried most. */
const FIRST = 'latency';

/** A form that puts a stage behind the others. */
export function AddStage({ kinds, stages }: AddProps) {
  const [chosen, setChosen] = useState(FIRST);
  const kind = kinds.find((each) => each.kind === chosen) ?? kinds[0];
  const [values, setValues] = useState<Values>(kind === undefined ? {} : defaultsOf(kind));
  const [name, setName] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  if (kind === undefined) return null;
  const shownName = name ?? freeName(kind.kind, stages.list ?? []);
  const choose = (next: string) => {
    setChosen(next);
    setRefused(null);
    const found = kinds.find((each) => each.kind === next);
    if (found !== undefined) setValues(defaultsOf(found));
  };
  const add = async () => {
    try {
      await stages.add(shownName, itemOf(kind, values));
      setName(null);
      setRefused(null);
      setValues(defaultsOf(kind));
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form
      class="stage add"
      aria-label="another stage"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div class="row">
        <label>
          kind{' '}
          <select name="kind" value={kind.kind} onChange={(event) => choose(event.currentTarget.value)}>
            {kinds.map((each) => (
              <option key={each.kind}>{each.kind}</option>
            ))}
          </select>
        </label>
        <label>
          called{' '}
          <input
            name="name"
            value={shownName}
            required
            pattern="[\w.:\-]+"
            maxLength={64}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          put it in
        </button>
      </div>
      <p class="soft">
        <Prose text={kind.about} />
      </p>
      {refused === null ? null : (
        <p class="bad" role="alert">
          {refused}
        </p>
      )}
      <Fields kind={kind} values={values} isLive={false} onValues={setValues} />
    </form>
  );
}
