import { invalidStream, invalidToxicType } from './api-error.ts';
import { Fields } from './decode.ts';

/** The attributes of each type of toxic, in the order in which they are shown. All are whole numbers, 0 where absent. */
export const TOXIC_ATTRIBUTES = {
  bandwidth: ['rate'],
  latency: ['latency', 'jitter'],
  limit_data: ['bytes'],
  noop: [],
  reset_peer: ['timeout'],
  slicer: ['average_size', 'size_variation', 'delay'],
  slow_close: ['delay'],
  timeout: ['timeout'],
} as const satisfies Record<string, readonly string[]>;

export type ToxicType = keyof typeof TOXIC_ATTRIBUTES;

/** A toxic as its client described it. */
export interface Toxic {
  readonly name: string;
  readonly type: ToxicType;
  /** `upstream` or `downstream`, in the letters in which it was written. */
  readonly stream: string;
  /** Share of connections that it affects: 1 or more is all, 0 or less is none. */
  readonly toxicity: number;
  readonly attributes: Readonly<Record<string, number>>;
}

/** Reads a new toxic: downstream, of every connection, named for its type and stream, where nothing else is said. */
export function readToxic(body: unknown): Toxic {
  const fields = new Fields(body, 'ToxicWrapper');
  const stream = fields.text('stream', 'downstream');
  const type = fields.text('type', '');
  const toxicity = fields.number('toxicity', 1);
  const name = fields.text('name', '');
  if (!isStream(stream)) throw invalidStream();
  if (!isToxicType(type)) throw invalidToxicType();
  const attributes = readAttributes(type, fields, {});
  return { name: name === '' ? `${type}_${stream}` : name, type, stream, toxicity, attributes };
}

/** A toxic with what a body changes of it: attributes and toxicity. What is absent stays as it is. */
export function changedToxic(toxic: Toxic, body: unknown): Toxic {
  const fields = new Fields(body, 'ToxicWrapper');
  const attributes = readAttributes(toxic.type, fields, toxic.attributes);
  return { ...toxic, attributes, toxicity: fields.number('toxicity', toxic.toxicity) };
}

/** Whether a toxic is on the way from client to backend. */
export function isUpstream({ stream }: Pick<Toxic, 'stream'>): boolean {
  return stream.toLowerCase() === 'upstream';
}

function isStream(stream: string): boolean {
  return ['upstream', 'downstream'].includes(stream.toLowerCase());
}

function isToxicType(type: string): type is ToxicType {
  return Object.hasOwn(TOXIC_ATTRIBUTES, type);
}

function readAttributes(
  type: ToxicType,
  fields: Fields,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const given = fields.map('attributes', 'toxics.Toxic');
  return Object.fromEntries(
    TOXIC_ATTRIBUTES[type].map((name) => [name, given.integer(name, before[name] ?? 0)]),
  );
}
