# attack 3: open a packet socket
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    return "ESCAPED"
