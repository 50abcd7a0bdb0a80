import { allKeys, type JsonSchema, jsonSchema, type KnownKey } from '../../src/config/index.ts';
import { anchor, code, GENERATED, table } from './markdown.ts';

/** docs/configuration.md */
export function configurationPage(): string {
  const keys = allKeys(jsonSchema()).filter((key) => !key.path.startsWith(REPEATED));
  const parents = [...new Set(keys.map(parentOf))];
  const sections = parents.map((parent) => section(parent, keys));
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`;
}

/** The stages of a route are those of a listener and are described there. */
const REPEATED = 'listeners[].routes[].stages[]';

/** The kinds of values, and how they are written. */
const KINDS = [
  [
    'duration',
    'A number and `ms`, `s`, `m`, `h` or `d`: `250ms`, `5s`, `1.5m`. Where it says so, `never` (or 0) switches the deadline off.',
  ],
  [
    'size',
    'A number and `B`, `KB`, `MB`, `GB` (powers of 1000) or `KiB`, `MiB`, `GiB` (powers of 1024); a plain number is bytes.',
  ],
  ['rate', 'A size and `/s`: `1MiB/s`.'],
  ['number a second', '`500/s`.'],
  ['address', '`host:port`, `"[IPv6]:port"` (in quotes) or `unix:/path`.'],
  ['network', '`10.0.0.0/8`, `"2001:db8::/32"`, or a single address.'],
  ['name', 'Letters, digits, `_`, `-` and `.`.'],
];

const INTRODUCTION = `${GENERATED}

# Configuration

One YAML file says what Sluice does:

\`\`\`yaml
listeners:
  - name: web
    listen: 127.0.0.1:8080
    to: app
pools:
  app:
    balance: least_connections
    backends:
      - 127.0.0.1:9000
      - { address: 127.0.0.1:9001, backup: true }
timeouts: { idle: 10m }
\`\`\`

\`sluice check proxy.yaml\` reads it, says what it came to, and starts nothing. A mistake is told as
\`file:line:column: path: what is wrong; what was expected; did you mean …?\`, all mistakes at once, and ends with exit code 2.

An editor that knows JSON Schema helps while writing when this is the first line of the file:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/sluice/docs/configuration.schema.json
\`\`\`

## Values

${table(['Kind', 'Written as'], KINDS)}

YAML reads \`[\`, \`{\`, \`*\`, \`&\`, \`!\`, \`@\` at the beginning of a text, and \`: \` or \` #\` within it, as its own: such a text stands in quotes.
`;

/** A map of the configuration: its keys in a table. */
function section(parent: string, all: readonly KnownKey[]): string {
  const members = all.filter((key) => parentOf(key) === parent);
  const owner = all.find((key) => key.path === parent.replace(/(\[\]|\.<name>)$/, ''));
  const title = parent === '' ? '## The file' : `## ${code(parent)}`;
  const meaning = owner?.schema.description ?? 'The keys of the whole file.';
  const rows = members.map((key) => [
    code(key.key),
    valueCell(key, all),
    defaultCell(key),
    key.schema.description ?? '',
  ]);
  return `${title}\n\n${meaning}\n\n${table(['Key', 'Value', 'Default', 'Meaning'], rows)}`;
}

/** The path of the map that a key belongs to. */
function parentOf(key: KnownKey): string {
  return key.path.slice(0, -key.key.length).replace(/\.$/, '');
}

function valueCell(key: KnownKey, all: readonly KnownKey[]): string {
  const below = all.find(
    (other) =>
      other.path.startsWith(key.path) && /^(\[\]|\.<name>)?\./.test(other.path.slice(key.path.length)),
  );
  const link = below === undefined ? '' : `[${code(parentOf(below))}](#${anchor(parentOf(below))})`;
  const { anyOf, items, title = '', $ref } = key.schema;
  if (anyOf !== undefined) {
    const scalar = anyOf[0]?.title ?? '';
    if (anyOf[1]?.type !== 'array') return `${scalar}, or a map: ${link}`;
    if (anyOf[1].items?.title === scalar) return `${scalar}, or a list of them`;
    return `${scalar}, or a ${anyOf[1].title}${link === '' ? '' : `: ${link}`}`;
  }
  const again = placeOf($ref ?? items?.$ref, all);
  if (again !== null && link === '') return `${title === '' ? 'map' : title}: ${again}`;
  if (items !== undefined) return link === '' ? title : `${title}: ${link}`;
  if (title !== '') return title;
  return link === '' ? 'an empty map, `{}`' : `map: ${link}`;
}

/** A link to where the keys are told of a map that can stand within itself; null where it is none. */
function placeOf(reference: string | undefined, all: readonly KnownKey[]): string | null {
  const first = all.find((key) => reference !== undefined && key.schema.$ref === reference);
  return first === undefined ? null : `[${code(first.path)}](#${anchor(first.path)})`;
}

function defaultCell(key: KnownKey): string {
  if (key.required) return '**required**';
  const { default: value } = key.schema as JsonSchema;
  return value === undefined || typeof value === 'object' ? '' : code(String(value));
}
