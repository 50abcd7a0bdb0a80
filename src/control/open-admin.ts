import { type Admin, type AdminWrite, startAdmin } from '../admin/index.ts';
import { type Loaded, parseConfig } from '../config/index.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import type { ConnectionPage, ConnectionQuery } from '../core/connection-query.ts';
import type { ConnectionView } from '../core/connection-view.ts';
import { SluiceError } from '../core/errors.ts';
import type { AdminPlan, Plan } from '../core/plan.ts';
import type { ReloadResult, ServiceStatus } from '../core/status.ts';
import type { Reloaded } from './reloads.ts';

/** What the admin server reaches of a service. */
export interface Administered {
  status(): ServiceStatus;
  /** As `StatusSource.connection`. */
  connection(id: ConnectionId): Promise<ConnectionView | null>;
  list(query: ConnectionQuery): Promise<ConnectionPage>;
  kill(connections: readonly ConnectionId[]): Promise<number>;
  reload(plan: Plan): Promise<Reloaded>;
  reloadFailed(error: unknown): void;
  /** Hears of each request for a change, as it was answered. */
  adminWrote(write: AdminWrite): void;
}

/** What a configuration that came over HTTP is called in messages. */
const SOURCE = 'PUT /v1/config';

/** Starts the admin server of a plan. Rejects with ADMIN_FAILED where it cannot be bound or its token is missing. */
export function openAdmin(plan: AdminPlan, service: Administered): Promise<Admin> {
  const source = {
    status: () => service.status(),
    connection: (id: ConnectionId) => service.connection(id),
    list: (query: ConnectionQuery) => service.list(query),
    kill: (connections: readonly ConnectionId[]) => service.kill(connections),
    reload: (text: string) => reloadText(service, text),
  };
  return startAdmin(plan.listen, source, {
    token: readToken(plan.tokenEnv),
    onWrite: (write) => service.adminWrote(write),
  });
}

function readToken(variable: string | null): string | null {
  if (variable === null) return null;
  const token = process.env[variable] ?? '';
  if (token === '')
    throw new SluiceError('ADMIN_FAILED', `admin.token_env: the variable ${variable} holds no token`);
  return token;
}

async function reloadText(service: Administered, text: string): Promise<ReloadResult> {
  let loaded: Loaded;
  try {
    loaded = parseConfig(text, SOURCE);
  } catch (error) {
    service.reloadFailed(error);
    throw error;
  }
  return { ...(await service.reload(loaded.plan)), warnings: loaded.warnings };
}
