"""The kernel's counts of another process: its processor clock, and hardware instruction counters.

Sources: clock_gettime(2) and ``include/linux/posix-timers_types.h`` (a clock's number holds the
process id); perf_event_open(2) and ``include/uapi/linux/perf_event.h``.
"""

import ctypes
import functools
import os
import platform
import struct
import time

HARDWARE, SOFTWARE = 0, 1
HARDWARE_INSTRUCTIONS = 1
SOFTWARE_TASK_CLOCK = 1  # nanoseconds
_SYS_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTE_BYTES = 112  # PERF_ATTR_SIZE_VER5: every kernel since 4.1 knows it
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
_CLOSE_ON_EXEC = 8
_MAX_LOOKS = 200  # about 0.01 ms each; falling asleep takes no longer, unless a program refuses

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def processor_seconds(pid: int) -> float:
    """Processor time of a process to the nanosecond, all threads together, ended ones too.

    Raises:
        OSError: there is no such process.
    """
    # Whole process (not 4), by the scheduler's own sum of run times (2): nothing sampled by ticks.
    return time.clock_gettime((~pid << 3) | 2)


def open_counter(kind: int, what: int, pid: int) -> int:
    """Count an event in a process (0: the caller) and in threads it starts, outside the kernel.

    Returns:
        a descriptor for `read_counter`; the caller closes it.

    Raises:
        OSError: not on this machine, or not allowed.
    """
    number = _SYS_PERF_EVENT_OPEN.get(platform.machine())
    if number is None:
        raise OSError(f"no instruction counters are known for {platform.machine()}")
    flags = _INHERIT | _EXCLUDE_HYPERVISOR
    if kind == HARDWARE:
        # What the kernel does for a process depends on the load; it is also often forbidden.
        flags |= _EXCLUDE_KERNEL
    head = struct.pack("<IIQQQQQ", kind, _ATTRIBUTE_BYTES, what, 0, 0, 0, flags)
    attributes = ctypes.create_string_buffer(head, _ATTRIBUTE_BYTES)
    arguments = (ctypes.c_long(n) for n in (pid, -1, -1, _CLOSE_ON_EXEC))
    descriptor = int(_libc.syscall(ctypes.c_long(number), attributes, *arguments))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return descriptor


def read_counter(descriptor: int) -> int:
    """What was counted so far."""
    return int(struct.unpack("<Q", os.read(descriptor, 8))[0])


@functools.cache
def counts_instructions() -> bool:
    """Whether this machine counts instructions in hardware, tried on this process."""
    try:
        descriptor = open_counter(HARDWARE, HARDWARE_INSTRUCTIONS, 0)
    except OSError:
        return False
    try:
        before = read_counter(descriptor)
        sum(range(1000))
        # Some virtual machines offer the counter and never move it.
        return read_counter(descriptor) > before
    finally:
        os.close(descriptor)


def wait_until_asleep(status: int) -> None:
    """Wait until the first thread of a process has nothing to do.

    Only then its clock is up to date: where a limit on processor time is set, the kernel keeps the
    process's sum at ticks and when a thread leaves the processor (``posix-cpu-timers.c``). `status`
    is a descriptor of its ``/proc/<pid>/stat``; see proc_pid_stat(5), field 3.
    """
    for _ in range(_MAX_LOOKS):
        if os.pread(status, 512, 0).rpartition(b")")[2][1:2] != b"R":
            break
