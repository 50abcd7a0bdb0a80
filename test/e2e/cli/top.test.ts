import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testAuthority } from '../../support/certificates.ts';
import { later } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { run } from '../../support/process.ts';
import { needs } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { serve } from '../../support/tcp.ts';
import { Tmux } from '../../support/tmux.ts';

const AUTHORITY = testAuthority();
const SERVER = AUTHORITY.issue({ names: ['127.0.0.1'] });
const TLS = `{ cert: ${SERVER.certFile}, key: ${SERVER.keyFile} }`;
const TOKEN = { TOP_TOKEN: 'a-token-of-more-than-thirty-two-characters' };

const MAIN = fileURLToPath(new URL('../../../dist/bundle/main.js', import.meta.url));

/** Prints whether lines are edited and echoed, which they are not while keys come one by one. */
const TERMINAL_MODES = String.raw`stty -a | grep -ow -e '-\?echo' -e '-\?icanon'`;
const AS_BEFORE = /^icanon$[\s\S]*^echo$/m;

/** A service with a backend that answers with what it gets. */
async function startEcho(admin = '', env: Readonly<Record<string, string>> = {}): Promise<Sluice> {
  const { port } = await serve((socket) => socket.pipe(socket));
  return startSluice(
    `
workers: 1
listeners: [{ name: edge, listen: "127.0.0.1:0", to: web }]
pools: { web: { backends: [{ name: alpha, address: "127.0.0.1:${port}" }] } }
admin: { listen: 127.0.0.1:0${admin} }
`,
    { env },
  );
}

/** A client that says something five times a second and has been answered, and when it was ended. */
async function startClient(sluice: Sluice): Promise<{ readonly isEnded: () => boolean }> {
  const { host, port } = sluice.address();
  const socket = connect({ host, port });
  const timer = setInterval(() => socket.write('x'.repeat(2_000)), 200);
  let isEnded = false;
  socket.resume().on('error', () => {});
  socket.on('close', () => {
    isEnded = true;
    clearInterval(timer);
  });
  later(() => {
    clearInterval(timer);
    socket.destroy();
  });
  await eventually(() => socket.bytesRead > 0, 'an answer');
  return { isEnded: () => isEnded };
}

function topOf(sluice: Sluice, ...flags: readonly string[]): string {
  return [process.execPath, MAIN, 'top', '--admin', sluice.admin, '--every', '250ms', ...flags].join(' ');
}

describe('sluice top in a terminal', () => {
  needs('tmux');

  test('shows a live connection, opens it, kills it when asked twice, and leaves the terminal as it was', async () => {
    const sluice = await startEcho();
    const client = await startClient(sluice);
    const tmux = await Tmux.open(110, 30);
    await tmux.enter(topOf(sluice));
    await tmux.waitFor(/edge +127\.0\.0\.1:\d+ +\w+ +1 .*[1-9][\d.]*KiB/);
    expect(await tmux.pane('alternate_on')).toBe('1');

    await tmux.press('2');
    const list = await tmux.waitFor(/> +[0-9a-f]{12} .*streaming .*web\/alpha/);
    const id = /> +([0-9a-f]{12}) /.exec(list)?.[1];
    await tmux.press('Enter');
    await tmux.waitFor((text) => text.includes(`Connection ${id}`) && /streaming .* now/.test(text));
    await tmux.waitFor(
      (text) => text.includes('WHY THIS BACKEND') && /client +\d.*B.*\n *backend +\d.*B/.test(text),
    );

    await tmux.press('K');
    await tmux.waitFor(`kill ${id} of 127.0.0.1:`);
    await tmux.press('n');
    await tmux.waitFor((text) => !text.includes('y/n'));
    expect(client.isEnded()).toBe(false);
    await tmux.press('K', 'y');
    await tmux.waitFor('has ended: killed');
    await eventually(client.isEnded, 'the end of the client');
    expect((await sluice.waitForClosed(1))[0]).toMatchObject({ connection: id, reason: 'killed' });
    await tmux.press('Escape');
    await tmux.waitFor('no connection');

    await tmux.press('q');
    await tmux.waitFor((text) => text.trimEnd().endsWith('shell>'));
    expect(await tmux.pane('alternate_on')).toBe('0');
    await tmux.enter(`echo "exit $?"; ${TERMINAL_MODES}`);
    expect(await tmux.waitFor(AS_BEFORE)).toMatch(/^exit 0$/m);
  });

  test('drains and resumes a listener, and a backend, with the token, over TLS; follows the events, and fits into the terminal as it becomes', async () => {
    const sluice = await startEcho(`, token_env: TOP_TOKEN, tls: ${TLS}`, TOKEN);
    const tmux = await Tmux.open(130, 24, TOKEN);
    await tmux.enter(topOf(sluice, '--token-env', 'TOP_TOKEN', '--ca', AUTHORITY.certFile));
    await tmux.waitFor(/> +edge +127/);
    await tmux.press('d', 'y');
    await tmux.waitFor('edge (drained)');
    await tmux.press('r', 'y');
    await tmux.waitFor((text) => text.includes('resume listener edge: done') && /> {2}edge +127/.test(text));
    await tmux.press('3');
    await tmux.waitFor(/> +web +alpha /);
    await tmux.press('d');
    await tmux.waitFor('drain web/alpha? y/n');
    await tmux.press('y');
    await tmux.waitFor(/alpha .* 0 of 1 .* drain at [\d:]+ by 127\.0\.0\.1/);
    await tmux.press('r', 'y');
    await tmux.waitFor('ready web/alpha: done');

    await tmux.press('5');
    await tmux.waitFor('as they happen');
    await startClient(sluice);
    await tmux.waitFor(/opened +[0-9a-f]{12} +edge +from 127\.0\.0\.1:/);
    await tmux.press('4');
    await tmux.waitFor((text) => /^streaming +1 /m.test(text) && /^dialing +\S+ +streaming /m.test(text));

    for (const [columns, rows] of [
      [40, 10],
      [160, 40],
    ] as const) {
      await tmux.resize(columns, rows);
      await tmux.waitFor((text) => {
        const lines = text.split('\n');
        const isWhole = lines[0]?.startsWith('sluice top  ready') && lines.at(-1)?.startsWith('q quit');
        return isWhole === true && lines.length === rows;
      });
    }
  });

  test('gives the terminal back to the shell by Ctrl-Z, goes on by fg, and tells that the service has ended', async () => {
    const sluice = await startEcho();
    const tmux = await Tmux.open(100, 20);
    await tmux.enter(topOf(sluice));
    await tmux.waitFor('LISTENER');
    await tmux.press('C-z');
    await tmux.waitFor((text) => text.includes('Stopped') && !text.includes('LISTENER'));
    expect(await tmux.pane('alternate_on')).toBe('0');
    await tmux.enter('fg');
    await tmux.waitFor('LISTENER');
    await tmux.press('2');
    await tmux.waitFor('no connection');
    await sluice.stop();
    await tmux.waitFor(/no answer: connect ECONNREFUSED .*, last answer .* ago; trying again/);
    await tmux.press('C-c');
    await tmux.waitFor((text) => text.trimEnd().endsWith('shell>'));
  });

  test('leaves the terminal as it was on SIGINT, SIGTERM and SIGHUP', async () => {
    const sluice = await startEcho();
    const tmux = await Tmux.open(100, 20);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      await tmux.enter(`clear; ${topOf(sluice)}`);
      await tmux.waitFor('LISTENER');
      process.kill(await tmux.child(), signal);
      await tmux.waitFor((text) => text.trimEnd().endsWith('shell>'));
      expect(await tmux.pane('alternate_on')).toBe('0');
      await tmux.enter(`echo "exit $?"; ${TERMINAL_MODES}`);
      expect(await tmux.waitFor(AS_BEFORE)).toMatch(/^exit 0$/m);
    }
  });
});

