/**
 * The states of a connection, in the order of its life. A name here is a file in `src/connection`, a test, a heading
 * in `docs/life-of-a-connection.md`, a span and a metric label.
 */
export const STATES = [
  'accepting',
  'sniffing',
  'routing',
  'dialing',
  'streaming',
  'half-closed-client',
  'half-closed-backend',
  'draining',
  'closed',
] as const;

export type StateName = (typeof STATES)[number];

const INDEX = new Map<string, number>(STATES.map((name, index) => [name, index]));

/** Position of a state in counters; throws on a name that is no state. */
export function stateIndex(name: StateName): number {
  const index = INDEX.get(name);
  if (index === undefined) throw new RangeError(`"${name}" is not a state of a connection`);
  return index;
}
