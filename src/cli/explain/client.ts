import type { ListenerPlan } from '../../core/plan.ts';
import type { Sniffed } from '../../core/sniffed.ts';
import type { CertificatePlan } from '../../core/tls.ts';
import { compileRoutes, type Known, mayTerminate, settled } from '../../route/index.ts';

/** A client as far as it was described; what is null is not known. */
export interface Described {
  /** What its first bytes tell. */
  readonly sniffed: Sniffed | null;
  /** What it speaks inside TLS, should that be terminated. */
  readonly inside: Sniffed | null;
  readonly source: string;
  readonly destination: Known['destination'];
}

/** What a listener would know of a client, and what it would do with its TLS. */
export interface Arrived {
  readonly known: Known;
  readonly tls: 'none' | 'passthrough' | 'terminate' | 'no-certificate';
}

/** The client at a listener, once its bytes were looked at and its TLS dealt with. */
export function arrive({ sniffed, inside, source, destination }: Described, listener: ListenerPlan): Arrived {
  const known: Known = {
    findings: sniffed === null ? null : settled(sniffed),
    terminated: null,
    source,
    destination,
    original: null,
    clientCertificate: null,
  };
  if (sniffed?.protocol !== 'tls') return { known, tls: 'none' };
  if (listener.tls === null) return { known, tls: 'passthrough' };
  if (mayTerminate(compileRoutes(listener.routes), sniffed, known) === 'passthrough')
    return { known, tls: 'passthrough' };
  if (!listener.tls.certificates.some((certificate) => isFor(certificate, sniffed.sni)))
    return { known, tls: 'no-certificate' };
  const findings = inside === null ? null : settled(inside);
  return { known: { ...known, findings, terminated: sniffed }, tls: 'terminate' };
}

function isFor({ names, isDefault }: CertificatePlan, sni: string | undefined): boolean {
  if (isDefault) return true;
  if (sni === undefined) return false;
  return names.includes(sni) || names.includes(`*${sni.slice(Math.max(0, sni.indexOf('.')))}`);
}
