import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbePlan } from '../../src/core/health-plan.ts';
import { Dialogue, PROBE_BYTES_MAX, PROBE_KINDS, SHOWN_BYTES_MAX } from '../../src/probe/index.ts';
import {
  AGENT,
  ANSWERS,
  greeting,
  HTTP,
  IN,
  MYSQL,
  POSTGRES,
  packet,
  pg,
  SMTP,
  STEPS,
  WITH_BODY,
} from './answers.ts';
import { converse, FIN, latin1, outcomeOf, type Said, scriptFor } from './conversation.ts';

describe('a probe', () => {
  it.each(ANSWERS)('of %s says what it found, wherever the bytes are cut', (_name, plan, said, expected) => {
    for (let size = 1; size <= 80; size++)
      expect(outcomeOf(converse(scriptFor(plan), said, size))).toContain(expected);
    expect(outcomeOf(converse(scriptFor(plan), said))).toContain(expected);
  });

  it('of any kind ends by a verdict for whatever is said, and never throws', () => {
    const plans: readonly ProbePlan[] = [
      HTTP,
      WITH_BODY,
      POSTGRES,
      MYSQL,
      SMTP,
      AGENT,
      STEPS,
      { kind: 'redis' },
    ];
    const texts = ANSWERS.flatMap(([, , said]) => said.filter((one) => typeof one === 'string'));
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...texts).map(latin1),
      fc.constantFrom(...texts).map((text) => latin1(text).fill(0, 2, 4)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...plans),
        fc.array(piece, { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        (plan, pieces, size) => {
          const { verdict } = converse(scriptFor(plan), [Buffer.concat(pieces), FIN], size);
          const { verdict: whole } = converse(scriptFor(plan), [Buffer.concat(pieces), FIN]);
          if (verdict !== null) expect(verdict.passed).toBe(whole?.passed);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([HTTP, POSTGRES, MYSQL, SMTP, AGENT, STEPS, { kind: 'redis' } as const])(
    'of $kind gives up an answer that never ends, after so many bytes',
    (plan) => {
      const dialogue = new Dialogue(scriptFor(plan));
      dialogue.begin();
      const flood = new Uint8Array(1000).fill(0x32);
      let heard = 0;
      let verdict = dialogue.hear(new Uint8Array(0)).verdict;
      while (verdict === null && heard < 2 * PROBE_BYTES_MAX) {
        verdict = dialogue.hear(flood).verdict;
        heard += flood.length;
      }
      expect(verdict?.passed).toBe(false);
      expect(heard).toBeLessThanOrEqual(PROBE_BYTES_MAX + flood.length);
      expect(JSON.stringify(verdict).length).toBeLessThan(3 * SHOWN_BYTES_MAX + 200);
    },
  );

  it('reads an answer that comes byte by byte in a time that grows with its length', () => {
    for (const expect_ of [{ text: 'z' }, { regex: 'yz' }, { hex: '7a' }]) {
      const dialogue = new Dialogue(scriptFor({ kind: 'script', steps: [{ send: null, expect: expect_ }] }));
      dialogue.begin();
      const byte = Uint8Array.of(0x79);
      for (let at = 1; at < PROBE_BYTES_MAX; at++) dialogue.hear(byte);
      expect(outcomeOf({ verdict: dialogue.hear(latin1('z')).verdict, sent: [], dialogue })).toContain(
        'passed',
      );
    }
  });
});

describe('what a probe sends', () => {
  const sentBy = (plan: ProbePlan, ...said: Said[]) => converse(scriptFor(plan), said);

  it('is a request with the usual headers, unless they are given', () => {
    expect(sentBy(HTTP).sent).toEqual([
      'GET /healthz HTTP/1.1\r\nHost: app.test:8080\r\nUser-Agent: sluice\r\nAccept: */*\r\nConnection: close\r\n\r\n',
    ]);
    const given = sentBy({
      ...HTTP,
      host: 'a.test',
      headers: [
        ['user-agent', 'me'],
        ['X-A', 'b'],
      ],
    });
    expect(given.sent[0]).toContain(
      'Host: a.test\r\nAccept: */*\r\nConnection: close\r\nuser-agent: me\r\nX-A: b\r\n\r\n',
    );
  });

  it('is PING, or EHLO and at last QUIT', () => {
    expect(sentBy({ kind: 'redis' }).sent).toEqual(['PING\r\n']);
    const { sent, verdict } = sentBy(SMTP, '220 a\r\n', '250 b\r\n');
    expect(sent).toEqual(['EHLO me.test\r\n']);
    expect(verdict).toMatchObject({ passed: true, farewell: latin1('QUIT\r\n') });
  });

  it('is a start-up with user and database, and a good-bye where it was let in', () => {
    const { sent, verdict } = sentBy(POSTGRES, IN);
    expect(sent).toEqual(['\0\0\x006\0\x03\0\0user\0me\0database\0app\0application_name\0sluice\0\0']);
    expect(verdict).toMatchObject({ farewell: latin1('X\0\0\0\x04') });
    expect(sentBy(POSTGRES, pg('R', '\0\0\0\x03')).verdict).toMatchObject({ farewell: latin1('') });
  });

  it('is a login to mysql, as packet 1, and COM_QUIT where it was let in', () => {
    const { sent, verdict } = sentBy(MYSQL, greeting, packet(2, '\0\0\0\x02\0\0\0'));
    expect(sent[0]?.slice(1, 4)).toBe('\0\0\x01');
    expect(sent[0]?.slice(36)).toBe('me\0\0mysql_native_password\0');
    expect(sent[0]?.charCodeAt(0)).toBe((sent[0]?.length ?? 0) - 4);
    expect(verdict).toMatchObject({ farewell: latin1('\x01\0\0\0\x01') });
  });

  it('is nothing of a step before the one before it was answered', () => {
    expect(sentBy(STEPS, '220 ready\r\n').sent).toEqual(['NO']);
    expect(sentBy(STEPS, '220 ready\r\n\0\xffPONG').sent).toEqual(['NO', 'PING', 'BYE']);
  });
});

describe('the kinds of probes', () => {
  it('are each proven above, but the one that sends nothing', () => {
    const proven = new Set(ANSWERS.map(([, { kind }]) => kind));
    expect(Object.keys(PROBE_KINDS).filter((kind) => !proven.has(kind as ProbePlan['kind']))).toEqual([
      'tcp',
    ]);
    expect(outcomeOf(converse(scriptFor({ kind: 'tcp' }), []))).toBe('passed: connected');
  });
});
