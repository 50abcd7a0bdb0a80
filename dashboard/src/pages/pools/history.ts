import type { PoolHistory } from '../../../../src/core/backend-history.ts';

/** How a backend was for a time. */
export interface Spell {
  readonly from: number;
  readonly to: number;
  /** `healthy`, `unhealthy`, `unknown`, `ejected`, `trial`. */
  readonly condition: string;
}

interface State {
  readonly health: string;
  readonly circuit: string;
}

/** What a backend is now, where nothing is remembered of it. */
export interface Now extends State {
  readonly name: string;
}

/** How a backend was from `since` until `now`, in spells without gaps. */
export function spellsOf(
  { name, health, circuit }: Now,
  { changes }: Pick<PoolHistory, 'changes'>,
  since: number,
  now: number,
): Spell[] {
  const own = changes.filter(
    ({ backend, kind }) => backend === name && (kind === 'health' || kind === 'circuit'),
  );
  const begin = (kind: string, current: string) => own.find((each) => each.kind === kind)?.from ?? current;
  let state: State = { health: begin('health', health), circuit: begin('circuit', circuit) };
  let from = since;
  const spells: Spell[] = [];
  const end = (to: number) => {
    const at = Math.min(Math.max(to, since), now);
    const condition = conditionOf(state);
    const last = spells.at(-1);
    if (last?.condition === condition) spells[spells.length - 1] = { ...last, to: at };
    else if (at > from || spells.length === 0) spells.push({ from, to: at, condition });
    from = at;
  };
  for (const { time, kind, to } of own) {
    end(time);
    state = { ...state, [kind]: to };
  }
  end(now);
  return spells.filter((spell) => spell.to > spell.from);
}

function conditionOf({ health, circuit }: State): string {
  if (circuit === 'open') return 'ejected';
  if (circuit === 'half-open') return 'trial';
  return health;
}
