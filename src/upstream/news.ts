import type { HealthName } from '../../machines/health-checker.ts';
import type { BackendChangeKind, NoteBackend } from '../core/backend-history.ts';
import type { BackendOverride } from '../core/backend-override.ts';
import type { CircuitState } from '../core/circuits.ts';
import type { EjectionChange, FactSink } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import { backendOf } from './plan-rows.ts';

/** The names of health, by the number that stands for each in the table. */
export const HEALTH_NAMES = ['unknown', 'healthy', 'unhealthy'] as const satisfies readonly HealthName[];

export interface NewsParts {
  readonly emit: FactSink;
  /** Wall time in milliseconds since 1970. */
  readonly now: () => number;
  readonly table: UpstreamTable;
  readonly noted: NoteBackend;
  /** The plan whose rows the news are of. */
  plan(): Plan;
}

/**
 * Tells of each change of a backend, as a fact and as a note for its pool's history. To be called before the change is made: what
 * it was is read from the table, and where a fact cannot be told nothing has changed.
 */
export class News {
  readonly #parts: NewsParts;

  constructor(parts: NewsParts) {
    this.#parts = parts;
  }

  health(row: number, health: HealthName, cause: string): void {
    const { emit, now, table } = this.#parts;
    const healthy = health === 'healthy';
    emit({ kind: 'health', at: now(), pool: this.#poolOf(row), backend: row, healthy, cause });
    this.#note(row, 'health', HEALTH_NAMES[table.health(row)], health, cause);
  }

  /** `before` and `said` are all that its agent wanted and wants now, in the words of the protocol. */
  agent(row: number, before: string, said: string): void {
    const { emit, now } = this.#parts;
    emit({ kind: 'agent', at: now(), pool: this.#poolOf(row), backend: row, said });
    this.#note(row, 'agent', before, said, 'its agent says so');
  }

  /** `ms` as `EjectionFact.ms`. */
  ejection(row: number, change: EjectionChange, cause: string, ms: number): void {
    const { emit, now, table } = this.#parts;
    emit({ kind: 'ejection', at: now(), pool: this.#poolOf(row), backend: row, change, cause, ms });
    const from = table.circuits.state(row);
    if (change === 'withheld') this.#note(row, 'withheld', from, from, cause);
    else this.#note(row, 'circuit', from, change === 'ejected' ? 'open' : 'half-open', cause);
  }

  /** Its trial is over, which no fact tells. */
  trusted(row: number, from: CircuitState, cause: string): void {
    this.#note(row, 'circuit', from, 'closed', cause);
  }

  /** null = nothing held, or holds, in the place of the configuration. */
  override(row: number, before: BackendOverride | null, after: BackendOverride | null, by: string): void {
    this.#note(row, 'override', wordsOf(before), wordsOf(after), by);
  }

  /** A failure that is nobody's change. */
  trouble(message: string): void {
    const { emit, now } = this.#parts;
    emit({ kind: 'error', at: now(), connection: null, traceId: null, message });
  }

  #note(row: number, kind: BackendChangeKind, from: string, to: string, detail: string): void {
    const { noted, now, plan } = this.#parts;
    const { name, pool } = backendOf(plan(), row);
    noted(plan().pools[pool]?.name ?? '', { time: now(), backend: name, kind, from, to, detail });
  }

  #poolOf(row: number): number {
    return backendOf(this.#parts.plan(), row).pool;
  }
}

/** `ready`, `drain weight 5`. */
function wordsOf(override: BackendOverride | null): string {
  if (override === null) return 'ready';
  return override.weight === null ? override.admin : `${override.admin} weight ${override.weight}`;
}
