# attack 3: resolve a name
# must: raised
# ---
import socket


def solve(values):
    return "ESCAPED " + socket.gethostbyname("example.org")
