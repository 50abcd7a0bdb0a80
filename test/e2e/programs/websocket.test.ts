import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { startHttpApp } from '../../support/http-app.ts';
import { startNginx } from '../../support/nginx.ts';
import { needs } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { WebSocketClient } from '../../support/websocket.ts';

/** One of each form a frame's length has, and the sizes around their limits. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000];
const ROUNDS = 8;

describe('a WebSocket through Sluice and nginx', () => {
  needs('nginx');

  test('after the upgrade every message comes back in order, and closing it closes the connection', async () => {
    const nginx = await startNginx(await startHttpApp());
    const sluice = await startSluice(forwardConfig({ edge: `127.0.0.1:${nginx.port}` }));
    const client = await WebSocketClient.open(`http://${sluice.listeners['edge']}/app/echo`);

    const messages = Array.from({ length: ROUNDS }, () => SIZES.map((size) => randomBytes(size))).flat();
    for (const message of messages) client.send(message);
    for (const message of messages) {
      const frame = await client.next();
      expect(frame?.opcode).toBe(2);
      expect(frame?.payload.equals(message)).toBe(true);
    }
    client.close();
    expect((await client.next())?.opcode).toBe(8);
    expect(await client.next()).toBeNull();

    const [closed] = await sluice.waitForClosed(1);
    const payload = messages.reduce((sum, message) => sum + message.length, 0);
    expect(closed?.reason).toBe('backend-fin');
    expect(closed?.bytes_up).toBeGreaterThan(payload);
    expect(closed?.bytes_down).toBeGreaterThan(payload);
    await expectCleanEnd(sluice);
  });
});
