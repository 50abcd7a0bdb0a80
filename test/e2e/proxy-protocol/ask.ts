import { dial } from '../../support/tcp.ts';

/** Everything that the server at `port` says after it was sent these, and how it ended: `fin`, or the code of an error. */
export async function ask(port: number, ...parts: readonly (Uint8Array | string)[]) {
  const socket = await dial({ host: '127.0.0.1', port });
  const answer: Buffer[] = [];
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (data: Buffer) => answer.push(data));
    socket.once('end', () => resolve('fin'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
  socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  const end = await ended;
  socket.destroy();
  return { text: Buffer.concat(answer).toString('latin1'), end };
}
