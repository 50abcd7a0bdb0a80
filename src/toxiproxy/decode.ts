import { badBody } from './api-error.ts';

/**
 * Reads a body as Go's encoding/json does: fields that are absent or null keep the value they had, unknown ones are
 * ignored, names match in any case, and a value of another type is refused in the same words.
 */
export function decodeBody(text: string): unknown {
  if (text.trim() === '') throw badBody('EOF');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badBody(error instanceof Error ? error.message : String(error));
  }
}

/** The fields of an object; none where it is null. `type` is what messages call it. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #type: string;

  constructor(value: unknown, type: string) {
    if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
      throw badBody(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`);
    this.#values = (value ?? {}) as Readonly<Record<string, unknown>>;
    this.#type = type;
  }

  /** Whether there is a value, and not null. */
  has(name: string): boolean {
    return this.#get(name) !== null;
  }

  text(name: string, absent: string): string {
    return this.#read(name, 'string', absent, (value) => typeof value === 'string');
  }

  flag(name: string, absent: boolean): boolean {
    return this.#read(name, 'bool', absent, (value) => typeof value === 'boolean');
  }

  number(name: string, absent: number): number {
    return this.#read(name, 'float32', absent, (value) => typeof value === 'number');
  }

  /** A whole number that is exact. */
  integer(name: string, absent: number): number {
    return this.#read(name, 'int64', absent, (value) => Number.isSafeInteger(value));
  }

  /** The fields of a map in a field; none where it is absent. */
  map(name: string, type: string): Fields {
    const value = this.#get(name);
    if (typeof value !== 'object' || Array.isArray(value)) throw this.#refuse(name, value, type);
    return new Fields(value, type);
  }

  #read<T>(name: string, type: string, absent: T, isRight: (value: unknown) => boolean): T {
    const value = this.#get(name);
    if (value === null) return absent;
    if (!isRight(value)) throw this.#refuse(name, value, type);
    return value as T;
  }

  #get(name: string): unknown {
    const key = Object.hasOwn(this.#values, name)
      ? name
      : Object.keys(this.#values).findLast((other) => other.toLowerCase() === name);
    return key === undefined ? null : (this.#values[key] ?? null);
  }

  #refuse(name: string, value: unknown, type: string): Error {
    const number = typeof value === 'number' && type === 'int64' ? ` ${value}` : '';
    const field = `${this.#type}.${name}`;
    return badBody(
      `json: cannot unmarshal ${kindOf(value)}${number} into Go struct field ${field} of type ${type}`,
    );
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
