import type { Address } from './address.ts';
import type { Chunk } from './chunk.ts';

/** Cancels what it was returned for. A second call, or one after the fact, does nothing. */
export interface Cancellable {
  cancel(): void;
}

/**
 * The clock and the timers of a plane. Time is in milliseconds, monotonic, from an arbitrary start; `epoch` is the wall
 * time in milliseconds since 1970 at which `now()` was 0. Timers fire late by at most one tick of the plane's wheel,
 * never early.
 */
export interface Timers {
  readonly epoch: number;
  now(): number;
  after(delayMs: number, fire: () => void): Cancellable;
}

/**
 * What an endpoint tells its one observer. Calls come one at a time and never after `closed`. An exception thrown by an
 * observer is the observer's own: the plane hands it to `onObserverError` of its options and goes on.
 */
export interface EndpointObserver {
  /** More bytes are held, in answer to `peek`. `held` is all of them from the first; a view, valid until this returns. */
  held(held: Uint8Array): void;
  /** Bytes arrived, while the endpoint is resumed. */
  data(chunk: Chunk): void;
  /** After `passTo`: `bytes` were read at `at` (plane's time) and stand in the queue of the other endpoint already. */
  moved(bytes: number, at: number): void;
  /**
   * The peer sent FIN and everything before it was handed to `held` or `data`. Told once: a FIN told while holding is not
   * told again when `resume` hands over the bytes before it.
   */
  fin(): void;
  /**
   * The peer sent RST, or its network lost it (`code` tells: ECONNRESET, ETIMEDOUT, EPIPE …). Everything that arrived
   * before it and could be read was handed over. `closed` follows without more.
   */
  reset(code: string): void;
  /** The kernel took `bytes` more of what was written. The only call that may come from inside of one of ours: `write`. */
  accepted(bytes: number): void;
  /** While `reset` waits for delivery: the peer has taken more of what waits. */
  progress(): void;
  /** The kernel took the FIN that `end` asked for, after all bytes before it. */
  finished(): void;
  /** The descriptor is gone. The last call; made exactly once, whoever closed. */
  closed(): void;
}

/**
 * One connected byte stream with two halves that live and end apart. Created holding: it reads nothing until `peek` or
 * `resume`. Owned by the connection that got it, which must see it `closed`. An endpoint whose two halves have both ended
 * may close itself or wait for `close`.
 */
export interface Endpoint {
  readonly local: Address;
  readonly remote: Address;

  /** Sets the observer. Must be called before any other method; a later call replaces it. */
  observe(observer: EndpointObserver): void;

  /**
   * Read and hold up to `max` bytes without consuming them. Each arrival is told by `held`; FIN and RST are told at
   * once as long as fewer than `max` bytes are held. Bytes already held are told again when `max` grows.
   */
  peek(max: number): void;
  /** Drop the first `bytes` of what is held. Throws where fewer are held or the endpoint was resumed. */
  consume(bytes: number): void;
  /** Hand over what is held, then everything that comes, as `data`. Ends holding for good. */
  resume(): void;
  /** Stop handing over. At most one read that was under way still arrives. No more is read from the kernel. */
  pause(): void;
  /** Read and drop from here on; FIN and RST are still told. */
  discard(): void;

  /** What the kernel knows of this leg: now, or when it closed. null where the plane or the socket has none. */
  readonly tcpInfo: TcpInfo | null;
  /** Where the client wanted to go before the system redirected it here (SO_ORIGINAL_DST); null where it did not or cannot tell. */
  readonly originalDestination: Address | null;

  /**
   * Allows the plane to move what it reads into `to` by itself, as if its owner wrote each chunk there. Each such move is
   * told by `moved` instead of `data`; everything else stays as it is, and the plane may go on calling `data`. Both
   * endpoints must be of this plane. A plane without such a way, or one of whose ends has it not, does nothing.
   */
  passTo(to: Endpoint): void;
  /** Takes that back: every byte is handed over by `data` again. What was moved already stays so. */
  passToNobody(): void;

  /** Bytes that have come and were not read, as the kernel has them now; 0 where the plane cannot tell. */
  readonly unread: number;
  /** Bytes written and not yet accepted by the kernel. */
  readonly pending: number;
  /**
   * Queue bytes to be sent. A borrowed chunk is copied unless the kernel takes it at once. There is no refusal: the
   * credit window bounds what is queued. Ignored after `end`, `reset`, `close` or the peer's RST.
   */
  write(chunk: Chunk): void;
  /** Send FIN after everything written. The reading half lives on. */
  end(): void;

  /**
   * End by RST once everything written was delivered, as far as the plane can see that (`resetsAfterDelivery`). Reads
   * nothing more. There is no deadline in here: call `destroy` when it takes too long.
   */
  reset(): void;
  /**
   * End cleanly: FIN after everything written, then read and drop until the peer's FIN, since closing over unread data
   * would make the kernel send a RST that destroys what was delivered. No deadline in here either.
   */
  close(): void;
  /** End now: RST, whatever waits is lost. */
  destroy(): void;
}

/** Why a dial failed. `refused`, `unreachable`, `name`, `other`: this backend; `out-of-…`: this machine. */
export type DialFailureKind =
  | 'refused'
  | 'unreachable'
  | 'name'
  | 'out-of-ports'
  | 'out-of-descriptors'
  | 'other';

export interface DialFailure {
  readonly kind: DialFailureKind;
  /** The system's name of the error: ECONNREFUSED, EHOSTUNREACH, ENOTFOUND … */
  readonly code: string;
}

