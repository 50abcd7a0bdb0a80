import { z } from 'zod';
import { CHARTS } from '../chart/charts.ts';
import { chartDefinition, type Json } from '../chart/definition.ts';
import { endpoint } from '../endpoint.ts';
import { jsonReply } from '../reply.ts';

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
  summary: 'The charts of connection, balancer, health checker and shard',
  replies: {
    200: { description: 'By name.', schema: () => z.record(z.string(), machineDefinition()) },
  },
  handle: () => jsonReply(machineDefinitions()),
});
