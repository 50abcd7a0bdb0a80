import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { isProxyName, overlayPlan } from '../../src/config/index.ts';
import { formatAddress } from '../../src/core/address.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { NO_OVERLAY, type Overlay } from '../../src/core/run-time-proxy.ts';
import type { NamedStage } from '../../src/core/stage-control.ts';
import { Collection } from '../../src/toxiproxy/collection.ts';
import { applyEdits, type Edit } from '../../src/toxiproxy/edits.ts';
import type { Proxied } from '../../src/toxiproxy/proxied.ts';
import { type ApiWrite, createResponder } from '../../src/toxiproxy/respond.ts';
import { rowsOf } from '../../src/toxiproxy/rows.ts';
import { ENVIRONMENT } from '../config/support/cases.ts';
import { planOf } from '../control/plans.ts';

/** A service without shards: plans are in force as soon as they are made, and port 0 is answered by 40001, 40002 … */
export class FakeService implements Proxied {
  base: Plan;
  readonly resets: string[] = [];
  readonly replaced: Record<string, readonly NamedStage[]> = {};
  overlay: Overlay = NO_OVERLAY;
  bound: Record<string, string> = {};
  /** What the next change rejects with. */
  failure: Error | null = null;
  /** What changes wait for. */
  gate: Promise<void> = Promise.resolve();
  readonly isName = isProxyName;
  #port = 40_000;

  constructor(base: Plan = planOf({ web: '127.0.0.1:8080' })) {
    this.base = base;
    this.#bind(base);
  }

  rows() {
    return rowsOf(this);
  }

  async change(edits: readonly Edit[]): Promise<void> {
    await this.gate;
    if (this.failure !== null) throw this.failure;
    const { overlay, resets } = applyEdits(this, edits);
    this.#bind(overlayPlan(this.base, overlay, ENVIRONMENT));
    this.overlay = overlay;
    this.resets.push(...resets);
  }

  readonly stages = {
    replace: async (listener: string, stages: readonly NamedStage[]) => {
      if (this.bound[listener] === undefined)
        throw new SluiceError('LISTEN_FAILED', `no listener "${listener}"`);
      this.replaced[listener] = stages;
    },
  };

  #bind({ listeners }: Plan): void {
    const before = this.bound;
    this.bound = Object.fromEntries(
      listeners.map(({ name, listen }) => {
        if (listen.kind !== 'tcp' || listen.port !== 0) return [name, formatAddress(listen)];
        return [name, before[name] ?? formatAddress({ ...listen, port: ++this.#port })];
      }),
    );
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The API over a service, without sockets. */
export function serveApi(service: FakeService = new FakeService()) {
  const writes: ApiWrite[] = [];
  const server = createServer();
  server.on(
    'request',
    createResponder(new Collection(service), (entry) => void writes.push(entry)),
  );
  const send = (text: string): Promise<Answer> =>
    new Promise((resolve) => {
      let heard = '';
      const socket = new Duplex({
        read() {},
        write(bytes, _encoding, done) {
          heard += bytes;
          const answer = parse(heard);
          if (answer !== null) resolve(answer);
          done();
        },
      });
      const more = { remoteAddress: '127.0.0.1', remotePort: 4711, setTimeout: () => {} };
      server.emit('connection', Object.assign(socket, more));
      socket.push(text);
    });
  const ask = (method: string, path: string, body?: unknown, agent = 'test'): Promise<Answer> => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const head = [`${method} ${path} HTTP/1.1`, 'Host: x', `User-Agent: ${agent}`];
    const length = text === '' ? [] : [`Content-Length: ${Buffer.byteLength(text)}`];
    return send(`${[...head, ...length].join('\r\n')}\r\n\r\n${text}`);
  };
  return { ask, send, writes, service };
}

/** What was said, where it is whole. */
function parse(heard: string): Answer | null {
  const end = heard.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = heard.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = heard.slice(end + 4);
  if (Buffer.byteLength(body) < Number(headers['content-length'] ?? 0)) return null;
  return { status: Number(first.split(' ')[1]), headers, body };
}
