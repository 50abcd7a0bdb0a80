import { useId, useState } from 'preact/hooks';
import { Prose } from '../parts/prose.tsx';
import type { Field, FieldType } from './kinds.ts';
import { STEPS, scaleOf } from './scale.ts';

export interface FieldInputProps {
  readonly field: Field;
  readonly value: string;
  /** A value holds at once: what is typed is told when it is complete, instead of with each key. */
  readonly isLive: boolean;
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
export function FieldInput(props: FieldInputProps) {
  const id = useId();
  const { path, about, isRequired } = props.field;
  return (
    <div class="field">
      <label for={id}>
        {path}
        {isRequired ? <span class="soft"> (needed)</span> : null}
      </label>
      <Control id={id} {...props} />
      <small class="soft" id={`${id}-about`}>
        <Prose text={about} />
      </small>
    </div>
  );
}

function Control({ id, ...props }: FieldInputProps & { readonly id: string }) {
  const { field, value, onValue } = props;
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
      <Slider {...props} />
      <TextInput {...props} shared={shared} />
    </span>
  );
}

/** What is being typed stays in it whatever else is drawn meanwhile. */
function TextInput({
  field,
  value,
  isLive,
  onValue,
  shared,
}: FieldInputProps & { readonly shared: { readonly id: string; readonly 'aria-describedby': string } }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      {...shared}
      type="text"
      value={typed ?? value}
      placeholder={EXAMPLES[field.type]}
      spellcheck={false}
      autocomplete="off"
      onInput={({ currentTarget }) => (isLive ? setTyped(currentTarget.value) : onValue(currentTarget.value))}
      onChange={({ currentTarget }) => {
        setTyped(null);
        if (isLive) onValue(currentTarget.value);
      }}
    />
  );
}

/** Several steps may be written alike; it stays at the one it was moved to, so that keys lead on from there. */
function Slider({ field, value, onValue }: FieldInputProps) {
  const [held, setHeld] = useState(0);
  const scale = scaleOf(field);
  if (scale === null) return null;
  const [least, most] = scale.ends;
  const step = scale.textAt(held) === value ? held : scale.stepOf(value);
  return (
    <span class="slider">
      <input
        type="range"
        aria-label={`${field.path}, ${least} to ${most}`}
        aria-valuetext={value === '' ? 'none' : value}
        min={0}
        max={STEPS}
        step={1}
        value={step ?? 0}
        onInput={({ currentTarget }) => {
          setHeld(Number(currentTarget.value));
          onValue(scale.textAt(Number(currentTarget.value)));
        }}
      />
      <span class="ends soft" aria-hidden="true">
        <span>{least}</span>
        <span>{most}</span>
      </span>
    </span>
  );
}
