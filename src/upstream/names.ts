import { errorFact, textOf } from '../core/error-fact.ts';
import type { FactSink } from '../core/facts.ts';
import type {
  AddressFamilies,
  Lookup,
  NameAddresses,
  NameKind,
  NameQuestion,
  NameStatus,
  ResolverPlan,
  ServiceRecord,
} from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { Timers } from '../core/ports.ts';
import type { ServiceEvent } from '../core/watcher.ts';
import { isName, nameKey } from '../names/index.ts';
import { type EnterActor, unbooked } from './actor-book.ts';
import { KnownName, type NameNews } from './known-name.ts';
import { WatchedName } from './watched-name.ts';

/** How long the start of a service, or a reload, waits for the first answers of its names. */
export const FIRST_ANSWERS_MS_MAX = 5_000;

export interface NamesOptions {
  /** Makes the lookup over a resolver, which is that of the plan in force whenever it is asked. */
  readonly lookup: (plan: () => ResolverPlan) => Lookup;
  /** The clock of all actors. */
  readonly timers: Timers;
  /** From 0 up to and without 1. */
  readonly random: () => number;
  /** Told of each change that people should know of. */
  readonly tell: (event: ServiceEvent) => void;
  readonly emit: FactSink;
  /** Told of the actors that run, for whoever inspects one. Absent: nobody does. */
  readonly enterActor?: EnterActor;
  /** The addresses of names have changed, or are not known any more. */
  readonly addressesChanged: (changes: NameAddresses) => void;
  /** The servers of a service have changed, also while `follow` waits for them. */
  readonly servicesChanged: () => void;
}

/** What is known of names; nobody who reads it waits. */
export interface NamesKnown {
  /** The addresses that are used, in any order; none where it was never resolved. */
  addresses(host: string): readonly string[];
  /** The servers that are used; none where they were never resolved. */
  services(name: string): readonly ServiceRecord[];
  /** Why a name has no address: `NXDOMAIN`, or that it was not asked for yet. */
  why(host: string): string;
}

/** All names of a plan, each watched by an actor of its own. */
export class Names implements NamesKnown {
  readonly #options: NamesOptions;
  readonly #lookup: Lookup;
  readonly #known = new Map<string, KnownName>();
  readonly #watched = new Map<string, WatchedName>();
  #resolver: ResolverPlan;
  #waiting: (() => void)[] = [];
  #isStopped = false;

  constructor(resolver: ResolverPlan, options: NamesOptions) {
    this.#options = options;
    this.#resolver = resolver;
    this.#lookup = options.lookup(() => this.#resolver);
  }

