import type { AnyEventObject } from 'xstate';
import { calls } from './engines.ts';

/** What actions and guards of the charts under test are given. */
export type Args = { context: { n: number }; event: AnyEventObject };

/** An action that notes its call under a name. */
export function note(name: string) {
  return ({ context, event }: Args, params?: unknown): void => {
    calls.push([name, context, event, params]);
  };
}

/** A guard that notes its call and holds where `holds` says so. */
export function ask(name: string, holds: (args: Args, params?: unknown) => boolean) {
  return (args: Args, params?: unknown): boolean => {
    calls.push([name, args.context, args.event, params]);
    return holds(args, params);
  };
}

/** `entry` and `exit` of a state, noted by the state's name. */
export const noted = (name: string) => ({ entry: note(`>${name}`), exit: note(`<${name}`) });
