import { CONFIG_ONLY_STAGES } from '../../../src/core/stage-control.ts';

/** What a form needs of the JSON Schema of a stage, or of one of its keys. */
export interface StageSchema {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, StageSchema>>;
  readonly required?: readonly string[];
}

export type FieldType =
  | 'duration'
  | 'rate'
  | 'size'
  | 'share'
  | 'percentage'
  | 'whole'
  | 'choice'
  | 'flag'
  | 'list'
  | 'text';

/** A key of a stage as a form shows it. */
export interface Field {
  /** Where it stands, with a point between the steps: `target.source`. */
  readonly path: string;
  readonly type: FieldType;
  /** What it means, and what it means where it is absent. */
  readonly about: string;
  /** As the configuration writes it; '' = absent. */
  readonly default: string;
  readonly isRequired: boolean;
  /** Of `choice`; else none. */
  readonly choices: readonly string[];
  /** Greatest number, in bytes or as it is; null = none is said. */
  readonly max: number | null;
  /** It is one that all stages that make faults have: whom it affects, and when. */
  readonly isCommon: boolean;
}

/** A kind of stage as a form shows it. */
export interface Kind {
  readonly kind: string;
  readonly about: string;
  readonly fields: readonly Field[];
}

/** Keys that all stages that make faults have. */
const COMMON = ['toxicity', 'seed', 'from', 'for', 'every', 'expires', 'target', 'max_affected'];

/** Since when schedules count in a configuration, and at run time. */
const OF_CONFIGURATION = 'counted from the start of the configuration';
const OF_RUN_TIME = 'counted from when it was put in or last changed';

/** The kinds that can be put at run time, in the order of the schemas. */
export function kindsOf(schemas: Readonly<Record<string, StageSchema>>): Kind[] {
  return Object.entries(schemas)
    .filter(([kind]) => !CONFIG_ONLY_STAGES.some((other) => other === kind))
    .map(([kind, schema]) => ({ kind, about: schema.description ?? '', fields: fieldsOf(schema, '') }));
}

function fieldsOf({ properties = {}, required = [] }: StageSchema, above: string): Field[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const path = `${above}${key}`;
    if (schema.properties !== undefined) return fieldsOf(schema, `${path}.`);
    return [fieldOf(path, schema, required.includes(key))];
  });
}

function fieldOf(path: string, schema: StageSchema, isRequired: boolean): Field {
  return {
    path,
    type: typeOf(schema),
    about: (schema.description ?? '').replace(OF_CONFIGURATION, OF_RUN_TIME),
    default: schema.default === undefined ? '' : String(schema.default),
    isRequired,
    choices: schema.enum ?? [],
    max: schema.maximum === undefined || schema.maximum === 0 ? null : schema.maximum,
    isCommon: COMMON.includes(path.split('.')[0] ?? ''),
  };
}

function typeOf({ title = '', type, enum: choices }: StageSchema): FieldType {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'flag';
  if (title.startsWith('duration')) return 'duration';
  if (title === 'rate' || title === 'size' || title === 'percentage') return title;
  if (title.startsWith('number')) return 'share';
  if (title.startsWith('whole number')) return 'whole';
  return type === undefined ? 'list' : 'text';
}
