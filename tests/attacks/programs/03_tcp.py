# attack 3: connect to a local service
# must: raised
# ---
import socket


def solve(values):
    socket.create_connection(("127.0.0.1", @PORT@), 1)
    return "ESCAPED"
