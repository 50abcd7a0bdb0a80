import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { decide, isRead, type Served } from './decide.ts';
import { offeredAuthorization } from './inspect/offered-token.ts';
import { WebSockets } from './inspect/web-sockets.ts';
import { INSPECT_SOCKETS_MAX, STALL_MS_MAX } from './limits.ts';
import { problemReply, type Reply } from './reply.ts';
import { askedBy, perform, type Responder } from './respond.ts';
import { rawReply } from './send.ts';

/** Answers requests that ask for another protocol. */
export interface Upgrader {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells the clients of WebSockets that the server goes away. */
  close(): void;
  /** Cuts those that are left. */
  cut(): void;
}

/**
 * Answers the requests that node:http hands out with their socket, since they ask for another protocol. A WebSocket is opened where
 * an endpoint has one; any other protocol, and a WebSocket anywhere else, is not taken up, and `respond` answers as it would
 * without (RFC 9110 section 7.8).
 */
export function createUpgrader(served: Served, respond: Responder): Upgrader {
  const webSockets = new WebSockets();
  let sockets = 0;
  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { headers } = request;
    const authorization = headers.authorization ?? offeredAuthorization(headers['sec-websocket-protocol']);
    const decision = decide({ ...askedBy(request), authorization, wantsSocket: true }, served);
    if (decision.kind === 'reply') {
      refuse(socket, decision.reply);
      return;
    }
    if (decision.endpoint.isWebSocket !== true) {
      answer(request, respond);
      return;
    }
    if (sockets >= INSPECT_SOCKETS_MAX) {
      const after = { 'retry-after': '5' };
      refuse(socket, problemReply(503, `there are ${INSPECT_SOCKETS_MAX} inspectors already`, after));
      return;
    }
    sockets++;
    const left = (): void => {
      sockets--;
    };
    const reply = await perform(decision, served, request, null);
    if (reply.session !== undefined) {
      await webSockets.accept(request, socket, head, reply.session, left);
      return;
    }
    left();
    refuse(socket, reply);
  };
  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => {});
      if (headerIs(request.headers.upgrade, 'websocket') && request.method === 'GET')
        void open(request, socket, head);
      else answer(request, respond);
    },
    close: () => webSockets.close(),
    cut: () => webSockets.cut(),
  };
}

function headerIs(header: string | undefined, value: string): boolean {
  return header?.trim().toLowerCase() === value;
}

/** As without the wish for another protocol. Node no longer reads from the socket, so there cannot be a body, nor a next request. */
function answer(request: IncomingMessage, respond: Responder): void {
  const { socket } = request;
  if (!isRead({ method: request.method ?? '' }) || askedBy(request).hasBody) {
    refuse(socket, problemReply(400, 'leave out the header field upgrade: no other protocol is spoken here'));
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  socket.on('drain', () => response.emit('drain'));
  socket.setTimeout(STALL_MS_MAX, () => socket.destroy());
  respond(request, response);
}

function refuse(socket: Duplex, reply: Reply): void {
  socket.end(rawReply(reply), () => socket.destroy());
}
