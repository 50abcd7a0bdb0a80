/** Where a command prints. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** Prints what is odd about a configuration, one line each. */
export function tellWarnings(warnings: readonly string[], output: Output): void {
  for (const warning of warnings) output.err(`warning: ${warning}\n`);
}
