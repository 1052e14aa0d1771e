# attack 14: leave a socket for the next sample
# must: raised
# repeat: 2
# ---
import socket


def solve(values):
    socket.socket(socket.AF_UNIX).bind("\0parelha-attack")
    return "ESCAPED"
