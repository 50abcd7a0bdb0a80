import { z } from 'zod';
import type { MachineCounts } from '../../core/machine-counts.ts';
import { CHARTS } from '../chart/charts.ts';
import { chartDefinition, type Json } from '../chart/definition.ts';
import { chartSvg } from '../chart/svg.ts';
import { endpoint, problem } from '../endpoint.ts';
import { noListener } from '../no-listener.ts';
import { jsonReply, problemReply, type Reply } from '../reply.ts';

const SVG = 'image/svg+xml';

let definitions: Readonly<Record<string, Json>> | null = null;

/** The charts by name, as plain data; made when they are first asked for. */
export function machineDefinitions(): Readonly<Record<string, Json>> {
  definitions ??= Object.fromEntries(
    Object.entries(CHARTS).map(([name, machine]) => [name, chartDefinition(machine)]),
  );
  return definitions;
}

/** A chart as `createMachine` of XState reads it; what is in it is XState's matter. */
export const machineDefinition = () =>
  z.looseObject({ id: z.string() }).meta({ description: 'A chart, as `createMachine` of XState reads it.' });

export const getMachines = endpoint({
  name: 'getMachines',
  method: 'GET',
  path: '/v1/machines',
  access: 'read',
  summary: `The charts of ${Object.keys(CHARTS).join(', ')}`,
  replies: {
    200: { description: 'By name.', schema: () => z.record(z.string(), machineDefinition()) },
  },
  handle: () => jsonReply(machineDefinitions()),
});

const machineName = z.string().describe(`One of ${Object.keys(CHARTS).join(', ')}.`);

/** The one chart whose actors are those of listeners. */
const CONNECTION = 'connection' satisfies keyof typeof CHARTS;

const notOfListeners = (machine: string) =>
  problemReply(400, `a ${machine} is not of a listener; leave \`listener\` out`);

const noMachine = () =>
  problemReply(404, `there is no such chart; there are ${Object.keys(CHARTS).join(', ')}`);

export const getMachine = endpoint({
  name: 'getMachine',
  method: 'GET',
  path: '/v1/machines/{machine}',
  access: 'read',
  summary: 'One chart, as `createMachine` of XState reads it',
  params: { machine: machineName },
  replies: { 200: { description: 'The chart.', schema: machineDefinition }, 404: problem('There is none.') },
  handle: ({ path: { machine } }) => {
    const definitions = machineDefinitions();
    return Object.hasOwn(definitions, machine) ? jsonReply(definitions[machine]) : noMachine();
  },
});

export const getMachinePicture = endpoint({
  name: 'getMachinePicture',
  method: 'GET',
  path: '/v1/machines/{machine}/picture',
  access: 'read',
  summary: 'One chart, drawn; each state is a `<g data-state="name">`',
  params: { machine: machineName },
  replies: { 200: { description: 'SVG.', type: SVG }, 404: problem('There is none.') },
  handle: ({ path: { machine } }): Reply => {
    const chart = Object.entries(CHARTS).find(([name]) => name === machine)?.[1];
    return chart === undefined ? noMachine() : { status: 200, type: SVG, body: chartSvg(chart) };
  },
});

const stateCounts = (): z.ZodType<MachineCounts> =>
  z.strictObject({
    states: z
      .record(
        z.string(),
        z.strictObject({
          live: z.int().min(0).describe('Actors in it now.'),
          entered: z.int().min(0).nullable().describe('Entries since the start; null = nobody counts them.'),
        }),
      )
      .describe('By state; of charts other than `connection` those that somebody is in.'),
    transitions: z
      .array(
        z.strictObject({
          from: z.string().describe('A state, as in `states`.'),
          event: z.string().describe('As in the chart.'),
          to: z
            .string()
            .nullable()
            .describe('The state that is entered, also where it is `from` anew; null = `from` goes on.'),
          taken: z.int().min(0).describe('Since the start; never falls.'),
        }),
      )
      .nullable()
      .describe('All of the chart, each once; null = nobody counts them.'),
  });

export const getMachineCounts = endpoint({
  name: 'getMachineCounts',
  method: 'GET',
  path: '/v1/machines/{machine}/counts',
  access: 'read',
  summary:
    'How many actors of a chart are in each state, and how often each was entered; cheap to ask every second',
  params: { machine: machineName },
  query: {
    listener: z
      .string()
      .optional()
      .describe(
        'Connections of this listener alone, of the chart `connection`. Default: all there are, and were.',
      ),
  },
  replies: {
    200: { description: 'Now.', schema: stateCounts },
    400: problem('The actors of this chart are not those of listeners.'),
    404: problem('There is no such chart, or no such listener.'),
  },
  handle: ({ source, path: { machine }, query: { listener } }) => {
    if (listener !== undefined && machine === CONNECTION) {
      const counts = source.listenerCounts(listener);
      return counts === null ? noListener() : jsonReply(counts);
    }
    const counts = source.counts();
    if (!Object.hasOwn(counts, machine)) return noMachine();
    return listener === undefined ? jsonReply(counts[machine]) : notOfListeners(machine);
  },
});
