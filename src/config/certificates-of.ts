import type { Plan } from '../core/plan.ts';

/** A certificate of a plan, without what is secret. */
export interface CertificateOfPlan {
  readonly listener: string;
  /** The server names it is for. */
  readonly names: readonly string[];
  readonly isDefault: boolean;
  readonly file: string;
  /** When it expires: wall time in milliseconds since 1970. */
  readonly notAfter: number;
}

/** The certificates that the listeners of a plan show, in its order; those of retired listeners are left out. */
export function certificatesOf(plan: Plan): CertificateOfPlan[] {
  return plan.listeners
    .filter(({ retired }) => !retired)
    .flatMap(({ name, tls }) =>
      (tls?.certificates ?? []).map(({ names, isDefault, file, notAfter }) => ({
        listener: name,
        names,
        isDefault,
        file,
        notAfter,
      })),
    );
}
