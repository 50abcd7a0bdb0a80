import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../src/control/mailbox.ts';
import { ShardGone } from '../../src/control/shard-host.ts';

describe('the mailbox', () => {
  test('an answer goes to whoever asked for its kind and version', async () => {
    const mail = new Mailbox();
    const [first, second, other] = [
      mail.expect(['prepared', 'refused'], 1),
      mail.expect(['prepared', 'refused'], 2),
      mail.expect(['empty'], null),
    ];
    mail.answer({ kind: 'refused', version: 2, code: 'LISTEN_FAILED', message: 'taken' });
    mail.answer({ kind: 'empty' });
    mail.answer({ kind: 'prepared', version: 1, bound: {} });
    expect((await first).kind).toBe('prepared');
    expect((await second).kind).toBe('refused');
    expect((await other).kind).toBe('empty');
  });

  test('an answer that nobody waits for is dropped and disturbs nobody', async () => {
    const mail = new Mailbox();
    const waiting = mail.expect(['committed'], 3);
    mail.answer({ kind: 'committed', version: 2 });
    mail.answer({ kind: 'cutting', connections: 4 });
    mail.answer({ kind: 'committed', version: 3 });
    expect(await waiting).toEqual({ kind: 'committed', version: 3 });
  });

  test('all who wait learn that the shard is gone, and later ones are asked anew', async () => {
    const mail = new Mailbox();
    const waiting = [mail.expect(['empty'], null), mail.expect(['committed'], 1)];
    mail.abandon('its thread ended with code 1');
    for (const wait of waiting) await expect(wait).rejects.toThrow(ShardGone);
    const next = mail.expect(['empty'], null);
    mail.answer({ kind: 'empty' });
    expect(await next).toEqual({ kind: 'empty' });
  });
});
