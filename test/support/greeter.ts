import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { HostPort } from './sluice.ts';
import { dial, serve } from './tcp.ts';

/** A backend of the test that says its name to whoever connects, and echoes from then on. */
export async function greeter(name: string): Promise<{ readonly port: number }> {
  return serve((socket) => {
    socket.write(name);
    socket.pipe(socket);
  });
}

/** A client, and the name of the backend that has greeted it. */
export interface Greeted {
  readonly socket: Socket;
  readonly by: string;
}

/** Connects and waits for the greeting. Rejects with the socket's error, or at its end, where there is none. */
export async function greet(to: HostPort): Promise<Greeted> {
  const socket = await dial(to);
  return { socket, by: await read(socket, 1) };
}

/** Who greets so many clients, one after the other; each finishes cleanly. */
export async function greetings(to: HostPort, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const { socket, by } = await greet(to);
    const ended = once(socket, 'end');
    socket.end();
    await ended;
    names.push(by);
  }
  return names;
}

/** Sends a word and reads as much back. Rejects where the connection ends instead. */
export function echo(socket: Socket, word: string): Promise<string> {
  const came = read(socket, word.length);
  socket.write(word);
  return came;
}

/** The next bytes, at least so many. */
function read(socket: Socket, least: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const data = (bytes: Buffer): void => {
      got += bytes;
      if (got.length >= least) settle(() => resolve(got));
    };
    const end = (): void => settle(() => reject(new Error(`it ended by FIN after "${got}"`)));
    const error = (cause: Error): void => settle(() => reject(cause));
    const settle = (how: () => void): void => {
      socket.off('data', data).off('end', end).off('error', error);
      how();
    };
    socket.on('data', data).on('end', end).on('error', error);
  });
}
