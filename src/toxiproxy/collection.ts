import { LISTENER_STAGES_MAX } from '../core/stage-control.ts';
import {
  ApiError,
  proxyAlreadyExists,
  proxyNotFound,
  toxicAlreadyExists,
  toxicNotFound,
} from './api-error.ts';
import type { Edit } from './edits.ts';
import { inWords } from './failures.ts';
import type { Proxied } from './proxied.ts';
import {
  changedProxy,
  isSameListen,
  listenAddressOf,
  type ProxyBody,
  readProxies,
  readProxy,
  upstreamAddressOf,
} from './proxy-body.ts';
import type { ProxyRow } from './rows.ts';
import { stagesOf } from './stage-of.ts';
import { changedToxic, isUpstream, readToxic, type Toxic } from './toxic.ts';

/** A proxy and its toxics. */
export interface Shown {
  readonly row: ProxyRow;
  /** Those of the upstream first, each in the order in which they were added. */
  readonly toxics: readonly Toxic[];
}

/** Toxiproxy's proxies and toxics over a service. What is wrong is thrown as an ApiError. Writes are to come one at a time. */
export class Collection {
  readonly #service: Proxied;
  readonly #toxics = new Map<string, readonly Toxic[]>();

  constructor(service: Proxied) {
    this.#service = service;
  }

