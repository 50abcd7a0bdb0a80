/** What a reload changes, by name. Lists are in the order of the file; all empty = nothing. */
export interface PlanDiff {
  readonly listeners: NameChanges;
  readonly pools: NameChanges;
  /** `pool/backend`. */
  readonly backends: NameChanges;
  /** Other keys of the file with another value, such as `limits.connections`. */
  readonly settings: readonly string[];
  /** Keys with another value that only a restart obeys, such as `workers`; the old value stays in force. */
  readonly needsRestart: readonly string[];
}

export interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Whether nothing differs. */
export function isSame(diff: PlanDiff): boolean {
  const { listeners, pools, backends, settings, needsRestart } = diff;
  const names = [listeners, pools, backends].flatMap(({ added, removed, changed }) => [
    ...added,
    ...removed,
    ...changed,
  ]);
  return names.length + settings.length + needsRestart.length === 0;
}
