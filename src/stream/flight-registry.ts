/** Memory that all flight recorders of a thread together may have. Where it is used up, a recorder remembers less. */
export const FLIGHTS_BYTES_MAX = 256 * 1024 * 1024;

/** Records that are written to the disk at once; others wait, with their memory. */
export const FLIGHTS_WRITTEN_MAX = 4;

let reserved = 0;
let writing = 0;
const waiting: (() => void)[] = [];

/** Takes memory for a recorder; false where there is none. */
export function reserveFlightMemory(bytes: number): boolean {
  if (reserved + bytes > FLIGHTS_BYTES_MAX) return false;
  reserved += bytes;
  return true;
}

/** Gives memory back. */
export function releaseFlightMemory(bytes: number): void {
  reserved -= bytes;
}

/** Has a record written when it is its turn. `write` calls `done` once; then its memory is free. */
export function writeFlight(memoryBytes: number, write: (done: () => void) => void): void {
  waiting.push(() =>
    write(() => {
      releaseFlightMemory(memoryBytes);
      writing--;
      writeNext();
    }),
  );
  writeNext();
}

function writeNext(): void {
  if (writing >= FLIGHTS_WRITTEN_MAX) return;
  const next = waiting.shift();
  if (next === undefined) return;
  writing++;
  next();
}
