import { isDeepStrictEqual } from 'node:util';
import type { NameAnswer, NameKind, NameStatus, ServiceRecord } from '../core/names.ts';
import { NAME_ADDRESSES_MAX } from '../core/names.ts';

/** What an answer has changed of a name. */
export interface NameNews {
  /** It stands for other addresses, or servers, than before. */
  readonly changed: boolean;
  /** It could not be resolved, and could before, or the first time, or for another reason than the last time. */
  readonly unresolved: string | null;
  /** It is resolved, and was not before. */
  readonly resolved: boolean;
}

/** What is known of one name over time: the last that was found stays, whatever comes after it. */
export class KnownName {
  readonly kind: NameKind;
  readonly name: string;
  addresses: readonly string[] = [];
  services: readonly ServiceRecord[] = [];
  /** Why the last asking failed; null = it did not, or there was none yet. */
  cause: string | null = null;
  /** Wall time in milliseconds since 1970 of the last answer that found something; null = none did. */
  confirmed: number | null = null;
  ttlMs = 0;
  failures = 0;
  #isAnswered = false;

  constructor(kind: NameKind, name: string) {
    this.kind = kind;
    this.name = name;
  }

  /** Whether it was asked for once, whatever came of it. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** What it stands for, for people. */
  get values(): readonly string[] {
    return this.kind === 'address'
      ? this.addresses
      : this.services.map(({ target, port }) => `${target}:${port}`);
  }

  take(answer: NameAnswer, now: number): NameNews {
    const isFirst = !this.#isAnswered;
    this.#isAnswered = true;
    if (answer.kind === 'failed') {
      const isNews = this.cause !== answer.cause;
      this.failures++;
      this.cause = answer.cause;
      return { changed: false, unresolved: isNews ? answer.cause : null, resolved: false };
    }
    const resolved = isFirst || this.cause !== null;
    const addresses = this.#withLacking(answer);
    const changed =
      !isSameSet(addresses, this.addresses) || !isDeepStrictEqual(answer.services, this.services);
    this.cause = null;
    this.confirmed = now;
    this.ttlMs = answer.ttlMs;
    if (changed) {
      this.addresses = addresses;
      this.services = answer.services;
    }
    return { changed, unresolved: null, resolved };
  }

  status(): NameStatus {
    const { kind, name, values, confirmed, cause, failures } = this;
    return { kind, name, values, confirmed, cause, failures };
  }

  /** The addresses of an answer, and those known before of a family that could not be asked for. */
  #withLacking({ addresses, lacks }: Extract<NameAnswer, { kind: 'found' }>): readonly string[] {
    if (lacks === null) return addresses;
    const kept = this.addresses.filter((address) => address.includes(':') === (lacks === 'ipv6'));
    return [...new Set([...addresses, ...kept])].slice(0, NAME_ADDRESSES_MAX);
  }
}

/** Servers give the same addresses in another order each time. */
function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(one), new Set(other));
}
