import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  certificatesOf,
  describePlan,
  diffPlans,
  type Environment,
  parseConfig,
} from '../../src/config/index.ts';
import { ENVIRONMENT } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const DAY_MS = 86_400_000;

/** A file whose listener has these certificates, by the names of their files. */
function fileWith(...pairs: readonly (readonly [cert: string, key: string])[]): string {
  const certificates = pairs.map(([cert, key]) => ({ cert, key, default: false }));
  return JSON.stringify({
    listeners: [{ name: 'edge', listen: ':0', tls: { certificates }, to: 'web' }],
    pools: {
      web: {
        backends: ['a.internal:1'],
        connect: { tls: { cert: 'b-ec.pem', key: 'b-ec.key', ca: 'ca.pem' } },
      },
    },
  });
}

function load(text: string, changes: Partial<Environment> = {}, directory = '.') {
  return parseConfig(text, 'x.yaml', { ...ENVIRONMENT, ...changes }, directory);
}

function pem(name: string): string {
  return readFileSync(new URL(`pem/${name}`, import.meta.url), 'utf8');
}

describe('a certificate', () => {
  it('is in the plan with its chain, its key, its names in lower case and what its key is', () => {
    const { plan } = load(
      fileWith(['a-ec.pem', 'a-ec.key'], ['chain.pem', 'leaf.key'], ['c-ed.pem', 'c-ed.key']),
    );
    const [first, chain, last] = plan.listeners[0]?.tls?.certificates ?? [];
    expect(first).toMatchObject({ names: ['a.example', '*.a.example'], keyType: 'ec', file: 'a-ec.pem' });
    expect([chain?.cert, chain?.key]).toEqual([pem('chain.pem'), pem('leaf.key')]);
    expect([last?.keyType, plan.pools[0]?.connect.tls?.certificate?.key]).toEqual([
      'ed25519',
      pem('b-ec.key'),
    ]);
  });

  it('may stand in one file with its key', () => {
    const { plan } = load(fileWith(['together.pem', 'together.pem']));
    const [certificate] = plan.listeners[0]?.tls?.certificates ?? [];
    expect([certificate?.cert, certificate?.key]).toEqual([pem('leaf.pem'), pem('leaf.key')]);
  });

  it('is there for one name in several types of key', () => {
    const { plan, warnings } = load(fileWith(['a-ec.pem', 'a-ec.key'], ['a-rsa.pem', 'a-rsa.key']));
    expect(plan.listeners[0]?.tls?.certificates.map(({ keyType }) => keyType)).toEqual(['ec', 'rsa']);
    expect(warnings).toEqual([]);
  });

  it('is warned about when it has expired, soon will, or is not valid yet, with the day', () => {
    const text = fileWith(['a-ec.pem', 'a-ec.key']);
    const { notAfter = 0 } = load(text).plan.listeners[0]?.tls?.certificates[0] ?? {};
    const told = (now: number) => load(text, { now }).warnings.filter((line) => line.includes('a-ec.pem'));
    expect(told(notAfter - 14 * DAY_MS)).toEqual([]);
    expect(told(notAfter - 14 * DAY_MS + 1)).toEqual([
      expect.stringContaining(': expires soon, on 2126-11-04'),
    ]);
    expect(told(notAfter + 1)).toEqual([
      expect.stringMatching(/^x\.yaml:1:\d+: .*cert: a-ec\.pem: has expired on 2126-11-04$/),
    ]);
    expect(told(0)).toEqual([expect.stringContaining('is not valid before 2026-11-28')]);
  });

  it('that is longer than any is refused with the limit', () => {
    const readFile = (_: string, bytesMax: number) => new Uint8Array(bytesMax);
    expect(messageOf(() => load(fileWith(['a', 'b']), { readFile }))).toContain(
      'a: the file is too long; expected at most 1MiB',
    );
  });

  it('of which only the half was written, or whose key was not replaced yet, changes nothing', () => {
    const half = (file: string) =>
      Buffer.from(pem(file.endsWith('a-ec.pem') ? 'a-ec.pem' : file)).subarray(0, 200);
    expect(messageOf(() => load(fileWith(['a-ec.pem', 'a-ec.key']), { readFile: half }))).toContain(
      'a-ec.pem: it ends within a PEM block, as a file does that is still being written',
    );
    expect(messageOf(() => load(fileWith(['a-ec.pem', 'b-ec.key'])))).toContain(
      'b-ec.key: this key does not belong to the certificate in a-ec.pem',
    );
  });
});

