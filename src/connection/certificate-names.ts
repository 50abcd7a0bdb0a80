import type { ListenerTlsPlan } from '../core/tls.ts';

/** The server names for which a listener has a certificate, made ready for many connections. */
export class CertificateNames {
  readonly #exact = new Set<string>();
  /** From `*.x`: one label before `x`. RFC 6125, 6.4.3. */
  readonly #oneLabel = new Set<string>();
  readonly #hasDefault: boolean;

  constructor({ certificates }: ListenerTlsPlan) {
    this.#hasDefault = certificates.some(({ isDefault }) => isDefault);
    for (const name of certificates.flatMap(({ names }) => names)) {
      if (name.startsWith('*.')) this.#oneLabel.add(name.slice(2));
      else this.#exact.add(name);
    }
  }

  /** Whether there is one for this name: lower case, without trailing dot; undefined = the client named none. */
  covers(name: string | undefined): boolean {
    if (this.#hasDefault) return true;
    if (name === undefined) return false;
    const dot = name.indexOf('.');
    return this.#exact.has(name) || (dot >= 0 && this.#oneLabel.has(name.slice(dot + 1)));
  }
}
