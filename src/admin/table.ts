import type { Endpoint } from './endpoint.ts';
import { CAPTURE_ENDPOINTS } from './endpoints/captures.ts';
import { getConfig, putConfig, validateConfig } from './endpoints/config.ts';
import { getConnection, killConnection, killConnections, listConnections } from './endpoints/connections.ts';
import { getEvents } from './endpoints/events.ts';
import { getHealth, getReadiness } from './endpoints/health.ts';
import { inspect } from './endpoints/inspect.ts';
import { drainListener, getListener, getListeners, resumeListener } from './endpoints/listeners.ts';
import { getMachine, getMachineCounts, getMachinePicture, getMachines } from './endpoints/machines.ts';
import { openApiEndpoint } from './endpoints/openapi.ts';
import { getPage, getPageCss, getPageScript } from './endpoints/page.ts';
import { getPool, getPoolHistory, getPools, patchBackend } from './endpoints/pools.ts';
import { STAGE_ENDPOINTS } from './endpoints/stages.ts';
import { drainService, getStatus } from './endpoints/status.ts';
import { openApiDocument } from './openapi.ts';
import { createRouter } from './router.ts';

/** Everything that the admin server answers. Dispatch, `allow` and the OpenAPI document are made of it. */
export const ENDPOINTS: readonly Endpoint[] = [
  getPage,
  getPageCss,
  getPageScript,
  getHealth,
  getReadiness,
  openApiEndpoint(() => openApiDocument(ENDPOINTS)),
  getStatus,
  getMachines,
  getMachine,
  getMachinePicture,
  getMachineCounts,
  listConnections,
  getConnection,
  killConnection,
  killConnections,
  getPools,
  getPool,
  getPoolHistory,
  patchBackend,
  getListeners,
  drainListener,
  resumeListener,
  getListener,
  ...STAGE_ENDPOINTS,
  ...CAPTURE_ENDPOINTS,
  getConfig,
  putConfig,
  validateConfig,
  getEvents,
  inspect,
  drainService,
];

export const route = createRouter(ENDPOINTS);
