import { type Waiting, WaitingRoom } from '../../src/connection/index.ts';
import type { Admission, Turns } from '../../src/core/admission.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Timers } from '../../src/core/ports.ts';
import { allocateRegions, createPlaces, createTurns } from '../../src/shared-memory/index.ts';
import type { Dice } from '../simulation/dice.ts';

/** Somebody who came to one of the rooms. */
export interface Comer {
  readonly shard: number;
  readonly client: string;
  /** Grows with every arrival. */
  readonly order: number;
  state: 'waiting' | 'inside' | 'gone';
}

/** Shards that may be inside of a call at once: one that is interrupted, one that interrupts it. */
const NESTED_MAX = 2;

/**
 * The waiting rooms of several shards over one shared memory, on one thread. Another shard may act at the moment of any
 * call that a room makes to the shared memory, and wake-ups are delivered late, both by chance of `dice`.
 */
export class Rooms {
  readonly rooms: WaitingRoom[] = [];
  readonly comers: Comer[] = [];
  /** Shards in the order in which somebody of theirs was let in from a queue. */
  readonly granted: Comer[] = [];
  mostInside = 0;
  readonly #plan: Plan;
  readonly #dice: Dice;
  readonly #admissions: Admission[] = [];
  readonly #turns: Turns[] = [];
  readonly #wakes: number[] = [];
  readonly #active: number[] = [];
  readonly #polls = new Map<number, () => void>();
  readonly #tickets = new Map<Comer, Waiting>();
  readonly #hung = new Set<number>();
  #interrupts = false;

  constructor(plan: Plan, shards: number, dice: Dice) {
    this.#plan = plan;
    this.#dice = dice;
    const regions = allocateRegions({ shards, connections: 100, countersLength: 1, ringBytes: 1024 });
    for (let shard = 0; shard < shards; shard++) {
      const admission = this.#interrupted(
        shard,
        createPlaces(regions, shard, () => 0),
      );
      const turns = this.#interrupted(
        shard,
        createTurns(regions, shard, (other) => void this.#wakes.push(other)),
      );
      this.#admissions.push(admission);
      this.#turns.push(turns);
      const timers = this.#timersOf(shard);
      this.rooms.push(new WaitingRoom({ admission, turns, timers, changed: () => {} }));
    }
  }

  get inside(): Comer[] {
    return this.comers.filter(({ state }) => state === 'inside');
  }

  get waiting(): Comer[] {
    return this.comers.filter(({ state }) => state === 'waiting');
  }

  /** Somebody comes, as `admit` receives him under `on_limit: wait`. */
  come(shard: number, client: string): Comer {
    const comer: Comer = { shard, client, order: this.comers.length, state: 'waiting' };
    this.#in(shard, (room, admission, turns) => {
      this.comers.push(comer);
      room.grant();
      if (!turns.othersWait(0) && admission.reserve(this.#plan, 0, client) === null) this.#enter(comer);
      else room.add(this.#waiting(comer));
    });
    return comer;
  }

  /** Somebody inside goes, and his place is given back. */
  go(comer: Comer): void {
    this.#in(comer.shard, (room, admission) => {
      comer.state = 'gone';
      admission.release(this.#plan, 0, comer.client);
      room.freed(0, comer.client);
    });
  }

  /** Somebody who waits loses patience. */
  giveUp(comer: Comer): void {
    this.#in(comer.shard, (room) => {
      comer.state = 'gone';
      room.remove(this.#waiting(comer));
    });
  }

  /** One thing that may happen, by chance, in any shard that is not inside of a call. */
  anything(): void {
    const dice = this.#dice;
    const shard = dice.between(0, this.rooms.length - 1);
    if (this.#active.includes(shard)) return;
    const what = dice.next();
    const own = (state: Comer['state']) =>
      this.comers.filter((comer) => comer.shard === shard && comer.state === state);
    if (what < 0.35) this.come(shard, `10.0.0.${dice.between(1, 4)}`);
    else if (what < 0.65) this.#withOne(own('inside'), (comer) => this.go(comer));
    else if (what < 0.8) this.#withOne(own('waiting'), (comer) => this.giveUp(comer));
    else this.#wake(shard);
  }

  /** Calls of one shard are interrupted by those of another from now on, or no more. */
  interrupt(on: boolean): void {
    this.#interrupts = on;
  }

  /** Every wake-up is delivered, and those that come of it. */
  settle(): void {
    for (;;) {
      const shard = this.#wakes.shift();
      if (shard === undefined) return;
      if (!this.#hung.has(shard)) this.#in(shard, (room) => room.grant());
    }
  }

  /** From now on no wake-up and no poll of this shard is obeyed. */
  hang(shard: number): void {
    this.#hung.add(shard);
  }

  /** No wake-up that is under way arrives. */
  loseWakes(): void {
    this.#wakes.length = 0;
  }

  /** The time of every poll has come, once. */
  poll(): void {
    const polls = [...this.#polls];
    this.#polls.clear();
    for (const [shard, fire] of polls) if (!this.#hung.has(shard)) this.#in(shard, fire);
    this.settle();
  }

  #wake(shard: number): void {
    const at = this.#wakes.indexOf(shard);
    if (at < 0) return;
    this.#wakes.splice(at, 1);
    this.#in(shard, (room) => room.grant());
  }

  #withOne(comers: readonly Comer[], act: (comer: Comer) => void): void {
    if (comers.length > 0) act(this.#dice.one(comers));
  }

  #enter(comer: Comer): void {
    comer.state = 'inside';
    this.mostInside = Math.max(this.mostInside, this.inside.length);
  }

  #waiting(comer: Comer): Waiting {
    let ticket = this.#tickets.get(comer);
    if (ticket === undefined) {
      ticket = {
        limitedBy: this.#plan,
        listener: { index: 0 },
        clientHost: comer.client,
        granted: () => {
          this.granted.push(comer);
          this.#enter(comer);
        },
        defect: (error) => {
          throw error;
        },
      };
      this.#tickets.set(comer, ticket);
    }
    return ticket;
  }

  #in(shard: number, act: (room: WaitingRoom, admission: Admission, turns: Turns) => void): void {
    this.#active.push(shard);
    try {
      act(
        this.rooms[shard] as WaitingRoom,
        this.#admissions[shard] as Admission,
        this.#turns[shard] as Turns,
      );
    } finally {
      this.#active.pop();
    }
  }

  /** The same object; before a call of it is made, another shard may do something. */
  #interrupted<T extends object>(shard: number, target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (this.#interrupts && this.#active.length < NESTED_MAX && this.#dice.often(0.15)) this.anything();
          if (!this.#active.includes(shard)) throw new Error(`shard ${shard} is not at work`);
          return value.apply(target, args);
        };
      },
    });
  }

  /** Time stands still but for `poll`. */
  #timersOf(shard: number): Timers {
    return {
      epoch: 0,
      now: () => 0,
      after: (_ms, fire) => {
        this.#polls.set(shard, fire);
        return { cancel: () => void this.#polls.delete(shard) };
      },
    };
  }
}
