import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Direction } from '../core/direction.ts';
import { hashText } from '../core/hash.ts';
import type { PlacedStage } from '../core/stage-control.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { chaosEnvOf, type StageEnv } from './env.ts';
import { SwitchPoint } from './switch-point.ts';
import { type LiveStage, liveStage } from './table.ts';

/** What comes out of a chain. */
export interface ChainOutput extends Observer<Chunk> {
  /** The last stage that stood here has gone, and holds nothing. */
  emptied(): void;
}

/** What its stages are made with. `epoch` is the time, in milliseconds since 1970, at which the scheduler's clock was 0. */
export interface ChainEnv extends StageEnv {
  readonly epoch: number;
}

/** A stage that is wanted, and where it stands; `link` null where it leaves this direction, or this connection, alone. */
interface Place {
  stage: PlacedStage;
  live: LiveStage;
  /** What `live` was made from: by it both directions find what they share. */
  made: StagePlan;
  link: Link | null;
}

/**
 * Stages of one direction of a live connection that come and go while bytes pass. Bytes keep their order, and none is lost:
 * a stage that comes sees what comes later, one that goes lets everything pass first that it holds.
 *
 *     chain.set(stages);
 *     chain.next(chunk);   // and complete, error; what comes out is told to the output
 */
export class StageChain implements Observer<Chunk> {
  readonly #direction: Direction;
  readonly #env: ChainEnv;
  readonly #output: ChainOutput;
  /** The stages wanted, in order. */
  #places: Place[] = [];
  /** What bytes pass through, in order: those wanted, and those that still hold something. */
  #links: Link[] = [];
  #isSetting = false;
  #isStopped = false;

  constructor(direction: Direction, env: ChainEnv, output: ChainOutput) {
    this.#direction = direction;
    this.#env = env;
    this.#output = output;
  }

  /** Nothing stands here: what is put in comes out at once. */
  get isEmpty(): boolean {
    return this.#links.length === 0;
  }

  /** No stage is wanted. */
  get isUnused(): boolean {
    return this.#places.length === 0;
  }

  next(chunk: Chunk): void {
    this.#first.next(chunk);
  }

  complete(): void {
    this.#first.complete();
  }

  error(error: unknown): void {
    this.#first.error(error);
  }

  /**
   * Makes these the stages, in this order. One that stands here already stays; with another revision it goes on with the new
   * parameters, or is replaced where it cannot.
   */
  set(wanted: readonly PlacedStage[]): void {
    const wasEmpty = this.isEmpty;
    this.#isSetting = true;
    const places = this.#arranged(wanted);
    if (!this.#isStopped) this.#places = places;
    this.#insertMissing();
    this.#isSetting = false;
    if (!wasEmpty && this.isEmpty && !this.#isStopped) this.#output.emptied();
  }

  /** Drops what the stages hold; nothing comes out any more. */
  stop(): void {
    const links = this.#links;
    this.#isStopped = true;
    this.#places = [];
    this.#links = [];
    for (const link of links) link.stop();
  }

  get #first(): Observer<Chunk> {
    return this.#links[0] ?? this.#output;
  }

  /** The places wanted: those that are there and keep their order go on, the others are left. */
  #arranged(wanted: readonly PlacedStage[]): Place[] {
    const before = this.#places;
    let next = 0;
    const places = wanted.map((stage) => {
      const found = before.findIndex((place, at) => at >= next && isSame(place.stage, stage));
      if (found < 0) return { stage, live: this.#live(stage), made: stage.stage, link: null };
      for (const place of before.slice(next, found)) this.#leave(place);
      next = found + 1;
      return this.#changed(before[found] as Place, stage);
    });
    for (const place of before.slice(next)) this.#leave(place);
    return places;
  }

  #changed(place: Place, stage: PlacedStage): Place {
    if (place.stage.revision === stage.revision) return place;
    place.stage = stage;
    if (!hasSchedule(stage.stage) && place.live.update(stage.stage)) return place;
    const { link } = place;
    this.#release(place);
    place.live = this.#live(stage);
    place.made = stage.stage;
    link?.point.set(place.live.stage);
    if (place.live.stage === null) place.link = null;
    return place;
  }

  #leave(place: Place): void {
    this.#release(place);
    place.link?.point.set(null);
  }

  #release({ live, made }: Place): void {
    live.release();
    this.#env.chaos?.shared.delete(made);
    this.#env.tapped?.shared.delete(made);
  }

  #insertMissing(): void {
    let at = 0;
    for (const place of this.#places) {
      if (place.link === null && place.live.stage !== null) {
        const link = new Link(this.#env.dropped, () => this.#remove(link));
        place.link = link;
        this.#links.splice(at, 0, link);
        this.#join();
        link.point.set(place.live.stage);
      }
      // What one let pass may have made another end the connection.
      if (this.#isStopped) return;
      if (place.link !== null) at = this.#links.indexOf(place.link) + 1;
    }
  }

  #remove(link: Link): void {
    if (!this.#links.includes(link)) return;
    this.#links = this.#links.filter((other) => other !== link);
    this.#join();
    link.stop();
    if (this.isEmpty && !this.#isSetting) this.#output.emptied();
  }

  /** Lets each link put out into the one behind it. */
  #join(): void {
    for (const [index, link] of this.#links.entries()) link.output = this.#links[index + 1] ?? this.#output;
  }

  /** Its chance is that of its name, so that it is the same whatever stands beside it. */
  #live(placed: PlacedStage): LiveStage {
    const { chaos = chaosEnvOf(this.#env.connection), epoch } = this.#env;
    const env = { ...this.#env, chaos: { ...chaos, startedAt: placed.since - epoch } };
    return liveStage(placed.stage, hashText(`${placed.of} ${placed.name}`), this.#direction, env);
  }
}

/** One stage of a chain, and whatever it is replaced by. */
class Link implements Observer<Chunk> {
  readonly point: SwitchPoint;
  /** Where it puts out. */
  output: Observer<Chunk> | null = null;
  #input: Subscriber<Chunk> | null = null;
  readonly #subscription: Subscription;

  constructor(dropped: (bytes: number) => void, emptied: () => void) {
    this.point = new SwitchPoint(null, dropped, emptied);
    const chunks = new Observable<Chunk>((input) => {
      this.#input = input;
    });
    this.#subscription = this.point.stage(chunks).subscribe({
      next: (chunk) => this.output?.next(chunk),
      error: (error: unknown) => this.output?.error(error),
      complete: () => this.output?.complete(),
    });
  }

  next(chunk: Chunk): void {
    this.#input?.next(chunk);
  }

  error(error: unknown): void {
    this.#input?.error(error);
  }

  complete(): void {
    this.#input?.complete();
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }
}

function isSame(one: PlacedStage, other: PlacedStage): boolean {
  return one.of === other.of && one.name === other.name;
}

/** It begins or ends at a time, which counts anew with each change. */
function hasSchedule(plan: StagePlan): boolean {
  if (!('chaos' in plan)) return false;
  const { fromMs, forMs, expiresMs } = plan.chaos.schedule;
  return fromMs > 0 || forMs > 0 || expiresMs > 0;
}
