import type { ConnectionId } from './connection-id.ts';
import type { ConnectionPulse } from './connection-pulse.ts';
import type { ConnectionPage, ConnectionQuery } from './connection-query.ts';
import type { ConnectionView } from './connection-view.ts';
import type { InspectedConnections, PresentConnection } from './inspection.ts';
import type { NameAddresses } from './names.ts';
import type { Plan } from './plan.ts';
import type { LiveStagePlan, StageOutcome } from './stage-control.ts';

/**
 * What control asks of a shard. A plan comes in two steps, so that a port that cannot be bound changes nothing: `prepare`
 * binds what is new, `commit` makes the plan that of new connections and closes what it does not name.
 */
export type ShardRequest =
  | {
      readonly kind: 'prepare';
      readonly plan: Plan;
      /** Real addresses of listeners that other shards have bound already, by name: those with port 0 are joined there. */
      readonly bound: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'commit'; readonly version: number }
  /** Undoes a `prepare`. */
  | { readonly kind: 'abort'; readonly version: number }
  /** Accept what waits, then nobody. Connections live on. */
  | { readonly kind: 'stop-accepting' }
  /** End every connection: deliver what was read within linger, then RST. */
  | { readonly kind: 'cut' }
  /** End for good: what is left is destroyed, files are flushed, the thread ends. */
  | { readonly kind: 'close' }
  /** The process ends: reset every socket and end the thread, now. */
  | { readonly kind: 'exit' }
  /** End so many of the connections that are relayed to a backend, those first that were idle for the longest. */
  | {
      readonly kind: 'end-sessions';
      readonly backend: number;
      readonly most: number;
      readonly why: SessionsEnd;
    }
  /** A place may be free for somebody who waits here. */
  | { readonly kind: 'wake' }
  /** Names stand for these addresses from now on. Comes before the first plan, and with each change. */
  | { readonly kind: 'names'; readonly addresses: NameAddresses }
  /** Which of these connections are gone? Asked where a fact of their end may have been dropped. */
  | { readonly kind: 'census'; readonly connections: readonly ConnectionId[] }
  /** What is to be told of a connection? `version` tells the answer from others. */
  | { readonly kind: 'view'; readonly connection: ConnectionId; readonly version: number }
  /** How do these connections stand? At most PULSES_MAX of them; `version` as above. */
  | { readonly kind: 'pulse'; readonly connections: readonly ConnectionId[]; readonly version: number }
  /** Which connections does a query mean? */
  | { readonly kind: 'list'; readonly query: ConnectionQuery; readonly version: number }
  /** End these connections as an operator does: deliver what was read within linger, then RST. */
  | { readonly kind: 'kill'; readonly connections: readonly ConnectionId[]; readonly version: number }
  /** These are all the connections whose transitions are to be told. */
  | { readonly kind: 'inspect'; readonly inspected: InspectedConnections; readonly version: number }
  /** These are all the stages that the connections of a listener have at run time, also those to come. */
  | {
      readonly kind: 'stages';
      readonly listener: string;
      readonly stages: readonly LiveStagePlan[];
      readonly version: number;
    }
  /** Put a stage into one connection, or take it away (`stage` null). */
  | {
      readonly kind: 'stage';
      readonly connection: ConnectionId;
      readonly name: string;
      readonly stage: LiveStagePlan | null;
      readonly version: number;
    };

/** Why sessions are ended because of what became of a backend, by the name of the chart's event. */
export type SessionsEnd = 'backend.down' | 'rebalance';

/** What a shard tells control. */
export type ShardReply =
  /** The code is loaded and mail is read. */
  | { readonly kind: 'started' }
  | { readonly kind: 'prepared'; readonly version: number; readonly bound: Readonly<Record<string, string>> }
  /** A listener could not be bound; nothing of the plan is left. `code` of a SluiceError. */
  | { readonly kind: 'refused'; readonly version: number; readonly code: string; readonly message: string }
  | { readonly kind: 'committed'; readonly version: number }
  | { readonly kind: 'aborted'; readonly version: number }
  | { readonly kind: 'accepting-stopped' }
  /** How many connections there were to cut. */
  | { readonly kind: 'cutting'; readonly connections: number }
  /** The last connection has ended. */
  | { readonly kind: 'empty' }
  /** Everything is flushed; the thread ends. */
  | { readonly kind: 'closed' }
  /** There are facts in the ring and control was not told yet. */
  | { readonly kind: 'facts' }
  /** Wake another shard: it is its turn to let somebody in. */
  | { readonly kind: 'wake'; readonly shard: number }
  /** Of the connections of a census, those that are gone. */
  | { readonly kind: 'census-taken'; readonly gone: readonly ConnectionId[] }
  /** null: there is no such connection. */
  | { readonly kind: 'viewed'; readonly version: number; readonly view: ConnectionView | null }
  /** Of those asked for, the ones that live. */
  | { readonly kind: 'pulses'; readonly version: number; readonly pulses: readonly ConnectionPulse[] }
  | { readonly kind: 'listed'; readonly version: number; readonly page: ConnectionPage }
  /** How many of them there were. */
  | { readonly kind: 'killed'; readonly version: number; readonly count: number }
  /** Of those that were named by id, the ones that live; their transitions from here on are told. */
  | { readonly kind: 'inspecting'; readonly version: number; readonly present: readonly PresentConnection[] }
  /** All connections of the listener have its stages. */
  | { readonly kind: 'staged'; readonly version: number }
  | { readonly kind: 'stage-set'; readonly version: number; readonly outcome: StageOutcome }
  /** Something was thrown that nothing caught: the shard cuts its connections and ends. */
  | { readonly kind: 'threw'; readonly message: string };
