import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB } from '../../support/payload.ts';
import { peer, portOf, reports } from '../../support/peers.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

interface Report {
  readonly side: 'client' | 'backend';
  readonly id: number;
  readonly sent: number;
  readonly sentHash: string;
  readonly got: number;
  readonly gotHash: string;
  readonly error?: string;
}

const CONNECTIONS = 64;
const HEADER_BYTES = 128;

test('64 concurrent connections of up to 64 MiB each way, closed in random orders, arrive unchanged and are counted exactly', async () => {
  const seed = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  const backend = peer('integrity-backend.mjs');
  const port = await portOf(backend);
  const sluice = await startSluice(config(port));
  const descriptors = sluice.fdCount();

  const client = peer('integrity-client.mjs', sluice.address().port, seed, CONNECTIONS, 64 * MIB);
  const exit = await client.ended;
  expect(exit.code, client.stderr.toString()).toBe(0);
  const sides = await backend.waitFor(() => {
    const lines = reports<Report>(backend).filter((line) => line.side === 'backend' && line.id !== undefined);
    return lines.length === CONNECTIONS ? lines : undefined;
  }, 'every connection to end at the backend');

  const clients = reports<Report>(client);
  expect(clients).toHaveLength(CONNECTIONS);
  for (const mine of clients) {
    const theirs = sides.find((side) => side.id === mine.id);
    expect(mine.error, `connection ${mine.id}, seed ${seed}`).toBeUndefined();
    expect(theirs, `connection ${mine.id}, seed ${seed}`).toMatchObject({
      got: mine.sent,
      gotHash: mine.sentHash,
    });
    expect(mine, `connection ${mine.id}, seed ${seed}`).toMatchObject({
      got: theirs?.sent,
      gotHash: theirs?.sentHash,
    });
  }

  const logs = await sluice.waitForClosed(CONNECTIONS);
  const counted = logs.map((line) => `${line.bytes_up}/${line.bytes_down}`).sort();
  expect(counted).toEqual(clients.map((side) => `${side.sent + HEADER_BYTES}/${side.got}`).sort());
  expect(logs.filter((line) => line.reason !== 'client-fin' && line.reason !== 'backend-fin')).toEqual([]);
  await nothingLeft(sluice, descriptors);
});

/** Descriptors are back where they were, no connection is counted and no actor lives. */
async function nothingLeft(sluice: Sluice, descriptors: number): Promise<void> {
  await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  const status = await eventually(async () => {
    const now = (await (await fetch(`${sluice.admin}/v1/status`)).json()) as {
      connections: number;
      listeners: { connections: Record<string, number> }[];
    };
    return now.connections === 0 && now;
  }, 'no connection to be counted');
  expect(Object.values(status.listeners[0]?.connections ?? {}).every((count) => count === 0)).toBe(true);
}

function config(port: number): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${port}], health: off } }
admin: { listen: 127.0.0.1:0 }
`;
}
