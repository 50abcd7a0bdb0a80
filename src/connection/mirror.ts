import type { MirrorLine, MirrorPlan } from '../core/mirror.ts';
import type { PoolPlan } from '../core/plan.ts';
import type { Endpoint, EndpointObserver } from '../core/ports.ts';
import { formatBytes, formatDuration } from '../core/units.ts';
import type { Connection } from './connection.ts';
import { MirrorDial } from './mirror-dial.ts';
import { AnswerDiff, type Answerer } from './mirror-diff.ts';
import { MirrorQueue } from './mirror-queue.ts';
import { MirrorReport } from './mirror-report.ts';
import { MirrorTimers } from './mirror-timers.ts';
import type { LiveMirror } from './mirrors.ts';
import { UNWATCHED } from './unwatched.ts';

/**
 * One connection to a mirror: the copy of one direction of one connection. What comes before it is reached is held; what
 * it is slow to take waits in its endpoint; both together are never more than its buffer. Whatever becomes of it, the
 * connection it belongs to neither waits nor hears of it: nothing in here throws, and a defect ends the mirror alone.
 * It ends as the direction ends, by FIN or RST behind what waits, within its own linger.
 */
export class Mirror implements MirrorLine, LiveMirror {
  readonly plan: MirrorPlan;
  readonly #connection: Connection;
  readonly #pool: PoolPlan;
  readonly #timers: MirrorTimers;
  readonly #report: MirrorReport;
  readonly #diff: AnswerDiff | null;
  readonly #queue: MirrorQueue;
  readonly #dial: MirrorDial;
  #endpoint: Endpoint | null = null;
  /** Row of the backend that is connected, -1 before and after. */
  #row = -1;
  /** It takes no more bytes. */
  #isShut = false;
  /** How the copy ended, or is to end once it is reached. */
  #ending: 'none' | 'fin' | 'reset' = 'none';
  /** It was given every byte that it was to get. */
  #isWhole = true;
  #hasFinished = false;
  #isOver = false;
  isAlone = false;

