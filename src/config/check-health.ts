import { parseAddress } from '../core/address.ts';
import { mistakeInRegex } from '../probe/index.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { HTTP_HEADERS_MAX } from './limits.ts';
import { at, has, items, keysOf, type Raw, text } from './raw.ts';
import { formatPath, orList, quote } from './show.ts';

/** Each a probe of its own; `send` and `expect` are one together. */
const KINDS = ['http', 'steps', 'send', 'expect', 'redis', 'postgres', 'mysql', 'smtp', 'agent'];
/** They begin TLS in their own way, or have a place for it. */
const WITHOUT_TLS = ['http', 'postgres', 'mysql'];

/** Health checks of a pool: one probe each, that says something, and a place where it can be made. */
export function checkHealth(pool: Raw): Issue[] {
  const health = at(pool, 'health');
  const probe = at(health, 'probe');
  return [
    ...checkPlace(pool, health),
    ...checkKinds(probe),
    ...[probe, ...items(at(probe, 'steps'))].flatMap((step) => checkPattern(at(step, 'expect'))),
    ...items(at(probe, 'steps')).flatMap(emptyStep),
    ...checkPattern(at(at(probe, 'http'), 'body')),
    ...tooManyHeaders(at(at(probe, 'http'), 'headers')),
    ...[at(probe, 'tls'), at(at(probe, 'http'), 'tls')].flatMap(checkTls),
  ];
}

function checkKinds(probe: Raw): Issue[] {
  const kinds = KINDS.filter((kind) => has(probe, kind));
  const [first, second] = kinds;
  const isPair = kinds.length === 2 && first === 'send' && second === 'expect';
  if (first !== undefined && second !== undefined && !isPair)
    return [wrongKey([...probe.path, second], `a probe is one thing; keep ${first} or ${second}`)];
  const tls = at(probe, 'tls');
  if (first === undefined && isMap(probe) && (tls.value === undefined || tls.value === false))
    return [wrongValue(probe.path, `the probe does nothing; expected ${orList(['tls', ...KINDS])}`)];
  if (tls.value === undefined || first === undefined || !WITHOUT_TLS.includes(first)) return [];
  const instead = first === 'http' ? '; expected tls within http' : '';
  return [wrongKey(tls.path, `does not go together with ${first}${instead}`)];
}

function emptyStep(step: Raw): Issue[] {
  if (!isMap(step) || has(step, 'send') || has(step, 'expect')) return [];
  return [wrongValue(step.path, 'the step does nothing; expected send, expect or both')];
}

function checkPattern(pattern: Raw): Issue[] {
  if (!isMap(pattern)) return [];
  const regex = at(pattern, 'regex');
  const [byHex, byRegex] = [has(pattern, 'hex'), has(pattern, 'regex')];
  if (!byHex && !byRegex) return [wrongValue(pattern.path, 'everything would do; expected hex or regex')];
  if (byHex && byRegex) return [wrongKey(regex.path, 'hex and regex exclude each other; keep one')];
  const expression = text(regex);
  const mistake = expression === null || expression === '' ? null : mistakeInRegex(expression);
  return mistake === null ? [] : [wrongValue(regex.path, `${quote(expression ?? '')}: ${mistake}`)];
}

/** A Unix socket has no port, and a host without one is no place. */
function checkPlace(pool: Raw, health: Raw): Issue[] {
  const agentPort = at(at(at(health, 'probe'), 'agent'), 'port');
  const port = at(health, 'port');
  const found: Issue[] = [];
  if (agentPort.value !== undefined && port.value !== undefined)
    found.push(wrongKey(port.path, 'the agent has a port already; keep one'));
  const [hasHost, hasPort] = [
    has(health, 'address'),
    port.value !== undefined || agentPort.value !== undefined,
  ];
  if (hasHost === hasPort) return found;
  const unix = items(at(pool, 'backends')).find((backend) => {
    const address = parseAddress(text(backend) ?? text(at(backend, 'address')) ?? '');
    return typeof address !== 'string' && address.kind === 'unix';
  });
  if (unix === undefined) return found;
  const [given, missing] = hasHost
    ? [at(health, 'address'), 'port']
    : [agentPort.value === undefined ? port : agentPort, 'address'];
  const why = `${formatPath(unix.path)} is a Unix socket; expected ${missing} of health as well`;
  return [...found, wrongKey(given.path, why)];
}

function tooManyHeaders(headers: Raw): Issue[] {
  const count = keysOf(headers).length;
  if (count <= HTTP_HEADERS_MAX) return [];
  return [wrongValue(headers.path, `${count} headers; at most ${HTTP_HEADERS_MAX} are possible`)];
}

function checkTls(tls: Raw): Issue[] {
  const found: Issue[] = [];
  if (at(tls, 'server_name').value === 'client')
    found.push(wrongValue([...tls.path, 'server_name'], 'no client stands behind a probe; expected a name'));
  if (has(tls, 'on_expiry') && !has(tls, 'expires_within'))
    found.push(wrongKey([...tls.path, 'on_expiry'], 'is of expires_within, which is not there'));
  return found;
}

function isMap({ value }: Raw): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
