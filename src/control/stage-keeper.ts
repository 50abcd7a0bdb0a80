import { isDeepStrictEqual } from 'node:util';
import { formatConnectionId } from '../core/connection-id.ts';
import { SluiceError } from '../core/errors.ts';
import type { ListenerPlan, Plan } from '../core/plan.ts';
import {
  CONFIG_ONLY_STAGES,
  CONNECTION_STAGES_MAX,
  LISTENER_STAGES_MAX,
  type LiveStagePlan,
  type NamedStage,
  STAGE_NAME_CHARS_MAX,
  STAGE_NAME_PATTERN,
  type StageControl,
  type StageTarget,
} from '../core/stage-control.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import type { ServiceEvent } from '../core/watcher.ts';
import type { Fleet } from './fleet.ts';

export interface StageKeeperOptions {
  readonly fleet: Pick<Fleet, 'setStages' | 'setStage' | 'view'>;
  /** The plan in force. */
  plan(): Plan;
  /** Milliseconds since 1970. */
  now(): number;
  tell(event: ServiceEvent): void;
}

type Change = 'added' | 'changed' | 'removed';

/**
 * The truth about the stages that listeners have at run time. Shards are told each listener's whole list, so that whoever
 * missed one is right again with the next, and one that is started again is given all. Those of a connection are known to
 * its shard alone, with which they go.
 */
export class StageKeeper implements StageControl {
  readonly #options: StageKeeperOptions;
  readonly #ofListeners = new Map<string, readonly LiveStagePlan[]>();
  #revision = 0;

  constructor(options: StageKeeperOptions) {
    this.#options = options;
  }

  /** What each listener has. */
  get all(): ReadonlyMap<string, readonly LiveStagePlan[]> {
    return this.#ofListeners;
  }

  async list(target: StageTarget): Promise<readonly NamedStage[]> {
    if ('listener' in target) {
      this.#listener(target.listener);
      return this.#of(target.listener).map(({ name, stage }) => ({ name, stage }));
    }
    const view = await this.#options.fleet.view(target.connection);
    if (view === null) throw noConnection(target);
    return view.stages.flatMap(({ name, of, stage }) =>
      of === 'connection' && name !== null ? [{ name, stage }] : [],
    );
  }

  async put(target: StageTarget, name: string, stage: StagePlan): Promise<'added' | 'changed'> {
    mustBeNamed(name);
    if (!('listener' in target)) {
      mustBeLive(name, stage);
      return this.#putIntoConnection(target, name, stage);
    }
    const { listener } = target;
    const before = this.#of(listener);
    const at = before.findIndex((other) => other.name === name);
    const next = at < 0 ? [...before, this.#made(name, stage)] : before.with(at, this.#made(name, stage));
    this.#mustFit(listener, next);
    await this.#set(listener, next);
    return at < 0 ? 'added' : 'changed';
  }

  async remove(target: StageTarget, name: string): Promise<boolean> {
    if ('listener' in target) {
      this.#listener(target.listener);
      const before = this.#of(target.listener);
      const next = before.filter((other) => other.name !== name);
      if (next.length < before.length) await this.#set(target.listener, next);
      return next.length < before.length;
    }
    const { done, kind } = await this.#options.fleet.setStage(target.connection, name, null);
    if (done === 'no-connection') throw noConnection(target);
    if (done === 'removed') this.#tell('removed', target, name, kind);
    return done === 'removed';
  }

  async replace(listener: string, stages: readonly NamedStage[]): Promise<void> {
    const before = this.#of(listener);
    const next = stages.map(({ name, stage }) => {
      mustBeNamed(name);
      const was = before.find((other) => other.name === name);
      return was !== undefined && isDeepStrictEqual(was.stage, stage) ? was : this.#made(name, stage);
    });
    const twice = next.find(({ name }, at) => next.findIndex((other) => other.name === name) !== at);
    if (twice !== undefined)
      throw refused(`two stages are called "${twice.name}"; expected another name for one of them`);
    this.#mustFit(listener, next);
    await this.#set(listener, next);
  }

  /** A plan was put in force: what stands in listeners that it does not have is dropped. Resolves when shards know. */
  async follow(plan: Plan): Promise<void> {
    const names = new Set(plan.listeners.filter(({ retired }) => !retired).map(({ name }) => name));
    const gone = [...this.#ofListeners.keys()].filter((name) => !names.has(name));
    await Promise.all(gone.map((name) => this.#set(name, [], 'the listener was taken away by a reload')));
  }

  async #putIntoConnection(
    target: Extract<StageTarget, { readonly connection: number }>,
    name: string,
    stage: StagePlan,
  ): Promise<'added' | 'changed'> {
    const made = this.#made(name, stage);
    const { done } = await this.#options.fleet.setStage(target.connection, name, made);
    switch (done) {
      case 'added':
      case 'changed':
        this.#tell(done, target, name, stage.kind);
        return done;
      case 'full':
        throw tooMany(`the connection ${formatConnectionId(target.connection)}`, CONNECTION_STAGES_MAX);
      case 'no-connection':
      case 'no-stage':
      case 'removed':
        throw noConnection(target);
    }
  }

  #of(listener: string): readonly LiveStagePlan[] {
    return this.#ofListeners.get(listener) ?? [];
  }

  #made(name: string, stage: StagePlan): LiveStagePlan {
    return { name, stage, since: this.#options.now(), revision: ++this.#revision };
  }

  /** Keeps them and tells the shards, and whoever watches what has changed. */
  async #set(listener: string, next: readonly LiveStagePlan[], why: string | null = null): Promise<void> {
    const before = this.#of(listener);
    if (next.length === 0) this.#ofListeners.delete(listener);
    else this.#ofListeners.set(listener, next);
    await this.#options.fleet.setStages(listener, next);
    for (const { name, stage } of before)
      if (!next.some((other) => other.name === name))
        this.#tell('removed', { listener }, name, stage.kind, why);
    for (const { name, stage, revision } of next) {
      const was = before.find((other) => other.name === name);
      if (was === undefined) this.#tell('added', { listener }, name, stage.kind);
      else if (was.revision !== revision) this.#tell('changed', { listener }, name, stage.kind);
    }
  }

  #listener(name: string): ListenerPlan {
    const listeners = this.#options.plan().listeners.filter(({ retired }) => !retired);
    const found = listeners.find((listener) => listener.name === name);
    if (found !== undefined) return found;
    const names = listeners.map((listener) => `"${listener.name}"`).join(', ');
    throw new SluiceError(
      'STAGE_TARGET_UNKNOWN',
      `there is no listener "${name}"; those in force are ${names}`,
    );
  }

