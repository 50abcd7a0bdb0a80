import type { Bound, ShardHost } from '../../src/control/shard-host.ts';
import type { ConnectionPulse } from '../../src/core/connection-pulse.ts';
import type { ConnectionPage } from '../../src/core/connection-query.ts';
import type { InspectedConnections, PresentConnection } from '../../src/core/inspection.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { LiveStagePlan, StageOutcome } from '../../src/core/stage-control.ts';

/** A shard that only notes what it is asked, and fails as it is told to. */
export class FakeHost implements ShardHost {
  generation = 0;
  state = 'running';
  readonly number: number;
  readonly asked: string[] = [];
  readonly known: Bound[] = [];
  prepares: () => Promise<Bound> = async () => ({});
  commits: () => Promise<void> = async () => {};
  serves: () => void = () => {};
  stages: () => Promise<void> = async () => {};
  inspects: (inspected: InspectedConnections) => Promise<readonly PresentConnection[]> = async () => [];
  settles: (ms: number) => Promise<void> = async () => {};

  pulsing: (connections: readonly number[]) => Promise<readonly ConnectionPulse[]> = async () => [];

  constructor(number: number) {
    this.number = number;
  }

  async start(): Promise<void> {
    this.asked.push('start');
  }
  async prepare(plan: Plan, bound: Bound): Promise<Bound> {
    this.asked.push(`prepare ${plan.version}`);
    this.known.push(bound);
    return this.prepares();
  }
  async commit(version: number): Promise<void> {
    this.asked.push(`commit ${version}`);
    await this.commits();
  }
  async inspect(inspected: InspectedConnections): Promise<readonly PresentConnection[]> {
    this.asked.push('inspect');
    return this.inspects(inspected);
  }
  tellNames(): void {}
  async abort(version: number): Promise<void> {
    this.asked.push(`abort ${version}`);
  }
  serve(): void {
    this.asked.push('serve');
    this.serves();
  }
  async settled(ms: number): Promise<void> {
    await this.settles(ms);
  }
  async catchUp(): Promise<void> {
    this.asked.push('catch up');
  }
  async stopAccepting(): Promise<void> {}
  cut(): void {}
  async empty(): Promise<void> {}
  async view(): Promise<null> {
    return null;
  }
  async pulses(connections: readonly number[]): Promise<readonly ConnectionPulse[]> {
    this.asked.push(`pulses ${connections.length}`);
    return this.pulsing(connections);
  }

  lists: () => Promise<ConnectionPage> = async () => ({ rows: [], keys: [], matched: 0 });
  async list(): Promise<ConnectionPage> {
    return this.lists();
  }
  async kill(connections: readonly number[]): Promise<number> {
    this.asked.push(`kill ${connections.join(' ')}`);
    return connections.length;
  }

  async setStages(listener: string, stages: readonly LiveStagePlan[]): Promise<void> {
    this.asked.push(`stages of ${listener}: ${stages.map(({ name }) => name).join(' ')}`);
    await this.stages();
  }
  async setStage(): Promise<StageOutcome> {
    await this.stages();
    return { done: 'added', kind: 'pass_through' };
  }

  wake(): void {}

  endSessions(): void {}
  async close(): Promise<void> {}
}
