# A peer that reads nothing: python3 never-reads.py listens on a free port, with a PORT it is the client of that. A line
# on standard input lets it read to the end and tell what that is. In Python because Node takes a RST that comes while
# bytes wait to be read for a FIN.
import errno, json, socket, sys


def report(value):
    print(json.dumps(value), flush=True)


def connected():
    if len(sys.argv) > 1:
        return socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(1)
    report({"port": server.getsockname()[1]})
    return server.accept()[0]


def read_to_the_end(peer):
    count = 0
    try:
        while piece := peer.recv(1 << 16):
            count += len(piece)
        return {"end": "fin", "bytes": count}
    except OSError as error:
        return {"end": errno.errorcode[error.errno], "bytes": count}


peer = connected()
sys.stdin.readline()
report(read_to_the_end(peer))
sys.stdin.read()