/** Socket options a plane applies to what it accepts and dials. */
export interface SocketOptions {
  /** TCP_NODELAY. */
  readonly noDelay: boolean;
  /** First keepalive probe after this many milliseconds of silence; 0 switches keepalive off. */
  readonly keepaliveMs: number;
  /** SO_RCVBUF and SO_SNDBUF in bytes, of which the kernel keeps the double; 0 = the system's own, which grow by themselves. */
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /** TCP_USER_TIMEOUT (RFC 5482): what was sent and not acknowledged for so long ends the connection; 0 = the system's own. */
  readonly userTimeoutMs: number;
  /** TCP_NOTSENT_LOWAT: a socket takes more only while fewer unsent bytes wait in the kernel; 0 = the system's own. */
  readonly notSentLowat: number;
}

/** Local ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Ports of a range that one dial tries at most before it fails for want of one; the next dial goes on behind them. */
export const SOURCE_PORT_TRIES_MAX = 256;

/** What a dial may ask for besides. */
export interface DialOptions extends SocketOptions {
  /** The local IP address to connect from; null or absent = the system's choice. */
  readonly source?: string | null;
  /**
   * The local ports to connect from, by turns: one that is taken is passed over, and where `SOURCE_PORT_TRIES_MAX` of them, or
   * all, are, the dial fails as `out-of-ports`. null or absent = the system's choice.
   */
  readonly sourcePorts?: PortRange | null;
  /** Whether that may be an address that is not this machine's (IP_TRANSPARENT). Needs CAP_NET_ADMIN. Absent = no. */
  readonly transparent?: boolean;
  /**
   * Whether something is written as soon as it is connected. The ACK that ends the handshake then goes with it, where the
   * plane can have that (TCP_QUICKACK, tcp(7)); where nothing is written after all, the kernel sends it within 200 ms. Absent = no.
   */
  readonly speaksFirst?: boolean;
}

/** What a listener may ask for besides. */
export interface ListenOptions extends SocketOptions {
  /** IP_TRANSPARENT: accept what is addressed to others (TPROXY). Needs CAP_NET_ADMIN. Absent = no. */
  readonly transparent?: boolean;
}

/** What the kernel knows of one TCP leg (struct tcp_info, tcp(7)). */
export interface TcpInfo {
  /** Smoothed round-trip time and its mean deviation, in microseconds. */
  readonly rttUs: number;
  readonly rttVarUs: number;
  /** Segments sent again over the whole life of the connection. */
  readonly retransmits: number;
  /** The latest delivery rate the kernel measured, in bytes per second; 0 = not measured yet. */
  readonly deliveryRate: number;
}

export interface ListenHandler {
  /** A client was accepted. The endpoint is the handler's from here on. */
  accept(endpoint: Endpoint): void;
  /** Accepting failed for want of descriptors or memory; the listener lives on. `code` as in `DialFailure`. */
  failed(code: string): void;
  /** A client was accepted that had reset before; there is nothing left of it but the count. Absent = nobody counts. */
  gone?(): void;
}

/**
 * How a listener shares its address: not at all, or by SO_REUSEPORT with the other shards. `claim` is the first of them
 * and fails with EADDRINUSE where anybody holds the address, also somebody who would share it; `join` comes after it.
 */
export type Sharing = 'alone' | 'claim' | 'join';

export interface Listening {
  /** Where it is bound, with the real port where 0 was asked for. */
  readonly address: Address;
  /** Applies other options to the clients accepted from now on. */
  setOptions(options: SocketOptions): void;
  /** Accept what already waits in the queue, then stop listening. Accepted endpoints live on. */
  close(): Promise<void>;
}

export interface DialHandler {
  /** Connected. The endpoint is the handler's from here on. */
  connected(endpoint: Endpoint): void;
  /** Could not connect. Never called after `cancel`. */
  failed(failure: DialFailure): void;
}

/** The port through which a shard touches the network. `test/plane/contract.ts` says what every plane keeps true. */
export interface Plane {
  readonly name: 'memory' | 'net' | 'linux';
  readonly timers: Timers;
  /** Whether `Endpoint.reset` can see that all bytes were delivered before it sends the RST. */
  readonly resetsAfterDelivery: boolean;
  /**
   * Rejects with the system's error (EADDRINUSE, EACCES …) where the address cannot be bound. `sharing` is `alone` where
   * absent; a plane that cannot share takes `claim` for `alone` and rejects `join` with EADDRINUSE.
   */
  listen(
    address: Address,
    options: ListenOptions,
    handler: ListenHandler,
    sharing?: Sharing,
  ): Promise<Listening>;
  /**
   * Starts connecting. Cancelling ends the attempt, by RST where the backend has taken it already; neither callback comes
   * afterwards. No deadline in here.
   */
  dial(address: Address, options: DialOptions, handler: DialHandler): Cancellable;
  /** Endpoints and dials alive: descriptors this plane holds, listeners left out. */
  readonly open: number;
  /** Destroys all that is left and releases timers. */
  close(): Promise<void>;
}

/** Options common to planes. */
export interface PlaneOptions {
  /** Called with what an observer or a timer threw. Default: the error is thrown again in a task of its own. */
  readonly onObserverError?: (error: unknown) => void;
  /** Called with 1 and -1 as `open` changes, so that several planes can be counted together. */
  readonly onOpen?: (by: 1 | -1) => void;
  /**
   * Wall time in milliseconds since 1970 at which the process's monotonic clock was 0: given to all planes of a process, so
   * that their times can be compared to the microsecond. Default: measured when the plane is made.
   */
  readonly epoch?: number;
}
