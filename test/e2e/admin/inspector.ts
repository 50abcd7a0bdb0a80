import { createConnection, type Socket } from 'node:net';
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { WebSocket } from 'ws';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import type { Sluice } from '../../support/sluice.ts';

/** A message, as it is read. */
export type Told = StatelyInspectionEvent & {
  readonly event?: { readonly type: string };
  readonly snapshot?: {
    readonly value: unknown;
    readonly status: string;
    readonly context: Record<string, unknown>;
  };
};

/** Resolves when something is so. */
export const until = (isSo: () => boolean, what: string) => eventually(() => isSo() || undefined, what);

/** Where the actors of a query are inspected. */
export const inspector = ({ admin }: Sluice, query: string) =>
  `${admin?.replace('http', 'ws')}/v1/inspect?${query}`;

/** A WebSocket by hand; `closed` is the code with which it ended. */
export function open(url: string, protocols: string[] = [], options: object = {}) {
  const socket = new WebSocket(url, protocols, options);
  later(() => socket.terminate());
  const messages: Told[] = [];
  socket.on('message', (text) => void messages.push(JSON.parse(String(text)) as Told));
  socket.on('error', () => {});
  const status = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
  });
  const closed = new Promise<{ code: number; why: string }>((resolve) => {
    socket.on('close', (code, why) => resolve({ code, why: String(why) }));
  });
  return { socket, messages, status, closed };
}

/** A client whose first byte has come back. */
export async function connected(sluice: Sluice, listener?: string): Promise<Socket> {
  const { host, port } = sluice.address(listener);
  const socket = createConnection({ host, port });
  later(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write('x');
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** The id of a connection that is open. */
export async function idOf({ admin }: Sluice): Promise<string> {
  const { connections } = (await (await fetch(`${admin}/v1/connections`)).json()) as {
    connections: { connection: string }[];
  };
  return connections[0]?.connection ?? '';
}

/** The states that actors were told to be in. */
export const values = (told: readonly Told[]) =>
  told.filter(({ type }) => type === '@xstate.snapshot').map(({ snapshot }) => snapshot?.value);
/** What actors were told. */
export const events = (told: readonly Told[]) =>
  told.filter(({ type }) => type === '@xstate.event').map(({ event }) => event?.type);
