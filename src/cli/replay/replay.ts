import { readStreams } from '../../capture/index.ts';
import type { Plane } from '../../core/ports.ts';
import { formatBytes } from '../../core/units.ts';
import type { Output } from '../output.ts';
import { runStreams } from './run-streams.ts';
import { type ReplayOptions, settingsOf } from './settings.ts';
import { resultJson, resultText, totalsText, warningsOf } from './text.ts';

/** The longest file that is replayed; a longer one is refused. */
export const REPLAY_FILE_BYTES_MAX = 256 * 1024 * 1024;

/** Reads a file, at most so many bytes; in words why not. */
type ReadFile = (file: string, bytesMax: number) => Uint8Array | string;

/**
 * Sends the clients' halves of a file to a server again and tells how its answers differ. Resolves with the exit code: 0
 * all were sent and all answers are equal, 1 not so, 2 the flags are wrong or the file has no TCP connection.
 */
export async function replay(
  file: string,
  options: ReplayOptions,
  readFile: ReadFile,
  createPlane: () => Plane,
  output: Output,
): Promise<number> {
  const refuse = (why: string): number => {
    output.err(`sluice: ${why}\n`);
    return 2;
  };
  const settings = settingsOf(options);
  if (typeof settings === 'string') return refuse(settings);
  const content = readFile(file, REPLAY_FILE_BYTES_MAX + 1);
  if (typeof content === 'string') return refuse(`${file}: ${content}`);
  if (content.length > REPLAY_FILE_BYTES_MAX)
    return refuse(
      `${file}: it has more than ${formatBytes(REPLAY_FILE_BYTES_MAX)}: cut it, as by editcap -c`,
    );
  const caught = readStreams(content, settings.leg);
  if (caught === null) return refuse(`${file}: this is neither pcap nor pcapng`);
  for (const warning of warningsOf(caught)) output.err(`warning: ${file}: ${warning}\n`);
  if (caught.streams.length === 0) return refuse(`${file}: there is no TCP connection in it`);
  const plane = createPlane();
  try {
    const { isJson } = settings;
    const totals = await runStreams(plane, settings, caught.streams, (result) =>
      output.out(isJson ? resultJson(result) : resultText(result)),
    );
    output.out(totalsText(totals, isJson));
    return totals.different + totals.leftOut === 0 ? 0 : 1;
  } finally {
    await plane.close();
  }
}
