import type { Key } from './key.ts';
import type { Known } from './known.ts';
import { compileNames, matchesName } from './name-patterns.ts';
import { type FoundField, said, speaksAnyOf, toldOf } from './what-is-spoken.ts';

type TextKey = 'postgresUser' | 'postgresDatabase' | 'mqttClientId';

const protocol: Key<'protocol'> = {
  name: 'protocol',
  compile(wanted) {
    const protocols: ReadonlySet<string> = new Set(wanted);
    return (known) => speaksAnyOf(protocols, known);
  },
  wanted: (wanted) => wanted,
  seen: spoken,
};

const alpn: Key<'alpn'> = {
  name: 'alpn',
  compile(wanted) {
    const names = new Set(wanted);
    return (known) => said('alpn', known, (offered) => offered.some((name) => names.has(name)));
  },
  wanted: (wanted) => wanted,
  seen: (known) => toldOf('alpn', known) ?? [],
};

/** The keys that the client's bytes decide. */
export const KEYS_OF_BYTES = {
  protocol,
  sni: nameKey('sni', 'sni'),
  alpn,
  host: nameKey('host', 'host'),
  postgresUser: textKey('postgres_user', 'postgresUser'),
  postgresDatabase: textKey('postgres_database', 'postgresDatabase'),
  mqttClientId: textKey('mqtt_client_id', 'mqttClientId'),
} satisfies { readonly [K in 'protocol' | FoundField]: Key<K> };

function nameKey(name: string, field: 'sni' | 'host'): Key<'sni' | 'host'> {
  return {
    name,
    compile(wanted) {
      const patterns = compileNames(wanted);
      return (known) => said(field, known, (value) => matchesName(patterns, value));
    },
    wanted: (wanted) => wanted,
    seen: (known) => texts(toldOf(field, known)),
  };
}

function textKey(name: string, field: TextKey): Key<TextKey> {
  return {
    name,
    compile(wanted) {
      const values: ReadonlySet<string> = new Set(wanted);
      return (known) => said(field, known, (value) => values.has(value));
    },
    wanted: (wanted) => wanted,
    seen: (known) => texts(toldOf(field, known)),
  };
}

/** `tls` where it was terminated, and what is spoken inside, or can be. */
function spoken({ terminated, findings }: Known): readonly string[] {
  const outer = terminated === null ? [] : ['tls'];
  if (findings === null) return outer;
  const silent = findings.sniffed?.silent ? ' (silent)' : '';
  return [...outer, ...[...findings.possible].map((name) => `${name}${silent}`)];
}

function texts(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
