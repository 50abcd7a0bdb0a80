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

/**
 * The weight that the upstream table is given, a whole number; the table itself takes the share of its agent off it. 0 where nobody is
 * to be sent there: by `drain`, `maintenance`, or a weight of 0. `override` is null where nobody has said anything at run time.
 */
export function overriddenWeight(
  configured: number,
  override: Pick<BackendOverride, 'weight' | 'admin'> | null,
): number {
  if (override === null) return configured;
  return override.admin === 'ready' ? (override.weight ?? configured) : 0;
}
