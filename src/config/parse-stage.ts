import { SluiceError } from '../core/errors.ts';
import { CONFIG_ONLY_STAGES } from '../core/stage-control.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { checkStages } from './check-stages.ts';
import { compileStages } from './compile-stages.ts';
import { explain } from './explain.ts';
import { wrongKey } from './issue.ts';
import { MISTAKES_SHOWN_MAX } from './limits.ts';
import { keysOf } from './raw.ts';
import { stages } from './schema-stages.ts';
import { formatPath, sentence } from './show.ts';

/** Where the stage stands in a configuration that is made for its messages. */
const PLACE = ['listeners', 0, 'stages', 0] as const;

/** What a stage that is put at run time is read for. */
export interface StagePlace {
  /** Names it among all: a limit that connections share is known by it. */
  readonly owner: string;
  /** Bytes here are those inside of TLS that is terminated. */
  readonly terminatesTls: boolean;
}

/**
 * One stage as an item of `stages` in a configuration, such as `{ latency: { down: '50ms' } }`, checked by the same schema.
 * Throws CONFIG_INVALID with one line `path: …` for each mistake.
 */
export function parseStage(value: unknown, { owner, terminatesTls }: StagePlace): StagePlan {
  const listener = { stages: [value], ...(terminatesTls && { tls: {} }) };
  const result = stages.safeParse(listener.stages);
  const found = result.success
    ? []
    : result.error.issues.map((issue) => ({ ...issue, path: [...PLACE.slice(0, 3), ...issue.path] }));
  const issues = [
    ...explain(found, { listeners: [listener] }),
    ...checkStages({ value: listener, path: PLACE.slice(0, 2) }),
    ...keysOf({ value, path: PLACE })
      .filter((kind) => CONFIG_ONLY_STAGES.some((other) => other === kind))
      .map((kind) =>
        wrongKey(
          [...PLACE, kind],
          'it has to see a connection from its beginning; expected it in the configuration',
        ),
      ),
  ];
  const lines = issues.map(({ path, message }) => {
    const where = formatPath(path.slice(PLACE.length));
    return sentence(where === '' ? message : `${where}: ${message}`);
  });
  if (lines.length > 0)
    throw new SluiceError('CONFIG_INVALID', [...new Set(lines)].slice(0, MISTAKES_SHOWN_MAX).join('\n'));
  const [plan] = compileStages(result.data, owner, new Map());
  return plan as StagePlan;
}