  /** By name, as Go sorts the keys of a map. */
  all(): Shown[] {
    const rows = this.#service.rows().toSorted((one, other) => (one.name < other.name ? -1 : 1));
    return rows.map((row) => this.#shown(row));
  }

  get(name: string): Shown {
    const row = this.#service.rows().find((one) => one.name === name);
    if (row === undefined) throw proxyNotFound();
    return this.#shown(row);
  }

  toxic(proxy: string, name: string): Toxic {
    const toxic = this.get(proxy).toxics.find((one) => one.name === name);
    if (toxic === undefined) throw toxicNotFound();
    return toxic;
  }

  async create(body: unknown): Promise<Shown> {
    const proxy = readProxy(body);
    if (this.#find(proxy.name) !== null) throw proxyAlreadyExists();
    await this.#change([this.#put(proxy)]);
    return this.get(proxy.name);
  }

  async update(name: string, body: unknown): Promise<Shown> {
    const { row } = this.get(name);
    const proxy = { ...changedProxy(row, body), name };
    const isElsewhere = !isSameListen(proxy.listen, row.listen) || proxy.upstream !== row.upstream;
    if (isElsewhere && row.owner === 'configuration') throw ofConfiguration(name, 'moved');
    if (isElsewhere) await this.#change([this.#put(proxy)]);
    else if (proxy.enabled !== row.enabled) await this.#change([this.#enable(proxy)]);
    return this.get(name);
  }

  async remove(name: string): Promise<void> {
    const { row } = this.get(name);
    if (row.owner === 'configuration') throw ofConfiguration(name, 'deleted');
    await this.#change([{ kind: 'remove', name }]);
    this.#toxics.delete(name);
  }

  /** Creates proxies, and replaces those that differ, with their toxics; all or none. */
  async populate(body: unknown): Promise<Shown[]> {
    const proxies = readProxies(body);
    const edits: Edit[] = [];
    const replaced: string[] = [];
    for (const proxy of proxies) {
      const row = this.#find(proxy.name);
      if (row !== null && isSameListen(proxy.listen, row.listen) && proxy.upstream === row.upstream) continue;
      if (row?.owner === 'configuration') throw ofConfiguration(proxy.name, 'moved');
      if (row !== null) replaced.push(proxy.name);
      edits.push(this.#put(proxy));
    }
    if (edits.length > 0) await this.#change(edits);
    for (const name of replaced) await this.#setToxics(name, []);
    return proxies.map(({ name }) => this.get(name));
  }

  /** Opens what is closed and takes every toxic away. */
  async reset(): Promise<void> {
    const closed = this.#service.rows().filter(({ enabled }) => !enabled);
    if (closed.length > 0)
      await this.#change(closed.map(({ name }) => ({ kind: 'enable', name, enabled: true })));
    for (const name of [...this.#toxics.keys()]) await this.#setToxics(name, []);
  }

  async addToxic(proxy: string, body: unknown): Promise<Toxic> {
    const { toxics } = this.get(proxy);
    const toxic = readToxic(body);
    if (toxics.some(({ name }) => name === toxic.name)) throw toxicAlreadyExists();
    if (toxics.length >= LISTENER_STAGES_MAX)
      throw new ApiError(`a proxy has at most ${LISTENER_STAGES_MAX} toxics`, 409);
    await this.#setToxics(proxy, [...toxics, toxic]);
    return toxic;
  }

  async updateToxic(proxy: string, name: string, body: unknown): Promise<Toxic> {
    const changed = changedToxic(this.toxic(proxy, name), body);
    const { toxics } = this.get(proxy);
    await this.#setToxics(
      proxy,
      toxics.map((toxic) => (toxic.name === name ? changed : toxic)),
    );
    return changed;
  }

  async removeToxic(proxy: string, name: string): Promise<void> {
    this.toxic(proxy, name);
    const { toxics } = this.get(proxy);
    await this.#setToxics(
      proxy,
      toxics.filter((toxic) => toxic.name !== name),
    );
  }

  /** The configuration has changed: forgets the toxics of listeners that are gone, with which their stages have gone. */
  forgetGone(): void {
    const names = new Set(this.#service.rows().map(({ name }) => name));
    for (const name of [...this.#toxics.keys()]) if (!names.has(name)) this.#toxics.delete(name);
  }

  #find(name: string): ProxyRow | null {
    return this.#service.rows().find((row) => row.name === name) ?? null;
  }

  #shown(row: ProxyRow): Shown {
    return { row, toxics: this.#toxics.get(row.name) ?? [] };
  }

  #put({ name, listen, upstream, enabled }: ProxyBody): Edit {
    if (!this.#service.isName(name))
      throw new ApiError(
        `bad request body: name ${JSON.stringify(name)} is not possible; expected letters, digits, "_", "-" and "."`,
        400,
      );
    const proxy = { name, listen: listenAddressOf(listen), upstream: upstreamAddressOf(upstream), enabled };
    return { kind: 'put', proxy };
  }

  #enable({ name, enabled }: ProxyBody): Edit {
    return { kind: 'enable', name, enabled };
  }

  /** A listener that comes back has none of its stages yet. */
  async #change(edits: readonly Edit[]): Promise<void> {
    await this.#service.change(edits).catch(rethrow);
    for (const edit of edits) {
      const name = edit.kind === 'put' ? edit.proxy.name : edit.name;
      const toxics = this.#toxics.get(name) ?? [];
      if (toxics.length > 0) await this.#apply(name, toxics);
    }
  }

  /** The stages of what is closed are put when it is opened. */
  async #apply(proxy: string, toxics: readonly Toxic[]): Promise<void> {
    if (this.#find(proxy)?.enabled !== true) return;
    await this.#service.stages.replace(proxy, stagesOf(toxics)).catch(rethrow);
  }

  async #setToxics(proxy: string, toxics: readonly Toxic[]): Promise<void> {
    const sorted = [...toxics.filter(isUpstream), ...toxics.filter((toxic) => !isUpstream(toxic))];
    if (sorted.length === 0 && !this.#toxics.has(proxy)) return;
    await this.#apply(proxy, sorted);
    if (sorted.length === 0) this.#toxics.delete(proxy);
    else this.#toxics.set(proxy, sorted);
  }
}

function rethrow(error: unknown): never {
  throw inWords(error);
}

function ofConfiguration(name: string, what: string): ApiError {
  return new ApiError(
    `proxy ${name} is a listener of the configuration and cannot be ${what} here; it can be disabled, and given toxics`,
    409,
  );
}
