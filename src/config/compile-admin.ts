import type { AdminPlan } from '../core/plan.ts';
import { compileCertificate } from './compile-certificate.ts';
import type { Environment } from './environment.ts';
import type { Files } from './files.ts';
import type { Issue } from './issue.ts';
import type { Config } from './schema.ts';

export interface AdminContext {
  readonly environment: Environment;
  readonly files: Files;
  /** Issues are added here. */
  readonly issues: Issue[];
}

/** null where nothing is served. */
export function compileAdmin(admin: Config['admin'], context: AdminContext): AdminPlan | null {
  if (admin === undefined) return null;
  return {
    listen: admin.listen,
    tokenEnv: admin.token_env ?? null,
    tls: compileTls(admin.tls, context),
    traceUrl: admin.trace_url ?? null,
  };
}

/** null also where the files are wrong, which the issues say then. */
function compileTls(
  tls: NonNullable<Config['admin']>['tls'],
  { environment, files, issues }: AdminContext,
): AdminPlan['tls'] {
  if (tls === undefined) return null;
  const source = { path: ['admin', 'tls'], cert: tls.cert, key: tls.key, now: environment.now };
  const compiled = compileCertificate(source, files);
  if (!('certificate' in compiled)) {
    issues.push(...compiled);
    return null;
  }
  issues.push(...compiled.issues);
  const { cert, key } = compiled.certificate;
  return { cert, key };
}
