# A backend that tells how each connection ended for its reader, by recv(2) itself: bytes, and fin or ECONNRESET.
# Node's own sockets take a RST right behind data for a FIN, so they cannot be the judge here.
import json
import socket
import sys
import threading

server = socket.create_server(("127.0.0.1", 0), backlog=1024)
lock = threading.Lock()


def report(value):
    with lock:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def serve(peer):
    count = 0
    try:
        while True:
            data = peer.recv(65536)
            if not data:
                report({"bytes": count, "end": "fin"})
                break
            count += len(data)
            peer.sendall(data)
    except ConnectionResetError:
        report({"bytes": count, "end": "ECONNRESET"})
    except BrokenPipeError:
        report({"bytes": count, "end": "EPIPE"})
    peer.close()


report({"port": server.getsockname()[1]})
while True:
    accepted, _ = server.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
