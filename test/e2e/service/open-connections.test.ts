import { expect, test } from 'vitest';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

test('a connection that stays open is found by its trace id, and its heartbeats lie under the root that comes at its end', async () => {
  const receiver = await startOtlpReceiver();
  const { port } = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: echo }]
pools: { echo: { backends: [127.0.0.1:${port}], health: off } }
telemetry: { traces: { otlp: "${receiver.url}", heartbeat: 1s } }
`);
  const client = await dial(sluice.address());
  await write(client, Buffer.from('hello'));
  // One that comes before the answer does not tell of it.
  const told = () =>
    receiver.spans().findIndex(({ attributes }) => Number(attributes['sluice.bytes.down']) > 0);
  await receiver.waitFor(() => told() >= 0);
  const [at, beat] = [told(), receiver.spans()[told()]];
  expect(beat).toMatchObject({
    name: 'connection.open',
    attributes: {
      'sluice.listener': 'edge',
      'sluice.state': 'streaming',
      'sluice.pool': 'echo',
      'sluice.bytes.up': 5,
      'sluice.bytes.down': 5,
      'sluice.heartbeat': at + 1,
      'client.port': client.localPort,
    },
  });

  const heard = hear(client);
  client.end();
  await heard;
  const [log] = await sluice.waitForClosed(1);
  await sluice.stop();
  const roots = receiver.spans().filter(({ parentSpanId }) => parentSpanId === '');
  expect(roots.map(({ spanId }) => spanId)).toEqual([beat?.parentSpanId]);
  expect(new Set(receiver.spans().map(({ traceId }) => traceId))).toEqual(new Set([log?.trace_id]));
});

test('a connection that fails has a trace though none is sampled, and one that ends cleanly has none', async () => {
  const receiver = await startOtlpReceiver();
  const { port } = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(`
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: echo }
  - { name: closed, listen: 127.0.0.1:0, deny: [127.0.0.0/8], to: echo }
pools: { echo: { backends: [127.0.0.1:${port}], health: off } }
telemetry: { traces: { otlp: "${receiver.url}", sample: 0, also: { failed: true } } }
`);
  const clean = await dial(sluice.address('edge'));
  const heard = hear(clean);
  clean.end('there and back');
  await heard;
  await hear(await dial(sluice.address('closed')));
  const logs = await sluice.waitForClosed(2);
  await sluice.stop();
  const denied = logs.find(({ reason }) => reason === 'denied');
  expect(receiver.spans().map(({ traceId, name }) => [traceId, name])).toEqual([
    [denied?.trace_id, 'accepting'],
    [denied?.trace_id, 'closed'],
    [denied?.trace_id, 'connection'],
  ]);
});
