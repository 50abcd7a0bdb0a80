import type { Findings, Protocol, Sniffed } from '../../src/core/sniffed.ts';
import type { Known } from '../../src/route/index.ts';
import { settled } from '../../src/route/index.ts';

/** Known of a client of which nothing is, but for what is given. */
export function known(changes: Partial<Known> = {}): Known {
  return {
    findings: null,
    terminated: null,
    source: '192.0.2.1',
    destination: null,
    original: null,
    clientCertificate: null,
    ...changes,
  };
}

/** The same once its bytes told all of this and can tell no more. */
export function spoke(sniffed: Sniffed, changes: Partial<Known> = {}): Known {
  return known({ findings: settled(sniffed), ...changes });
}

/** A protocol by a name that may not be among those of the sniffers yet. */
export function named(name: string): Protocol {
  return name as Protocol;
}

/** Bytes after which these are possible, or the one is certain with what it said and more can come. */
export function open(possible: readonly string[], sniffed: Sniffed | null = null): Findings {
  return { sniffed, possible: new Set(possible.map(named)), open: true, atLeast: 9 };
}

/** Everything that a client can turn out to be and to say, in a small world. */
export const EVERYTHING: readonly Sniffed[] = [
  { protocol: 'ssh' },
  { protocol: 'http2' },
  { protocol: 'unknown' },
  { protocol: 'unknown', silent: true },
  ...combine('tls', { sni: [undefined, 'a.example', 'b.example'], alpn: [undefined, ['h2'], ['http/1.1']] }),
  ...combine('http1', { host: [undefined, 'a.example', 'b.example'] }),
  ...combine('postgres', { postgresUser: [undefined, 'ann'], postgresDatabase: [undefined, 'shop'] }),
  ...combine('mqtt', { mqttClientId: [undefined, 'm1', 'm2'] }),
];

/** Everything that a partly known connection can still turn out to be, each with nothing left open. */
export function completions(partly: Known): Known[] {
  const certificates = partly.clientCertificate !== null ? [partly.clientCertificate] : [true, false];
  return EVERYTHING.filter((sniffed) => isCompletionOf(sniffed, partly.findings)).flatMap((sniffed) =>
    (partly.terminated === null ? [partly.clientCertificate] : certificates).map((clientCertificate) => ({
      ...partly,
      findings: settled(sniffed),
      clientCertificate,
    })),
  );
}

function isCompletionOf(sniffed: Sniffed, findings: Findings | null): boolean {
  if (findings === null) return true;
  if (!findings.possible.has(sniffed.protocol)) return false;
  const before = Object.entries(findings.sniffed ?? {});
  const fits = before.every(([key, value]) => sniffed[key as keyof Sniffed] === value);
  return fits && (findings.open || Object.keys(sniffed).length === before.length);
}

function combine(name: string, fields: Readonly<Record<string, readonly unknown[]>>): Sniffed[] {
  let all: Record<string, unknown>[] = [{ protocol: name }];
  for (const [field, values] of Object.entries(fields))
    all = all.flatMap((one) =>
      values.map((value) => (value === undefined ? one : { ...one, [field]: value })),
    );
  return all as unknown as Sniffed[];
}
