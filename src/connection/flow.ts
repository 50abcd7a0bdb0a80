import { Observable, type Subscriber, type Subscription } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Direction } from '../core/direction.ts';
import type { Endpoint } from '../core/ports.ts';
import { type CreditedSource, CreditWindow, WINDOW_BYTES } from '../core/window.ts';
import { type Stage, StageEnd } from '../stream/index.ts';

/** What a flow tells the relay it belongs to. */
export interface FlowOwner {
  /** A FIN has passed all stages and was handed to the far endpoint. */
  passedFin(direction: Direction): void;
  /** Bytes were handed to the far endpoint, and some wait there. */
  waits(): void;
  /** A stage ends the connection on purpose; nothing more will come out of this direction. */
  stageEnded(end: StageEnd): void;
  /** A stage or an endpoint threw. */
  defect(error: unknown): void;
  now(): number;
}

/**
 * One direction of a relayed connection: an Observable of chunks from one endpoint, through the stages, into the other.
 * `complete` is FIN, `error` is RST; both keep their place behind the bytes before them.
 */
export class Flow implements CreditedSource {
  readonly direction: Direction;
  readonly window: CreditWindow;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #owner: FlowOwner;
  /** Nothing stands between the endpoints: chunks go straight across, and the plane may move bytes by itself. */
  readonly #isDirect: boolean;
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
    if (this.#isDirect) this.#from.passTo(this.#to);
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
    if (this.#isDirect) this.#deliver(chunk);
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
      this.#finish();
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
      this.#reset();
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
    this.#subscription?.unsubscribe();
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
      next: (chunk) => this.#deliver(chunk),
      complete: () => this.#finish(),
      error: (error) => this.#broken(error),
    });
  }

  #deliver(chunk: Chunk): void {
    try {
      this.#to.write(chunk);
      this.#waits(chunk.bytes.length);
    } catch (error) {
      this.#owner.defect(error);
    }
  }

  /** After `bytes` were queued. Where no others waited in front of them, the far socket is waited for from now on. */
  #waits(bytes: number): void {
    const { pending } = this.#to;
    if (pending === 0) return;
    if (pending <= bytes) this.#lastProgress = this.#owner.now();
    this.#owner.waits();
  }

  #finish(): void {
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

  #broken(error: unknown): void {
    if (this.#failing) this.#reset();
    else if (error instanceof StageEnd) this.#endedBy(error);
    else this.#owner.defect(error);
  }

  #endedBy(end: StageEnd): void {
    this.#ended = true;
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
