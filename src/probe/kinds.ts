import type { ProbeKind, ProbePlan } from '../core/health-plan.ts';
import { agent } from './agent.ts';
import { NO_BYTES } from './bytes.ts';
import type { ProbePlace, Script } from './dialogue.ts';
import { http } from './http.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { scripted } from './script.ts';
import { smtp } from './smtp.ts';

type Kinds = {
  readonly [Kind in ProbeKind]: (plan: Extract<ProbePlan, { kind: Kind }>, place: ProbePlace) => Script;
};

/** The kinds of probes. A new one is a file, its line here, its plan in `src/core/health-plan.ts` and its keys. */
export const PROBE_KINDS = {
  tcp: () => ({ steps: [], farewell: NO_BYTES }),
  http,
  script: scripted,
  redis,
  postgres,
  mysql,
  smtp,
  agent,
} as const satisfies Kinds;

/** The script of a probe. */
export function scriptOf(plan: ProbePlan, place: ProbePlace): Script {
  const make = PROBE_KINDS[plan.kind] as (plan: ProbePlan, place: ProbePlace) => Script;
  return make(plan, place);
}
