import type { ActorSnapshot, InspectedEvent, InspectionStep } from '../../core/inspection.ts';
import { plain } from './plain.ts';

/** The version of `@statelyai/inspect` whose messages these are. */
export const INSPECT_PROTOCOL_VERSION = '0.7.2';

/** A message of Stately's inspector, with what a queue has to know of it. */
export interface InspectMessage {
  /** The actor it is about. */
  readonly actor: string;
  /** Introduces the actor: nothing that comes later can be read without it. */
  readonly isIntroduction: boolean;
  readonly text: string;
}

/** `definitionOf`: the chart of a name as plain data; undefined where there is none of it. */
export type DefinitionOf = (chart: string) => unknown;

type Told = Exclude<InspectionStep, { readonly kind: 'over' }>;

/**
 * Makes messages of steps, as `@statelyai/inspect` sends and receives them: JSON with a `type` of `@xstate.actor`,
 * `@xstate.event` or `@xstate.snapshot`. What was missed is told as an event `sluice.missed` of the actor, which every
 * receiver shows.
 */
export class InspectMessages {
  readonly #definitionOf: DefinitionOf;
  /** The topmost actor above each that has been introduced. */
  readonly #roots = new Map<string, string>();

  constructor(definitionOf: DefinitionOf) {
    this.#definitionOf = definitionOf;
  }

  of(step: Told): InspectMessage {
    const { actor } = step;
    const isIntroduction = step.kind === 'actor';
    if (isIntroduction) this.#roots.set(actor, this.#roots.get(step.parent ?? actor) ?? actor);
    const message = {
      ...this.#body(step),
      sessionId: actor,
      rootId: this.#roots.get(actor) ?? actor,
      id: null,
      createdAt: String(Math.round(step.at)),
      _version: INSPECT_PROTOCOL_VERSION,
    };
    return { actor, isIntroduction, text: JSON.stringify(message) };
  }

  #body(step: Told): Record<string, unknown> {
    switch (step.kind) {
      case 'actor':
        return {
          type: '@xstate.actor',
          name: step.name,
          parentId: step.parent ?? undefined,
          definition: JSON.stringify(this.#definitionOf(step.chart) ?? { id: step.name }),
          snapshot: snapshotOf(step.snapshot),
        };
      case 'event':
        return { type: '@xstate.event', event: eventOf(step.event), sourceId: step.source ?? undefined };
      case 'snapshot':
        return {
          type: '@xstate.snapshot',
          event: eventOf(step.event ?? { type: '' }),
          snapshot: snapshotOf(step.snapshot),
        };
      case 'missed':
        return { type: '@xstate.event', event: { type: 'sluice.missed', count: step.count } };
    }
  }
}

function eventOf(event: InspectedEvent): unknown {
  return { ...(plain(event) as object), type: event.type };
}

function snapshotOf({ value, status, context }: ActorSnapshot): unknown {
  return { value: plain(value), status, context: plain(context) };
}
