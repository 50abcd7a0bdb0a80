import { messageOf } from '../../core/error-fact.ts';
import type { AdminClient, Asking, Reply } from './client.ts';
import { frameOf } from './frame.ts';
import { EVENTS_DRAW_MS, WRITES_WAITING_MAX } from './limits.ts';
import type { Palette } from './line.ts';
import { type Change, type Effect, type Model, startingModel } from './model.ts';
import type { TopSettings } from './options.ts';
import { press } from './press.ts';
import { Screen } from './screen.ts';
import { EventTail } from './tail.ts';
import {
  type Asked,
  questionOf,
  refusal,
  STATUS,
  streamsOf,
  take,
  takeEnd,
  takeEvents,
  withNote,
  withTrouble,
} from './take.ts';
import type { LiveTerminal, TerminalListener } from './terminal.ts';
import { timed } from './time.ts';

/**
 * A terminal that shows a service: keys and answers change the model, each change is drawn. One question or change is under way
 * at a time. Whatever ends it, the terminal is left as it was found.
 */
export class Session implements TerminalListener {
  readonly #client: AdminClient;
  readonly #terminal: LiveTerminal;
  readonly #screen: Screen;
  readonly #all: EventTail;
  readonly #end: EventTail;
  readonly #changes: Change[] = [];
  #model: Model;
  #state: 'running' | 'suspended' | 'over' = 'running';
  #isLooking = false;
  #isToLookAgain = false;
  #timer: NodeJS.Timeout | null = null;
  #drawing: NodeJS.Timeout | null = null;
  #settle: (error: unknown) => void = () => {};

