import type { TLSSocket } from 'node:tls';
import type { Cancellable, Endpoint } from '../core/ports.ts';
import type { ListenerTlsPlan, TlsConnectOptions, TlsHandler, TlsSessions } from '../core/tls.ts';
import { Below } from './below.ts';
import { CLIENT_SIDE, clientSocket } from './client-side.ts';
import { ContextCache } from './context-cache.ts';
import { failureOf } from './failure.ts';
import { Handshake, type Side } from './handshake.ts';
import { KeyLogs } from './key-log.ts';
import { ServerContexts } from './server-contexts.ts';
import { serverSide, serverSocket } from './server-side.ts';

/** What the sessions of a shard need of it. */
export interface TlsSessionsOptions {
  /** Called with what an observer or a handler threw, and with why a key log cannot be written. */
  readonly onError: (error: unknown) => void;
  /**
   * Called whenever node:tls may have left something for Node's own loop to do: a thread that waits elsewhere gives it
   * a few turns then. Absent where the thread never waits elsewhere.
   */
  readonly needNode?: () => void;
}

/** TLS by node:tls. Contexts are kept for as long as a plan that needs them is. */
export function createTlsSessions(options: TlsSessionsOptions): TlsSessions {
  return new NodeTlsSessions(options);
}

class NodeTlsSessions implements TlsSessions {
  readonly #onError: (error: unknown) => void;
  readonly #needNode: () => void;
  readonly #cache = new ContextCache();
  readonly #contexts = new WeakMap<ListenerTlsPlan, ServerContexts>();
  readonly #keyLogs: KeyLogs;

  constructor({ onError, needNode = nothing }: TlsSessionsOptions) {
    this.#onError = onError;
    this.#needNode = needNode;
    this.#keyLogs = new KeyLogs(onError);
  }

  accept(under: Endpoint, plan: ListenerTlsPlan, handler: TlsHandler): Cancellable {
    const makeSocket = (below: Below) => {
      const tls = serverSocket(below, plan, this.#contextsOf(plan));
      const { keyLog } = plan;
      if (keyLog !== null) tls.on('keylog', (line) => this.#keyLogs.write(keyLog, line));
      return tls;
    };
    return this.#begin(under, serverSide(plan), makeSocket, handler);
  }

  connect(under: Endpoint, options: TlsConnectOptions, handler: TlsHandler): Cancellable {
    const makeSocket = (below: Below) => clientSocket(below, options, this.#cache);
    return this.#begin(under, CLIENT_SIDE, makeSocket, handler);
  }

  #begin(
    under: Endpoint,
    side: Side,
    makeSocket: (below: Below) => TLSSocket,
    handler: TlsHandler,
  ): Cancellable {
    const below = new Below(under, this.#needNode);
    under.observe(below);
    let tls: TLSSocket;
    try {
      tls = makeSocket(below);
    } catch (error) {
      return this.#failLater(error as Error, side, handler);
    }
    const handshake = new Handshake(tls, below, side, handler, this.#onError);
    under.resume();
    below.touched();
    return handshake;
  }

  /** The parts of a plan make no context: told as any other failure, when the caller has its handle. */
  #failLater(error: Error, { where }: Side, handler: TlsHandler): Cancellable {
    let isOver = false;
    queueMicrotask(() => {
      if (isOver) return;
      try {
        handler.failed({ ...failureOf(error, where), kind: 'protocol' });
      } catch (thrown) {
        this.#onError(thrown);
      }
    });
    this.#needNode();
    return {
      cancel: () => {
        isOver = true;
      },
    };
  }

  #contextsOf(plan: ListenerTlsPlan): ServerContexts {
    let contexts = this.#contexts.get(plan);
    if (contexts === undefined) {
      contexts = new ServerContexts(plan, this.#cache);
      this.#contexts.set(plan, contexts);
    }
    return contexts;
  }
}

function nothing(): void {}
