/** Words longer than this are not compared: the cost grows with the square of the length. */
const COMPARED_CHARACTERS_MAX = 64;

/**
 * The candidate that was most likely meant by a mistyped word: equal but for case, `-` and `_`, or a few typing errors
 * away (one in three characters, at most three). null where none is near; the first where several are equally near.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  if (word.length > COMPARED_CHARACTERS_MAX) return null;
  const folded = fold(word);
  let best: string | null = null;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (candidate.length > COMPARED_CHARACTERS_MAX || candidate === word) continue;
    const distance = editDistance(folded, fold(candidate));
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other (optimal string
 * alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substitution, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
