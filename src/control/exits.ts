/** What is still to be done when the process exits. One listener of the process stands for all, however many services there are. */
const exits = new Set<() => void>();

const runAll = (): void => {
  for (const exit of exits) exit();
};

/** Calls `exit` when the process exits, until the function that is returned is called. `exit` must not throw. */
export function onExit(exit: () => void): () => void {
  if (exits.size === 0) process.on('exit', runAll);
  exits.add(exit);
  return () => {
    exits.delete(exit);
    if (exits.size === 0) process.off('exit', runAll);
  };
}
