# attack 3: send a datagram
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", @PORT@))
    return "ESCAPED"
