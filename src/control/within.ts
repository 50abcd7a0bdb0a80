/** Waits for `done`, but no longer than this. Rejects where it does. */
export async function within(ms: number, done: Promise<unknown>): Promise<void> {
  await limited(ms, done, () => undefined);
}

/** What `done` resolves with; rejects with `tooLate()` where that takes longer than this. */
export function inTime<T>(ms: number, done: Promise<T>, tooLate: () => Error): Promise<T> {
  return limited(ms, done, () => {
    throw tooLate();
  });
}

async function limited<T, U>(ms: number, done: Promise<T>, late: () => U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  }).then(late);
  try {
    return await Promise.race([done, over]);
  } finally {
    clearTimeout(timer);
  }
}
