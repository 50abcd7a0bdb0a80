import { useEffect, useState } from 'preact/hooks';
import type { NamedStage } from '../../../src/core/stage-control.ts';
import { read } from '../api.ts';
import { pause, untilSeen } from '../poll.ts';
import { pathOf } from './stages.ts';

/** Between two rounds. */
const EVERY_MS = 5_000;
/** Listeners that are asked in a round; of the others nothing is known. */
const ASKED_MAX = 32;

/** How many stages each listener has at run time, by name; asked one after the other. */
export function useStageCounts(listeners: readonly string[]): ReadonlyMap<string, number> {
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const asked = listeners.slice(0, ASKED_MAX).join('\n');
  useEffect(() => {
    const cancel = new AbortController();
    const names = asked.split('\n').filter((name) => name !== '');
    void follow(names, cancel.signal, (name, count) =>
      setCounts((known) => (known.get(name) === count ? known : new Map(known).set(name, count))),
    );
    return () => cancel.abort();
  }, [asked]);
  return counts;
}

async function follow(
  names: readonly string[],
  cancel: AbortSignal,
  tell: (name: string, count: number) => void,
): Promise<void> {
  while (!cancel.aborted && names.length > 0) {
    for (const name of names) {
      const path = pathOf({ listener: name });
      const answer = await read<{ stages: readonly NamedStage[] }>(path, cancel).catch(() => null);
      if (cancel.aborted) return;
      if (answer !== null) tell(name, answer.stages.length);
    }
    await pause(EVERY_MS, cancel);
    if (document.hidden) await untilSeen(cancel);
  }
}
