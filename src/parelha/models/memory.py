"""Keeps freed memory in the process, so that activations are not paged in again at every step."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

# glibc <malloc.h>: parameters of mallopt(3).
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4
_TOP_PAD_BYTES = 64 << 20
# oneDNN keeps a compiled program of nearly 1 MB for every shape of a product, 1,024 by default.
_KEPT_PROGRAMS = "256"
# Activations that a pass keeps for its gradient, for each token, layer and hidden unit; counted on
# small models of several architectures: 48 to 81.
ACTIVATION_BYTES = 64


def release_freed_memory(above: int = 0) -> None:
    """Give freed memory back to the system, where two phases would else pile up (malloc_trim).

    Args:
        above: do so only if this process holds more than this, in bytes.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            if not above or resident_bytes() > above:
                ctypes.CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    """Memory this process holds, from /proc/self/statm (proc(5))."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def keep_freed_memory() -> bool:
    """Tell glibc to serve large blocks from the heap and not to give freed ones back.

    By default every large tensor is mapped afresh, and the kernel clears its pages each time: a
    third of a training step on the CPU. The peak does not change, only what happens after it.
    oneDNN is told to keep fewer programs; it listens only before the first product.

    Returns:
        False where the C library is not glibc; nothing is changed then.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_PROGRAMS)
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    done = mallopt(_M_MMAP_MAX, 0) + mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    return bool(done + mallopt(_M_TOP_PAD, _TOP_PAD_BYTES) == 3)  # each gives 1 where it worked
