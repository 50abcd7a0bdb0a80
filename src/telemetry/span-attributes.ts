import type { Attributes } from '@opentelemetry/api';
import { type Address, parseAddress } from '../core/address.ts';
import { CLOSE_REASONS, isClean } from '../core/close-reason.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { ClosedFact, DialAttempt } from '../core/facts.ts';
import type { BackendPlan, KnownProtocol, Plan, Protocol } from '../core/plan.ts';
import { ATTRIBUTES } from './attributes.ts';
import type { Heartbeat } from './heartbeats.ts';
import { MESSAGE_CHARS_MAX, SNI_CHARS_MAX, shown } from './text.ts';

/** What a sniffed protocol is called by convention; `unknown` has no name. */
const PROTOCOL_ATTRIBUTES: Readonly<Record<KnownProtocol, Attributes>> = {
  tls: { [ATTRIBUTES.protocolName]: 'tls' },
  http1: { [ATTRIBUTES.protocolName]: 'http', [ATTRIBUTES.protocolVersion]: '1.1' },
  http2: { [ATTRIBUTES.protocolName]: 'http', [ATTRIBUTES.protocolVersion]: '2' },
  ssh: { [ATTRIBUTES.protocolName]: 'ssh' },
  postgres: { [ATTRIBUTES.protocolName]: 'postgresql' },
  redis: { [ATTRIBUTES.protocolName]: 'redis' },
  mqtt: { [ATTRIBUTES.protocolName]: 'mqtt' },
  mysql: { [ATTRIBUTES.protocolName]: 'mysql' },
  smtp: { [ATTRIBUTES.protocolName]: 'smtp' },
  ftp: { [ATTRIBUTES.protocolName]: 'ftp' },
  amqp: { [ATTRIBUTES.protocolName]: 'amqp' },
  mongodb: { [ATTRIBUTES.protocolName]: 'mongodb' },
  cassandra: { [ATTRIBUTES.protocolName]: 'cassandra' },
  kafka: { [ATTRIBUTES.protocolName]: 'kafka' },
  rdp: { [ATTRIBUTES.protocolName]: 'rdp' },
  socks4: { [ATTRIBUTES.protocolName]: 'socks', [ATTRIBUTES.protocolVersion]: '4' },
  socks5: { [ATTRIBUTES.protocolName]: 'socks', [ATTRIBUTES.protocolVersion]: '5' },
  xmpp: { [ATTRIBUTES.protocolName]: 'xmpp' },
  dns: { [ATTRIBUTES.protocolName]: 'dns' },
  ldap: { [ATTRIBUTES.protocolName]: 'ldap' },
  rtsp: { [ATTRIBUTES.protocolName]: 'rtsp' },
  openvpn: { [ATTRIBUTES.protocolName]: 'openvpn' },
  unknown: {},
};

/** Attributes of the root span: who, where, what, how much, and how it ended. Absent where nothing is known. */
export function connectionAttributes(plan: Plan, fact: ClosedFact): Attributes {
  const pool = plan.pools[fact.pool];
  const backend = plan.backends[fact.backend];
  const attributes: Attributes = {
    [ATTRIBUTES.transport]: fact.local.startsWith('unix:') ? 'unix' : 'tcp',
    [ATTRIBUTES.listener]: plan.listeners[fact.listener]?.name,
    [ATTRIBUTES.connectionId]: formatConnectionId(fact.connection),
    [ATTRIBUTES.closeReason]: fact.reason,
    [ATTRIBUTES.closeBy]: CLOSE_REASONS[fact.reason].by,
  };
  if (fact.during !== null) {
    attributes[ATTRIBUTES.closeDuring] = fact.during;
    attributes[ATTRIBUTES.bytesUp] = fact.bytesUp;
    attributes[ATTRIBUTES.bytesDown] = fact.bytesDown;
    attributes[ATTRIBUTES.dialAttempts] = fact.attempts.length;
  }
  setPeer(attributes, fact.client, ATTRIBUTES.clientAddress, ATTRIBUTES.clientPort);
  setPeer(attributes, fact.local, ATTRIBUTES.localAddress, ATTRIBUTES.localPort);
  if (fact.peer !== null) setPeer(attributes, fact.peer, ATTRIBUTES.peerAddress, ATTRIBUTES.peerPort);
  if (fact.route !== null) attributes[ATTRIBUTES.route] = fact.route;
  if (pool !== undefined) attributes[ATTRIBUTES.pool] = pool.name;
  if (backend !== undefined) setBackend(attributes, backend);
  if (fact.protocol !== null) Object.assign(attributes, protocolAttributes(fact.protocol));
  if (fact.sni !== null) attributes[ATTRIBUTES.sni] = shown(fact.sni, SNI_CHARS_MAX);
  setTls(attributes, fact);
  if (fact.error !== null) attributes[ATTRIBUTES.closeError] = shown(fact.error, MESSAGE_CHARS_MAX);
  if (fact.refusal !== null) attributes[ATTRIBUTES.refusal] = shown(fact.refusal, MESSAGE_CHARS_MAX);
  if (fact.queueMs > 0) attributes[ATTRIBUTES.queueMs] = fact.queueMs;
  if (fact.undeliveredUp > 0) attributes[ATTRIBUTES.undeliveredUp] = fact.undeliveredUp;
  if (fact.undeliveredDown > 0) attributes[ATTRIBUTES.undeliveredDown] = fact.undeliveredDown;
  if (fact.pausedUpMs > 0) attributes[ATTRIBUTES.pausedUpMs] = fact.pausedUpMs;
  if (fact.pausedDownMs > 0) attributes[ATTRIBUTES.pausedDownMs] = fact.pausedDownMs;
  if (fact.firstByteMs >= 0) attributes[ATTRIBUTES.firstByteMs] = fact.firstByteMs;
  setLegs(attributes, fact);
  if (!isClean(fact.reason)) attributes[ATTRIBUTES.errorType] = fact.reason;
  return attributes;
}

