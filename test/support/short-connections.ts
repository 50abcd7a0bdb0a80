import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { later } from './cleanup.ts';
import type { HostPort } from './sluice.ts';

/** From the end of a client's connection to its next one. */
const GAP_MS = 5;

/** A short connection that did not end as it should. */
export interface Failed {
  /** The client's port, by which the proxy's log knows it. */
  readonly port: number;
  readonly error: string;
}

/** Clients that connect, ask once, read the answer and finish, over and over; a bounded number of them. */
export interface ShortConnections {
  /** Connections that were served. */
  readonly served: number;
  readonly failed: readonly Failed[];
  /** Lets those under way end and begins no more. */
  stop(): Promise<void>;
}

export function shortConnections(to: HostPort, clients: number): ShortConnections {
  let isOver = false;
  let served = 0;
  const failed: Failed[] = [];
  const client = async (): Promise<void> => {
    while (!isOver) {
      const failure = await once(to);
      if (failure === null) served++;
      else failed.push(failure);
      await pause(GAP_MS);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  const stop = async (): Promise<void> => {
    isOver = true;
    await all;
  };
  later(stop);
  return {
    get served() {
      return served;
    },
    failed,
    stop,
  };
}

/** null where the answer came and both sides finished. */
function once(to: HostPort): Promise<Failed | null> {
  return new Promise((resolve) => {
    let [port, answer, error] = [0, '', ''];
    const socket = connect({ ...to, noDelay: true }, () => {
      port = socket.localPort ?? 0;
      socket.write('ping');
    });
    socket.on('data', (data) => {
      answer += data;
      if (answer.length >= 4) socket.end();
    });
    socket.on('error', (cause) => {
      error = cause.message;
    });
    socket.on('close', () => {
      const isServed = error === '' && answer === 'ping';
      resolve(isServed ? null : { port, error: error === '' ? `answered "${answer}"` : error });
    });
  });
}
