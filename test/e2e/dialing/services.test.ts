import { expect, test } from 'vitest';
import { DnsServer } from '../../support/dns-server.ts';
import { echo, greet, greeter, greetings } from '../../support/greeter.ts';
import { startSluice } from '../../support/sluice.ts';

const SERVICE = '_web._tcp.test';

test('SRV records are backends with their ports, weights and priorities, which come and go with them', async () => {
  const dns = await DnsServer.start();
  const [a, b, c] = [await greeter('a'), await greeter('b'), await greeter('c')];
  dns.services(SERVICE, 1, [
    { target: 'a.test', port: a.port, weight: 3 },
    { target: 'b.test', port: b.port, weight: 1 },
    { target: 'c.test', port: c.port, priority: 5 },
  ]);
  const sluice = await startSluice(`
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web: { backends: [{ srv: ${SERVICE} }], balance: round_robin }
resolver: { servers: [127.0.0.1:${dns.port}], timeout: 2s, attempts: 1, min_ttl: 500ms, negative_ttl: 500ms }
workers: 1
`);
  const first = await greetings(sluice.address(), 8);
  expect(first.filter((name) => name === 'a')).toHaveLength(6);
  expect(first.filter((name) => name === 'b')).toHaveLength(2);
  const { socket } = await greet(sluice.address());

  // What is served by one that leaves is served on; new clients go to those that stay.
  dns.services(SERVICE, 1, [{ target: 'c.test', port: c.port }]);
  const changed = await sluice.waitForEvent('backends.changed');
  expect(changed).toMatchObject({ backends: { removed: [`web/a.test:${a.port}`, `web/b.test:${b.port}`] } });
  expect(new Set(await greetings(sluice.address(), 3))).toEqual(new Set(['c']));
  expect(await echo(socket, 'still here')).toBe('still here');

  // A service that cannot be asked for keeps the servers it had.
  dns.zone[`SRV ${SERVICE}`] = { code: 'SERVFAIL' };
  expect(await sluice.waitForEvent('name.unresolved')).toMatchObject({
    kind: 'service',
    name: SERVICE,
    cause: 'SERVFAIL',
  });
  expect(await greetings(sluice.address(), 1)).toEqual(['c']);
  // All but the one that is still here.
  const lines = await sluice.waitForClosed(8 + 3 + 1);
  expect(lines.at(-1)).toMatchObject({ pool: 'web', backend: `c.test:${c.port}` });
});
