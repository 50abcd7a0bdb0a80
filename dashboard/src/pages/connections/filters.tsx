import { STATES } from '../../../../src/core/state.ts';
import { service } from '../../service.ts';
import type { Field, Filter } from './fields.ts';

const SECOND_MS = 1_000;
const KIB = 1_024;

export interface FiltersProps {
  readonly filter: Filter;
  /** Sets one field; empty: it may be anything. */
  readonly onChange: (field: Field, value: string) => void;
  readonly onClear: () => void;
}

/** The fields by which connections are chosen. */
export function Filters({ filter, onChange, onClear }: FiltersProps) {
  const status = service.value?.status;
  const pools = status?.pools ?? [];
  const backends = pools
    .filter(({ name }) => filter.pool === undefined || name === filter.pool)
    .flatMap((pool) => pool.backends.map(({ name }) => name));
  const props = { filter, onChange };
  return (
    <form class="filters" aria-label="filter" onSubmit={(event) => event.preventDefault()}>
      <Choice {...props} field="listener" from={status?.listeners.map(({ name }) => name) ?? []} />
      <Choice {...props} field="pool" from={pools.map(({ name }) => name)} />
      <Choice {...props} field="backend" from={[...new Set(backends)]} />
      <Choice {...props} field="state" from={STATES.filter((state) => state !== 'closed')} />
      <Text {...props} field="route" />
      <Text {...props} field="protocol" hint="http1" />
      <Text {...props} field="client" hint="10.0.0.0/8" />
      <Amount {...props} field="min_age_ms" label="older than, s" unit={SECOND_MS} />
      <Amount {...props} field="min_bytes" label="more than, KiB" unit={KIB} />
      <button type="button" onClick={onClear} disabled={Object.keys(filter).length === 0}>
        all
      </button>
    </form>
  );
}

interface FieldProps extends Pick<FiltersProps, 'filter' | 'onChange'> {
  readonly field: Field;
}

function Choice({ filter, onChange, field, from }: FieldProps & { readonly from: readonly string[] }) {
  const value = filter[field] ?? '';
  const options = value === '' || from.includes(value) ? from : [value, ...from];
  return (
    <label>
      <span>{field}</span>
      <select value={value} onChange={(event) => onChange(field, event.currentTarget.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function Text({ filter, onChange, field, hint = '' }: FieldProps & { readonly hint?: string }) {
  return (
    <label>
      <span>{field}</span>
      <input
        value={filter[field] ?? ''}
        placeholder={hint}
        onChange={(event) => onChange(field, event.currentTarget.value)}
      />
    </label>
  );
}

interface AmountProps extends FieldProps {
  readonly label: string;
  /** What one of what is typed is in the field. */
  readonly unit: number;
}

function Amount({ filter, onChange, field, label, unit }: AmountProps) {
  const given = filter[field];
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        min={0}
        value={given === undefined ? '' : Number(given) / unit}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          onChange(field, typed > 0 ? String(Math.round(typed * unit)) : '');
        }}
      />
    </label>
  );
}
