/** From one look at a watched file to the next. */
export const WATCH_MS = 1_000;

/** What watching touches of the system. */
export interface WatchHost {
  /** What tells one version of a file from another without reading it; of a file that is not there, why. Never rejects. */
  stamp(file: string): Promise<string>;
  /** Runs once after so long, and does not hold the process. What is returned calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

/**
 * Calls `changed` when one of the files has become another one and all of them have then stayed the same for one interval,
 * so that files that are being written are not read half-way, nor a new key without its certificate. They count as changed at
 * first, since they may have been between their first read and this call. `files` is asked anew for each look; while it names
 * none nothing counts as changed. What is returned ends the watch.
 *
 * It looks at the paths once a second instead of asking the system for events: these are of a file and not of a path, and
 * are lost where an editor puts another file in its place, where a ConfigMap of Kubernetes turns a symbolic link over to
 * another folder, and on network file systems.
 */
export function watchFiles(files: () => readonly string[], host: WatchHost, changed: () => void): () => void {
  let isEnded = false;
  let isFresh = false;
  let last: string | null = null;
  const look = async (): Promise<void> => {
    const names = files();
    const stamps = await Promise.all(names.map((name) => host.stamp(name)));
    if (isEnded) return;
    callOff = host.after(WATCH_MS, look);
    const stamp = names.length === 0 ? null : JSON.stringify([names, stamps]);
    if (stamp !== last) isFresh = stamp !== null;
    else if (isFresh) {
      isFresh = false;
      changed();
    }
    last = stamp;
  };
  let callOff = host.after(WATCH_MS, look);
  return () => {
    isEnded = true;
    callOff();
  };
}
