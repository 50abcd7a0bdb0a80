import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { greet, greeter, greetings } from '../../support/greeter.ts';
import { startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';

/** An agent that says the same line to everybody, until it is told another. */
async function agentThat(says: string) {
  const agent = { says, port: 0, asked: [] as string[] };
  const { port } = await serve((socket: Socket) => {
    socket.once('data', (bytes) => agent.asked.push(bytes.toString()));
    socket.end(`${agent.says}\n`);
  });
  return Object.assign(agent, { port });
}

describe('an agent', () => {
  test('sets weight, drain and limit of its backend, takes it out and back, each told once', async () => {
    const [a, b] = [await greeter('a'), await greeter('b')];
    const agent = await agentThat('up 100%');
    const health = `{ interval: 50ms, rise: 1, fall: 1, timeout: 5s, probe: { agent: { port: ${agent.port}, send: "how\\n" } } }`;
    const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: app }]
pools:
  app:
    connect: { retries: 0 }
    backends: [{ name: a, address: 127.0.0.1:${a.port} }, { name: b, address: 127.0.0.1:${b.port}, priority: 1 }]
    health: ${health}
`);
    const told = (event: string) =>
      sluice.logs.filter((line) => line.event === event && line['backend'] === 'a');
    const served = async () => new Set(await greetings(sluice.address(), 5));
    const says = async (line: string, event: string) => {
      const before = told(event).length;
      agent.says = line;
      await eventually(() => told(event).length > before, `${event} by ${line}`);
    };

    expect(await served()).toEqual(new Set(['a']));
    expect(agent.asked[0]).toBe('how\n');
    await says('drain', 'backend.agent');
    await eventually(
      () => sluice.logs.filter(({ event }) => event === 'backend.agent').length >= 4,
      'both drain',
    );
    agent.says = 'ready 0%';
    await eventually(() => told('backend.agent').length >= 3, 'no weight');
    agent.says = 'ready 50% maxconn:1';
    await eventually(
      () => told('backend.agent').at(-1)?.['said'] === '50% ready maxconn:1',
      'one connection',
    );
    const held = await greet(sluice.address());
    expect(held.by).toBe('a');
    const second = await greet(sluice.address());
    expect(second.by).toBe('b');
    for (const { socket } of [held, second]) socket.end();

    await says('down #going home', 'backend.unhealthy');
    expect(told('backend.unhealthy').map(({ cause }) => cause)).toEqual(['the agent says down #going home']);
    await says('up', 'backend.healthy');
    expect(told('backend.healthy')).toHaveLength(2);
    expect(told('backend.agent').map(({ said }) => said)).toEqual([
      '100% ready',
      '100% drain',
      '0% ready',
      '50% ready maxconn:1',
    ]);
  });
});
