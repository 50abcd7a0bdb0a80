# Tells the options of every connected TCP socket of a process as the kernel has them: python3 socket-options.py PID.
# It takes a copy of each descriptor (pidfd_getfd(2)), so that it asks the very sockets and not what was asked of them.
import ctypes, json, os, socket, sys

SYS_PIDFD_GETFD = 438  # the same number on all architectures
TCP_USER_TIMEOUT = 18
TCP_NOTSENT_LOWAT = 25
TCP_INFO = 11
# Offsets in struct tcp_info: segments that have come, and those of them with bytes.
SEGMENTS = {"segs_in": 140, "data_segs_in": 152}

OPTIONS = {
    "rcvbuf": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "sndbuf": (socket.SOL_SOCKET, socket.SO_SNDBUF),
    "keepalive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    "keepidle": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    "nodelay": (socket.IPPROTO_TCP, socket.TCP_NODELAY),
    "user_timeout": (socket.IPPROTO_TCP, TCP_USER_TIMEOUT),
    "notsent_lowat": (socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT),
}


def copy(pidfd, fd):
    result = ctypes.CDLL(None, use_errno=True).syscall(SYS_PIDFD_GETFD, pidfd, fd, 0)
    if result < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return socket.socket(fileno=result)


pid = int(sys.argv[1])
pidfd = os.pidfd_open(pid)
for fd in map(int, os.listdir(f"/proc/{pid}/fd")):
    try:
        if not os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:"):
            continue
        copied = copy(pidfd, fd)
    except OSError:
        continue  # closed meanwhile
    with copied as sock:
        try:
            local, remote = sock.getsockname(), sock.getpeername()
        except OSError:
            continue
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            continue
        values = {name: sock.getsockopt(*option) for name, option in OPTIONS.items()}
        info = sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 160)
        for name, offset in SEGMENTS.items():
            values[name] = int.from_bytes(info[offset : offset + 4], sys.byteorder)
        print(json.dumps({"local": local[1], "remote": remote[1], "from": local[0], **values}), flush=True)
