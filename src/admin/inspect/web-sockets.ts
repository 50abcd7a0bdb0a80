import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { INSPECT_CLOSE_MS_MAX, INSPECT_HEARD_BYTES_MAX, INSPECT_PING_MS } from '../limits.ts';
import type { SocketSession } from '../reply.ts';
import { INSPECT_PROTOCOL } from './offered-token.ts';

/** Of RFC 6455 section 7.4.1. */
const NORMAL = 1000;
const GOING_AWAY = 1001;

/** Pings in a row that may be without an answer. */
const UNANSWERED_MAX = 1;

/** With `closeTimeout`, which the types of ws lack. */
const OPTIONS = {
  noServer: true,
  clientTracking: true,
  perMessageDeflate: false,
  maxPayload: INSPECT_HEARD_BYTES_MAX,
  closeTimeout: INSPECT_CLOSE_MS_MAX,
  // A protocol that carries a token is never said again.
  handleProtocols: (offered: Set<string>) =>
    offered.has(INSPECT_PROTOCOL) ? INSPECT_PROTOCOL : (false as const),
};

/** The WebSockets of an admin server. The library is loaded with the first, so that a start does not pay for it. */
export class WebSockets {
  #server: WebSocketServer | null = null;
  #isClosed = false;

  /**
   * Completes the handshake of a request, or refuses it where it is none of RFC 6455; `gone` is called once, when it has
   * ended. Never rejects.
   */
  async accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    session: SocketSession,
    gone: () => void,
  ): Promise<void> {
    const ended = once(() => {
      session.end();
      gone();
    });
    socket.once('close', ended);
    const { WebSocketServer } = await import('ws');
    if (this.#isClosed || socket.destroyed) {
      socket.destroy();
      ended();
      return;
    }
    this.#server ??= new WebSocketServer(OPTIONS);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => run(webSocket, session, ended));
  }

  /** Tells all that the server goes away. From here on none is opened. */
  close(): void {
    this.#isClosed = true;
    for (const webSocket of this.#server?.clients ?? []) webSocket.close(GOING_AWAY, 'the service ends');
  }

  /** Cuts what is left. */
  cut(): void {
    for (const webSocket of this.#server?.clients ?? []) webSocket.terminate();
  }
}

function run(webSocket: WebSocket, session: SocketSession, ended: () => void): void {
  let unanswered = 0;
  const pings = setInterval(() => {
    if (unanswered >= UNANSWERED_MAX) webSocket.terminate();
    unanswered++;
    webSocket.ping();
  }, INSPECT_PING_MS);
  webSocket.on('pong', () => {
    unanswered = 0;
  });
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => {
    clearInterval(pings);
    ended();
  });
  session.open({
    send: (text, sent) => webSocket.send(text, (error) => (error == null ? sent() : undefined)),
    buffered: () => webSocket.bufferedAmount,
    close: (why) => webSocket.close(NORMAL, why),
  });
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
