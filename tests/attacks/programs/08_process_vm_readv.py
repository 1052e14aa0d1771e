# attack 8: read the memory of the parent
# must: wrong
# ---
import ctypes
import os


def solve(values):
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_ulong * 2)(0x400000, 64)
    libc = ctypes.CDLL(None)
    for pid in (os.getppid(), @PID@):
        if libc.process_vm_readv(pid, local, 1, remote, 1, 0) >= 0:
            return "ESCAPED"
    return "refused"
