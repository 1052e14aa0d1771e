# attack 3: ask the kernel about the network
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    return "ESCAPED"
