import { z } from 'zod';

/** A whole number in a query. */
export function wholeNumber(min: number, max: number, description: string) {
  return z
    .string()
    .transform((text, context) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `a whole number from ${min} to ${max} is right` });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: min, maximum: max, description });
}
