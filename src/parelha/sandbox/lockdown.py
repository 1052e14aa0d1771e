"""Taking rights away from the current process, layer by layer. Used inside a warm parent only.

Loaded by path in a process that must not know the package, so it imports nothing of it.

Sources: landlock(7) and ``include/uapi/linux/landlock.h``; seccomp(2) and
``include/uapi/linux/filter.h``; namespaces(7), user_namespaces(7), pid_namespaces(7),
mount_setattr(2), pivot_root(2), capset(2), prctl(2), setrlimit(2).
"""

import ctypes
import errno
import os
import platform
import resource
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]

# These numbers are the same on every architecture with the generic table and on x86_64.
_SYS_LANDLOCK_CREATE, _SYS_LANDLOCK_ADD, _SYS_LANDLOCK_RESTRICT = 444, 445, 446
_SYS_MOUNT_SETATTR = 442
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = -100, 0x8000, 2

_LL_WRITE_FILE, _LL_READ_FILE, _LL_READ_DIR = 1 << 1, 1 << 2, 1 << 3
NOBODY = 65534


def call(number: int, *args: Any) -> int:
    """One raw system call.

    Raises:
        OSError: as the kernel answered.
    """
    wrapped = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = int(_libc.syscall(ctypes.c_long(number), *wrapped))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def prctl(option: int, value: int) -> None:
    """Set one of the attributes of this process (``prctl``)."""
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones (``unshare``)."""
    _check(_libc.unshare(flags), "unshare")


def enter_pid_namespace(descriptor: int) -> None:
    """Choose where the next child of this process is born, as ``setns`` does."""
    _check(_libc.setns(descriptor, CLONE_NEWPID), "setns")


# --- files: Landlock ---------------------------------------------------------------------------


def landlock_version() -> int:
    """The kernel's Landlock ABI version; 0 where there is none."""
    try:
        return call(_SYS_LANDLOCK_CREATE, None, 0, 1)
    except OSError:
        return 0


def landlock_ruleset(readable: list[str], listable: Sequence[str] = ()) -> int:
    """A ruleset that lets its process read below `readable`, write to /dev/null, and no more.

    Built once; each child enters it with one system call. From ABI 4 it also refuses TCP, from
    ABI 6 abstract sockets and signals to the outside.

    Args:
        readable: files, and folders with all below them.
        listable: folders whose names may be read, at any depth, but not their files.

    Returns:
        the ruleset's file descriptor.
    """
    version = landlock_version()
    if version == 0:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock")
    bits = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    files = (1 << bits) - 1
    network = 3 if version >= 4 else 0
    scopes = 3 if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("<QQQ", files, network, scopes)[:size]
    ruleset = call(_SYS_LANDLOCK_CREATE, ctypes.c_char_p(attributes), size, 0)
    for path in readable:
        rights = _LL_READ_FILE | (_LL_READ_DIR if Path(path).is_dir() else 0)
        _landlock_allow(ruleset, path, rights)
    for path in listable:
        _landlock_allow(ruleset, path, _LL_READ_DIR)
    _landlock_allow(ruleset, "/dev/null", _LL_READ_FILE | _LL_WRITE_FILE)
    return ruleset


def _landlock_allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # nothing there: nothing to allow
    try:
        rule = ctypes.c_char_p(struct.pack("<Qi", rights, place))
        call(_SYS_LANDLOCK_ADD, ruleset, 1, rule, 0)
    finally:
        os.close(place)


# --- system calls: seccomp ---------------------------------------------------------------------

_LD_WORD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER, _ARCH, _ARG0, _ARG1, _ARG2 = 0, 4, 16, 24, 32


def seccomp_filter(table: Any) -> ctypes.Structure:
    """The filter for this machine as a ``sock_fprog``; `table` is the module ``syscalls``.

    Another architecture's calls (32-bit, x32) kill the process; calls outside the list fail with
    EPERM; clone3 fails with ENOSYS, upon which the C library uses clone, whose flags a filter can
    see.

    Raises:
        OSError: an architecture without a table.
    """
    machine = platform.machine()
    if machine not in table.AUDIT_ARCH or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, f"no system call table for {machine}")
    column = 0 if machine == "x86_64" else 1
    code: list[tuple[int, int, int, int]] = [
        (_LD_WORD, 0, 0, _ARCH),
        (_JEQ, 1, 0, table.AUDIT_ARCH[machine]),
        (_RET, 0, 0, _KILL),
        (_LD_WORD, 0, 0, _NUMBER),
        (_JGE, 0, 1, 0x40000000),  # the x32 ABI
        (_RET, 0, 0, _KILL),
    ]
    for numbers in table.ALLOWED.values():
        if numbers[column] is not None:
            code += [(_JEQ, 0, 1, numbers[column]), (_RET, 0, 0, _ALLOW)]
    deny = _ERRNO | errno.EPERM
    code += [(_JEQ, 0, 1, table.CLONE3[column]), (_RET, 0, 0, _ERRNO | errno.ENOSYS)]
    code += [
        (_JEQ, 0, 4, table.CLONE[column]),
        (_LD_WORD, 0, 0, _ARG0),
        (_JSET, 0, 1, table.CLONE_THREAD),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, deny),
    ]
    # A process may read its own limits: pid 0 and no new limit. Lowering one's processor time
    # would end in a SIGKILL that looks like somebody else's. The limit that means nothing but
    # "has run unread code" (`auditing`) may be lowered.
    code += [
        (_JEQ, 0, 10, table.PRLIMIT64[column]),
        (_LD_WORD, 0, 0, _ARG0),
        (_JEQ, 0, 7, 0),
        (_LD_WORD, 0, 0, _ARG1),
        (_JEQ, 4, 0, table.MARK),
        (_LD_WORD, 0, 0, _ARG2),
        (_JEQ, 0, 3, 0),
        (_LD_WORD, 0, 0, _ARG2 + 4),
        (_JEQ, 0, 1, 0),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, deny),
    ]
    for numbers, commands in (
        (table.IOCTL, table.IOCTL_COMMANDS),
        (table.FCNTL, table.FCNTL_COMMANDS),
    ):
        code += [(_JEQ, 0, 2 + 2 * len(commands), numbers[column]), (_LD_WORD, 0, 0, _ARG1)]
        for command in commands:
            code += [(_JEQ, 0, 1, command), (_RET, 0, 0, _ALLOW)]
        code.append((_RET, 0, 0, deny))
    code.append((_RET, 0, 0, deny))
    packed = b"".join(struct.pack("<HBBI", *line) for line in code)
    return _Program(len(code), packed)


