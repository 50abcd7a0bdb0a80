import { z } from 'zod';
import type { ReloadResult } from '../../core/status.ts';

const names = () => z.array(z.string());
const changes = () => z.strictObject({ added: names(), removed: names(), changed: names() });

export const warnings = () =>
  z.strictObject({ warnings: names().describe('What is odd, each with its line and column.') });

export const reloadResult = (): z.ZodType<ReloadResult> =>
  z.strictObject({
    version: z.int().describe('Of the plan that is in force now.'),
    diff: z.strictObject({
      listeners: changes(),
      pools: changes(),
      backends: changes().describe('`pool/backend`.'),
      settings: names().describe('Other keys with another value.'),
      needsRestart: names().describe('Keys with another value that only a restart obeys.'),
    }),
    warnings: names(),
  });
