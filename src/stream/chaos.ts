import { Observable, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { ALWAYS, type ChaosPlan } from '../core/chaos-plan.ts';
import type { Chunk } from '../core/chunk.ts';
import { anyCidrContains } from '../core/cidr.ts';
import type { Direction } from '../core/direction.ts';
import { hashText } from '../core/hash.ts';
import type { ChaosStagePlan } from '../core/stage-plan.ts';
import { type Dice, diceOf, fork } from './dice.ts';
import { type ChaosEnv, chaosEnvOf } from './env.ts';
import { phaseAt } from './schedule.ts';
import type { PlanOf, Stage, StageControl, StageFactory } from './stage.ts';
import { SwitchPoint } from './switch-point.ts';

type Kind = ChaosStagePlan['kind'];

/** What a stage that makes faults is made with. */
export interface ChaosOptions<K extends Kind> {
  /** Read at each decision. */
  readonly control: StageControl<K>;
  readonly direction: Direction;
  readonly scheduler: SchedulerLike;
  /** Told of bytes that will not be passed on. */
  readonly dropped: (bytes: number) => void;
  /** Chance of this stage in this direction. */
  readonly dice: Dice;
  /** Chance of this stage that is the same in both directions: a fresh sequence at each call. */
  readonly connectionDice: () => Dice;
  readonly env: ChaosEnv;
}

/** Sequences that a stage draws from the seed. */
const SEQUENCES = { affected: 0, connection: 1, up: 2, down: 3 } as const;

/**
 * A factory of a stage that makes faults: around what `make` makes, it does what all of them have in common. Whether a
 * connection is affected is decided here, once; where it is not there is no stage. `stands` tells whether a plan has
 * anything to do in a direction.
 */
export function chaos<K extends Kind>(
  kind: K,
  make: (options: ChaosOptions<K>) => Stage,
  stands: (plan: PlanOf<K>, direction: Direction, env: ChaosEnv) => boolean,
): StageFactory<K> {
  return (control, direction, { scheduler, connection, chaos: env = chaosEnvOf(connection), dropped }) => {
    const { plan, position } = control;
    const common: ChaosPlan = (plan as ChaosStagePlan).chaos;
    const sequence = (which: keyof typeof SEQUENCES) =>
      fork(env.dice(common.seed), hashText(`${kind} ${position} ${SEQUENCES[which]}`));
    if (!stands(plan, direction, env) || !isAffected(common, env, sequence('affected'))) return null;
    const options: ChaosOptions<K> = {
      control,
      direction,
      scheduler,
      dropped: (bytes) => dropped(bytes),
      dice: sequence(direction),
      connectionDice: () => sequence('connection'),
      env,
    };
    const stage = make(options);
    return isAlways(common) ? stage : inItsTime(stage, common, options);
  };
}

function isAffected({ target, toxicity, seed }: ChaosPlan, env: ChaosEnv, dice: Dice): boolean {
  if (target.source.length > 0 && !anyCidrContains(target.source, env.source)) return false;
  if (target.clients < 1 && diceOf(seed ?? 0, hashText(env.source))() >= target.clients) return false;
  return dice() < toxicity;
}

function isAlways({ schedule, maxAffected }: ChaosPlan): boolean {
  const { fromMs, forMs, expiresMs } = schedule;
  return fromMs === 0 && forMs === 0 && expiresMs === 0 && maxAffected >= ALWAYS.maxAffected;
}

/** The stage for as long as the schedule says, and where the cap lets it; else bytes pass it by. */
function inItsTime<K extends Kind>(stage: Stage, plan: ChaosPlan, options: ChaosOptions<K>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const turns = new Turns(stage, plan, options);
      const input = turns.join(source, output);
      return () => {
        input.unsubscribe();
        turns.stop();
      };
    });
}

interface TurnsOptions extends Pick<ChaosOptions<Kind>, 'scheduler' | 'env' | 'dropped'> {
  readonly control: { readonly release: (() => void) | null };
}

/** Switches a stage on and off. */
class Turns {
  readonly #stage: Stage;
  readonly #plan: ChaosPlan;
  readonly #scheduler: SchedulerLike;
  readonly #env: ChaosEnv;
  readonly #control: { readonly release: (() => void) | null };
  readonly #point: SwitchPoint;
  #entered = false;
  #wait: Subscription | null = null;

  constructor(stage: Stage, plan: ChaosPlan, options: TurnsOptions) {
    const { scheduler, env, control, dropped } = options;
    this.#control = control;
    this.#stage = stage;
    this.#plan = plan;
    this.#scheduler = scheduler;
    this.#env = env;
    this.#point = new SwitchPoint(null, dropped);
  }

  join(source: Observable<Chunk>, output: Subscriber<Chunk>): Subscription {
    this.#turn();
    return this.#point.stage(source).subscribe(output);
  }

  stop(): void {
    this.#wait?.unsubscribe();
    this.#leave();
  }

  #turn(): void {
    const { active, changesInMs } = phaseAt(this.#plan.schedule, this.#scheduler.now() - this.#env.startedAt);
    if (active) this.#enter();
    else this.#leave();
    if (!this.#entered) this.#control.release?.();
    this.#point.set(this.#entered ? this.#stage : null);
    if (changesInMs < Number.POSITIVE_INFINITY)
      this.#wait = this.#scheduler.schedule(() => this.#turn(), Math.ceil(changesInMs));
  }

  #enter(): void {
    if (!this.#entered) this.#entered = this.#env.affected.enter(this.#plan.maxAffected);
  }

  #leave(): void {
    if (this.#entered) this.#env.affected.leave();
    this.#entered = false;
  }
}
