import { describe, expect, it } from 'vitest';
import { type ExplainOptions, explain } from '../../../src/cli/explain/index.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { ENVIRONMENT } from '../../config/support/cases.ts';
import { pcap } from './captures.ts';

const FILE = `
listeners:
  - name: edge
    listen: 127.0.0.1:8443
    tls: { certificates: [{ cert: a-ec.pem, key: a-ec.key }] }
    routes:
      - { name: db, match: { sni: "db.a.example" }, tls: passthrough, to: web }
      - { name: canary, match: { host: a.example }, to: [{ pool: web, weight: 9 }, { pool: new, weight: 1 }], sticky: source }
      - { name: inside, match: { source: 10.0.0.0/8, protocol: ssh }, to: new }
      - { name: bad, match: { sni: "*.bad.example" }, reject: tls_alert }
      - { name: silent, match: { protocol: mysql }, echo: true }
pools:
  web: { backends: [127.0.0.1:9001, { name: b, address: 127.0.0.1:9002, weight: 3, backup: true }] }
  new: { backends: [127.0.0.1:9003] }
`;
const { plan } = parseConfig(FILE, 'proxy.yaml', ENVIRONMENT);

function ask(options: ExplainOptions, files: Readonly<Record<string, Uint8Array>> = {}) {
  return explain(plan, options, (file) => files[file] ?? 'there is no such file (ENOENT)');
}

/** What became of each route. */
function outcomes(options: ExplainOptions, files = {}): string[] {
  const { text } = ask(options, files);
  return [...text.matchAll(/^ {2}(\w+): (.*)$/gm)].map(([, name, outcome]) => `${name} ${outcome}`);
}

describe('sluice explain', () => {
  it('tells each route with its keys, the one that is taken, and the backends that would be considered', () => {
    expect(ask({ sni: 'A.example', host: 'a.example.', source: '192.0.2.1' })).toEqual({
      exit: 0,
      text: [
        'listener edge, a client from 192.0.2.1 to 127.0.0.1:8443',
        'TLS is terminated here',
        '  db: left out: TLS was terminated',
        '    no     sni: wants db.a.example, saw a.example',
        '  canary: TAKEN',
        '    yes    host: wants a.example, saw a.example',
        '  inside: not reached',
        '    no     source: wants 10.0.0.0/8, saw 192.0.2.1',
        '    no     protocol: wants ssh, saw tls, http1',
        '  bad: not reached',
        '    no     sni: wants *.bad.example, saw a.example',
        '  silent: not reached',
        '    no     protocol: wants mysql, saw tls, http1',
        '',
        'canary leads to one of these, by the address of the client:',
        '  pool web, weight 9, round_robin',
        '    127.0.0.1:9001 (127.0.0.1:9001), weight 1',
        '    b (127.0.0.1:9002), weight 3, backup',
        '  pool new, weight 1, round_robin',
        '    127.0.0.1:9003 (127.0.0.1:9003), weight 1',
        '',
      ].join('\n'),
    });
  });

  it('says what becomes of TLS: passed through, terminated, or without a certificate', () => {
    expect(ask({ sni: 'db.a.example' }).text).toContain('\nTLS is passed through\n  db: TAKEN\n');
    expect(ask({ sni: 'x.bad.example' }).text).toMatch(
      /\nTLS is not terminated: .*\n[\s\S]*bad rejects it: tls_alert\n/,
    );
  });

  it('ends with 1 where no route takes the client, and where more must be known of it', () => {
    expect(ask({ protocol: 'http2' })).toMatchObject({
      exit: 1,
      text: expect.stringContaining('no route: the client is reset'),
    });
    expect(ask({})).toMatchObject({
      exit: 1,
      text: expect.stringContaining('no route yet: more must be known'),
    });
    expect(outcomes({ sni: 'a.example' })[1]).toBe('canary cannot be told yet');
  });

  it('reads the first bytes of a client from a file', () => {
    const ssh = { hello: Buffer.from('SSH-2.0-x\r\n') };
    expect(outcomes({ bytes: 'hello', source: '10.1.1.1' }, ssh)[2]).toBe('inside TAKEN');
    expect(outcomes({ bytes: 'hello', source: '192.0.2.1' }, ssh)[2]).toBe('inside does not match');
    expect(outcomes({ bytes: 'hello' }, { hello: new Uint8Array() }).at(-1)).toBe('silent TAKEN');
  });

  it('reads them, and the addresses, from a capture', () => {
    const caught = pcap([
      { from: '10.1.1.1:5000', to: '192.0.2.9:22', sequence: 9, syn: true },
      { from: '10.1.1.1:5000', to: '192.0.2.9:22', sequence: 10, text: 'SSH-2.0-x\r\n' },
    ]);
    const { text, exit } = ask({ pcap: 'a.pcap' }, { 'a.pcap': caught });
    expect(text).toMatch(
      /^listener edge, a client from 10\.1\.1\.1 to 192\.0\.2\.9:22\n[\s\S]*\n {2}inside: TAKEN\n/,
    );
    expect(exit).toBe(0);
  });

  it.each<[ExplainOptions, string]>([
    [{ listener: 'egde' }, '--listener: expected one of edge'],
    [{ source: '1.2.3' }, '--source: "1.2.3" is not an IP address'],
    [{ destination: 'x' }, '--destination: the port is missing'],
    [{ bytes: 'a', pcap: 'b' }, '--bytes and --pcap exclude each other'],
    [{ bytes: 'a', sni: 'b' }, '--sni: the bytes say that themselves'],
    [{ bytes: 'nowhere' }, '--bytes: nowhere: there is no such file (ENOENT)'],
    [{ pcap: 'text' }, '--pcap: text: this is neither pcap nor pcapng'],
  ])('with %j ends with 2 and says what is wrong', (options, message) => {
    expect(ask(options, { text: Buffer.from('x') })).toEqual({ exit: 2, text: `sluice: ${message}\n` });
  });

  it('prints nothing that a terminal would obey, whatever the client sent', () => {
    const { text } = ask({ sni: '\u001b[2J\u0007', source: '192.0.2.1' });
    expect(text.replaceAll('\n', '')).toMatch(/^[ -~…]*$/);
  });
});
