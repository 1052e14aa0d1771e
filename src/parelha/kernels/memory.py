"""Keeps freed memory in the process, so that activations are not paged in again at every step."""

import contextlib
import ctypes
import math
import mmap
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import torch
from torch import Tensor

from parelha.kernels.environment import set_environment

# glibc <malloc.h>: parameters of mallopt(3).
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4
_TOP_PAD_BYTES = 64 << 20
_UORDBLKS = 7  # the place of "total allocated space" in struct mallinfo2
_MADV_DONTNEED = 4  # madvise(2), on Linux
# Fewer bytes of weights stay: looking for mapped files takes tens of milliseconds.
_WORTH_DROPPING = 1 << 20
# oneDNN keeps a compiled program of nearly 1 MB for every shape of a product, 1,024 by default.
_KEPT_PROGRAMS = "64"
_ROWS_IN_CACHE = 8
# Products of few rows are padded to a multiple of these.
ROWS_MULTIPLE = 16


def rows_in_cache(logits: Tensor) -> Iterator[slice]:
    """Slices of (B, V) logits: on a CPU few enough rows to stay in its cache; else all."""
    rows = _ROWS_IN_CACHE if logits.device.type == "cpu" else max(len(logits), 1)
    return (slice(i, i + rows) for i in range(0, len(logits), rows))


def padded_rows(hidden: Tensor) -> Tensor:
    """(B', H) of (B, H), zeros behind: on a CPU products have few different numbers of rows."""
    multiple = ROWS_MULTIPLE if hidden.device.type == "cpu" else 1
    return torch.nn.functional.pad(hidden, (0, 0, 0, -len(hidden) % multiple))


def release_freed_memory() -> None:
    """Give freed memory back to the system, where two phases would else pile up (malloc_trim)."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


class HeapTrimmer:
    """Trims the heap where fragmentation makes it outgrow what the passes need.

    glibc serves a block from any gap that it fits into, so that over many passes all gaps come to
    hold memory, several times what one pass takes. Giving them back costs page faults afterwards,
    so it is done seldom.
    """

    def __init__(self) -> None:
        self._lowest = _free_bytes()
        self._one_pass = 0  # the most that a first pass left behind
        self._first = True

    def after_pass(self) -> None:
        """Look at what is free, and give it back if it is more than one and a half passes."""
        free = _free_bytes() - self._lowest
        if self._first:
            self._one_pass, self._first = max(self._one_pass, free), False
        elif free > self._one_pass * 3 // 2:
            release_freed_memory()
            self._lowest, self._first = _free_bytes(), True


class _Mallinfo(ctypes.Structure):  # pylint: disable=too-few-public-methods
    """glibc's struct mallinfo2, mallinfo(3)."""

    _fields_ = [("figures", ctypes.c_size_t * 10)]


def _free_bytes() -> int:
    """Memory that the process holds beyond what is allocated in its heap; 0 where unknown.

    What libraries and Python itself hold counts, and tensors outside the heap: only the difference
    between two moments means something.
    """
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
        resident, shared = Path("/proc/self/statm").read_text("ascii").split()[1:3]
    except (OSError, AttributeError):
        return 0
    mallinfo2.restype = _Mallinfo
    held = (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    return max(held - int(mallinfo2().figures[_UORDBLKS]), 0)


def untouched_zeros(shape: Sequence[int], like: Tensor) -> Tensor:
    """Zeros of a shape, in `like`'s type and place, that take memory only where they are written.

    They lie outside the heap, so that large ones do not fragment it when they are freed.
    """
    size = math.prod(shape) * like.element_size()
    if not size or not may_stay_untouched(like):
        return like.new_zeros(tuple(shape))
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return torch.frombuffer(pages, dtype=like.dtype).view(tuple(shape))


def may_stay_untouched(like: Tensor) -> bool:
    """Whether zeros beside `like` take no memory until they are written."""
    return like.device.type == "cpu" and hasattr(mmap, "MAP_ANONYMOUS")


def give_back(tensor: Tensor) -> None:
    """Give back the memory of a tensor made by `untouched_zeros`: it becomes zeros or stays."""
    if tensor.device.type == "cpu" and sys.platform.startswith("linux"):
        _discard(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def _discard(start: int, size: int) -> None:
    """Give whole pages of an address range back: zeros, or what is in the file (madvise(2))."""
    page = os.sysconf("SC_PAGE_SIZE")
    first, last = -(-start // page) * page, (start + size) // page * page
    if first < last:
        ctypes.CDLL(None).madvise(
            ctypes.c_void_p(first), ctypes.c_size_t(last - first), _MADV_DONTNEED
        )


def drop_pages(weights: Sequence[Tensor]) -> None:
    """Give back the memory of frozen weights that lie in mapped files, until they are read again.

    Nothing happens to those that lie elsewhere, or in a file whose pages were written to, nor where
    all of them are small.
    """
    if sum(weight.numel() * weight.element_size() for weight in weights) < _WORTH_DROPPING:
        return
    files = _clean_files()
    for weight in weights:
        start, size = weight.data_ptr(), weight.numel() * weight.element_size()
        if any(begins <= start and start + size <= ends for begins, ends in files):
            _discard(start, size)


def _clean_files() -> list[tuple[int, int]]:
    """Addresses of mapped files of which no page was written to."""
    if not sys.platform.startswith("linux"):
        return []
    maps: list[Any] = psutil.Process().memory_maps(grouped=False)
    files = (one for one in maps if one.path.startswith("/") and not one.anonymous)
    return [(int(begins, 16), int(ends, 16)) for begins, ends in (f.addr.split("-") for f in files)]


def keep_freed_memory() -> bool:
    """Tell glibc to serve large blocks from the heap and not to give freed ones back.

    By default every large tensor is mapped afresh, and the kernel clears its pages each time: a
    third of a training step on the CPU. The peak does not change, only what happens after it.
    oneDNN is told to keep fewer programs; it listens only before the first product.

    Returns:
        False where the C library is not glibc; nothing is changed then.
    """
    set_environment()
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_PROGRAMS)
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    done = mallopt(_M_MMAP_MAX, 0) + mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    return bool(done + mallopt(_M_TOP_PAD, _TOP_PAD_BYTES) == 3)  # each gives 1 where it worked