class _Program(ctypes.Structure):
    """``struct sock_fprog``: a length and a pointer to the instructions."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


# --- privileges and limits ---------------------------------------------------------------------


def drop_privileges() -> None:
    """No capability, no way to gain one, and no life without the parent."""
    prctl(_PR_SET_PDEATHSIG, 9)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    header = ctypes.c_char_p(struct.pack("<Ii", 0x20080522, 0))
    call(_SYS_CAPSET[platform.machine()], header, ctypes.c_char_p(bytes(24)))


def limit(what: int, amount: int) -> None:
    """Set a resource's soft and hard limit, never above the present hard limit."""
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    resource.setrlimit(what, (amount, amount))


def enter_landlock(ruleset: int) -> None:
    """Confine this thread's files for good."""
    call(_SYS_LANDLOCK_RESTRICT, ruleset, 0)


def enter_seccomp(program: ctypes.Structure) -> None:
    """Confine this thread's system calls for good."""
    call(_SYS_SECCOMP[platform.machine()], 1, 0, ctypes.byref(program))


# --- namespaces --------------------------------------------------------------------------------


def enter_namespaces(root: str, readable: list[str], hidden: list[str], processes: int) -> None:
    """Move this process into its own user, mount, pid, network, IPC and host-name namespaces.

    Its file tree then holds `readable` (read-only), `hidden` as empty folders within, and
    /dev/null. As root the process becomes "nobody", so that limits on threads bind. The
    caller returns as pid 1 of a new pid namespace: it dies with the process that called, and with
    it dies everything below.

    Args:
        root: an empty folder to build the tree on.
        readable: absolute paths of folders and files.
        hidden: absolute paths below some of `readable`.
        processes: a descriptor of an open /proc.

    Raises:
        OSError: the machine refuses; the process is then of no further use.
    """
    others = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    if os.geteuid() == 0:
        # The mounts need root's own sight of the files; the rest is done as nobody.
        unshare(CLONE_NEWNS)
        _build_tree(root, readable, hidden)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        prctl(_PR_SET_DUMPABLE, 1)
        unshare(CLONE_NEWUSER | others)
        _map_identity(processes, NOBODY, NOBODY)
    else:
        user, group = os.geteuid(), os.getegid()
        unshare(CLONE_NEWUSER | CLONE_NEWNS | others)
        _map_identity(processes, user, group)
        _build_tree(root, readable, hidden)
    pid = os.fork()
    if pid != 0:
        _wait_as_shim(pid)
    prctl(_PR_SET_PDEATHSIG, 9)


def _wait_as_shim(pid: int) -> None:
    """The process outside the pid namespace only waits; killing it kills the namespace."""
    os.closerange(0, 1024)
    _, status = os.waitpid(pid, 0)
    os._exit(0 if status == 0 else 1)


def _map_identity(processes: int, user: int, group: int) -> None:
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        target = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=processes)
        try:
            os.write(target, line.encode())
        finally:
            os.close(target)


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    _check(
        _libc.mount(
            source.encode(),
            target.encode(),
            kind.encode() if kind else None,
            flags,
            data.encode(),
        ),
        f"mount {target}",
    )


def _seal(target: str, attributes: int) -> None:
    """Make a mount and those below it read-only (a plain remount would miss those below)."""
    attr = ctypes.c_char_p(struct.pack("<QQQQ", attributes, 0, 0, 0))
    path = ctypes.c_char_p(target.encode())
    call(_SYS_MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, attr, 32)


def _build_tree(root: str, readable: list[str], hidden: list[str]) -> None:
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
    shut = _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID
    # Parents before children, so that a folder of packages inside a hidden one can be added back.
    for path in sorted(set(readable) | set(hidden), key=lambda path: (path.count("/"), path)):
        target = Path(root + path)
        if path in hidden:
            if target.is_dir():
                flags = _MS_NOSUID | _MS_NODEV
                _mount("tmpfs", str(target), "tmpfs", flags, "size=1m,mode=755")
        elif Path(path).is_symlink():
            # /lib64 is a link on many systems; what it points at is in the list on its own.
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(Path(path).readlink())
        else:
            _make_place(Path(path), target)
            _mount(path, str(target), None, _MS_BIND | _MS_REC)
            _seal(str(target), shut | _MOUNT_ATTR_NODEV)
    _make_place(Path("/dev/null"), Path(root + "/dev/null"))
    _mount("/dev/null", root + "/dev/null", None, _MS_BIND)
    _seal(root, shut)
    os.chdir(root)
    machine = platform.machine()
    call(_SYS_PIVOT_ROOT[machine], ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def _make_place(path: Path, target: Path) -> None:
    """Something of the same kind to mount on."""
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