  /**
   * Watches the names of a plan and forgets all others. Resolves when each was asked for once, or after
   * `FIRST_ANSWERS_MS_MAX`: a name that cannot be resolved keeps nobody from starting. Never rejects.
   */
  async follow(plan: Pick<Plan, 'pools' | 'backends' | 'resolver'>): Promise<void> {
    if (this.#isStopped) return;
    this.#resolver = plan.resolver;
    const wanted = new Map(namesOf(plan).map((question) => [keyOf(question.kind, question.name), question]));
    for (const [key, { question }] of this.#watched) {
      const now = wanted.get(key);
      if (now === undefined) this.#forget(key);
      else if (now.families !== question.families) this.#unwatch(key);
    }
    for (const [key, question] of wanted) if (!this.#watched.has(key)) this.#watch(key, question);
    await this.#firstAnswers([...wanted.keys()]);
  }

  addresses(host: string): readonly string[] {
    return this.#known.get(keyOf('address', host))?.addresses ?? [];
  }

  services(name: string): readonly ServiceRecord[] {
    return this.#known.get(keyOf('service', name))?.services ?? [];
  }

  why(host: string): string {
    return this.#known.get(keyOf('address', host))?.cause ?? 'not asked for yet';
  }

  /** Every name whose addresses are known, for a shard that begins. */
  table(): NameAddresses {
    const known = [...this.#known.values()].filter(
      ({ kind, addresses }) => kind === 'address' && addresses.length > 0,
    );
    return Object.fromEntries(known.map(({ name, addresses }) => [name, addresses]));
  }

  status(): readonly NameStatus[] {
    return [...this.#known.values()].map((known) => known.status());
  }

  /** Where the actor of each name stands. */
  states(): readonly string[] {
    return [...this.#watched.values()].map(({ state }) => state);
  }

  stop(): void {
    this.#isStopped = true;
    for (const watched of this.#watched.values()) watched.stop();
    this.#watched.clear();
    this.#answered();
  }

  #watch(key: string, question: NameQuestion): void {
    const known = this.#known.get(key) ?? new KnownName(question.kind, question.name);
    this.#known.set(key, known);
    const { timers, random } = this.#options;
    const watched = new WatchedName({
      question,
      lookup: this.#lookup,
      timers,
      random,
      bounds: () => this.#resolver,
      entered: (actor) =>
        (this.#options.enterActor ?? unbooked)(
          { chart: 'name', of: question.kind, name: question.name },
          actor,
        ),
      answered: (answer) => this.#told(known, known.take(answer, this.#now())),
      crashed: (error) =>
        this.#options.emit(
          errorFact(`watching the name ${question.name} failed: ${textOf(error)}`, this.#now()),
        ),
    });
    this.#watched.set(key, watched);
    watched.start();
  }

  #told(known: KnownName, { changed, unresolved, resolved }: NameNews): void {
    const { tell, addressesChanged, servicesChanged } = this.#options;
    const { kind, name, values } = known;
    const ageMs = known.confirmed === null ? null : this.#now() - known.confirmed;
    if (unresolved !== null)
      tell({ event: 'name.unresolved', kind, name, cause: unresolved, kept: values, ageMs });
    if (changed || resolved) tell({ event: 'name.resolved', kind, name, values, ttlMs: known.ttlMs });
    if (changed && kind === 'address') addressesChanged({ [name]: known.addresses });
    if (changed && kind === 'service') servicesChanged();
    this.#answered();
  }

  #unwatch(key: string): void {
    this.#watched.get(key)?.stop();
    this.#watched.delete(key);
  }

  #forget(key: string): void {
    this.#unwatch(key);
    const known = this.#known.get(key);
    this.#known.delete(key);
    if (known?.kind === 'address') this.#options.addressesChanged({ [known.name]: null });
  }

  /** Wakes those that wait for first answers. */
  #answered(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #firstAnswers(keys: readonly string[]): Promise<void> {
    const { timers } = this.#options;
    let isLate = false;
    const late = timers.after(FIRST_ANSWERS_MS_MAX, () => {
      isLate = true;
      this.#answered();
    });
    const isOpen = (key: string): boolean => this.#known.get(key)?.isAnswered === false;
    while (!isLate && !this.#isStopped && keys.some(isOpen))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    late.cancel();
  }

  #now(): number {
    const { timers } = this.#options;
    return timers.epoch + timers.now();
  }
}

/** Each name that a plan has to know, once. */
export function namesOf({ pools, backends }: Pick<Plan, 'pools' | 'backends'>): NameQuestion[] {
  const questions = new Map<string, NameQuestion>();
  for (const { name } of pools.flatMap(({ retired, services }) => (retired ? [] : services)))
    questions.set(keyOf('service', name), { kind: 'service', name, families: 'both' });
  for (const { address, resolve, retired, original } of backends) {
    if (retired || original || !isName(address)) continue;
    const name = nameKey(address.host);
    const key = keyOf('address', name);
    const families = widest(questions.get(key)?.families, resolve);
    questions.set(key, { kind: 'address', name, families });
  }
  return [...questions.values()];
}

function widest(one: AddressFamilies | undefined, other: AddressFamilies): AddressFamilies {
  return one === undefined || one === other ? other : 'both';
}

function keyOf(kind: NameKind, name: string): string {
  return `${kind} ${nameKey(name)}`;
}
