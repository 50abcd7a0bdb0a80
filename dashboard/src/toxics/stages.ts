import { useEffect, useState } from 'preact/hooks';
import type { NamedStage } from '../../../src/core/stage-control.ts';
import { ApiError, change, read } from '../api.ts';
import { pause, untilSeen } from '../poll.ts';
import type { StageItem } from './values.ts';

const EVERY_MS = 2_000;

/** Whose stages: the path of the API. */
export type Target = { readonly listener: string } | { readonly connection: string };

/** The stages put at run time into a target, kept as they are now. */
export interface Stages {
  /** null before the first answer. */
  readonly list: readonly NamedStage[] | null;
  /** Of the last reading; null = it succeeded. */
  readonly error: ApiError | null;
  /** Each throws an ApiError where the service refuses. */
  add(name: string, stage: StageItem): Promise<void>;
  change(name: string, stage: StageItem): Promise<void>;
  remove(name: string): Promise<void>;
}

export function pathOf(target: Target): string {
  return 'listener' in target
    ? `/v1/listeners/${encodeURIComponent(target.listener)}/stages`
    : `/v1/connections/${encodeURIComponent(target.connection)}/stages`;
}

/** Follows the stages of a target while `isLive`. */
export function useStages(target: Target, isLive = true): Stages {
  const path = pathOf(target);
  const [list, setList] = useState<readonly NamedStage[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    setList(null);
    setError(null);
    if (!isLive) return;
    const cancel = new AbortController();
    void follow(path, cancel.signal, (stages, failure) => {
      if (stages !== null) setList(stages);
      setError(failure);
    });
    return () => cancel.abort();
  }, [path, isLive]);
  const edit = (update: (stages: readonly NamedStage[]) => readonly NamedStage[]) =>
    setList((stages) => update(stages ?? []));
  const one = (name: string) => `${path}/${encodeURIComponent(name)}`;
  return {
    list,
    error,
    add: async (name, stage) => {
      const made = await change<NamedStage>('POST', path, { name, stage });
      edit((stages) => [...stages.filter((each) => each.name !== name), made]);
    },
    change: async (name, stage) => {
      const made = await change<NamedStage>('PATCH', one(name), stage);
      edit((stages) => stages.map((each) => (each.name === name ? made : each)));
    },
    remove: async (name) => {
      await change('DELETE', one(name));
      edit((stages) => stages.filter((each) => each.name !== name));
    },
  };
}

async function follow(
  path: string,
  cancel: AbortSignal,
  tell: (stages: readonly NamedStage[] | null, error: ApiError | null) => void,
): Promise<void> {
  while (!cancel.aborted) {
    try {
      const { stages } = await read<{ stages: readonly NamedStage[] }>(path, cancel);
      if (!cancel.aborted) tell(stages, null);
    } catch (error) {
      if (!cancel.aborted) tell(null, error instanceof ApiError ? error : new ApiError(0, String(error)));
    }
    await pause(EVERY_MS, cancel);
    if (document.hidden) await untilSeen(cancel);
  }
}
