import { z } from 'zod';

/** Problem details of RFC 9457. */
export const problemDetails = () =>
  z.strictObject({
    type: z.literal('about:blank'),
    title: z.string().describe("The status code's own phrase."),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What is wrong, and what would be right.'),
    code: z.string().optional().describe('Of an error that docs/errors.md lists.'),
  });