  constructor(connection: Connection, plan: MirrorPlan) {
    const { shard } = connection;
    this.plan = plan;
    this.#connection = connection;
    this.#pool = connection.plan.pools[plan.pool] as PoolPlan;
    this.#timers = new MirrorTimers(shard.plane.timers, (act) => this.guard(act));
    this.#report = new MirrorReport(connection, this.#pool.name);
    const hold = (bytes: number): void => this.#report.hold(bytes);
    this.#queue = new MirrorQueue(hold);
    const room = {
      bytesMax: plan.bufferBytes,
      hasRoom: (bytes: number) => bytes <= shard.mirrors.room(connection.plan),
      hold,
    };
    this.#diff = plan.diff === 'off' ? null : new AnswerDiff(plan.diff, room);
    this.#dial = new MirrorDial(connection, this.#pool, {
      ready: (endpoint, row) => this.#ready(endpoint, row),
      failed: (why) => this.#fail(why),
      guard: (act) => this.guard(act),
    });
  }

  /** Starts to reach a backend of its pool. */
  open(): void {
    this.#connection.shard.mirrors.add(this, this.#connection.listener.index);
    this.guard(() => {
      const { connectMs } = this.plan.timeouts;
      this.#timers.connect(connectMs, () => this.#fail(`not reached in ${formatDuration(connectMs)}`));
      this.#dial.start();
    });
  }

  write(bytes: Uint8Array): void {
    try {
      this.#copy(bytes);
    } catch (error) {
      this.#defect(error);
    }
  }

  end(): void {
    this.guard(() => this.#finishCopy());
  }

  leave(): void {
    this.guard(() => {
      this.#diff?.drop();
      this.#finishCopy();
    });
  }

  reset(): void {
    this.guard(() => {
      if (this.#ending === 'reset' || this.#isOver) return;
      this.#isShut = true;
      this.#ending = 'reset';
      this.#endpoint?.reset();
      this.#linger();
    });
  }

  /** The connection has ended, cleanly or not. */
  over(isClean: boolean): void {
    this.isAlone = true;
    if (!isClean || this.#ending === 'none') this.reset();
    this.guard(() => {
      if (this.#isOver) this.#concludeDiff();
      else this.#linger();
    });
  }

  cut(): void {
    this.guard(() => this.#stop());
  }

  /** Where the backend's answer is to be written for comparison; null where nothing is compared. */
  get answer(): MirrorLine | null {
    return this.#diff?.line((bytes) => this.#answered('backend', bytes)) ?? null;
  }

  /** Runs what a plane or a timer has called for; what it throws ends the mirror and nothing else. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#defect(error);
    }
  }

  #copy(bytes: Uint8Array): void {
    if (this.#isShut) {
      this.#isWhole = false;
      this.#report.count('dropped', bytes.length);
      return;
    }
    const { plan, shard } = this.#connection;
    const room = Math.max(0, Math.min(this.plan.bufferBytes - this.#queue.waiting, shard.mirrors.room(plan)));
    if (bytes.length <= room) {
      this.#push(bytes);
      return;
    }
    this.#isWhole = false;
    const takes = this.plan.onFull === 'drop_connection' ? 0 : room;
    if (takes > 0) this.#push(bytes.subarray(0, takes));
    this.#report.count('dropped', bytes.length - takes);
    this.#isFull();
  }

  #push(bytes: Uint8Array): void {
    if (this.#queue.waiting === 0) this.#timers.progress();
    this.#queue.push(bytes, this.#timers.now());
    if (this.#endpoint !== null) this.#watchStall();
  }

  #isFull(): void {
    const full = `${formatBytes(this.#queue.waiting)} wait for it`;
    switch (this.plan.onFull) {
      case 'drop_connection':
        this.#fail(full);
        return;
      case 'drop_bytes':
        this.#report.failed(`${full}: bytes are left out of its copy`);
        return;
      case 'detach':
        this.#report.failed(`${full}: its copy ends here`);
        this.#finishCopy();
    }
  }

  /** FIN behind what waits. */
  #finishCopy(): void {
    this.#isShut = true;
    if (this.#ending !== 'none' || this.#isOver) return;
    this.#ending = 'fin';
    this.#endEndpoint();
  }

  #endEndpoint(): void {
    if (this.#hasFinished) this.#endpoint?.close();
    else this.#endpoint?.end();
  }

  #ready(endpoint: Endpoint, row: number): void {
    this.#timers.connected();
    this.#endpoint = endpoint;
    this.#row = row;
    this.#report.backend = this.#connection.plan.backends[row]?.name ?? null;
    endpoint.observe(this.#watch(endpoint));
    if (this.#diff === null) endpoint.discard();
    else endpoint.resume();
    this.#timers.progress();
    this.#queue.open(endpoint);
    this.#watchStall();
    if (this.#ending === 'fin') this.#endEndpoint();
    if (this.#ending === 'reset') endpoint.reset();
  }

  #watch(endpoint: Endpoint): EndpointObserver {
    return {
      ...UNWATCHED,
      data: ({ bytes }) => this.#answered('mirror', bytes),
      accepted: (bytes) => this.guard(() => this.#accepted(bytes)),
      fin: () =>
        this.guard(() => {
          this.#hasFinished = true;
          if (this.#ending === 'fin') endpoint.close();
        }),
      reset: (code) =>
        this.guard(() => {
          if (this.#ending !== 'reset') this.#fail(code);
        }),
      closed: () => this.guard(() => this.#stop()),
    };
  }

  #accepted(bytes: number): void {
    this.#queue.accepted(bytes);
    this.#report.count('bytes', bytes);
    this.#timers.progress();
  }

  #answered(from: Answerer, bytes: Uint8Array): void {
    this.guard(() => {
      const result = this.#diff?.add(from, bytes) ?? null;
      if (result === null) return;
      this.#report.compared(result);
      this.#endpoint?.discard();
    });
  }

  #watchStall(): void {
    const ms = this.plan.timeouts.writeStallMs;
    this.#timers.watchStall(
      ms,
      () => this.#queue.waiting > 0,
      () =>
        this.#fail(
          `${formatBytes(this.#queue.waiting)} wait for it, and it took none for ${formatDuration(ms)}`,
        ),
    );
  }

  #linger(): void {
    const { lingerMs } = this.plan.timeouts;
    this.#timers.linger(lingerMs, () => {
      const isServed = this.#endpoint !== null && this.#queue.waiting === 0;
      if (isServed) this.#stop();
      else
        this.#fail(`${formatBytes(this.#queue.waiting)} not taken ${formatDuration(lingerMs)} after the end`);
    });
  }

  #fail(why: string): void {
    if (this.#isOver) return;
    this.#isWhole = false;
    this.#report.failed(why);
    this.#stop();
  }

  /** Every wait is cancelled and everything given back. Each step is taken whatever becomes of those before it. */
  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isShut = true;
    const { shard, listener } = this.#connection;
    const steps = [
      () => this.#timers.end(),
      () => this.#dial.cancel(),
      () => this.#endpoint?.observe(UNWATCHED),
      () => this.#endpoint?.destroy(),
      () => {
        if (this.#row >= 0) shard.upstreams.released(this.#row);
      },
      () => this.#report.count('dropped', this.#queue.drop()),
      () => {
        if (this.isAlone || !this.#isWhole) this.#concludeDiff();
      },
      () => shard.mirrors.remove(this, listener.index),
    ];
    for (const step of steps) this.#connection.attempt(step, undefined);
    this.#endpoint = null;
  }

  /** What the answers come to, once neither goes on. */
  #concludeDiff(): void {
    const result = this.#diff?.conclude(this.#isWhole && this.#ending === 'fin') ?? null;
    if (result !== null) this.#report.compared(result);
  }

  #defect(error: unknown): void {
    this.#connection.report(error);
    this.#connection.attempt(() => this.#fail('a defect has ended it'), undefined);
  }
}
