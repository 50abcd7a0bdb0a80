import { Actor, type AnyActorLogic, type AnyActorRef, type InputFrom } from 'xstate';

/** `ProcessingStatus` of XState's actors. */
const NOT_STARTED = 0;
const RUNNING = 1;
const STOPPED = 2;

const XSTATE = Actor.prototype as unknown as {
  update(this: unknown, snapshot: Told, event: unknown): void;
};

/** What an actor needs to know of a snapshot. */
interface Told {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** What XState's actors have that is not in their types, as far as it is needed here. */
interface Insides {
  readonly logger: unknown;
  readonly clock: unknown;
  readonly mailbox: object;
  readonly system: AnyActorRef['system'] & {
    _bookId(): string;
    _sendInspectionEvent(event: object): void;
    _unregister(actor: object): void;
    readonly scheduler: { cancelAll(actor: object): void };
  };
  readonly eventListeners: Map<string, Set<(event: unknown) => void>>;
  readonly _processingStatus: number;
  readonly _deferred: (() => void)[];
  readonly _parent: unknown;
  _process(event: unknown): void;
  _send(event: unknown): void;
  _initState(snapshot: undefined): void;
  _stop(): void;
  _error(error: unknown): void;
}

/** XState copies what inspectors are told, where there are any: so one object tells of all, and holds nothing between. */
const TOLD_EVENT: { type: string; sourceRef: unknown; actorRef: unknown; event: unknown } = {
  type: '@xstate.event',
  sourceRef: undefined,
  actorRef: null,
  event: null,
};
const TOLD_SNAPSHOT: { type: string; actorRef: unknown; event: unknown; snapshot: unknown } = {
  type: '@xstate.snapshot',
  actorRef: null,
  event: null,
  snapshot: null,
};

/** An action as logics give it to be executed. */
interface Executable {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec: ((info: unknown, params: unknown) => void) | undefined;
}

/**
 * Makes an actor of XState below another, not started, as `createActor(logic, { input, parent })` does: with XState's own
 * fields and the same telling of inspectors. What it does for each event, and its constructor, are written anew: XState's
 * make some 30 objects, most of them for observers and inspectors that hardly any actor has (D-094, D-100). Options are
 * those two alone. `parent` is started, and holds nothing of it.
 */
export function childActor<L extends AnyActorLogic>(
  logic: L,
  input: InputFrom<L>,
  parent: AnyActorRef,
): Actor<L> {
  return new ChildActor(logic, input, parent as unknown as Insides) as unknown as Actor<L>;
}

/** The events of one actor, worked off one after another: those that are sent meanwhile wait. XState's `Mailbox`. */
class Mailbox {
  readonly #actor: Insides;
  #waiting: unknown[] | null = null;
  #isStarted = false;
  #isBusy = false;

  constructor(actor: Insides) {
    this.#actor = actor;
  }

  start(): void {
    this.#isStarted = true;
    if (!this.#isBusy && this.#waiting !== null) this.#work(this.#waiting.shift());
  }

  clear(): void {
    this.#waiting = null;
  }

  enqueue(event: unknown): void {
    if (this.#isBusy || !this.#isStarted) {
      this.#waiting ??= [];
      this.#waiting.push(event);
    } else this.#work(event);
  }

  #work(first: unknown): void {
    this.#isBusy = true;
    this.#actor._process(first);
    while (this.#waiting !== null && this.#waiting.length > 0) this.#actor._process(this.#waiting.shift());
    this.#waiting = null;
    this.#isBusy = false;
  }
}

/** Until the logic has made the first. */
const UNBORN = undefined as unknown as Told;

class ChildActor {
  readonly logic: AnyActorLogic;
  _snapshot: Told = UNBORN;
  readonly clock: unknown;
  readonly options: object;
  readonly id: string;
  readonly mailbox: Mailbox;
  #observers: Set<object> | null = null;
  #listeners: Map<string, Set<(event: unknown) => void>> | null = null;
  readonly logger: unknown;
  _processingStatus = NOT_STARTED;
  readonly _parent: Insides;
  readonly _syncSnapshot = undefined;
  readonly ref: this;
  readonly _actorScope: Scope;
  readonly systemId = undefined;
  readonly sessionId: string;
  readonly system: Insides['system'];
  _doneEvent: unknown = undefined;
  readonly src: AnyActorLogic;
  readonly _deferred: (() => void)[] = [];
  readonly send: (event: never) => void;

