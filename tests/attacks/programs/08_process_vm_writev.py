# attack 8: write into the memory of the grader
# must: wrong
# ---
import ctypes


def solve(values):
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 8)
    return (
        "ESCAPED"
        if ctypes.CDLL(None).process_vm_writev(@PID@, local, 1, local, 1, 0) >= 0
        else "refused"
    )
