import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Direction } from '../core/direction.ts';
import type { Endpoint } from '../core/ports.ts';
import type { PlacedStage } from '../core/stage-control.ts';
import { type CreditedSource, CreditWindow, WINDOW_BYTES } from '../core/window.ts';
import { type ChainEnv, type ChainOutput, type Stage, StageChain, StageEnd } from '../stream/index.ts';
import type { FlowOwner } from './flow-owner.ts';

/**
 * One direction of a relayed connection: an Observable of chunks from one endpoint, through the stages, into the other.
 * `complete` is FIN, `error` is RST; both keep their place behind the bytes before them.
 */
export class Flow implements CreditedSource, ChainOutput {
  readonly direction: Direction;
  readonly window: CreditWindow;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #owner: FlowOwner;
  /** The plan has no stages: chunks go straight across, and where none were put at run time the plane may move bytes by itself. */
  readonly #isDirect: boolean;
  /** Stages put at run time, behind the others; null where there are none. */
  #chain: StageChain | null = null;
  /** The first stage's end of the stages and the last one's; null where there are none. */
  #source: Subscriber<Chunk> | null = null;
  #subscription: Subscription | null = null;
  /** Of a direct flow: a FIN or RST has come, or it was aborted. */
  #isShut = false;
  /** Held bytes that must be handed over before a FIN that came early. -1 = no FIN waits. */
  #finAfter = -1;
  /** Nothing more will come out of it: FIN or RST was passed on, or it was aborted. */
  #ended = false;
  /** The direction was told to fail; an error without that is a stage's own. */
  #failing = false;
  /** The far endpoint is to be closed for good, not only its half. */
  #isClosing = false;
  /** The direction failed when its FIN was already on its way through the stages. */
  #failedLate = false;
  /** Bytes read that nothing will deliver: held by a stage when the flow was aborted, or read after its end. */
  #lost = 0;
  #lastProgress = 0;
  /** Since when the source is paused for want of credit; -1 = it is not. */
  #pausedAt = -1;
  /** Milliseconds for which the source was paused for want of credit, up to the last resumption or the end. */
  pausedMs = 0;

