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
 * Calls `changed` when the file has become another one and has then stayed the same for one interval, so that a file that
 * is being written is not read half-way. It counts as changed at first, since it may have been between its first read and
 * this call. What is returned ends the watch.
 *
 * It looks at the path once a second instead of asking the system for events: these are of a file and not of a path, and
 * are lost where an editor puts another file in its place, where a ConfigMap of Kubernetes turns a symbolic link over to
 * another folder, and on network file systems.
 */
export function watchFile(file: string, host: WatchHost, changed: () => void): () => void {
  let isEnded = false;
  let isFresh = false;
  let last: string | null = null;
  const look = async (): Promise<void> => {
    const stamp = await host.stamp(file);
    if (isEnded) return;
    callOff = host.after(WATCH_MS, look);
    if (stamp !== last) isFresh = true;
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
