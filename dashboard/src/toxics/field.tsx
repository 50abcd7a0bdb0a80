import { useId } from 'preact/hooks';
import { Prose } from '../parts/prose.tsx';
import type { Field, FieldType } from './kinds.ts';
import { STEPS, scaleOf } from './scale.ts';

export interface FieldInputProps {
  readonly field: Field;
  readonly value: string;
  onValue(value: string): void;
}

/** How a value of a type is written, for a field that is empty. */
const EXAMPLES: Readonly<Record<FieldType, string>> = {
  duration: '200ms, 5s, 1m',
  rate: '64KiB/s',
  size: '16KiB',
  share: '0 to 1',
  percentage: '5%',
  whole: '1',
  choice: '',
  flag: '',
  list: '10.0.0.0/8, ::1',
  text: '',
};

/** One key of a stage: a slider where it has a range, and always a field for what the configuration would write. */
export function FieldInput({ field, value, onValue }: FieldInputProps) {
  const id = useId();
  const { path, about, isRequired } = field;
  return (
    <div class="field">
      <label for={id}>
        {path}
        {isRequired ? <span class="soft"> (needed)</span> : null}
      </label>
      <Control id={id} field={field} value={value} onValue={onValue} />
      <small class="soft" id={`${id}-about`}>
        <Prose text={about} />
      </small>
    </div>
  );
}

function Control({ id, field, value, onValue }: FieldInputProps & { readonly id: string }) {
  const take = (event: { readonly currentTarget: { readonly value: string } }) =>
    onValue(event.currentTarget.value);
  const shared = { id, 'aria-describedby': `${id}-about` };
  if (field.type === 'choice' || field.type === 'flag') {
    const choices = field.type === 'flag' ? ['false', 'true'] : field.choices;
    return (
      <span class="control">
        <select {...shared} value={value} onChange={take}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      </span>
    );
  }
  return (
    <span class="control">
      <Slider field={field} value={value} onValue={onValue} />
      <input
        {...shared}
        type="text"
        value={value}
        placeholder={EXAMPLES[field.type]}
        spellcheck={false}
        autocomplete="off"
        onChange={take}
      />
    </span>
  );
}

function Slider({ field, value, onValue }: FieldInputProps) {
  const scale = scaleOf(field);
  if (scale === null) return null;
  const [least, most] = scale.ends;
  return (
    <span class="slider">
      <input
        type="range"
        aria-label={`${field.path}, ${least} to ${most}`}
        aria-valuetext={value === '' ? 'none' : value}
        min={0}
        max={STEPS}
        step={1}
        value={scale.stepOf(value) ?? 0}
        onInput={(event) => onValue(scale.textAt(Number(event.currentTarget.value)))}
      />
      <span class="ends soft" aria-hidden="true">
        <span>{least}</span>
        <span>{most}</span>
      </span>
    </span>
  );
}
