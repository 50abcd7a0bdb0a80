import { check } from './check.ts';
import { explain } from './explain.ts';
import type { Issue } from './issue.ts';
import { type Config, configSchema } from './schema.ts';

/** `config` is null where an issue is an error. */
export interface Validated {
  readonly config: Config | null;
  readonly issues: readonly Issue[];
}

/** Everything there is to say about a configuration, in one go and in no particular order. Never throws. */
export function validate(value: unknown): Validated {
  const result = configSchema.safeParse(value);
  const issues = [...(result.success ? [] : explain(result.error.issues, value)), ...check(value)];
  const isWrong = issues.some((issue) => issue.severity === 'error');
  return { config: isWrong || !result.success ? null : result.data, issues };
}
