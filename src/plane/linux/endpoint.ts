import type { Address } from '../../core/address.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { Endpoint, EndpointObserver, TcpInfo } from '../../core/ports.ts';
import { EPOLLERR, EPOLLIN, EPOLLOUT, EPOLLPRI, SHUT_WR } from './abi.ts';
import { closeSocket } from './calls.ts';
import { Delivery } from './delivery.ts';
import { errorName } from './errno.ts';
import type { Home, Thing } from './home.ts';
import { ENDS, RANK, type Runnable, type Watcher } from './reactor.ts';
import { ReadHalf, type ReadOwner } from './read-half.ts';
import * as socket from './socket.ts';
import { Telling } from './telling.ts';
import { WriteHalf, type WriteOwner } from './write-half.ts';

/**
 * One connected socket. It is registered with epoll once, for all events and edge-triggered; what a half learns of an edge
 * it remembers. Nothing is told from inside of a call of its owner but `accepted`: what else comes of a call comes later
 * in the same turn.
 */
export class LinuxEndpoint implements Endpoint, Watcher, Runnable, Thing, ReadOwner, WriteOwner {
  readonly rank = RANK.DATA;
  slot = -1;
  readonly remote: Address;
  readonly #fd: number;
  readonly #home: Home;
  readonly #isTcp: boolean;
  readonly #reads: ReadHalf;
  readonly #writes: WriteHalf;
  readonly #tell: Telling;
  #delivery: Delivery | null = null;
  #local: Address | null;
  /** Runs at the end of this turn. */
  #isSoon = false;
  #endWanted = false;
  #finished = false;
  #finishedTold = false;
  #resetting = false;
  /** The error that broke it; null = none did. */
  #broken: string | null = null;
  #errorAnnounced = false;
  #isClosed = false;
  /** Whose bytes are moved here without their owner seeing them; told when there is room. */
  #feeder: LinuxEndpoint | null = null;
  #target: LinuxEndpoint | null = null;
  #lastInfo: TcpInfo | null = null;

  /** `fd` is its own to close. `local` null: looked up when somebody asks. */
  constructor(fd: number, local: Address | null, remote: Address, home: Home) {
    this.#fd = fd;
    this.#home = home;
    this.#local = local;
    this.remote = remote;
    this.#isTcp = remote.kind === 'tcp';
    this.#tell = new Telling(home);
    this.#writes = new WriteHalf(fd, home, this.#tell, this);
    this.#reads = new ReadHalf(fd, home, this.#tell, this);
  }