  #mustFit(listener: string, stages: readonly LiveStagePlan[]): void {
    const plan = this.#listener(listener);
    if (stages.length > LISTENER_STAGES_MAX) throw tooMany(`the listener "${listener}"`, LISTENER_STAGES_MAX);
    const configured = plan.routes.flatMap((route) => route.stages).map(fileOf);
    const files = [
      ...configured.filter((file, at) => configured.indexOf(file) === at),
      ...stages.map(fileOfLive),
    ];
    for (const { name, stage } of stages) {
      mustBeLive(name, stage);
      const file = fileOf(stage);
      if (file !== null && files.filter((other) => other === file).length > 1)
        throw refused(
          `"${name}" writes the file ${file}, which another stage of the listener writes as well`,
        );
    }
  }

  #tell(
    change: Change,
    target: StageTarget,
    name: string,
    stage: StagePlan['kind'],
    why: string | null = null,
  ): void {
    const where =
      'listener' in target
        ? { listener: target.listener, connection: null }
        : { listener: null, connection: formatConnectionId(target.connection) };
    this.#options.tell({ event: `stage.${change}`, ...where, name, stage, why });
  }
}

function fileOf(stage: StagePlan): string | null {
  return stage.kind === 'tee' || stage.kind === 'flight_recorder' ? stage.file : null;
}

function fileOfLive({ stage }: LiveStagePlan): string | null {
  return fileOf(stage);
}

function mustBeNamed(name: string): void {
  if (name.length <= STAGE_NAME_CHARS_MAX && STAGE_NAME_PATTERN.test(name)) return;
  const shown = JSON.stringify(name.slice(0, STAGE_NAME_CHARS_MAX));
  throw refused(
    `${shown} is not a name of a stage; expected 1 to ${STAGE_NAME_CHARS_MAX} letters, digits, ".", ":", "_" or "-"`,
  );
}

function mustBeLive(name: string, { kind }: StagePlan): void {
  if (!CONFIG_ONLY_STAGES.includes(kind)) return;
  throw refused(
    `"${name}" is a ${kind}, which has to see a connection from its beginning; expected it in the configuration`,
  );
}

function tooMany(whose: string, most: number): SluiceError {
  return refused(`${whose} has ${most} stages put at run time already; expected no more`);
}

function noConnection({ connection }: Extract<StageTarget, { readonly connection: number }>): SluiceError {
  const id = formatConnectionId(connection);
  return new SluiceError(
    'STAGE_TARGET_UNKNOWN',
    `there is no connection ${id}, or its shard does not answer`,
  );
}

function refused(message: string): SluiceError {
  return new SluiceError('STAGE_REFUSED', message);
}
