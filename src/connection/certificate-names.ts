import { certificateNameFor } from '../core/certificate-name.ts';
import type { ListenerTlsPlan } from '../core/tls.ts';

/** The server names for which a listener has a certificate, made ready for many connections. */
export class CertificateNames {
  readonly #names: ReadonlySet<string>;
  readonly #hasDefault: boolean;

  constructor({ certificates }: ListenerTlsPlan) {
    this.#hasDefault = certificates.some(({ isDefault }) => isDefault);
    this.#names = new Set(certificates.flatMap(({ names }) => names));
  }

  /** Whether there is one for this name: lower case, without trailing dot; undefined = the client named none. */
  covers(name: string | undefined): boolean {
    if (this.#hasDefault) return true;
    return name !== undefined && certificateNameFor(name, (certified) => this.#names.has(certified)) !== null;
  }
}