  constructor(settings: TopSettings, client: AdminClient, terminal: LiveTerminal, palette: Palette) {
    const { rows, columns } = terminal.size();
    this.#client = client;
    this.#terminal = terminal;
    this.#screen = new Screen(terminal, palette);
    this.#model = timed(startingModel(settings.where, settings.everyMs, settings.page, rows, columns));
    this.#all = new EventTail(client, {
      events: (told) => this.#guard(() => this.#showSoon(takeEvents(this.#model, told))),
      stream: (stream) => this.#guard(() => this.#showSoon({ ...this.#model, stream })),
    });
    this.#end = new EventTail(client, {
      events: (told) => this.#guard(() => this.#showSoon(told.reduce(takeEnd, this.#model))),
      stream: () => {},
    });
  }

  /** Resolves with the exit code when somebody quits; rejects where the program is at fault. */
  async run(): Promise<number> {
    const over = new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
    });
    const leave = () => this.#screen.leave();
    process.once('exit', leave);
    const deafen = this.#terminal.listen(this);
    try {
      this.#screen.enter();
      this.#draw();
      this.#look();
      await over;
      return 0;
    } finally {
      this.#state = 'over';
      this.#rest();
      deafen();
      leave();
      process.off('exit', leave);
    }
  }

  key(key: string): void {
    this.#guard(() => {
      const [model, effects] = press(timed(this.#model), key);
      this.#show(model);
      for (const effect of effects) this.#do(effect);
    });
  }

  resized(): void {
    this.#guard(() => {
      this.#screen.forget();
      this.#show({ ...this.#model, ...this.#terminal.size() });
    });
  }

  continued(): void {
    this.#guard(() => {
      if (this.#state === 'over') return;
      this.#state = 'running';
      // Both ways, since a shell may have changed the mode of the terminal meanwhile.
      this.#screen.leave();
      this.#screen.enter();
      this.#show({ ...this.#model, ...this.#terminal.size() });
      this.#look();
    });
  }

  suspended(): void {
    this.#guard(() => this.#suspend(false));
  }

  ended(): void {
    this.#settle(null);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'look':
        this.#look();
        break;
      case 'change':
        this.#change(effect.change);
        break;
      case 'redraw':
        this.#screen.forget();
        this.#draw();
        break;
      case 'suspend':
        this.#suspend(true);
        break;
      case 'quit':
        this.#settle(null);
        break;
    }
  }

  #suspend(group: boolean): void {
    if (this.#state !== 'running') return;
    this.#state = 'suspended';
    this.#rest();
    this.#screen.leave();
    this.#terminal.stop(group);
  }

  /** Nobody is asked any more, but for what is under way. */
  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#drawing !== null) clearTimeout(this.#drawing);
    this.#drawing = null;
    this.#all.stop();
    this.#end.stop();
  }

  #change(change: Change): void {
    if (this.#changes.length >= WRITES_WAITING_MAX) {
      this.#show(withNote(this.#model, `${change.what}: not asked for, others still wait`, true));
      return;
    }
    this.#changes.push(change);
    this.#look();
  }

  /** Asks for what the model shows, and for the changes that wait; where that is being done already, once more afterwards. */
  #look(): void {
    this.#isToLookAgain = true;
    if (this.#isLooking || this.#state !== 'running') return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isLooking = true;
    this.#lookUntilDone().then(
      () => this.#guard(() => this.#sleep()),
      (error: unknown) => this.#settle(error),
    );
  }

  #sleep(): void {
    this.#isLooking = false;
    if (this.#isToLookAgain) this.#look();
    else if (this.#state === 'running' && !this.#model.isFrozen)
      this.#timer = setTimeout(() => this.#guard(() => this.#look()), this.#model.everyMs);
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#isToLookAgain && this.#state === 'running') {
      this.#isToLookAgain = false;
      for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift())
        await this.#make(change);
      await this.#lookOnce();
    }
  }

  async #make(change: Change): Promise<void> {
    const { what, method, path, body } = change;
    const [reply, why] = await this.#ask({ method, path, body });
    const isDone = reply?.status === 200;
    const told = isDone ? 'done' : reply === null ? why : refusal(reply.status, reply.json);
    this.#show(withNote(timed(this.#model), `${what}: ${told}`, !isDone));
  }

  /** The view that is shown by the time the status has come is the one that is asked for. */
  async #lookOnce(): Promise<void> {
    if (!(await this.#question(STATUS))) return;
    const asked = questionOf(this.#model);
    if (asked !== null) await this.#question(asked);
  }

  /** Whether there was an answer. */
  async #question(asked: Asked): Promise<boolean> {
    const [reply, why] = await this.#ask({ method: 'GET', path: asked.path });
    this.#show(
      reply === null
        ? withTrouble(timed(this.#model), why)
        : take(timed(this.#model, reply.date), asked, reply),
    );
    return reply !== null;
  }

  async #ask(asking: Asking): Promise<readonly [Reply, ''] | readonly [null, string]> {
    try {
      return [await this.#client.ask(asking), ''];
    } catch (error) {
      return [null, messageOf(error)];
    }
  }

  #show(model: Model): void {
    this.#model = model;
    this.#follow();
    this.#draw();
  }

  /** Events come many at a time: they are drawn together. */
  #showSoon(model: Model): void {
    this.#model = model;
    this.#drawing ??= setTimeout(() => {
      this.#drawing = null;
      this.#guard(() => this.#show(this.#model));
    }, EVENTS_DRAW_MS);
  }

  #follow(): void {
    if (this.#state !== 'running') return;
    const { all, end } = streamsOf(this.#model);
    for (const [tail, path] of [
      [this.#all, all],
      [this.#end, end],
    ] as const) {
      if (path === null) tail.stop();
      else tail.start(path);
    }
  }

  #draw(): void {
    if (this.#state !== 'running') return;
    const { lines, scroll } = frameOf(this.#model);
    this.#model = { ...this.#model, scroll };
    this.#screen.draw(lines, this.#model.columns);
  }

  /** A defect ends the session, so that the terminal is restored and the defect told on it. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#settle(error);
    }
  }
}