  constructor(logic: AnyActorLogic, input: unknown, parent: Insides) {
    const self = this as unknown as Insides;
    const { system, logger, clock } = parent;
    this.logic = logic;
    this.clock = clock;
    this.options = { clock, logger, devTools: false, parent, input };
    this.system = system;
    this.sessionId = system._bookId();
    this.id = this.sessionId;
    this.mailbox = new Mailbox(self);
    this.logger = logger;
    this._parent = parent;
    this.ref = this;
    this.src = logic;
    this._actorScope = new Scope(self, this.id, this.sessionId, logger, system);
    this.send = this.#accept.bind(this) as (event: never) => void;
    system._sendInspectionEvent({ type: '@xstate.actor', actorRef: this });
    self._initState(undefined);
  }

  get observers(): Set<object> {
    this.#observers ??= new Set();
    return this.#observers;
  }

  get eventListeners(): Map<string, Set<(event: unknown) => void>> {
    this.#listeners ??= new Map();
    return this.#listeners;
  }

  #accept(event: unknown): void {
    tellEvent(undefined, this, event);
    (this as unknown as Insides)._send(event);
  }

  /** A new snapshot is there. Where somebody observes the actor, XState's own method is called. */
  update(snapshot: Told, event: unknown): void {
    this._snapshot = snapshot;
    if (this._deferred.length > 0) this.#catchUp(snapshot);
    const { status, output, error } = this._snapshot;
    if (status === 'error') (this as unknown as Insides)._error(error);
    else if (this.#observers !== null) {
      XSTATE.update.call(this, snapshot, event);
      return;
    } else if (status === 'done') this.#done(output);
    TOLD_SNAPSHOT.actorRef = this;
    TOLD_SNAPSHOT.event = event;
    TOLD_SNAPSHOT.snapshot = snapshot;
    this.system._sendInspectionEvent(TOLD_SNAPSHOT);
    TOLD_SNAPSHOT.actorRef = null;
    TOLD_SNAPSHOT.event = null;
    TOLD_SNAPSHOT.snapshot = null;
  }

  /** Executes the first actions, which waited for the start. One that throws is the actor's error, and the last. */
  #catchUp(snapshot: Told): void {
    for (let act = this._deferred.shift(); act !== undefined; act = this._deferred.shift()) {
      try {
        act();
      } catch (error) {
        this._deferred.length = 0;
        this._snapshot = { ...snapshot, status: 'error', error };
      }
    }
  }

  #done(output: unknown): void {
    this._stopProcedure();
    this.#listeners?.clear();
    const done = { type: `xstate.done.actor.${this.id}`, output, actorId: this.id };
    this._doneEvent = done;
    tellEvent(this, this._parent, done);
    this._parent._send(done);
  }

  /** As XState's, but that there is no new mailbox: what is sent to a stopped actor never comes to one. */
  _stopProcedure(): this {
    if (this._processingStatus !== RUNNING) return this;
    this.system.scheduler.cancelAll(this);
    this.mailbox.clear();
    this._processingStatus = STOPPED;
    this.system._unregister(this);
    return this;
  }
}

function tellEvent(source: object | undefined, target: Pick<Insides, 'system'>, event: unknown): void {
  TOLD_EVENT.sourceRef = source;
  TOLD_EVENT.actorRef = target;
  TOLD_EVENT.event = event;
  target.system._sendInspectionEvent(TOLD_EVENT);
  TOLD_EVENT.sourceRef = undefined;
  TOLD_EVENT.actorRef = null;
  TOLD_EVENT.event = null;
}

Object.setPrototypeOf(ChildActor.prototype, Actor.prototype);

/** What a logic is given of the actor that it runs in: XState's `ActorScope`. */
class Scope {
  readonly self: Insides;
  readonly id: string;
  readonly sessionId: string;
  readonly logger: unknown;
  readonly system: Insides['system'];

  constructor(self: Insides, id: string, sessionId: string, logger: unknown, system: Insides['system']) {
    this.self = self;
    this.id = id;
    this.sessionId = sessionId;
    this.logger = logger;
    this.system = system;
  }

  defer(act: () => void): void {
    this.self._deferred.push(act);
  }

  stopChild(child: Insides & { readonly id: string }): void {
    if (child._parent !== this.self)
      throw new Error(`Cannot stop child actor ${child.id} of ${this.id} because it is not a child`);
    child._stop();
  }

  /** What a handler throws is nobody's to catch, as with XState: it becomes a rejection that is not handled. */
  emit(event: { readonly type: string }): void {
    const { eventListeners } = this.self;
    const handlers = [...(eventListeners.get(event.type) ?? []), ...(eventListeners.get('*') ?? [])];
    for (const handler of handlers) {
      try {
        handler(event);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }

  /** XState's interpreter calls it by itself, or copies the scope. */
  readonly actionExecutor = ({ type, info, params, exec }: Executable): void => {
    const { self, system } = this;
    const execute = (): void => {
      system._sendInspectionEvent({ type: '@xstate.action', actorRef: self, action: { type, params } });
      exec?.(info, params);
    };
    if (self._processingStatus === RUNNING) execute();
    else self._deferred.push(execute);
  };
}
