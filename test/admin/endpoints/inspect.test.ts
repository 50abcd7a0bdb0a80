import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/admin/decide.ts';
import {
  INSPECT_PROTOCOL,
  offeredAuthorization,
  TOKEN_PROTOCOL,
} from '../../../src/admin/inspect/offered-token.ts';
import type { Reply } from '../../../src/admin/reply.ts';
import type { InspectTarget } from '../../../src/core/inspection.ts';
import { GET, jsonOf, LOOPBACK } from '../ask.ts';
import { sourceIn } from '../statuses.ts';

/** The reply of the endpoint to whoever asks for a WebSocket, and what the service was asked to inspect. */
async function inspecting(query: string) {
  const targets: InspectTarget[] = [];
  let ended = 0;
  const source = {
    ...sourceIn('ready'),
    inspect: async (target: InspectTarget) => {
      targets.push(target);
      return { end: () => void ended++ };
    },
  };
  const asked = { ...GET, target: `/v1/inspect?${query}`, wantsSocket: true };
  const decision = decide(asked, { bound: LOOPBACK, source, token: null, tokenName: null, isTls: false });
  const reply: Reply =
    decision.kind === 'reply'
      ? decision.reply
      : await decision.endpoint.handle({
          ...decision,
          source,
          body: undefined,
          by: 'a test',
          lastEventId: null,
        });
  return { reply, targets, ended: () => ended };
}

describe('GET /v1/inspect', () => {
  it.each<[string, InspectTarget]>([
    ['connection=010000000007', { kind: 'connection', connection: 0x010000000007 }],
    ['listener=edge', { kind: 'listener', listener: 'edge' }],
    ['pool=web', { kind: 'pool', pool: 'web' }],
    ['pool=web&backend=unix%3A%2Frun%2Fapp', { kind: 'backend', pool: 'web', backend: 'unix:/run/app' }],
    ['name=db.example', { kind: 'name', name: 'db.example' }],
    ['shard=3', { kind: 'shard', shard: 3 }],
  ])('%s opens a WebSocket to what is meant, and ends the inspection with it', async (query, target) => {
    const { reply, targets, ended } = await inspecting(query);
    expect(targets).toEqual([target]);
    expect(reply.status).toBe(101);
    expect(ended()).toBe(0);
    reply.session?.end();
    expect(ended()).toBe(1);
  });

  it.each([
    '',
    'connection=1&pool=web',
    'backend=one',
    'connection=1&backend=one',
    'connection=nonsense',
    'shard=-1',
    'shard=999',
    'pools=web',
  ])('"%s" means nothing, and inspects nothing', async (query) => {
    const { reply, targets } = await inspecting(query);
    expect(reply.status).toBe(400);
    expect(targets).toEqual([]);
  });

  it('says why there is nothing to inspect', async () => {
    const asked = { ...GET, target: '/v1/inspect?pool=no', wantsSocket: true };
    const source = { ...sourceIn('ready'), inspect: async () => ({ none: 'there is no pool "no"' }) };
    const decision = decide(asked, { bound: LOOPBACK, source, token: null, tokenName: null, isTls: false });
    if (decision.kind === 'reply') throw new Error(decision.reply.body);
    const reply = await decision.endpoint.handle({
      ...decision,
      source,
      body: undefined,
      by: 'a test',
      lastEventId: null,
    });
    expect(reply.status).toBe(404);
    expect(jsonOf(reply)['detail']).toBe('there is no pool "no"');
  });
});

describe('a token that is offered as a subprotocol', () => {
  const offer = (token: string) => `${TOKEN_PROTOCOL}${Buffer.from(token).toString('base64url')}`;

  it('is read wherever it stands among those that are offered', () => {
    expect(offeredAuthorization(`${INSPECT_PROTOCOL}, ${offer('s/ecret=?')}`)).toBe('Bearer s/ecret=?');
    expect(offeredAuthorization(`${offer('secret')},${INSPECT_PROTOCOL}`)).toBe('Bearer secret');
  });

  it('is none where none is offered, and where there is more than anybody offers', () => {
    for (const offered of [undefined, '', INSPECT_PROTOCOL, 'bearer.secret'])
      expect(offeredAuthorization(offered)).toBeUndefined();
    expect(offeredAuthorization(`${'x,'.repeat(4096)}${offer('secret')}`)).toBeUndefined();
  });
});
