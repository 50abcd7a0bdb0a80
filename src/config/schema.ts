import { z } from 'zod';
import { list } from './containers.ts';
import * as defaults from './defaults.ts';
import { LISTENERS_MAX } from './limits.ts';
import { listener } from './schema-listener.ts';
import { pool } from './schema-pool.ts';
import { protocolRule } from './schema-protocols.ts';
import { resolver } from './schema-resolver.ts';
import {
  admin,
  machineEngine,
  plane,
  processLimits,
  reload,
  socket,
  toxiproxy,
  workers,
} from './schema-service.ts';
import { telemetry } from './schema-telemetry.ts';
import { timeouts } from './schema-timeouts.ts';
import { flag, NAME_PATTERN } from './words.ts';

/**
 * The whole configuration. Everything that a single value can get wrong is said here; what needs two places of the file
 * to see is in `check.ts`.
 */
export const configSchema = z.strictObject({
  listeners: list(listener, LISTENERS_MAX, 'listener')
    .describe(
      'Where clients come in. There has to be one, unless `toxiproxy` is there, through which they can be made.',
    )
    .default([]),
  pools: z
    .record(z.string().regex(new RegExp(NAME_PATTERN)), pool)
    .describe('Where connections go: named groups of backends.')
    .prefault({}),
  protocols: z
    .record(z.string().regex(new RegExp(NAME_PATTERN)), protocolRule)
    .describe(
      'Protocols that Sluice does not know, by the first bytes of their clients: their names can stand in `match.protocol`. The first that holds wins, before all that Sluice knows.',
    )
    .prefault({}),
  timeouts: timeouts.describe('Deadlines of connections and of the service.').prefault({}),
  resolver: resolver
    .describe('How names of backends are resolved: once for all, beside the connections.')
    .prefault({}),
  socket: socket.describe('Options of all TCP sockets.').prefault({}),
  workers: workers
    .describe(
      'Threads that move bytes, one shard each. `auto`: one a core, at most 64. 0: one shard on the main thread. ' +
        'On the net plane of a Node that cannot share a port (before 22.12, and 23.0), a listener has one shard, and there are no more threads than listeners.',
    )
    .prefault(defaults.WORKERS),
  plane: plane
    .describe(
      'What moves the bytes: the calls of Linux, epoll and splice (`linux`), or `node:net` (`net`). `auto`: `linux` where it can be had. ' +
        'Where it cannot, or with `workers: 0`, `net` serves, and `sluice check` says why.',
    )
    .prefault(defaults.PLANE),
  busy_poll: flag()
    .describe(
      'Threads of the linux plane look for events for up to 0.2 ms before they wait for them, where events have come as soon as that ' +
        'lately. Answers come sooner, for CPU that others then have not: for machines with a core to spare for each worker.',
    )
    .prefault(defaults.BUSY_POLL),
  machine_engine: machineEngine
    .describe(
      'What runs the statechart of connections: its compiled table, or the interpreter of XState, which is slower and can be inspected.',
    )
    .prefault(defaults.MACHINE_ENGINE),
  reload: reload
    .describe(
      'When the file is read again: `signal`: on SIGHUP; `watch`: also when the file has changed. No connection is lost by it.',
    )
    .prefault(defaults.RELOAD),
  limits: processLimits.describe('Limits of the whole process.').prefault({}),
  telemetry: telemetry.describe('What is told to the outside.').prefault({}),
  admin: admin.describe('Health, readiness and state over HTTP. Absent: not served.').optional(),
  toxiproxy: toxiproxy
    .describe(
      "Toxiproxy's HTTP API, for its client libraries. Absent: not served. For all defaults: `toxiproxy: {}`.",
    )
    .optional(),
});

/** A configuration as it was read: complete, units turned into numbers, names not yet into indexes. */
export type Config = z.output<typeof configSchema>;

/** JSON Schema (draft 2020-12) of what a file may hold. Made once, then shared. */
export function jsonSchema(): JsonSchema {
  made ??= withoutNumberedReferences(z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema);
  return made;
}

/** With what zod has given a number, for being on a way back to itself, in its place: only what has a name is referred to. */
function withoutNumberedReferences(schema: JsonSchema): JsonSchema {
  const { $defs = {} } = schema;
  const numbered = (reference: unknown): string | undefined =>
    /^#\/\$defs\/(__schema\d+)$/.exec(String(reference))?.[1];
  const inPlace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inPlace);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as JsonSchema;
    const name = numbered($ref);
    if (name !== undefined) return { ...(inPlace($defs[name]) as JsonSchema), ...rest };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inPlace(inner)]));
  };
  const named = Object.entries($defs).filter(([name]) => !name.startsWith('__schema'));
  return inPlace({ ...schema, $defs: Object.fromEntries(named) }) as JsonSchema;
}

let made: JsonSchema | null = null;

/** The part of JSON Schema that `jsonSchema` uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly propertyNames?: JsonSchema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly [keyword: string]: unknown;
}
