import { parseAddress } from '../core/address.ts';
import { PROTOCOLS } from '../core/plan.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, keysOf, oneOrManyOf, type Raw, text } from './raw.ts';
import { orList, quote } from './show.ts';
import { NAME_PATTERN } from './words.ts';

/** The keys that only clients of one protocol can fulfil. */
const SAID_BY = {
  sni: 'tls',
  alpn: 'tls',
  host: 'http1',
  postgres_user: 'postgres',
  postgres_database: 'postgres',
  mqtt_client_id: 'mqtt',
} as const;

const COMBINING = ['any', 'all', 'not'] as const;

/** A match and those inside it, against the listener it belongs to and the protocols of the file. */
export function checkMatch(match: Raw, listener: Raw, protocols: Raw): Issue[] {
  if (typeof match.value !== 'object' || match.value === null || Array.isArray(match.value)) return [];
  return [
    ...empty(match),
    ...unknownProtocols(match, protocols),
    ...(has(listener, 'tls') ? [] : impossibleTogether(match)),
    ...impossibleHere(match, listener),
    ...COMBINING.flatMap((key) => oneOrManyOf(at(match, key))).flatMap((inner) =>
      checkMatch(inner, listener, protocols),
    ),
  ];
}

function empty(match: Raw): Issue[] {
  if (keysOf(match).length > 0) return [];
  return [
    wrongValue(match.path, 'an empty match says nothing; remove match where every connection is meant'),
  ];
}

function unknownProtocols(match: Raw, protocols: Raw): Issue[] {
  const known = [...PROTOCOLS, ...keysOf(protocols)];
  return oneOrManyOf(at(match, 'protocol')).flatMap((raw) => {
    const name = text(raw);
    if (name === null || known.includes(name) || !new RegExp(NAME_PATTERN).test(name)) return [];
    const near = didYouMean(name, known);
    const hint = near === null ? '' : `; did you mean ${quote(near)}?`;
    return [
      wrongValue(
        raw.path,
        `there is no protocol ${quote(name)}; expected ${orList(PROTOCOLS)}, or a name under protocols${hint}`,
      ),
    ];
  });
}

/** Keys of which only one can hold, since nothing is terminated that could have another protocol inside. */
function impossibleTogether(match: Raw): Issue[] {
  const written = oneOrManyOf(at(match, 'protocol')).map(text);
  const given = Object.entries(SAID_BY).filter(([key]) => has(match, key));
  const [first] = given;
  return given.flatMap(([key, protocol]) => {
    if (written.length > 0 && !written.includes(protocol))
      return [
        wrongKey([...match.path, key], `never holds: only a client that speaks ${protocol} has ${key}`),
      ];
    if (first === undefined || first[1] === protocol) return [];
    const why = `only a client that speaks ${first[1]} has ${first[0]}, and only one that speaks ${protocol} has ${key}`;
    return [wrongKey([...match.path, key], `never holds: ${why}`)];
  });
}

function impossibleHere(match: Raw, listener: Raw): Issue[] {
  const found: Issue[] = [];
  const never = (key: string, why: string): unknown =>
    has(match, key) && found.push(wrongKey([...match.path, key], `never holds: ${why}`));
  const listen = text(at(listener, 'listen')) ?? '';
  const isProxied = hasProxyHeaders(listener);
  const transparent = text(at(listener, 'transparent')) ?? 'off';
  if (listen.startsWith('unix:') && !isProxied)
    for (const key of ['source', 'destination', 'port'])
      never(key, 'clients of a Unix socket have no address');
  else if (!isProxied && transparent === 'off') found.push(...otherPort(at(match, 'port'), listen));
  if (transparent === 'off')
    never('original_destination', 'no client was redirected without "transparent: redirect" or "tproxy"');
  if (!has(at(listener, 'tls'), 'client_ca') && has(match, 'client_certificate')) {
    const why = 'clients are asked for no certificate without tls.client_ca';
    if (at(match, 'client_certificate').value === true) never('client_certificate', why);
    else found.push(warning([...match.path, 'client_certificate'], `holds for everybody: ${why}`));
  }
  return found;
}

/** Whether PROXY headers can say where clients come from and go to. */
export function hasProxyHeaders(listener: Raw): boolean {
  const given = at(listener, 'proxy_protocol');
  const mode = text(given) ?? text(at(given, 'mode')) ?? 'off';
  return mode !== 'off';
}

/** A port that is not the one listened on. */
function otherPort(port: Raw, listen: string): Issue[] {
  const address = parseAddress(listen);
  const wanted = oneOrManyOf(port).map((raw) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(raw.value)));
  if (typeof address === 'string' || address.kind === 'unix' || address.port === 0) return [];
  if (wanted.length === 0 || wanted.includes(null)) return [];
  const holds = wanted.some(
    (range) => Number(range?.[1]) <= address.port && address.port <= Number(range?.[2] ?? range?.[1]),
  );
  if (holds) return [];
  return [wrongKey(port.path, `never holds: clients of this listener connect to port ${address.port}`)];
}