  constructor(
    direction: Direction,
    from: Endpoint,
    to: Endpoint,
    stages: readonly Stage[],
    owner: FlowOwner,
  ) {
    this.direction = direction;
    this.#from = from;
    this.#to = to;
    this.#owner = owner;
    this.#isDirect = stages.length === 0;
    this.window = new CreditWindow(WINDOW_BYTES, this);
    if (!this.#isDirect) this.#subscription = this.#subscribe(stages);
  }

  /** Starts reading. `held` bytes are handed over first; `finished` tells that the FIN behind them was seen already. */
  start(held: number, finished: boolean): void {
    if (finished) this.#finAfter = held;
    this.emptied();
    this.#from.resume();
    if (finished && held === 0) this.fin();
  }

  data(chunk: Chunk): void {
    const bytes = chunk.bytes.length;
    if (!this.#takesMore) {
      this.#lost += bytes;
      return;
    }
    this.window.take(bytes);
    if (this.#isDirect) this.#rest.next(chunk);
    else this.#source?.next(chunk);
    if (this.#finAfter > 0) this.#handedOver(bytes);
  }

  /** The plane has moved bytes by itself: they wait for the far socket already. */
  moved(bytes: number): void {
    this.window.take(bytes);
    this.#waits(bytes);
    if (this.#finAfter > 0) this.#handedOver(bytes);
  }

  fin(): void {
    if (!this.#isDirect) this.#source?.complete();
    else if (!this.#isShut) {
      this.#isShut = true;
      this.#rest.complete();
    }
  }

  /** Ends the direction by RST, behind what the stages still hold. Reads nothing more. */
  fail(reason: string): void {
    if (this.#ended) {
      this.#to.reset();
      return;
    }
    if (!this.#takesMore) {
      this.#failedLate = true;
      return;
    }
    this.#failing = true;
    this.#stopReading();
    if (!this.#isDirect) this.#source?.error(new Error(reason));
    else {
      this.#isShut = true;
      this.#rest.error(new Error(reason));
    }
  }

  /** Ends the direction by FIN, behind what the stages still hold, and its far endpoint with it. Reads nothing more. */
  close(): void {
    this.#isClosing = true;
    this.#stopReading();
    if (this.#ended) this.#to.close();
    else this.fin();
  }

  /** Drops what the stages hold, passes nothing on and reads nothing more. */
  abort(): void {
    this.#ended = true;
    this.#isShut = true;
    this.#stopReading();
    this.#drop();
  }

  /**
   * Makes these the stages that stand behind those of the plan; `env` is asked for once, where there are any. What goes lets
   * pass what it holds; what waits for the far socket already is in front of all that comes later.
   */
  put(stages: readonly PlacedStage[], env: () => ChainEnv): void {
    if (this.#ended || (this.#chain === null && stages.length === 0)) return;
    const chain = this.#chain ?? new StageChain(this.direction, env(), this);
    this.#chain = chain;
    chain.set(stages);
    if (!chain.isEmpty) this.#from.passToNobody();
    else if (chain.isUnused) this.#chain = null;
  }

  /** What comes out of the last stage. */
  next(chunk: Chunk): void {
    try {
      this.#to.write(chunk);
      this.#waits(chunk.bytes.length);
    } catch (error) {
      this.#owner.defect(error);
    }
  }

  /** A FIN comes out of the last stage. */
  complete(): void {
    if (this.#failedLate) {
      this.#reset();
      return;
    }
    this.#ended = true;
    try {
      if (this.#isClosing) {
        this.#to.close();
        return;
      }
      this.#to.end();
      this.#owner.passedFin(this.direction);
    } catch (error) {
      this.#owner.defect(error);
    }
  }

  /** A RST comes out of the last stage, or a stage ends the connection, or is broken. */
  error(error: unknown): void {
    if (this.#failing) this.#reset();
    else if (error instanceof StageEnd) this.#endedBy(error);
    else this.#owner.defect(error);
  }

  /** From the chain: nothing stands in the way any more but what the plan has. */
  emptied(): void {
    if (this.#chain?.isUnused) this.#chain = null;
    if (this.#isDirect && !this.#isShut && this.#chain?.isEmpty !== false) this.#from.passTo(this.#to);
  }

  /** A stage dropped bytes: on purpose, or because the flow was aborted. */
  dropped(bytes: number): void {
    if (this.#ended) this.#lost += bytes;
    this.window.give(bytes);
  }

  /** Bytes read that the far socket has not accepted. */
  get undelivered(): number {
    return this.window.outstanding + this.#lost;
  }

  /** Since when bytes wait for the far socket and it takes none; null while none wait. Plane's time. */
  get stalledSince(): number | null {
    return this.#to.pending > 0 ? this.#lastProgress : null;
  }

  /** The far socket took bytes, at `now`. */
  accepted(bytes: number, now: number): void {
    this.#lastProgress = now;
    this.window.give(bytes);
  }

  /** From the window. */
  pause(): void {
    this.#pausedAt = this.#owner.now();
    this.#from.pause();
  }

  /** From the window. */
  resume(): void {
    this.#endPause();
    if (this.#takesMore) this.#from.resume();
  }

  /** Of the held bytes in front of a FIN that came early. */
  #handedOver(bytes: number): void {
    this.#finAfter -= bytes;
    if (this.#finAfter <= 0) this.fin();
  }

  /** Whether what comes is handed on. */
  get #takesMore(): boolean {
    return this.#isDirect ? !this.#isShut : this.#source?.closed === false;
  }

  #subscribe(stages: readonly Stage[]): Subscription {
    let piped = new Observable<Chunk>((subscriber) => {
      this.#source = subscriber;
    });
    for (const stage of stages) piped = stage(piped);
    return piped.subscribe({
      next: (chunk) => this.#rest.next(chunk),
      complete: () => this.#rest.complete(),
      error: (error) => this.#rest.error(error),
    });
  }

  /** What the stages of the plan put out into. */
  get #rest(): Observer<Chunk> {
    return this.#chain ?? this;
  }

  #drop(): void {
    this.#subscription?.unsubscribe();
    this.#chain?.stop();
  }

  /** After `bytes` were queued. Where no others waited in front of them, the far socket is waited for from now on. */
  #waits(bytes: number): void {
    const { pending } = this.#to;
    if (pending === 0) return;
    if (pending <= bytes) this.#lastProgress = this.#owner.now();
    this.#owner.waits();
  }

  #endedBy(end: StageEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#isShut = true;
    this.#drop();
    if (this.#isClosing) this.#to.close();
    else this.#owner.stageEnded(end);
  }

  #reset(): void {
    this.#ended = true;
    try {
      this.#to.reset();
    } catch (error) {
      this.#owner.defect(error);
    }
  }

  #stopReading(): void {
    this.#endPause();
    this.#from.passToNobody();
    this.#from.pause();
  }

  #endPause(): void {
    if (this.#pausedAt < 0) return;
    this.pausedMs += this.#owner.now() - this.#pausedAt;
    this.#pausedAt = -1;
  }
}
