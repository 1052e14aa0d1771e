# attack 3: reach the hypervisor's sockets
# must: raised
# ---
import socket


def solve(values):
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    return "ESCAPED"
