import type { AnyStateMachine } from 'xstate';

/** A value JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The chart as plain data, in the form `createMachine` and Stately's tools read. The initial context is left out: it
 * is a function of the input. Throws where the chart holds any other function, which belongs into `setup` by name.
 */
export function chartDefinition(machine: AnyStateMachine): Json {
  const { context: _, ...config } = machine.config as Record<string, unknown>;
  return plain(config, machine.id);
}

/** The definition as text, indented by two, with a final newline. */
export function chartJson(machine: AnyStateMachine): string {
  return `${JSON.stringify(chartDefinition(machine), null, 2)}\n`;
}

function plain(value: unknown, path: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${index}]`));
  if (typeof value !== 'object') throw new TypeError(`${path} is a ${typeof value}, which JSON cannot say`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, `${path}.${key}`)]));
}
