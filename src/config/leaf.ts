import { z } from 'zod';
import { show } from './show.ts';

/** What a value of one kind looks like. */
export interface LeafShape {
  /** Words for a message: `expected …`. */
  readonly expected: string;
  /** Keywords for the JSON Schema; `title` names the kind in the reference page. */
  readonly json: LeafJson;
}

export interface LeafJson {
  readonly title: string;
  readonly type: string | readonly string[];
  readonly [keyword: string]: unknown;
}

/** Says why a value is refused, and what may have been meant. */
export class Refusal {
  readonly wrong: string;
  readonly meant: string | null;

  constructor(wrong: string, meant: string | null = null) {
    this.wrong = wrong;
    this.meant = meant;
  }
}

/**
 * A single value of the configuration: zod's part is to hold it in the tree and in the JSON Schema, ours is to read it
 * and to say in plain words what is wrong with it. `read` gets what the file has, never undefined or null.
 */
export function leaf<T>(shape: LeafShape, read: (value: unknown) => T | Refusal) {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = value === undefined || value === null ? refuseNothing(value) : read(value);
      if (!(result instanceof Refusal)) return result;
      context.addIssue({ code: 'custom', message: message(shape, result) });
      return z.NEVER;
    })
    .meta({ ...shape.json });
}

/** A value that is not of the right kind at all. */
export function refuseKind(value: unknown, kind: string, meant: string | null = null): Refusal {
  return new Refusal(`${show(value)} is not ${kind}`, meant);
}

/** The text of a single value; that of a list or a map is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'object' || value === undefined ? '' : String(value);
}

function refuseNothing(value: unknown): Refusal {
  return new Refusal(value === undefined ? 'missing' : 'nothing is written after this key');
}

function message(shape: LeafShape, refusal: Refusal): string {
  const meant = refusal.meant === null ? '' : `; did you mean ${refusal.meant}?`;
  return `${refusal.wrong}; expected ${shape.expected}${meant}`;
}
