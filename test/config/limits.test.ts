import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { ENVIRONMENT } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const count = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join('');
const listeners = (n: number) =>
  `listeners:\n${count(n, (i) => `  - { name: l${i}, listen: "127.0.0.1:${1000 + i}", to: web }\n`)}`;
const pools = (n: number, backends: number) =>
  `pools:\n${count(n, (i) => `  p${i}: { backends: [${count(backends, (j) => `"10.0.${i}.1:${1 + j}",`)}] }\n`)}`;
const WEB = 'pools: { web: { backends: ["127.0.0.1:9000"] } }\n';
const ONE = 'listeners: [{ name: a, listen: ":80", routes: [{ reject: reset }] }]\n';

function read(text: string) {
  return parseConfig(text, 'x.yaml', ENVIRONMENT);
}

describe('a configuration', () => {
  it('has up to 256 listeners', () => {
    expect(read(listeners(256) + WEB).plan.listeners).toHaveLength(256);
    const message = messageOf(() => read(listeners(257) + WEB));
    expect(message).toBe('x.yaml:2:3: listeners: more than 256 are not possible here');
  });

  it('has up to 4096 backends in all pools together', () => {
    expect(read(ONE + pools(8, 512)).plan.backends).toHaveLength(4096);
    const message = messageOf(() => read(ONE + pools(9, 512)));
    expect(message).toBe('x.yaml:3:3: pools: 4608 backends in all pools together; at most 4096 are possible');
  });

  it('has up to 1024 pools', () => {
    expect(messageOf(() => read(ONE + pools(1025, 1)))).toContain(
      'pools: 1025 pools; at most 1024 are possible',
    );
  });

  it('uses up to 256 aliases', () => {
    const aliases = (n: number) =>
      `listeners:\n  - { name: a, listen: ":80", allow: [&n 10.0.0.0/8${', *n'.repeat(n)}], to: web }\n${WEB}`;
    expect(read(aliases(256)).plan.listeners[0]?.access.allow).toHaveLength(257);
    expect(messageOf(() => read(aliases(257)))).toContain('more than 256 aliases');
  });

  it('is told a hundred mistakes of, and how many more there are', () => {
    const lines = messageOf(() => read(ONE + count(150, (i) => `zzzzzz${i}: 1\n`))).split('\n');
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('x.yaml: and 50 more');
  });
});
