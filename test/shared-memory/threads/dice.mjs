/** Numbers from 0 to `sides - 1`, the same ones for the same seed. */
export function diceOf(seed) {
  let state = seed | 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}
