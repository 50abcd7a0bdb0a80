import type { Field, Kind } from './kinds.ts';

/** What a form holds of a stage, by path, as the configuration writes it; '' or none = absent. */
export type Values = Readonly<Record<string, string>>;

/** An item of `stages`: `{"latency": {"down": "50ms"}}`. */
export type StageItem = Readonly<Record<string, unknown>>;

/** The values that a form begins with. */
export function defaultsOf({ fields }: Kind): Values {
  return Object.fromEntries(fields.map((field) => [field.path, field.default]));
}

/** The stage that a form means. What is left at its default is left out. */
export function itemOf({ kind, fields }: Kind, values: Values): StageItem {
  const parameters: Record<string, unknown> = {};
  for (const field of fields) {
    const text = (values[field.path] ?? '').trim();
    if (text === '' || text === field.default) continue;
    const steps = field.path.split('.');
    const last = steps.pop() ?? '';
    let place = parameters;
    for (const step of steps) {
      place[step] ??= {};
      place = place[step] as Record<string, unknown>;
    }
    place[last] = parameterOf(field, text);
  }
  return { [kind]: parameters };
}

/** A text that is no number is sent as it is, for the service to say what would be right. */
function parameterOf({ type }: Field, text: string): unknown {
  if (type === 'flag') return text === 'true';
  if (type === 'list') return text.split(/[\s,]+/).filter((each) => each !== '');
  if (type === 'share' || type === 'whole') return Number.isNaN(Number(text)) ? text : Number(text);
  return text;
}
