# A peer that sends as fast as it can and reads all that comes: python3 flooding.py listens on a free port, with a PORT it
# is the client of that. Tells when bytes have come from the other end, and how a connection has ended. In Python because
# Node takes a RST that comes right behind data for a FIN.
import errno, json, socket, sys, threading

PIECE = b"flood. " * 10_000
UNDER_WAY_BYTES = 1_000_000
lock = threading.Lock()


def report(value):
    with lock:
        print(json.dumps(value), flush=True)


def send(peer, errors):
    try:
        while True:
            peer.sendall(PIECE)
    except OSError as error:
        errors.append(errno.errorcode[error.errno])


def read(peer, errors):
    count = 0
    try:
        while piece := peer.recv(1 << 16):
            if count < UNDER_WAY_BYTES <= count + len(piece):
                report({"underWay": True})
            count += len(piece)
    except OSError as error:
        errors.append(errno.errorcode[error.errno])


def flood(peer):
    # The kernel tells a RST to whoever asks first. Behind a FIN it would be EPIPE.
    errors = []
    writer = threading.Thread(target=send, args=(peer, errors))
    writer.start()
    read(peer, errors)
    writer.join()
    report({"end": "ECONNRESET" if "ECONNRESET" in errors else "fin"})
    peer.close()


if len(sys.argv) > 1:
    flood(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
else:
    server = socket.create_server(("127.0.0.1", 0))
    report({"port": server.getsockname()[1]})
    while True:
        accepted, _ = server.accept()
        threading.Thread(target=flood, args=(accepted,)).start()