  get local(): Address {
    this.#local ??= this.#isClosed
      ? this.remote
      : socket.localAddress(this.#home.system, this.#fd, this.remote);
    return this.#local;
  }

  get tcpInfo(): TcpInfo | null {
    if (this.#isClosed) return this.#lastInfo;
    return this.#isTcp ? socket.tcpInfo(this.#home.system, this.#fd) : null;
  }

  get originalDestination(): Address | null {
    const canTell = !this.#isClosed && this.#isTcp;
    return canTell ? socket.originalDestination(this.#home.system, this.#fd, this.local) : null;
  }

  get unread(): number {
    return this.#isClosed ? 0 : socket.receiveQueue(this.#home.system, this.#fd);
  }

  get pending(): number {
    return this.#writes.pending;
  }

  observe(observer: EndpointObserver): void {
    this.#tell.observe(observer);
  }

  passTo(to: Endpoint): void {
    if (!this.#home.sizes.splice || !(to instanceof LinuxEndpoint) || this.#isClosed) return;
    this.#target = to;
    to.#feeder = this;
    this.#reads.passTo(to.#writes);
  }

  passToNobody(): void {
    const target = this.#target;
    if (target !== null && target.#feeder === this) target.#feeder = null;
    this.#target = null;
    this.#reads.passTo(null);
    this.roomAgain();
  }

  peek(max: number): void {
    if (this.#reads.peek(max)) this.runSoon();
  }

  consume(bytes: number): void {
    this.#reads.consume(bytes);
  }

  resume(): void {
    if (this.#reads.resume()) this.runSoon();
  }

  pause(): void {
    this.#reads.pause();
  }

  discard(): void {
    this.#reads.discard();
    this.runSoon();
  }

  write(chunk: Chunk): void {
    if (this.#endWanted || this.#resetting || this.#isClosed || this.#broken !== null) return;
    this.#writes.write(chunk);
  }

  end(): void {
    if (this.#endWanted || this.#resetting || this.#isClosed) return;
    this.#endWanted = true;
    this.#feeder?.passToNobody();
    this.runSoon();
  }

  reset(): void {
    if (this.#resetting || this.#isClosed) return;
    this.#resetting = true;
    this.#feeder?.passToNobody();
    this.#stopReading();
    if (this.#broken !== null) this.#close(true);
    else if (this.#writes.pending === 0) this.#resetWhenDelivered();
  }

  close(): void {
    if (this.#resetting || this.#isClosed) return;
    this.end();
    this.discard();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#shutdown();
    if (!this.#isClosed) this.#close(!(this.#finished && this.#reads.sawEnd));
  }

  /** From the reactor. */
  ready(events: number): void {
    if (this.#isClosed) return;
    const isBroken = (events & EPOLLERR) !== 0;
    const isAtEnd = (events & ENDS) !== 0;
    if (isBroken) this.#errorAnnounced = true;
    if (isAtEnd) this.#reads.endIsNear();
    if ((events & EPOLLPRI) !== 0) this.#reads.isUrgent();
    // Reads first: a failed write would take the error that a read has to find behind the last bytes.
    if ((events & EPOLLIN) !== 0 || isAtEnd) this.#reads.arrived(isBroken);
    if (this.#isClosed) return;
    if ((events & EPOLLOUT) !== 0) this.#writes.canWrite();
    if (isBroken) this.#lookForError();
    if (isAtEnd && this.#finishedTold) this.runSoon();
  }

  /** From the reactor: what was put off. */
  run(): void {
    this.#isSoon = false;
    if (this.#isClosed) {
      this.#tell.closed();
      return;
    }
    this.#shutdown();
    if (this.#finished && !this.#finishedTold) {
      this.#finishedTold = true;
      this.#tell.finished();
    }
    if (this.#isClosed) return;
    this.#reads.pump();
    this.#closeAtBothEnds();
  }

  /** Nothing waits any more where its bytes are moved to, or they are moved there no more. */
  roomAgain(): void {
    if (this.#reads.isBlocked) this.runSoon();
  }

  runSoon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    this.#home.reactor.soon(this);
  }

  drained(): void {
    if (this.#isClosed) return;
    if (this.#resetting) this.#resetWhenDelivered();
    else if (this.#endWanted) this.runSoon();
    else if (this.#feeder !== null) this.#feeder.roomAgain();
  }

  writeFailed(result: number): void {
    this.#fail(errorName(result));
  }

  fin(): void {
    this.#tell.fin();
    if (this.#finishedTold) this.runSoon();
  }

  /** The stream ended where a read found 0 or an error. Nothing that could be read is left. */
  readEnded(code: string | null): void {
    const why = this.#broken ?? code;
    if (why === null) this.#reads.tellFin();
    else this.#tellReset(why);
    // A RST that came while the bytes before a FIN waited: no read finds it any more.
    if (this.#errorAnnounced) this.#lookForError();
  }

  /** A peer that has sent FIN can still reset, and one that is not read as well: only the socket's error tells. */
  #lookForError(): void {
    if (this.#isClosed || !this.#reads.hidesErrors) return;
    const code = socket.takeError(this.#home.system, this.#fd);
    if (code !== null) this.#fail(code);
  }

  /** The peer has reset, or its network lost it. What can still be read is read first, where somebody reads. */
  #fail(code: string): void {
    if (this.#isClosed || this.#broken !== null) return;
    this.#broken = code;
    this.#writes.drop();
    if (this.#resetting) {
      this.#close(true);
      return;
    }
    this.#reads.endIsNear();
    this.#reads.failed();
    this.runSoon();
  }

  #tellReset(code: string): void {
    if (this.#isClosed) return;
    this.#broken = code;
    this.#close(true);
    this.#tell.reset(code);
  }

  /** Sends FIN where it is due: not before everything written has gone. */
  #shutdown(): void {
    if (!this.#endWanted || this.#resetting || this.#finished) return;
    if (this.#broken !== null || this.#writes.pending > 0) return;
    const result = this.#home.system.shutdown(this.#fd, SHUT_WR);
    this.#finished = result >= 0;
    if (!this.#finished) this.#fail(errorName(result));
  }

  #closeAtBothEnds(): void {
    if (!this.#isClosed && this.#finishedTold && this.#reads.sawEnd && this.#reads.isDiscarding)
      this.#close(false);
  }

  #resetWhenDelivered(): void {
    if (this.#isClosed) return;
    if (!this.#isTcp) {
      this.#close(true);
      return;
    }
    this.#delivery ??= new Delivery(
      this.#fd,
      this.#home,
      () => this.#tell.progress(),
      () => this.#close(true),
    );
    this.#delivery.start();
  }

  #stopReading(): void {
    this.passToNobody();
    this.#reads.stop();
  }

  /** The descriptor goes now; its observer hears of it later in this turn. */
  #close(byReset: boolean): void {
    this.#isClosed = true;
    this.#delivery?.cancel();
    this.#stopReading();
    this.#feeder?.passToNobody();
    this.#writes.drop();
    if (this.#isTcp) this.#lastInfo = socket.tcpInfo(this.#home.system, this.#fd);
    closeSocket(this.#home, this.#fd, byReset && this.#isTcp);
    this.#home.gone(this);
    this.runSoon();
  }
}
