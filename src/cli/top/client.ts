import { type IncomingMessage, Agent as PlainAgent, request as plain, type RequestOptions } from 'node:http';
import { request as overTls, Agent as TlsAgent } from 'node:https';
import { messageOf } from '../../core/error-fact.ts';
import type { AdminAccess, AdminPlace } from '../admin-access.ts';
import type { Json } from './json.ts';
import { ANSWER_BYTES_MAX, ANSWER_MS_MAX } from './limits.ts';

export interface Asking {
  readonly method: 'GET' | 'DELETE' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body?: Json;
}

export interface Reply {
  readonly status: number;
  /** Undefined where the body was no JSON. */
  readonly json: Json;
  /** The clock of the service in milliseconds since 1970, in whole seconds; null where it said none. */
  readonly date: number | null;
}

/** Asks the admin address, over one connection that is kept for the next question. `close` ends what is under way. */
export class AdminClient {
  readonly #place: AdminPlace;
  readonly #token: string | null;
  readonly #agent: PlainAgent | TlsAgent;
  readonly #underWay = new Set<AbortController>();

  constructor({ place, token, ca }: AdminAccess) {
    this.#place = place;
    this.#token = token;
    const kept = { keepAlive: true, maxSockets: 2 };
    this.#agent =
      place.protocol === 'https:'
        ? new TlsAgent({ ...kept, ...(ca === null ? {} : { ca }) })
        : new PlainAgent(kept);
  }

  /**
   * Rejects, in words, where there is no whole answer within ANSWER_MS_MAX, or it has more than ANSWER_BYTES_MAX. A question that
   * finds the kept connection closed by the service is asked once more, a change is not.
   */
  async ask(asking: Asking): Promise<Reply> {
    const call = new AbortController();
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      call.abort();
    }, ANSWER_MS_MAX);
    this.#underWay.add(call);
    try {
      return await this.#reply(asking, call.signal);
    } catch (error) {
      const why = isLate ? `no answer within ${ANSWER_MS_MAX / 1000} s` : `no answer: ${messageOf(error)}`;
      throw new Error(why, { cause: error });
    } finally {
      clearTimeout(deadline);
      this.#underWay.delete(call);
    }
  }

  /** A reply that goes on, once its header has come, until `call` is aborted. Rejects where there is none. */
  async open(
    path: string,
    headers: Readonly<Record<string, string>>,
    call: AbortController,
  ): Promise<IncomingMessage> {
    this.#underWay.add(call);
    try {
      const reply = await this.#send({ method: 'GET', path }, call.signal, headers);
      reply.once('close', () => this.#underWay.delete(call));
      return reply;
    } catch (error) {
      this.#underWay.delete(call);
      throw error;
    }
  }

  close(): void {
    for (const call of this.#underWay) call.abort();
    this.#agent.destroy();
  }

  async #reply(asking: Asking, signal: AbortSignal): Promise<Reply> {
    const message = await this.#send(asking, signal).catch((error: Error & { isStale?: boolean }) => {
      if (error.isStale !== true || asking.method !== 'GET') throw error;
      return this.#send(asking, signal);
    });
    const date = Date.parse(message.headers.date ?? '');
    return {
      status: message.statusCode ?? 0,
      json: jsonOf(await bodyOf(message)),
      date: Number.isNaN(date) ? null : date,
    };
  }

  #send(
    { method, path, body }: Asking,
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> {
    const headers = {
      ...more,
      ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...('socketPath' in this.#place ? { host: 'localhost' } : {}),
    };
    const options: RequestOptions = { ...this.#place, method, path, headers, signal, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const sent = (this.#place.protocol === 'https:' ? overTls : plain)(options);
      sent.on('response', resolve);
      sent.on('error', (error) => reject(Object.assign(error, { isStale: sent.reusedSocket })));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
