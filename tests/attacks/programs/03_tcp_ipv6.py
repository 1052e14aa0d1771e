# attack 3: connect over IPv6
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_INET6, socket.SOCK_STREAM).connect(("::1", @PORT@))
    return "ESCAPED"
