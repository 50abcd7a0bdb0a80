/**
 * Numbers and layouts of Linux's system interface as the plane uses them. All of it is the same on x86-64 and arm64 but
 * what `LAYOUTS` says; `test/plane/linux/abi.test.ts` holds it against the C headers of the machine that runs it.
 */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;

export const IPPROTO_IP = 0;
export const IP_TRANSPARENT = 19;
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const SO_ORIGINAL_DST = 80;

export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const TCP_KEEPIDLE = 4;
export const TCP_INFO = 11;
export const TCP_QUICKACK = 12;
export const TCP_USER_TIMEOUT = 18;
export const TCP_NOTSENT_LOWAT = 25;

export const IPPROTO_IPV6 = 41;
export const IPV6_TRANSPARENT = 75;
export const IP6T_SO_ORIGINAL_DST = 80;

export const MSG_PEEK = 0x02;
/** Of a TCP socket: what is read is thrown away without being copied (tcp(7)). */
export const MSG_TRUNC = 0x20;
export const MSG_NOSIGNAL = 0x4000;

export const SHUT_WR = 1;

export const SPLICE_F_MOVE = 1;
export const SPLICE_F_NONBLOCK = 2;

export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_SETPIPE_SZ = 1031;
export const F_GETPIPE_SZ = 1032;

/** ioctl: bytes written and not acknowledged yet (tcp(7)). The same number as TIOCOUTQ. */
export const SIOCOUTQ = 0x5411;
/** ioctl: bytes that have come and were not read. The same number as FIONREAD. */
export const SIOCINQ = 0x541b;

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLLIN = 0x001;
export const EPOLLPRI = 0x002;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 0x80000000;

export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;

/** Errors that are handled by number; their names are those of `node:os`. */
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const EPIPE = 32;
export const EPROTO = 71;
export const EOPNOTSUPP = 95;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ECONNABORTED = 103;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const ENOTCONN = 107;
export const EHOSTDOWN = 112;
export const EHOSTUNREACH = 113;
export const EINPROGRESS = 115;

/** Where the fields of structures are, in bytes. */
export interface Layout {
  /** struct epoll_event: packed on x86-64 only. */
  readonly epollEvent: { readonly size: number; readonly events: number; readonly data: number };
}

/** By `process.arch`. Only these two are supported. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  x64: { epollEvent: { size: 12, events: 0, data: 4 } },
  arm64: { epollEvent: { size: 16, events: 0, data: 8 } },
};

/** struct tcp_info (linux/tcp.h), the same on both. */
export const TCP_INFO_OFFSETS = { rtt: 68, rttvar: 72, totalRetrans: 100, deliveryRate: 160 } as const;
export const TCP_INFO_BYTES = 168;

/** struct linger {onoff, linger}. */
export const LINGER_RESET = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;
export const SOCKADDR_UN_BYTES = 110;
