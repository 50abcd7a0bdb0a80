import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { echo } from '../../support/greeter.ts';
import { namespace, needsNamespaces } from '../../support/namespace.ts';
import { portOf } from '../../support/peers.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear } from '../../support/tcp.ts';

const ECHO = fileURLToPath(new URL('../../support/peers/echo-at.mjs', import.meta.url));
const USER_TIMEOUT_MS = 2_000;
/** The kernel looks when it sends again, each time after twice as long; and the machine may be busy. */
const LATE_MS_MAX = 6_000;

interface Legs {
  readonly backend: { readonly retransmits: number };
}

describe('a backend whose network drops everything, without a word', () => {
  needsNamespaces();

  test('socket.user_timeout ends a connection with bytes on the way to it, and the client is reset', async () => {
    const apart = await namespace();
    const backend = apart.start(process.execPath, [ECHO, apart.address]);
    const port = await portOf(backend);
    const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: apart }]
pools: { apart: { backends: [{ address: "${apart.address}:${port}", name: far }], health: off } }
socket: { user_timeout: ${USER_TIMEOUT_MS}ms }
plane: linux
workers: 1
`);
    const descriptors = sluice.fdCount();
    const client = await dial(sluice.address());
    expect(await echo(client, 'there and back')).toBe('there and back');
    await apart.cutOff();

    const heard = hear(client);
    const start = performance.now();
    client.write('never to arrive');
    expect(await heard).toMatchObject({ bytes: 0, end: 'ECONNRESET' });
    const lasted = performance.now() - start;
    console.log(`ended ${Math.round(lasted)} ms after bytes were sent that never arrived`);
    expect(lasted).toBeGreaterThan(USER_TIMEOUT_MS / 2);
    expect(lasted).toBeLessThan(USER_TIMEOUT_MS + LATE_MS_MAX);
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({
      reason: 'backend-reset',
      by: 'backend',
      backend: 'far',
      during: 'streaming',
    });
    expect((log?.['tcp'] as Legs | undefined)?.backend.retransmits).toBeGreaterThan(0);
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  });
});
