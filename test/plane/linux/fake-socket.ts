import type { Address } from '../../../src/core/address.ts';
import {
  EAGAIN,
  ECONNRESET,
  ENOTCONN,
  EPIPE,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  MSG_PEEK,
  MSG_TRUNC,
} from '../../../src/plane/linux/abi.ts';
import { ByteRing } from './fake-bytes.ts';
import { FakeFile } from './fake-epoll.ts';
import type { FakePeer } from './fake-peer.ts';

/** `dead` is TCP_CLOSE: both sides have ended, or it broke. */
type State = 'fresh' | 'listening' | 'connecting' | 'open' | 'dead';

/** A TCP socket as Linux has it; each rule is that of `tcp_poll`, `tcp_recvmsg`, `tcp_sendmsg` or `tcp_reset`. */
export class FakeSocket extends FakeFile {
  readonly receive: ByteRing;
  readonly send: ByteRing;
  state: State = 'fresh';
  peer: FakePeer | null = null;
  /** sk_err; taken by whoever is told. */
  error = 0;
  lingersZero = false;
  /** IP_TRANSPARENT or IPV6_TRANSPARENT. */
  isTransparent = false;
  /** Where it was bound by its owner; null = nowhere. */
  boundTo: Address | null = null;
  /** What getsockname says; null = the address of the listener. */
  local: Address | null = null;
  /** Where netfilter says it was meant to go; null = it knows of nothing. */
  original: Address | null = null;
  isReleased = false;
  /** Accepted clients that wait. */
  readonly queue: FakeSocket[] = [];
  /** Bytes that came in and are part of the stream. */
  arrived = 0;
  /** Bytes that a look has shown: they cannot fail to be there. */
  shown = 0;
  /** An edge is owed after an answer that was made up. */
  owesIn = false;
  /** SOCK_NOSPACE: an edge is owed when there is room. */
  noSpace = false;
  /** The peer's FIN came: SOCK_DONE and RCV_SHUTDOWN. */
  gotFin = false;
  gotReset = false;
  #receiveShut = false;
  #sendShut = false;
  #finAcked = false;
  /** Place of the urgent byte, counted from the first byte that waits; -1 = none. */
  #urgentAt = -1;
  #leftAtReset = 0;

  constructor(receiveBytes: number, sendBytes: number) {
    super();
    this.receive = new ByteRing(receiveBytes);
    this.send = new ByteRing(sendBytes);
  }

  get isUrgent(): boolean {
    return this.#urgentAt >= 0;
  }

  get sendShut(): boolean {
    return this.#sendShut;
  }

  /** Neither an end nor an error is known, so that more may just have come. */
  get isQuiet(): boolean {
    return this.state === 'open' && !this.#receiveShut && this.error === 0;
  }

