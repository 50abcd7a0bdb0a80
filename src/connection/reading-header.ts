import { anyCidrContains } from '../core/cidr.ts';
import type { ProxyHeader } from '../core/proxy-header.ts';
import { PROXY_V2_BYTES_MAX, type ProxyRead, readProxyHeader } from '../proxy-protocol/index.ts';
import type { Connection } from './connection.ts';

/** Entry: reads the PROXY header, and nothing behind it. Who is not trusted to send one is not asked for any. */
export function readHeader(connection: Connection): void {
  const { client, watch, listener, deadlines } = connection;
  const { proxyIn } = listener;
  if (proxyIn === null) throw new Error(`listener "${listener.name}" takes no PROXY headers`);
  const isTrusted = connection.clientHost === '' || anyCidrContains(proxyIn.trusted, connection.clientHost);
  deadlines.after('deadline.header', proxyIn.timeoutMs);
  watch.onHeld = (held) => {
    const read = readProxyHeader(held);
    if (read.kind === 'need-more') {
      if (watch.sentFin) settle(connection, read, proxyIn.required);
    } else if (isTrusted || read.kind === 'none') settle(connection, read, proxyIn.required);
    else refuse(connection, 'a PROXY header from an address that is not in proxy_protocol.trusted');
  };
  watch.onFin = () => settle(connection, { kind: 'none' }, proxyIn.required);
  client.peek(PROXY_V2_BYTES_MAX);
}

/** Exit: stops looking. */
export function stopReadingHeader(connection: Connection): void {
  connection.deadlines.cancel('deadline.header');
  connection.watch.onHeld = null;
  connection.watch.onFin = null;
}

function settle(connection: Connection, read: ProxyRead, required: boolean): void {
  switch (read.kind) {
    case 'header':
      connection.consume(read.length);
      take(connection, read.header);
      break;
    case 'invalid':
      refuse(connection, `a PROXY header that is malformed: ${read.why}`);
      return;
    default:
      if (required) {
        refuse(connection, 'no PROXY header, which proxy_protocol: require asks for');
        return;
      }
  }
  connection.headerIsDone = true;
  connection.tellOpened();
  connection.send({ type: 'header.read' });
}

function take(connection: Connection, header: ProxyHeader): void {
  connection.header = header;
  const { source, destination, tlvs } = header;
  if (source !== null && destination !== null) connection.isFrom(source, destination);
  if (tlvs.traceparent !== null) {
    connection.traceId = tlvs.traceparent.traceId;
    connection.parent = {
      spanId: tlvs.traceparent.spanId,
      sampled: (tlvs.traceparent.flags & 1) === 1,
    };
  }
}

function refuse(connection: Connection, why: string): void {
  connection.refusal = why;
  connection.tellOpened();
  connection.send({ type: 'refused', reason: 'proxy-header', how: 'reset' });
}
