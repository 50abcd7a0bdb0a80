import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { SCOPE } from './names.ts';

/**
 * Who sends: the service, this instance of it, its host and process. Nothing of the command line. What the environment
 * gives in OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES is laid over it by the SDK.
 */
export function serviceResource(version: string): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': SCOPE,
      'service.version': version,
      'service.instance.id': randomUUID(),
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    }),
  );
}
