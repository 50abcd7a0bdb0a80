import { dirname, normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teeFileName } from '../../src/stream/tee-file-name.ts';

const VALUES = {
  start: Date.UTC(2026, 0, 31, 12, 0, 0, 7),
  listener: 'edge',
  shard: '01',
  connection: '010203040506',
  direction: 'up',
} as const;

describe('a tee’s file name', () => {
  it('has the start in UTC, the listener, the connection and the direction where the pattern says so', () => {
    expect(teeFileName('traffic-{start}.{direction}.log', VALUES)).toBe(
      'traffic-20260131T120000.007Z.up.log',
    );
    expect(teeFileName('/var/log/{listener}-{connection}', VALUES)).toBe('/var/log/edge-010203040506');
    expect(teeFileName('{direction}{direction}', VALUES)).toBe('upup');
    expect(teeFileName('edge.{shard}.jsonl', VALUES)).toBe('edge.01.jsonl');
  });

  it('leaves everything else in the pattern as it is', () => {
    expect(teeFileName('a{b}{}$&{ start }..%', VALUES)).toBe('a{b}{}$&{ start }..%');
    expect(teeFileName('plain', VALUES)).toBe('plain');
  });

  it('makes harmless what could climb out of the directory', () => {
    const named = (listener: string) => teeFileName('d/{listener}', { ...VALUES, listener });
    expect(named('..')).toBe('d/_');
    expect(named('../../etc/passwd')).toBe('d/__.._etc_passwd');
    expect(named('/etc/passwd')).toBe('d/_etc_passwd');
    expect(named('a\0b\nc')).toBe('d/a_b_c');
    expect(named('')).toBe('d/_');
    expect(named('{start}')).toBe('d/_start_');
    expect(named('web.v2')).toBe('d/web.v2');
    expect(named('x'.repeat(500))).toBe(`d/${'x'.repeat(64)}`);
  });

  it('never leaves the directory of its pattern, whatever the values are', () => {
    const patterns = fc.constantFrom(
      'd/{listener}',
      'd/{listener}/x',
      'd/{listener}{connection}',
      'd/.{listener}.',
    );
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '{', '}', 'a', '\0') }),
    );
    fc.assert(
      fc.property(patterns, hostile, hostile, (pattern, listener, connection) => {
        const name = teeFileName(pattern, { ...VALUES, listener, connection });
        expect(normalize(name)).toBe(name);
        expect(dirname(name).startsWith('d')).toBe(true);
        expect(name.split('/')).toHaveLength(pattern.split('/').length);
        expect(name).toMatch(/^[A-Za-z0-9_./-]+$/);
      }),
    );
  });
});
