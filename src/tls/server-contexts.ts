import { constants, createHash } from 'node:crypto';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { certificateNameFor } from '../core/certificate-name.ts';
import type { CertificatePlan, ListenerTlsPlan } from '../core/tls.ts';
import type { ContextCache } from './context-cache.ts';
import { foldName } from './facts.ts';

/** SSL_OP_NO_RENEGOTIATION of OpenSSL, which Node does not name: a peer that asks for it is refused (TLS 1.2). */
const NO_RENEGOTIATION = 1 << 30;

/**
 * The contexts of one plan. Each is made when the first client asks for one of its names, so that a plan of a thousand
 * certificates costs nothing at once.
 */
export class ServerContexts {
  readonly #plan: ListenerTlsPlan;
  readonly #cache: ContextCache;
  readonly #byName = new Map<string, CertificatePlan[]>();
  readonly #fallback: readonly CertificatePlan[];
  readonly #made = new Map<readonly CertificatePlan[], SecureContext>();

  constructor(plan: ListenerTlsPlan, cache: ContextCache) {
    this.#plan = plan;
    this.#cache = cache;
    for (const certificate of plan.certificates) {
      for (const name of certificate.names) {
        const same = this.#byName.get(name);
        if (same === undefined) this.#byName.set(name, [certificate]);
        else same.push(certificate);
      }
    }
    const defaults = plan.certificates.filter(({ isDefault }) => isDefault);
    this.#fallback = defaults.length > 0 ? defaults : plan.certificates.slice(0, 1);
  }

  /** The one for a server name as the client sent it; null = it sent none. Throws OpenSSL's error. */
  for(serverName: string | null): SecureContext {
    const certificates = serverName === null ? this.#fallback : this.#certificatesFor(foldName(serverName));
    let context = this.#made.get(certificates);
    if (context === undefined) {
      context = this.#cache.get(this.#optionsFor(certificates));
      this.#made.set(certificates, context);
    }
    return context;
  }

  #certificatesFor(name: string): readonly CertificatePlan[] {
    const certified = certificateNameFor(name, (candidate) => this.#byName.has(candidate));
    return (certified === null ? undefined : this.#byName.get(certified)) ?? this.#fallback;
  }

  #optionsFor(certificates: readonly CertificatePlan[]): SecureContextOptions {
    const { clientAuth, clientCa, versionMin, ciphers, ticketKeys } = this.#plan;
    return {
      cert: certificates.map(({ cert }) => cert),
      key: certificates.map(({ key }) => key),
      // Without a list Node fills in its own, which nobody here is to be trusted by.
      ca: clientAuth === 'none' || clientCa === null ? [] : clientCa,
      minVersion: versionMin,
      honorCipherOrder: true,
      secureOptions: NO_RENEGOTIATION | (ticketKeys === null ? constants.SSL_OP_NO_TICKET : 0),
      sessionIdContext: this.#sessionIdContext(),
      ...(ciphers === null ? {} : { ciphers }),
      ...(ticketKeys === null ? {} : { ticketKeys: Buffer.from(ticketKeys, 'hex') }),
    };
  }

  /** A ticket is good only where clients must show the same: else one without a certificate could come in by it. */
  #sessionIdContext(): string {
    const { clientAuth, clientCa } = this.#plan;
    return createHash('sha256').update(`${clientAuth} ${clientCa}`).digest('hex').slice(0, 32);
  }
}
