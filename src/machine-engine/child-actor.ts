import { Actor, type AnyActorLogic, type AnyActorRef, type InputFrom } from 'xstate';

/** `ProcessingStatus.NotStarted` and `Running` of XState's actors. */
const NOT_STARTED = 0;
const RUNNING = 1;

/** What XState's actors have that is not in their types, as far as it is needed here. */
interface Insides {
  readonly logger: unknown;
  readonly clock: unknown;
  readonly mailbox: object;
  readonly system: AnyActorRef['system'] & {
    _bookId(): string;
    _sendInspectionEvent(event: object): void;
  };
  readonly eventListeners: Map<string, Set<(event: unknown) => void>>;
  readonly _processingStatus: number;
  readonly _deferred: (() => void)[];
  readonly _parent: unknown;
  _process(event: unknown): void;
  _initState(snapshot: undefined): void;
  _stop(): void;
}

type MailboxClass = new (process: (event: unknown) => void) => object;

/** An action as logics give it to be executed. */
interface Executable {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec: ((info: unknown, params: unknown) => void) | undefined;
}

/**
 * Makes an actor of XState below another, not started, as `createActor(logic, { input, parent })` does: with XState's own
 * methods, the same fields and the same telling of inspectors. Only its constructor is another. XState's own merges two
 * objects of options, which makes V8 describe a new kind of object for each actor, and four closures that hardly any actor
 * uses (D-094). Options are those two alone. `parent` is started, and holds nothing of it.
 */
export function childActor<L extends AnyActorLogic>(
  logic: L,
  input: InputFrom<L>,
  parent: AnyActorRef,
): Actor<L> {
  return new ChildActor(logic, input, parent as unknown as Insides) as unknown as Actor<L>;
}

class ChildActor {
  readonly logic: AnyActorLogic;
  readonly _snapshot: unknown = undefined;
  readonly clock: unknown;
  readonly options: object;
  readonly id: string;
  readonly mailbox: object;
  readonly observers = new Set<object>();
  readonly eventListeners = new Map<string, Set<(event: unknown) => void>>();
  readonly logger: unknown;
  readonly _processingStatus = NOT_STARTED;
  readonly _parent: Insides;
  readonly _syncSnapshot = undefined;
  readonly ref: this;
  readonly _actorScope: Scope;
  readonly systemId = undefined;
  readonly sessionId: string;
  readonly system: Insides['system'];
  readonly _doneEvent = undefined;
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
    this.mailbox = new (parent.mailbox.constructor as MailboxClass)(self._process.bind(this));
    this.logger = logger;
    this._parent = parent;
    this.ref = this;
    this.src = logic;
    this._actorScope = new Scope(self, this.id, this.sessionId, logger, system);
    this.send = Actor.prototype.send.bind(this) as (event: never) => void;
    system._sendInspectionEvent({ type: '@xstate.actor', actorRef: this });
    self._initState(undefined);
  }
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

  /** XState's interpreter calls it by itself, without the scope. */
  readonly actionExecutor = (action: Executable): void => {
    const { self, system } = this;
    const exec = (): void => {
      const { type, params } = action;
      system._sendInspectionEvent({ type: '@xstate.action', actorRef: self, action: { type, params } });
      action.exec?.(action.info, action.params);
    };
    if (self._processingStatus === RUNNING) exec();
    else self._deferred.push(exec);
  };
}
