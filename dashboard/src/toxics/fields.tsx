import { FieldInput } from './field.tsx';
import type { Kind } from './kinds.ts';
import type { Values } from './values.ts';

export interface FieldsProps {
  readonly kind: Kind;
  readonly values: Values;
  /** The stage stands: each value holds at once. */
  readonly isLive: boolean;
  onValues(values: Values): void;
}

/** Shown without being asked for, though all kinds have it. */
const IN_FRONT = ['toxicity', 'expires'];

/** The keys of a kind: its own, then whom it affects and when, of which most are folded away. */
export function Fields({ kind, values, isLive, onValues }: FieldsProps) {
  const show = (isShown: (path: string, isCommon: boolean) => boolean) =>
    kind.fields
      .filter(({ path, isCommon }) => isShown(path, isCommon))
      .map((field) => (
        <FieldInput
          key={field.path}
          field={field}
          value={values[field.path] ?? ''}
          isLive={isLive}
          onValue={(value) => onValues({ ...values, [field.path]: value })}
        />
      ));
  const others = show((path, isCommon) => isCommon && !IN_FRONT.includes(path));
  return (
    <>
      <div class="fields">
        {show((_, isCommon) => !isCommon)}
        {show((path, isCommon) => isCommon && IN_FRONT.includes(path))}
      </div>
      {others.length === 0 ? null : (
        <details>
          <summary>whom it affects, and when</summary>
          <div class="fields">{others}</div>
        </details>
      )}
    </>
  );
}
