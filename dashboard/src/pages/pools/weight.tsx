import { useState } from 'preact/hooks';
import type { BackendStatus } from '../../../../src/core/status.ts';
import { type Of, weigh } from './changes.ts';

/** As the configuration has it. */
const WEIGHT_MAX = 256;

export interface WeightProps {
  readonly backend: BackendStatus;
  readonly of: Of;
  onDone(): void;
}

/** A slider for the weight of a backend; nothing changes before it is set. */
export function Weight({ backend, of, onDone }: WeightProps) {
  const [weight, setWeight] = useState(backend.override?.weight ?? backend.configuredWeight);
  const take = (event: { readonly currentTarget: { readonly value: string } }) =>
    setWeight(Math.min(WEIGHT_MAX, Math.max(0, Math.round(Number(event.currentTarget.value)))));
  const set = (wanted: number | null) => void weigh(of, wanted).then(onDone);
  return (
    <form
      class="weight"
      aria-label={`weight of ${backend.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        set(weight);
      }}
    >
      <input
        type="range"
        aria-label={`weight of ${backend.name}`}
        min={0}
        max={WEIGHT_MAX}
        value={weight}
        onInput={take}
      />
      <input type="number" aria-label="weight" min={0} max={WEIGHT_MAX} value={weight} onInput={take} />
      <button type="submit" class="primary">
        set it
      </button>
      <button type="button" onClick={() => set(null)}>
        as configured: {backend.configuredWeight}
      </button>
      <button type="button" onClick={onDone}>
        leave it
      </button>
    </form>
  );
}
