import { readFileSync } from 'node:fs';

/**
 * The code block of a page of docs/ whose fence says this (` ```nft redirect `), so that what a page shows is what a test
 * runs. Throws where the page has not exactly one.
 */
export function pageBlock(page: string, fence: string): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const found = [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].filter(([, said]) => said === fence);
  if (found.length !== 1) throw new Error(`docs/${page} has ${found.length} blocks "${fence}"`);
  return found[0]?.[2] ?? '';
}
