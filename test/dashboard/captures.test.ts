import { expect, it } from 'vitest';
import { Collected } from '../../dashboard/src/captures/collected.ts';

it('what a capture brings in pieces is one file, in order', async () => {
  const collected = new Collected('application/x-pcapng');
  for (let piece = 0; piece < 10; piece++) collected.add(new Uint8Array(1024 * 1024).fill(piece));
  const bytes = new Uint8Array(await collected.blob().arrayBuffer());
  expect(collected.bytes).toBe(10 * 1024 * 1024);
  expect(bytes.length).toBe(collected.bytes);
  for (let piece = 0; piece < 10; piece++) expect(bytes[piece * 1024 * 1024 + 7]).toBe(piece);
});
