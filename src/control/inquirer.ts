import type { ConnectionId } from '../core/connection-id.ts';
import type { ConnectionPulse } from '../core/connection-pulse.ts';
import type { ConnectionPage, ConnectionQuery } from '../core/connection-query.ts';
import type { ConnectionView } from '../core/connection-view.ts';
import type { InspectedConnections, PresentConnection } from '../core/inspection.ts';
import type { ShardReply, ShardRequest } from '../core/mail.ts';
import type { LiveStagePlan, StageOutcome } from '../core/stage-control.ts';

/** What is asked of the connections of a shard on another thread, as `ShardHost` has it. */
export abstract class Inquirer {
  #inquiries = 0;

  async view(connection: ConnectionId): Promise<ConnectionView | null> {
    const version = this.nextInquiry();
    return (await this.ask({ kind: 'view', connection, version }, ['viewed'], version)).view;
  }

  async pulses(connections: readonly ConnectionId[]): Promise<readonly ConnectionPulse[]> {
    const version = this.nextInquiry();
    return (await this.ask({ kind: 'pulse', connections, version }, ['pulses'], version)).pulses;
  }

  async list(query: ConnectionQuery): Promise<ConnectionPage> {
    const version = this.nextInquiry();
    return (await this.ask({ kind: 'list', query, version }, ['listed'], version)).page;
  }

  async kill(connections: readonly ConnectionId[]): Promise<number> {
    const version = this.nextInquiry();
    return (await this.ask({ kind: 'kill', connections, version }, ['killed'], version)).count;
  }

  async inspect(inspected: InspectedConnections): Promise<readonly PresentConnection[]> {
    const version = this.nextInquiry();
    return (await this.ask({ kind: 'inspect', inspected, version }, ['inspecting'], version)).present;
  }

  async setStages(listener: string, stages: readonly LiveStagePlan[]): Promise<void> {
    const version = this.nextInquiry();
    await this.ask({ kind: 'stages', listener, stages, version }, ['staged'], version);
  }

  async setStage(id: ConnectionId, name: string, stage: LiveStagePlan | null): Promise<StageOutcome> {
    const version = this.nextInquiry();
    const request: ShardRequest = { kind: 'stage', connection: id, name, stage, version };
    return (await this.ask(request, ['stage-set'], version)).outcome;
  }

  /** A number that tells an answer from others of its kind. */
  protected nextInquiry(): number {
    return ++this.#inquiries;
  }

  /** The reply of one of these kinds, of this version where it is not null. Rejects with ShardGone where it dies before. */
  protected abstract ask<K extends ShardReply['kind']>(
    request: ShardRequest,
    kinds: readonly K[],
    version: number | null,
  ): Promise<Extract<ShardReply, { kind: K }>>;
}