describe('the files that a configuration names', () => {
  it('begin at the folder of the file, each once, and are told for watching', () => {
    const asked: string[] = [];
    const readFile: Environment['readFile'] = (file, bytesMax) => {
      asked.push(file);
      return ENVIRONMENT.readFile(file, bytesMax);
    };
    const text = fileWith(['tls/a-ec.pem', '/abs/a-ec.key'], ['b-ec.pem', 'b-ec.key']);
    const { files } = load(text, { readFile }, '/etc/sluice');
    const names = ['tls/a-ec.pem', 'a-ec.key', 'b-ec.pem', 'b-ec.key', 'ca.pem'];
    const expected = names.map((name) => (name === 'a-ec.key' ? '/abs/a-ec.key' : `/etc/sluice/${name}`));
    expect(files.toSorted()).toEqual(expected.toSorted());
    expect(asked.toSorted()).toEqual(expected.toSorted());
  });

  it('are none where it names none', () => {
    const text = 'listeners: [{ name: a, listen: ":0", to: web }]\npools: { web: { backends: ["a:1"] } }\n';
    expect(load(text).files).toEqual([]);
  });
});

describe('session tickets', () => {
  it('have the keys of the environment, or none where they are not wanted', () => {
    const text = fileWith(['a-ec.pem', 'a-ec.key']);
    expect(load(text).plan.listeners[0]?.tls?.ticketKeys).toBe(ENVIRONMENT.ticketKeys);
    const without = text.replace('"certificates"', '"session_tickets":false,"certificates"');
    expect(load(without).plan.listeners[0]?.tls?.ticketKeys).toBeNull();
  });
});

describe('the list of certificates', () => {
  it('has listener, names, file and expiry of each, and nothing of retired listeners', () => {
    const { plan } = load(fileWith(['a-ec.pem', 'a-ec.key'], ['b-ec.pem', 'b-ec.key']));
    expect(certificatesOf(plan)).toEqual([
      {
        listener: 'edge',
        names: ['a.example', '*.a.example'],
        isDefault: false,
        file: 'a-ec.pem',
        notAfter: expect.any(Number),
      },
      {
        listener: 'edge',
        names: ['b.example'],
        isDefault: false,
        file: 'b-ec.pem',
        notAfter: expect.any(Number),
      },
    ]);
    const retired = { ...plan, listeners: plan.listeners.map((one) => ({ ...one, retired: true })) };
    expect(certificatesOf(retired)).toEqual([]);
  });
});

describe('nothing that is shown of a plan', () => {
  const before = load(fileWith(['a-ec.pem', 'a-ec.key']));
  const after = load(fileWith(['a-rsa.pem', 'a-rsa.key'], ['b-ec.pem', 'b-ec.key']));
  const secrets = [
    ENVIRONMENT.ticketKeys ?? '',
    ...['a-ec', 'a-rsa', 'b-ec'].map((name) => pem(`${name}.key`).split('\n')[1] ?? ''),
  ];

  it('has a key in it, which the plan itself has', () => {
    const whole = JSON.stringify([before.plan, after.plan]);
    for (const secret of secrets) expect(whole).toContain(secret);
    const shown = [
      describePlan(before.plan, before.warnings),
      describePlan(after.plan, after.warnings),
      JSON.stringify(diffPlans(before.plan, after.plan)),
      JSON.stringify(certificatesOf(after.plan)),
    ];
    for (const text of shown) for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('nor has what is said about a wrong file', () => {
    const wrong = [
      ['a-ec.key', 'a-ec.key'],
      ['a-ec.pem', 'b-ec.key'],
      ['a-ec.pem', 'a-ec.pem'],
    ] as const;
    for (const pair of wrong) {
      const message = messageOf(() => load(fileWith(pair)));
      for (const secret of secrets) expect(message).not.toContain(secret);
    }
  });
});