describe('sluice top without a terminal', () => {
  test('prints one frame without colours and ends', async () => {
    const sluice = await startEcho();
    await startClient(sluice);
    const { stdout } = await run(process.execPath, [
      MAIN,
      'top',
      '--admin',
      sluice.admin ?? '',
      '--every',
      '1s',
    ]);
    const text = stdout.toString();
    expect(text).toMatch(/^sluice top {2}ready {2}http/);
    expect(text).toMatch(/edge +127\.0\.0\.1:\d+ +\w+ +1 /);
    expect(text).not.toContain('\x1b');
  });

  test('prints the view that is asked for', async () => {
    const sluice = await startEcho();
    await startClient(sluice);
    const pages = ['pools', 'connections', 'chart', 'events'].map(async (page) => {
      const top = [MAIN, 'top', '--once', '--page', page, '--every', '1s', '--admin', sluice.admin ?? ''];
      return (await run(process.execPath, top)).stdout.toString();
    });
    const [pools, connections, chart, events] = await Promise.all(pages);
    expect(pools).toMatch(/web +alpha +127\.0\.0\.1:\d+/);
    expect(connections).toMatch(/> +[0-9a-f]{12} .*streaming/);
    expect(chart).toMatch(/^streaming +1 /m);
    expect(chart).toMatch(/^dialing +dialed +streaming /m);
    expect(events).toContain('as they happen, the newest first');
  });

  test('ends with 1 and says what is wrong where no frame can be shown', async () => {
    const sluice = await startEcho(`, tls: ${TLS}`);
    const silent = await serve((socket) => socket.resume());
    const endless = await serve((socket) => {
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(256 * 1024, '1')));
      };
      socket.resume().on('drain', more).write('HTTP/1.1 200 OK\r\n\r\n');
      more();
    });
    const other = await serve((socket) =>
      socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    );
    const told = async (admin: string) => {
      const top = [MAIN, 'top', '--once', '--every', '200ms', '--admin', admin];
      return (await run(process.execPath, top, { code: 1 })).stderr.toString();
    };
    const [untrusted, late, strange, refused] = await Promise.all([
      told(sluice.admin ?? ''),
      ...[silent.port, other.port, await freePort()].map((port) => told(`http://127.0.0.1:${port}`)),
    ]);
    // So many bytes have to come before it is too late for them.
    const long = await told(`http://127.0.0.1:${endless.port}`);
    expect(untrusted).toMatch(/no answer: .*certificate/);
    expect(late).toContain('no answer within 4 s');
    expect(long).toContain('the answer has more than 33554432 bytes');
    expect(strange).toContain('what answers there is no Sluice');
    expect(refused).toContain('no answer: connect ECONNREFUSED');
  });
});
