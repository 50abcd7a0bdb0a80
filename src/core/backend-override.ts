/**
 * What an operator has said of a backend at run time. `ready`: as the configuration has it. `drain`: no new connections, those
 * it has live on. `maintenance`: the same, and it counts as down and is not probed.
 */
export const ADMIN_STATES = ['ready', 'drain', 'maintenance'] as const;
export type AdminState = (typeof ADMIN_STATES)[number];

/** What is changed of a backend at run time; absent: left as it is. */
export interface BackendChange {
  /** null: that of the configuration again. 0: no new connections. */
  readonly weight?: number | null | undefined;
  readonly admin?: AdminState | undefined;
}

/** What holds of a backend in the place of its configuration, until it is taken back or the process ends. */
export interface BackendOverride {
  /** null: that of the configuration. */
  readonly weight: number | null;
  readonly admin: AdminState;
  /** When it was said last, in milliseconds since 1970, and by whom. */
  readonly at: number;
  readonly by: string;
}

/** What the weight of a backend is made of. */
export interface WeightParts {
  /** Of the configuration. */
  readonly configured: number;
  /** null: nobody has said anything at run time. */
  readonly override: Pick<BackendOverride, 'weight' | 'admin'> | null;
  /** What the backend itself takes of its weight now, 0 to 100. Absent: all. */
  readonly agentPercent?: number;
}

/**
 * The weight that the upstream table is given, in a whole number; the table itself takes the share of its agent off it. 0 where nobody is
 * to be sent there: by `drain`, `maintenance`, a weight of 0 or an agent's 0 %. An agent's other shares leave it 1 at least.
 */
export function effectiveWeight({ configured, override, agentPercent = 100 }: WeightParts): number {
  if (override !== null && override.admin !== 'ready') return 0;
  const weight = override?.weight ?? configured;
  if (weight === 0 || agentPercent <= 0) return 0;
  return Math.max(1, Math.round((weight * Math.min(100, agentPercent)) / 100));
}
