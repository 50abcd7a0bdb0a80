import { frameOf } from '../../../src/cli/top/frame.ts';
import type { Json } from '../../../src/cli/top/json.ts';
import { paint } from '../../../src/cli/top/line.ts';
import { type Model, startingModel } from '../../../src/cli/top/model.ts';
import { type Answered, STATUS, take } from '../../../src/cli/top/take.ts';

export interface Counted {
  readonly accepted?: number;
  readonly closed?: Readonly<Record<string, number>>;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly started?: number;
}

/** What `/v1/status` answers of a service with a listener and a pool of two backends. */
export function statusJson({
  accepted = 0,
  closed = {},
  bytesUp = 0,
  bytesDown = 0,
  started = 1_000,
}: Counted = {}) {
  const backend = {
    ...{ name: 'a', address: '10.0.0.1:80', health: 'healthy', circuit: 'closed', ejectionLeftMs: 0 },
    ...{ weight: 5, configuredWeight: 5, override: null, active: 3, connecting: 0 },
  };
  const drained = { weight: null, admin: 'drain', at: 100_000, by: '127.0.0.1 TOKEN' };
  return {
    ...{ phase: 'ready', started, connections: 7, planVersion: 3, factsDropped: 0 },
    shards: [
      {
        number: 0,
        generation: 0,
        state: 'running',
        plane: 'linux',
        planVersion: 3,
        connections: 7,
        factsDropped: 0,
      },
    ],
    listeners: [
      {
        ...{ name: 'edge', retired: false, address: '0.0.0.0:443', plane: 'linux' },
        ...{ connections: { streaming: 6, draining: 1, closed: 0 }, accepted, closed, bytesUp, bytesDown },
      },
    ],
    pools: [
      {
        ...{ name: 'web', balance: 'round_robin', waiting: 2 },
        backends: [
          backend,
          { ...backend, name: 'unix:/run/b', health: 'unhealthy', weight: 0, override: drained },
        ],
      },
    ],
  };
}

/** A row of `GET /v1/connections`. */
export function rowJson(connection: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{
      connection,
      shard: 0,
      listener: 'edge',
      client: '192.0.2.1:5000',
      opened: 90_000,
      state: 'streaming',
    },
    ...{ protocol: 'tls', route: 'shop', pool: 'web', backend: 'a' },
    ...{ bytesUp: 2048, bytesDown: 4096, rateUp: 1024, rateDown: 512, ...more },
  };
}

/** A model of a terminal of 24 times 100, at 100 s of the wall and `now` of the other clock. */
export function modelAt(now: number, before: Partial<Model> = {}): Model {
  return {
    ...startingModel('http://127.0.0.1:9900', 1_000, 'overview', 24, 100),
    wallNow: 100_000,
    ...before,
    now,
  };
}

export function answer(json: Json, status = 200): Answered {
  return { status, json };
}

/** The model after an answer of `/v1/status`. */
export function withStatus(model: Model, json: Json): Model {
  return take(model, STATUS, answer(json));
}

/** The model that shows these connections. */
export function withRows(model: Model, rows: readonly Json[], matched = rows.length): Model {
  return { ...model, view: 'connections', connections: { rows, matched } };
}

/** The frame as bare text. */
export function textOf(model: Model): string[] {
  return frameOf(model).lines.map((line) => paint(line, model.columns, 'none').trimEnd());
}
