import { createServer, type Socket } from 'node:net';
import { type Proxy as ToxicProxy, Toxiproxy } from 'toxiproxy-node-client';
import { later } from '../../support/cleanup.ts';
import { type HostPort, type Sluice, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';

/** A Sluice that is nothing but Toxiproxy's API, and the client library that talks to it. */
export async function startApi(config = ''): Promise<{ sluice: Sluice; api: Toxiproxy; url: string }> {
  const sluice = await startSluice(`toxiproxy: { listen: "127.0.0.1:0" }\nworkers: 2\n${config}`);
  const url = sluice.ready.urls['toxiproxy'] ?? '';
  return { sluice, api: new Toxiproxy(url), url };
}

/** A server that sends back what comes, and ends when its client does. */
export function echoServer(): Promise<{ readonly port: number }> {
  return serve((socket) => void socket.pipe(socket));
}

/** A proxy on a free port, to `port` of this machine. */
export function makeProxy(api: Toxiproxy, port: number, name = 'echo'): Promise<ToxicProxy> {
  return api.createProxy({ name, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` });
}

export function placeOf({ listen }: { readonly listen: string }): HostPort {
  const [host = '', port = ''] = listen.split(':');
  return { host, port: Number(port) };
}

/** Asks once and waits for the whole answer; how many milliseconds that took, or how the connection ended instead. */
export function ask(socket: Socket, text = 'ping'): Promise<number | string> {
  const began = performance.now();
  return new Promise((resolve) => {
    let heard = '';
    const onData = (data: Buffer): void => {
      heard += data;
      if (heard.length >= text.length) done(performance.now() - began);
    };
    const onEnd = (): void => done('fin');
    const onError = (error: NodeJS.ErrnoException): void => done(error.code ?? 'error');
    const done = (how: number | string): void => {
      socket.off('data', onData).off('end', onEnd).off('error', onError);
      resolve(how);
    };
    socket.on('data', onData).on('end', onEnd).on('error', onError);
    socket.write(text);
  });
}

/** A server that listens on a free port of 127.0.0.1, so that nobody else can. */
export async function takePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not bound');
  return address.port;
}
