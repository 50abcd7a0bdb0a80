import { describe, expect, it } from 'vitest';
import { InspectStream } from '../../../src/admin/inspect/inspect-stream.ts';
import { INSPECT_BUFFERED_BYTES_MAX, INSPECT_WAITING_CHARS_MAX } from '../../../src/admin/limits.ts';
import type { InspectionStep } from '../../../src/core/inspection.ts';

const SNAPSHOT = { value: 'streaming', status: 'active', context: {} } as const;
const INTRODUCTION: InspectionStep = {
  kind: 'actor',
  actor: 'x:1',
  chart: 'connection',
  name: 'x',
  parent: null,
  at: 1,
  snapshot: SNAPSHOT,
};
const event = (number: number, more = ''): InspectionStep => ({
  kind: 'event',
  actor: 'x:1',
  at: number,
  event: { type: `event ${number}`, ...(more === '' ? {} : { more }) } as { type: string },
  source: null,
});

/** A stream to a client that takes nothing as long as `takes` is false. */
function streaming() {
  const stream = new InspectStream(() => ({ id: 'connection' }));
  const sent: string[] = [];
  const client = { takes: true, waiting: [] as (() => void)[], closed: [] as string[], stopped: 0 };
  stream.stopBy(() => {
    client.stopped++;
  });
  const open = () =>
    stream.open({
      send: (text, done) => {
        sent.push(text);
        client.waiting.push(done);
      },
      buffered: () => (client.takes ? 0 : INSPECT_BUFFERED_BYTES_MAX + 1),
      close: (why) => void client.closed.push(why),
    });
  const take = () => {
    client.takes = true;
    for (const done of client.waiting.splice(0)) done();
  };
  const types = () =>
    sent.map((text) => {
      const message = JSON.parse(text) as { type: string; event?: { type: string } };
      return message.event?.type ?? message.type;
    });
  return { stream, sent, client, open, take, types };
}

describe('an inspection on its way', () => {
  it('waits until its socket is open, and keeps its order', () => {
    const { stream, open, types } = streaming();
    stream.take(INTRODUCTION);
    stream.take(event(1));
    expect(types()).toEqual([]);
    open();
    stream.take(event(2));
    expect(types()).toEqual(['@xstate.actor', 'event 1', 'event 2']);
  });

  it('writes nothing while its client is slow, and all of it afterwards', () => {
    const { stream, client, open, take, types } = streaming();
    open();
    stream.take(INTRODUCTION);
    client.takes = false;
    for (let number = 1; number <= 3; number++) stream.take(event(number));
    expect(types()).toEqual(['@xstate.actor']);
    take();
    expect(types()).toEqual(['@xstate.actor', 'event 1', 'event 2', 'event 3']);
  });

  it('drops the oldest of what finds no room, never an introduction, and tells how much that was', () => {
    const { stream, sent, client, open, take, types } = streaming();
    open();
    stream.take(INTRODUCTION);
    client.takes = false;
    stream.take({ ...INTRODUCTION, actor: 'x:2' });
    const text = 'x'.repeat(1000);
    const count = 2 * Math.ceil(INSPECT_WAITING_CHARS_MAX / text.length);
    for (let number = 1; number <= count; number++) stream.take(event(number, text));
    expect(types()).toEqual(['@xstate.actor']);
    take();
    const kept = types().slice(3).length;
    expect(types().slice(0, 3)).toEqual(['@xstate.actor', '@xstate.actor', 'sluice.missed']);
    expect(JSON.parse(sent[2] ?? '')).toMatchObject({ event: { count: count - kept } });
    expect(types().at(-1)).toBe(`event ${count}`);
    expect(sent.join('').length).toBeLessThan(1.1 * INSPECT_WAITING_CHARS_MAX);
    expect(kept).toBeGreaterThan(count / 4);
  });

  it('closes its socket when it is over, but not before all was written', () => {
    const { stream, client, open, take, types } = streaming();
    open();
    stream.take(INTRODUCTION);
    client.takes = false;
    stream.take(event(1));
    stream.take({ kind: 'over', why: 'the connection has ended' });
    expect(client.closed).toEqual([]);
    take();
    stream.take(event(2));
    expect(types()).toEqual(['@xstate.actor', 'event 1']);
    expect(client.closed).toEqual(['the connection has ended']);
  });

  it('stops the inspection once when its client goes, and takes nothing more', () => {
    const { stream, client, open, types } = streaming();
    open();
    stream.end();
    stream.end();
    stream.take(event(1));
    expect(client.stopped).toBe(1);
    expect(types()).toEqual([]);
  });
});