  poll(): number {
    if (this.state === 'listening') return this.queue.length > 0 ? EPOLLIN : 0;
    let mask = 0;
    if (this.state === 'dead' || (this.#receiveShut && this.#sendShut)) mask |= EPOLLHUP;
    if (this.#receiveShut) mask |= EPOLLIN | EPOLLRDHUP;
    if (this.state !== 'connecting') {
      if (this.receive.size > (this.#urgentAt === 0 ? 1 : 0)) mask |= EPOLLIN;
      if (this.#sendShut || this.#isWritable) mask |= EPOLLOUT;
      else this.noSpace = true;
      if (this.isUrgent) mask |= EPOLLPRI;
    }
    if (this.error !== 0) mask |= EPOLLERR;
    return mask;
  }

  takeError(): number {
    const error = this.error;
    this.error = 0;
    return error;
  }

  /** recv(2); `count` 0 or more bytes at most. */
  read(into: Uint8Array, count: number, flags: number): number {
    const skip = this.#urgentAt === 0 && this.receive.size > 0 ? 1 : 0;
    const got = Math.min(count, this.#upToUrgent(skip) - skip);
    if ((flags & MSG_PEEK) !== 0) {
      if (got > 0) this.receive.copy(into, got, skip);
      this.shown = Math.max(this.shown, got);
      return got > 0 ? got : this.#nothing();
    }
    if (skip > 0) {
      this.shown += skip;
      this.#drop(skip);
    }
    if (got <= 0) return this.#nothing();
    if ((flags & MSG_TRUNC) === 0) this.receive.copy(into, got);
    this.#drop(got);
    return got;
  }

  /** splice(2) into a pipe, which never gets past urgent data (`tcp_read_sock`). */
  moveTo(pipe: ByteRing, count: number): number {
    const got = Math.min(count, this.#upToUrgent(0), pipe.free);
    if (got <= 0) return this.#nothing();
    const bytes = new Uint8Array(got);
    this.receive.copy(bytes, got);
    this.#drop(got);
    pipe.push(bytes);
    return got;
  }

  /** What keeps one from sending, or 0. */
  sendProblem(): number {
    if (this.state === 'connecting') return -EAGAIN;
    if (this.error !== 0) return -this.takeError();
    return this.#sendShut || this.state === 'dead' ? -EPIPE : 0;
  }

  shutdownWrites(): number {
    if (this.state !== 'open') return -ENOTCONN;
    this.#sendShut = true;
    this.wake(0);
    return 0;
  }

  /** SIOCOUTQ: the FIN counts as a byte, and a RST of the peer leaves the count as it was. */
  get unacknowledged(): number {
    return this.send.size + (this.#sendShut && !this.#finAcked ? 1 : 0) + this.#leftAtReset;
  }

  released(): void {
    this.isReleased = true;
    for (const waiting of this.queue.splice(0)) waiting.#refuse();
    if (this.state !== 'open') {
      this.state = 'dead';
      return;
    }
    const bothEnded = this.gotFin && this.#sendShut;
    if (this.lingersZero ? !bothEnded || this.send.size > 0 : this.receive.size > 0) this.#refuse();
    else this.#sendShut = true;
  }

  // What the network does.

  connected(peer: FakePeer): void {
    this.peer = peer;
    this.state = 'open';
    this.wake(0);
  }

  bytesArrive(bytes: Uint8Array): void {
    if (this.isReleased) {
      this.#refuse();
      return;
    }
    this.receive.push(bytes);
    this.arrived += bytes.length;
    this.wake(EPOLLIN);
  }

  urgentArrives(): void {
    if (this.isReleased) return;
    this.#urgentAt = this.receive.size;
    this.receive.push(Uint8Array.of(0x21));
    this.wake(EPOLLPRI | EPOLLIN);
  }

  finArrives(): void {
    this.gotFin = true;
    this.#receiveShut = true;
    if (this.#finAcked) this.#die();
    this.wake(0);
  }

  /** A RST, or another error that ends it. */
  breaks(error: number): void {
    if (this.state === 'dead') return;
    this.gotReset = true;
    this.error = error === ECONNRESET && this.gotFin && !this.#sendShut ? EPIPE : error;
    this.#leftAtReset = this.send.size;
    this.send.drop(this.send.size);
    this.#die();
    this.wake(0);
    this.wake(EPOLLERR);
  }

  /** The peer has taken bytes off the send queue. */
  acknowledged(): void {
    this.tellRoom();
  }

  finAcknowledged(): void {
    this.#finAcked = true;
    if (this.gotFin) this.#die();
    this.wake(0);
  }

  get finIsDue(): boolean {
    return this.state === 'open' && this.#sendShut && !this.#finAcked && this.send.size === 0;
  }

  /** The edges that are owed. */
  tellOwed(): void {
    if (this.owesIn) {
      this.owesIn = false;
      this.wake(EPOLLIN);
    }
    this.tellRoom();
  }

  tellRoom(): void {
    if (!this.noSpace || !this.#isWritable || this.state !== 'open') return;
    this.noSpace = false;
    this.wake(EPOLLOUT);
  }

  get #isWritable(): boolean {
    return this.send.free >= this.send.size / 2 && this.send.free > 0;
  }

  #upToUrgent(skip: number): number {
    return this.#urgentAt >= 0 && skip === 0
      ? Math.min(this.#urgentAt, this.receive.size)
      : this.receive.size;
  }

  #drop(count: number): void {
    this.receive.drop(count);
    this.shown = Math.max(0, this.shown - count);
    if (this.#urgentAt >= 0) this.#urgentAt = Math.max(-1, this.#urgentAt - count);
  }

  #nothing(): number {
    if (this.gotFin) return 0;
    if (this.error !== 0) return -this.takeError();
    if (this.#receiveShut) return 0;
    return this.state === 'dead' || this.state === 'fresh' ? -ENOTCONN : -EAGAIN;
  }

  #die(): void {
    this.state = 'dead';
    this.#receiveShut = true;
    this.#sendShut = true;
  }

  /** A RST to the peer; what it has not got is lost. */
  #refuse(): void {
    this.send.drop(this.send.size);
    this.#die();
    this.peer?.resetArrives();
  }
}