/** Attributes of a partial span: who, where to as far as it is known, how it stands, how much so far. */
export function heartbeatAttributes(plan: Plan, { opened, number, to, pulse }: Heartbeat): Attributes {
  const attributes: Attributes = {
    [ATTRIBUTES.transport]: opened.local.startsWith('unix:') ? 'unix' : 'tcp',
    [ATTRIBUTES.listener]: plan.listeners[opened.listener]?.name,
    [ATTRIBUTES.connectionId]: formatConnectionId(opened.connection),
    [ATTRIBUTES.heartbeat]: number,
    [ATTRIBUTES.openMs]: to - opened.at,
  };
  setPeer(attributes, opened.client, ATTRIBUTES.clientAddress, ATTRIBUTES.clientPort);
  setPeer(attributes, opened.local, ATTRIBUTES.localAddress, ATTRIBUTES.localPort);
  if (pulse === null) return attributes;
  const pool = plan.pools[pulse.pool];
  const backend = plan.backends[pulse.backend];
  attributes[ATTRIBUTES.state] = pulse.state;
  attributes[ATTRIBUTES.bytesUp] = pulse.bytesUp;
  attributes[ATTRIBUTES.bytesDown] = pulse.bytesDown;
  if (pulse.route !== null) attributes[ATTRIBUTES.route] = pulse.route;
  if (pool !== undefined) attributes[ATTRIBUTES.pool] = pool.name;
  if (backend !== undefined) setBackend(attributes, backend);
  return attributes;
}

/** A protocol that a rule of the config recognised is called what the config calls it. */
function protocolAttributes(protocol: Protocol): Attributes {
  return isKnown(protocol) ? PROTOCOL_ATTRIBUTES[protocol] : { [ATTRIBUTES.protocolName]: protocol };
}

function isKnown(protocol: Protocol): protocol is KnownProtocol {
  return Object.hasOwn(PROTOCOL_ATTRIBUTES, protocol);
}

/** Attributes of one attempt to reach a backend. */
export function attemptAttributes(plan: Plan, attempt: DialAttempt): Attributes {
  const attributes: Attributes = { [ATTRIBUTES.dialDurationMs]: attempt.to - attempt.from };
  const backend = plan.backends[attempt.backend];
  if (backend !== undefined) setBackend(attributes, backend);
  if (attempt.error !== '') attributes[ATTRIBUTES.dialError] = shown(attempt.error, MESSAGE_CHARS_MAX);
  return attributes;
}

/** The sessions that ended, or began, here. */
function setTls(attributes: Attributes, { clientTls, backendTls }: ClosedFact): void {
  if (clientTls !== null) {
    attributes[ATTRIBUTES.tlsVersion] = clientTls.version.slice('TLSv'.length);
    attributes[ATTRIBUTES.tlsCipher] = clientTls.cipher;
    attributes[ATTRIBUTES.tlsResumed] = clientTls.resumed;
    if (clientTls.alpn !== null) attributes[ATTRIBUTES.tlsAlpn] = shown(clientTls.alpn, SNI_CHARS_MAX);
    if (clientTls.peer !== null) {
      attributes[ATTRIBUTES.tlsClientSubject] = shown(clientTls.peer.subject, SNI_CHARS_MAX);
      attributes[ATTRIBUTES.tlsClientFingerprint] = clientTls.peer.fingerprint;
    }
  }
  if (backendTls !== null) {
    attributes[ATTRIBUTES.backendTlsVersion] = backendTls.version.slice('TLSv'.length);
    attributes[ATTRIBUTES.backendTlsCipher] = backendTls.cipher;
  }
}

/** What the kernel knew of each leg. */
function setLegs(attributes: Attributes, { clientTcp, backendTcp }: ClosedFact): void {
  if (clientTcp !== null) {
    attributes[ATTRIBUTES.clientRttUs] = clientTcp.rttUs;
    attributes[ATTRIBUTES.clientRttVarUs] = clientTcp.rttVarUs;
    attributes[ATTRIBUTES.clientRetransmits] = clientTcp.retransmits;
    attributes[ATTRIBUTES.clientDeliveryRate] = clientTcp.deliveryRate;
  }
  if (backendTcp !== null) {
    attributes[ATTRIBUTES.backendRttUs] = backendTcp.rttUs;
    attributes[ATTRIBUTES.backendRttVarUs] = backendTcp.rttVarUs;
    attributes[ATTRIBUTES.backendRetransmits] = backendTcp.retransmits;
    attributes[ATTRIBUTES.backendDeliveryRate] = backendTcp.deliveryRate;
  }
}

function setBackend(attributes: Attributes, backend: BackendPlan): void {
  attributes[ATTRIBUTES.backend] = backend.name;
  if (!backend.original)
    setAddress(attributes, backend.address, ATTRIBUTES.serverAddress, ATTRIBUTES.serverPort);
}

/** An address that came as text; what is no address with a port is shown as it is. */
function setPeer(attributes: Attributes, text: string, address: string, port: string): void {
  const parsed = parseAddress(text);
  if (typeof parsed === 'string') attributes[address] = text;
  else setAddress(attributes, parsed, address, port);
}

function setAddress(attributes: Attributes, value: Address, address: string, port: string): void {
  if (value.kind === 'unix') {
    attributes[address] = value.path;
  } else {
    attributes[address] = value.host;
    attributes[port] = value.port;
  }
}
