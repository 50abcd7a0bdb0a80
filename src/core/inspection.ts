import type { ConnectionId } from './connection-id.ts';
import type { NameKind } from './names.ts';

/** Which actors somebody wants to look into. */
export type InspectTarget =
  | { readonly kind: 'connection'; readonly connection: ConnectionId }
  /** The next connections of a listener, by its name. */
  | { readonly kind: 'listener'; readonly listener: string }
  /** The balancer of a pool, with the health checkers below it. */
  | { readonly kind: 'pool'; readonly pool: string }
  /** The health checker and the circuit of a backend. */
  | { readonly kind: 'backend'; readonly pool: string; readonly backend: string }
  /** Who watches a name, its addresses and its servers. */
  | { readonly kind: 'name'; readonly name: string }
  /** The supervisor of a shard. */
  | { readonly kind: 'shard'; readonly shard: number };

/** How an actor stands. Values are those of XState: plain, or at least read before anything else happens. */
export interface ActorSnapshot {
  /** The state, as XState writes it: `closed`, or `{ relaying: 'streaming' }`. */
  readonly value: unknown;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly context: unknown;
}

/** What whoever inspects is told, in order. `actor` is an id that no other actor of the process has. */
export type InspectionStep =
  /** Comes first for each actor. */
  | {
      readonly kind: 'actor';
      readonly actor: string;
      /** Name of its chart, as `GET /v1/machines` has it. */
      readonly chart: string;
      /** What it stands for, for people. */
      readonly name: string;
      /** The actor it is a child of, where that is told of as well; null where not. */
      readonly parent: string | null;
      /** Milliseconds since 1970, as below. */
      readonly at: number;
      readonly snapshot: ActorSnapshot;
    }
  | {
      readonly kind: 'event';
      readonly actor: string;
      readonly at: number;
      readonly event: InspectedEvent;
      /** Who sent it, where that actor is told of as well; null where not. */
      readonly source: string | null;
    }
  /** An event was worked off, whether it changed anything or not. */
  | {
      readonly kind: 'snapshot';
      readonly actor: string;
      readonly at: number;
      /** null: nobody knows by which event it came there. */
      readonly event: InspectedEvent | null;
      readonly snapshot: ActorSnapshot;
    }
  /** So many steps of an actor did not get here. */
  | { readonly kind: 'missed'; readonly actor: string; readonly at: number; readonly count: number }
  /** No actor is left that could tell anything. The last step. */
  | { readonly kind: 'over'; readonly why: string };

/** An event as a chart is told it. */
export interface InspectedEvent {
  readonly type: string;
}

/** Takes steps, of which the first ones come while the inspection is begun. Must not throw. */
export type TakeSteps = (step: InspectionStep) => void;

/** What comes of the wish to inspect: the function that ends it, or why there is nothing to inspect. */
export type Inspecting = { readonly end: () => void } | { readonly none: string };

/** Actors that one inspection tells of at most; those beyond are left out. */
export const INSPECTED_ACTORS_MAX = 256;

/** Connections of a listener that one inspection follows at most, from the first that comes. */
export const INSPECTED_CONNECTIONS_MAX = 100;

/** All that a shard is to tell the transitions of. Comes whole with each change. */
export interface InspectedConnections {
  readonly connections: readonly ConnectionId[];
  /** Names of listeners whose new connections are meant. */
  readonly listeners: readonly string[];
}

/** A connection that is inspected, as it stands when its shard begins to tell of it. */
export interface PresentConnection {
  readonly connection: ConnectionId;
  /** Milliseconds since 1970: now. */
  readonly at: number;
  /** Name of its listener. */
  readonly listener: string;
  /** `TransitionFact.step` of what was told last; the next one has the number after it. */
  readonly step: number;
  readonly snapshot: ActorSnapshot;
}

/** What an actor of control stands for. */
export type ControlActorOf =
  | { readonly chart: 'balancer'; readonly pool: string }
  | { readonly chart: 'circuit'; readonly pool: string; readonly backend: string }
  | { readonly chart: 'name'; readonly of: NameKind; readonly name: string }
  | { readonly chart: 'shard'; readonly shard: number };
