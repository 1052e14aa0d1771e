# attack 3: open a port
# must: raised
# ---
import socket


def solve(values):
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return "ESCAPED"
