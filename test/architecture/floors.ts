import { posix } from 'node:path';

/** The floors, from the ground up. An import goes to a lower floor, or stays in its own folder. */
export const FLOORS = [
  ['words', ['src/core']],
  [
    'brains',
    [
      'src/sniff',
      'src/proxy-protocol',
      'src/route',
      'src/balance',
      'src/capture',
      'src/probe',
      'src/machine-engine',
      'machines',
    ],
  ],
  [
    'hands',
    [
      'src/stream',
      'src/plane/net',
      'src/plane/linux',
      'src/plane/memory',
      'src/telemetry',
      'src/admin',
      'src/toxiproxy',
      'src/shared-memory',
      'src/tls',
      'src/names',
    ],
  ],
  ['actors', ['src/connection', 'src/upstream', 'src/config']],
  ['roof', ['src', 'src/control', 'src/cli']],
] as const satisfies readonly (readonly [string, readonly string[]])[];

export type Floor = (typeof FLOORS)[number][0];

const FOLDERS = FLOORS.flatMap(([floor, folders], height) =>
  folders.map((folder) => ({ folder: folder as string, floor: floor as Floor, height })),
);

/** Where a file stands; null where no floor has its folder. */
export function placeOf(path: string) {
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
    const place = FOLDERS.find((candidate) => candidate.folder === folder);
    if (place === undefined) continue;
    return folder === 'src' && posix.dirname(path) !== 'src' ? null : place;
  }
  return null;
}

/** What is wrong with an import of one file of ours by another; null where nothing is. */
export function wrongStep(from: string, to: string): string | null {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (here === null || there === null) return `${here === null ? from : to} stands on no floor`;
  if (here.folder === there.folder) return null;
  if (here.floor !== 'roof' || there.floor !== 'roof') {
    if (there.height > here.height) return `upward, from ${here.floor} to ${there.floor}`;
    if (there.height === here.height) return `sideways, from ${here.folder} to ${there.folder}`;
  }
  if (there.folder === 'src' || there.folder === 'src/core' || there.folder === 'machines') return null;
  return posix.join(there.folder, 'index.ts') === to ? null : `past the door of ${there.folder}`;
}
