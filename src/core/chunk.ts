/**
 * A piece of one direction of a connection, as it flows through the stages.
 * Where `borrowed` is true the bytes belong to the plane and are valid only until `next` returns: a stage that holds
 * such a chunk longer takes `keep(chunk)` instead. Chunks are never empty.
 */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** When the bytes were read, in milliseconds of the plane's clock. */
  readonly at: number;
  readonly borrowed: boolean;
}

/** The same chunk, safe to hold: a copy where the bytes were borrowed, itself where they were not. */
export function keep(chunk: Chunk): Chunk {
  return chunk.borrowed ? { bytes: new Uint8Array(chunk.bytes), at: chunk.at, borrowed: false } : chunk;
}

/** A part of a chunk without copying; as borrowed as the chunk it is a part of. */
export function part(chunk: Chunk, from: number, to: number): Chunk {
  return { bytes: chunk.bytes.subarray(from, to), at: chunk.at, borrowed: chunk.borrowed };
}
