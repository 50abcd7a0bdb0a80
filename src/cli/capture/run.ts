import { open } from 'node:fs/promises';
import { BlockReader, type Tallied, Tally } from '../../capture/index.ts';
import { CAPTURE_ENDS } from '../../core/capture-control.ts';
import { messageOf } from '../../core/error-fact.ts';
import { SluiceError } from '../../core/errors.ts';
import { formatBytes } from '../../core/units.ts';
import { adminAccess, type ReadFile } from '../admin-access.ts';
import type { Output } from '../output.ts';
import type { StopHost } from '../stopping.ts';
import { ask } from './ask.ts';
import { bodyOf, type CaptureOptions } from './options.ts';

/** What is captured is for its owner alone. */
const FILE_MODE = 0o600;

const ENDS: Readonly<Record<string, string>> = {
  ...CAPTURE_ENDS,
  bytes: `${CAPTURE_ENDS.bytes} (--max-bytes)`,
};

interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Captures until the service ends it, or a signal does; tells on standard error what came. Only whole blocks are written, so
 * that the file can be read whatever happens. Resolves with the exit code: 1 where the service broke off. Rejects with
 * CAPTURE_FAILED.
 */
export async function capture(
  options: CaptureOptions,
  output: Output,
  host: Pick<StopHost, 'on' | 'off'>,
  readFile: ReadFile,
): Promise<number> {
  const access = adminAccess(options, process.env, readFile, 'CAPTURE_FAILED');
  const body = bodyOf(options);
  const reply = await ask(access, { method: 'POST', path: '/v1/captures', body });
  const sink = await sinkOf(options.output).catch((error: unknown) => {
    reply.destroy();
    throw error;
  });
  let signals = 0;
  const stop = (): void => {
    const path = `/v1/captures/${reply.headers['sluice-capture']}`;
    if (signals++ > 0) reply.destroy();
    else
      ask(access, { method: 'DELETE', path }).then(
        (done) => done.resume(),
        () => reply.destroy(),
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) host.on(signal, stop);
  const tally = new Tally();
  let broken: string | null = null;
  try {
    await write(reply, sink, tally);
  } catch (error) {
    broken = messageOf(error);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) host.off(signal, stop);
    await sink.close();
  }
  const end = reply.trailers['sluice-capture-end'] ?? '';
  const why = broken === null ? (ENDS[end] ?? 'the service has said no more') : `broken off: ${broken}`;
  output.err(`${told(tally)}; ${why}\n`);
  return broken === null && end !== '' ? 0 : 1;
}

function told({ packets, payloadBytes, connections }: Tallied): string {
  return `${counted(packets, 'packet')}, ${formatBytes(payloadBytes)} of payload, ${counted(connections, 'connection')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

async function write(pieces: AsyncIterable<Uint8Array>, sink: Sink, tally: Tally): Promise<void> {
  const reader = new BlockReader();
  for await (const piece of pieces) {
    const blocks = reader.push(piece);
    if (blocks.length === 0) continue;
    await sink.write(Buffer.concat(blocks.map(({ bytes }) => bytes)));
    for (const block of blocks) tally.add(block);
  }
}

async function sinkOf(file: string): Promise<Sink> {
  if (file === '-') return { write: writeOut, close: async () => {} };
  try {
    const handle = await open(file, 'wx', FILE_MODE);
    return { write: (bytes) => handle.writeFile(bytes), close: () => handle.close() };
  } catch (error) {
    throw new SluiceError('CAPTURE_FAILED', `--output: ${messageOf(error)}`, { cause: error });
  }
}

/** Rejects where the reader has gone. */
function writeOut(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
