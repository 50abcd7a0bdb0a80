import type { BackendPlan, Plan } from '../core/plan.ts';
import type { LabelName } from './names.ts';

/** The labels of one series. Made once and shared by every reading of it. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

/** Pool and backend as they are called in the plan. */
export function backendLabels(plan: Plan, backend: BackendPlan): Labels {
  return { pool: plan.pools[backend.pool]?.name ?? '', backend: backend.name };
}
