import { TLSSocket } from 'node:tls';
import type { ListenerTlsPlan } from '../core/tls.ts';
import type { Below } from './below.ts';
import { factsOf } from './facts.ts';
import type { Side } from './handshake.ts';
import type { ServerContexts } from './server-contexts.ts';

/** What a TLSSocket has of its session and does not show: what OpenSSL thought of the peer's certificate. */
interface Session {
  verifyError(): NodeJS.ErrnoException | null | undefined;
}

/** The server's end of a session. Throws OpenSSL's error where the default certificate is of no use. */
export function serverSocket(below: Below, plan: ListenerTlsPlan, contexts: ServerContexts): TLSSocket {
  return new TLSSocket(below.stream as unknown as ConstructorParameters<typeof TLSSocket>[0], {
    isServer: true,
    secureContext: contexts.for(null),
    SNICallback: (serverName, done) => {
      try {
        done(null, contexts.for(serverName));
      } catch (error) {
        done(error as Error);
      }
    },
    requestCert: plan.clientAuth !== 'none',
    rejectUnauthorized: plan.clientAuth === 'required',
    ...(plan.alpn.length > 0 ? { ALPNProtocols: [...plan.alpn] } : {}),
  });
}

/** OpenSSL itself turns away who shows no certificate where one is required; node:tls leaves a bad one to its caller. */
export function serverSide(plan: ListenerTlsPlan): Side {
  return {
    where: 'TLS with the client',
    event: 'secure',
    judge: (tls) => {
      const stood = factsOf(tls, true);
      if (plan.clientAuth === 'none' || (plan.clientAuth === 'optional' && stood.facts.peer === null))
        return stood;
      const error = (tls as unknown as { readonly _handle: Session | null })._handle?.verifyError();
      return error ? { error } : stood;
    },
  };
}
