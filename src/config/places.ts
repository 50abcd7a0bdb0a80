import { type Address, parseAddress } from '../core/address.ts';
import { type Cidr, parseCidr, parseIp } from '../core/cidr.ts';
import { TRACE_ID_PLACE } from '../core/plan.ts';
import { type LeafShape, leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import { URL_CHARACTERS_MAX } from './limits.ts';
import { quote, show } from './show.ts';

const ADDRESS_JSON = { title: 'address', type: 'string', pattern: '^(unix:.+|.*:\\d{1,5})$' } as const;

/** Where a listener waits for clients. */
export function listenAddress() {
  const expected =
    'an address such as 127.0.0.1:8080, "[::1]:8080", ":8080" (everywhere) or unix:/run/x.sock';
  return address({ expected, json: ADDRESS_JSON }, () => null);
}

/** Where a backend is. */
export function dialAddress() {
  const expected = 'an address such as 127.0.0.1:9000, app.internal:9000, "[::1]:9000" or unix:/run/x.sock';
  return address({ expected, json: ADDRESS_JSON }, (where, text) => {
    if (where.kind === 'unix') return null;
    if (where.port === 0) return new Refusal(`nobody can connect to port 0 of ${quote(text)}`);
    const nowhere = text.startsWith(':') || (parseIp(where.host)?.every((byte) => byte === 0) ?? false);
    return nowhere ? new Refusal(`${quote(text)} names no machine to connect to`) : null;
  });
}

/** Where the metrics page is served: TCP alone. */
export function httpAddress() {
  const expected = 'an address such as 127.0.0.1:9464';
  return address({ expected, json: { ...ADDRESS_JSON, title: 'TCP address' } }, (where) =>
    where.kind === 'unix' ? new Refusal('this page is not served on a Unix socket') : null,
  );
}

/** Where operators are let in; `checkAdmin` has what one needs that others reach. */
export function adminAddress() {
  return address(
    {
      expected: 'an address such as 127.0.0.1:9900 or unix:/run/sluice-admin.sock',
      json: { ...ADDRESS_JSON, title: 'address' },
    },
    () => null,
  );
}

/** A network to match addresses with. */
export function network() {
  const shape = {
    expected: 'a network such as 10.0.0.0/8 or an address such as 192.0.2.1 or "::1"',
    json: { title: 'network', type: 'string', pattern: '^[0-9a-fA-F.:%]+(/\\d{1,3})?$' },
  };
  return leaf(shape, (value): Cidr | Refusal => {
    if (typeof value !== 'string') return refuseKind(value, 'a network');
    const cidr = parseCidr(value);
    return typeof cidr === 'string' ? new Refusal(cidr) : cidr;
  });
}

/** An IP address of this machine, without a port; or `client`. */
export function sourceAddress() {
  const shape = {
    expected: 'an IP address of this machine such as 10.0.0.5 or "2001:db8::5", or client',
    json: { title: 'IP address, or `client`', type: 'string', pattern: '^[0-9a-fA-F.:]+$|^client$' },
  };
  return leaf(shape, (value): string | Refusal => (value === 'client' ? value : readIp(value)));
}

/** An IP address of this machine, without a port. */
export function ipAddress() {
  const shape = {
    expected: 'an IP address of this machine such as 10.0.0.5 or "2001:db8::5"',
    json: { title: 'IP address', type: 'string', pattern: '^[0-9a-fA-F.:]+$' },
  };
  return leaf(shape, readIp);
}

function readIp(value: unknown): string | Refusal {
  if (typeof value !== 'string') return refuseKind(value, 'an IP address');
  const bytes = value.includes('%') ? null : parseIp(value);
  if (bytes === null) return refuseKind(value, 'an IP address', withoutPort(value));
  return bytes.every((byte) => byte === 0) ? new Refusal(`${quote(value)} is no address of its own`) : value;
}

/** A host without a port. */
export function hostOnly() {
  const shape = {
    expected: 'a host without a port, such as 10.0.0.5, app.internal or "2001:db8::5"',
    json: { title: 'host', type: 'string', pattern: '^[\\w.:%-]+$' },
  };
  return leaf(shape, (value): string | Refusal => {
    if (typeof value !== 'string') return refuseKind(value, 'a host');
    const where = parseAddress(value.includes(':') ? `[${value}]:1` : `${value}:1`);
    if (typeof where === 'string' || where.kind === 'unix') return refuseKind(value, 'a host', hostOf(value));
    return where.host;
  });
}

/** Base URL of an HTTP receiver, without a trailing slash. */
export function httpUrl() {
  const shape = {
    expected: 'a URL such as http://127.0.0.1:4318',
    json: { title: 'URL', type: 'string', pattern: '^https?://.+' },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string' || !URL.canParse(value))
      return refuseKind(value, 'a URL', withScheme(value));
    const url = new URL(value);
    if (!/^https?:\/\//.test(value))
      return new Refusal(`${quote(value)} is not http:// or https://`, withScheme(value));
    if (value.length > URL_CHARACTERS_MAX)
      return new Refusal(`the URL has more than ${URL_CHARACTERS_MAX} characters`);
    if (url.username !== '' || url.password !== '')
      return new Refusal('a URL with a user or a password would show them in logs');
    if (url.search !== '' || url.hash !== '')
      return new Refusal(`${quote(value)} has a query or a fragment, but paths are put behind it`);
    return value.replace(/\/+$/, '');
  });
}

/** Address of a page about a trace, for people: `{trace_id}` stands for the id. */
export function traceUrl() {
  const shape = {
    expected: 'a URL such as "http://jaeger:16686/trace/{trace_id}"',
    json: { title: 'URL with `{trace_id}`', type: 'string', pattern: '^https?://.*\\{trace_id\\}' },
  };
  return leaf(shape, (value) => {
    if (typeof value !== 'string' || !URL.canParse(value))
      return refuseKind(value, 'a URL', withScheme(value));
    if (!/^https?:\/\//.test(value)) return new Refusal(`${quote(value)} is not http:// or https://`);
    if (value.length > URL_CHARACTERS_MAX)
      return new Refusal(`the URL has more than ${URL_CHARACTERS_MAX} characters`);
    const { username, password, host } = new URL(value);
    if (username !== '' || password !== '')
      return new Refusal('a URL with a user or a password would show them to whoever opens the page');
    if (host.includes('trace_id') || !value.includes(TRACE_ID_PLACE))
      return new Refusal(`${quote(value)} has no ${TRACE_ID_PLACE} behind its host`);
    return value;
  });
}

/** An IP address of the loopback interface, or the name localhost. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const bytes = parseIp(host);
  if (bytes === null) return false;
  if (bytes.length === 4) return bytes[0] === 127;
  const isMapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes[12] === 127 : bytes.slice(0, 15).every((b) => b === 0) && bytes[15] === 1;
}

function address(shape: LeafShape, refuse: (where: Address, text: string) => Refusal | null) {
  return leaf(shape, (value): Address | Refusal => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535)
      return new Refusal(`${value} is a port without a host`, `127.0.0.1:${value}`);
    if (typeof value !== 'string') return refuseKind(value, 'an address');
    const where = parseAddress(value);
    if (typeof where === 'string') return new Refusal(`${show(value)} is not an address: ${where}`);
    return refuse(where, value) ?? where;
  });
}

/** The host of a text with a port. */
function hostOf(text: string): string | null {
  const where = parseAddress(text);
  return typeof where === 'string' || where.kind === 'unix' ? null : where.host;
}

/** The IP address of a text with a port or brackets around it. */
function withoutPort(text: string): string | null {
  const where = parseAddress(/:\d+$/.test(text) ? text : `${text}:0`);
  const host = typeof where === 'string' || where.kind === 'unix' ? '' : where.host;
  if (parseIp(host) === null) return null;
  return host.includes(':') ? quote(host) : host;
}

function withScheme(value: unknown): string | null {
  return /^[\w.-]+(:\d{1,5})?$/.test(textOf(value)) ? `http://${value}` : null;
}
