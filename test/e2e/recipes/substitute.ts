import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { later } from '../../support/cleanup.ts';
import { serve } from '../../support/tcp.ts';
import { tempDir } from '../../support/temp.ts';

/** What a recipe is run with instead of the addresses and files it names. */
export interface World {
  /** The recipe's text with every listener on a free port and every backend a server that echoes. */
  readonly config: string;
  /** Where Unix sockets and tee files are. */
  readonly directory: string;
}

const LISTENER = /\b(listen|prometheus): "([^"]+)"/g;
const BACKEND = /"((?:\d+\.){3}\d+:[1-9]\d*|unix:[^"]+)"/g;
const LINE_OF_COMMENT = /^#.*\n/gm;

/**
 * Changes addresses, names of files and the OTLP receiver in the text of a recipe, and nothing else; comments go. Each
 * backend is a server of its own, ended with the test.
 */
export async function substitute(recipe: string, otlp: string): Promise<World> {
  const directory = tempDir();
  const listening = new Map<string, string>();
  let text = recipe.replace(LINE_OF_COMMENT, '').replace(LISTENER, (_, key, address: string) => {
    const place = address.startsWith('unix:')
      ? `unix:${join(directory, `${listening.size}.sock`)}`
      : '127.0.0.1:0';
    listening.set(address, place);
    return `${key}: '${place}'`;
  });
  const backends = new Set([...text.matchAll(BACKEND)].map(([, address]) => address as string));
  for (const address of backends) {
    const place = address.startsWith('unix:')
      ? await echoAt(join(directory, `backend-${backends.size}.sock`))
      : `127.0.0.1:${(await serve(echo)).port}`;
    text = text.replaceAll(`"${address}"`, `'${place}'`);
  }
  const config = text.replace(/otlp: "[^"]+"/, `otlp: "${otlp}"`).replace(/file: "/, `file: "${directory}/`);
  return { config, directory };
}

async function echoAt(path: string): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    echo(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  later(() => {
    server.close();
  });
  return `unix:${path}`;
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}
