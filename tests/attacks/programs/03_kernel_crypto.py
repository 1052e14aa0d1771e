# attack 3: use the kernel's crypto sockets
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
    return "ESCAPED"
