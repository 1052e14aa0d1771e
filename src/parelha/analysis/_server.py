"""A warm linter in a process of its own: it imports and reads once, then forks for each program.

Run by path, ``python -P _server.py``, with one JSON object as its argument (see `_Settings`); it
imports nothing of this package, so that its memory holds the tool alone, but loads files by path:
how each tool is kept warm (`_tools`), and how a process gives up its rights (the sandbox's).

The server writes one byte to `ready` when it is warm. Each slot is one end of a `Pipe`: in
comes `PROGRAM` and the program, out go the child's process id and then, when it has ended, what the
tool's own command line would have printed and its exit code. `STOP` ends the child before.

A program is read in a forked child and never in the server: astroid keeps modules by name, mypy
grows with each run, and a program that crashes or exhausts a tool ends only its child. The child
can read what the linters may see and its own folder, and write to files that are open already.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import sys
import types
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypedDict

PROGRAM, STOP = b"P", b"S"
NOT_BEGUN = 113  # of a child that could not be given its program; no tool ends with it
_PACKAGE = "linter-server"
_MAX_OUTPUT_BYTES = 16 * 1024**2
_PARENT_CHECK_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
_MADV_COLLAPSE = 25
_PAGE = resource.getpagesize()
_HUGE_PAGE = 2 * 1024**2


class _Settings(TypedDict):
    """What the server is told."""

    tool: str  # "pylint", "flake8" or "mypy"
    arguments: list[str]  # those of the tool's command line, the program's file name last
    program: str  # that file name
    slots: list[int]  # file descriptors, one for each program read at a time
    ready: int  # file descriptor of a pipe
    root: str  # the server's folder, removed if the caller goes away without a word
    folders: list[str]  # one private folder in it for each slot
    warm_up: list[str]  # programs read before the first fork, for what they import
    cpu_seconds: int  # processor time of one child
    memory_bytes: int  # address space of one child beyond the server's own
    readable: list[str]  # files and folders that a child may read
    listable: list[str]  # folders whose names a child may read
    code: str  # the folder of `_tools`
    sandbox: str  # the folder of ``lockdown`` and ``syscalls``


class ForkServer:
    """Forks a child for each program that comes in, and sends back what the child printed.

    Attributes:
        settings: what the server was told.
        report: in a child, a file for the tool's findings alone; plugins may print as well.
    """

    def __init__(self, settings: _Settings) -> None:
        self.settings = settings
        self.report: TextIO = sys.stdout
        self._parent = os.getppid()
        self._slots = [Connection(fd) for fd in settings["slots"]]
        self._children: dict[int, int] = {}  # process id -> slot
        self._readable = list(settings["readable"])
        self._import_path = set(sys.path)
        self._rulesets: list[int] = []
        self._filter: Any = None
        self._lockdown: Any = None
        # Reading the libraries takes seconds; the caller may go away meanwhile.
        signal.signal(signal.SIGALRM, lambda number, frame: self._leave_if_alone())
        signal.setitimer(signal.ITIMER_REAL, _PARENT_CHECK_SECONDS, _PARENT_CHECK_SECONDS)

    def load(self, name: str) -> Any:
        """A module that lies beside this one, by its path."""
        return load_by_path(self.settings["code"], name)[name]

    def allow(self, paths: Iterable[str]) -> None:
        """Let the children read further folders: those where a user's settings let a tool look."""
        self._readable += [path for path in paths if path and path not in self._import_path]

    @staticmethod
    def bind_to_life() -> None:
        """Ask the kernel (Linux) to end this process when the one that forked it ends."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def serve(self) -> None:
        """Serve until the other side has gone; returns only in a child, once for each program."""
        self.allow(sys.path)
        self._prepare_confinement()
        signal.setitimer(signal.ITIMER_REAL, 0)
        # Objects that outlive the fork are left out of the children's collections: no page of
        # theirs is copied for its reference counts alone.
        gc.collect()
        gc.freeze()
        gc.disable()
        use_huge_pages()
        wake_in, wake_out = os.pipe()
        os.set_blocking(wake_in, False)
        os.set_blocking(wake_out, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(wake_in, selectors.EVENT_READ, None)
        for number, slot in enumerate(self._slots):
            selector.register(slot, selectors.EVENT_READ, number)
        os.write(self.settings["ready"], b"R")
        os.close(self.settings["ready"])
        while True:
            events = selector.select(_PARENT_CHECK_SECONDS)
            self._leave_if_alone()
            for key, _ in events:
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_in, 4096)
                    self._reap()
                    continue
                try:
                    message = self._slots[key.data].recv_bytes()
                except (EOFError, OSError):
                    self._leave()
                if message[:1] == STOP:
                    self._stop(key.data)
                    continue
                self._forget_output(key.data)
                process = os.fork()
                if process == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    selector.close()
                    for fd in (wake_in, wake_out):
                        os.close(fd)
                    try:
                        self._become_child(key.data, message[1:])
                    except OSError:  # such as a full disk
                        os._exit(NOT_BEGUN)
                    return
                self._children[process] = key.data
                self._answer(key.data, {"process_id": process})

    def _forget_output(self, number: int) -> None:
        """Remove what the last program of a slot left, which would be taken for the next one's."""
        for name in ("stdout", "stderr", "report"):
            Path(self.settings["folders"][number], "..", name).unlink(missing_ok=True)

    def _prepare_confinement(self) -> None:
        """Build once what each child enters; a kernel without a layer goes without it."""
        if sys.platform != "linux":
            return
        parts = load_by_path(self.settings["sandbox"], "lockdown", "syscalls")
        self._lockdown = parts["lockdown"]
        with contextlib.suppress(OSError):
            self._filter = self._lockdown.seccomp_filter(parts["syscalls"])
        with contextlib.suppress(OSError):
            readable = [*self._readable, str(Path.cwd())]
            self._rulesets = [
                self._lockdown.landlock_ruleset([*readable, folder], self.settings["listable"])
                for folder in self.settings["folders"]
            ]

    def _become_child(self, number: int, program: bytes) -> None:
        """Bound the child and give it the program's folder and a file for what it prints."""
        self.bind_to_life()
        for slot in self._slots:
            slot.close()
        folder = self.settings["folders"][number]
        os.chdir(folder)
        Path(self.settings["program"]).write_bytes(program)
        for fd, name in ((1, "stdout"), (2, "stderr")):
            opened = os.open(Path("..", name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, fd)
            os.close(opened)
        opened = os.open(Path("..", "report"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.report = os.fdopen(opened, "w", encoding="utf-8")
        cpu = self.settings["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_OUTPUT_BYTES, _MAX_OUTPUT_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        memory = memory_pages(0) * _PAGE + self.settings["memory_bytes"]
        with contextlib.suppress(ValueError, OSError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        self._confine(number)

    def _confine(self, number: int) -> None:
        """Give up, for good, every right but to read what is to be seen."""
        if self._filter is None and not self._rulesets:
            return
        self._lockdown.drop_privileges()
        if self._rulesets:
            self._lockdown.enter_landlock(self._rulesets[number])
            for ruleset in self._rulesets:
                os.close(ruleset)
        if self._filter is not None:
            self._lockdown.enter_seccomp(self._filter)

    def _stop(self, number: int) -> None:
        """End the child of one slot, unless it has ended by itself."""
        for process, slot in self._children.items():
            if slot == number:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    def _reap(self) -> None:
        """Answer for each child that has ended."""
        while self._children:
            process, status, usage = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            number = self._children.pop(process)
            folder = self.settings["folders"][number]
            answer = {
                "exit_code": os.waitstatus_to_exitcode(status),
                "stdout": self._printed(Path(folder)),
                "stderr": read_text(Path(folder, "..", "stderr"))[-4000:],
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                # Of its own: it begins with what the server has read.
                "grown_bytes": usage.ru_maxrss * 1024 - memory_pages(1) * _PAGE,
            }
            self._answer(number, answer)

    @staticmethod
    def _printed(folder: Path) -> str:
        """The tool's report, else what it printed; without the folder in the names of files."""
        report, printed = (folder.parent / name for name in ("report", "stdout"))
        return (read_text(report) or read_text(printed)).replace(f"{folder}/", "")

    def _answer(self, number: int, answer: dict[str, Any]) -> None:
        try:
            self._slots[number].send_bytes(json.dumps(answer).encode())
        except OSError:
            self._leave()

    def _leave_if_alone(self) -> None:
        """End when the process that started this one has gone."""
        if os.getppid() != self._parent:
            self._leave()

    def _leave(self) -> NoReturn:
        """End the server and every child."""
        for process in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.settings["root"], ignore_errors=True)
        os._exit(0)


def read_text(path: Path) -> str:
    """A file's text; nothing when a child ended before it made the file."""
    try:
        # Not as text: a message may hold a carriage return.
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def use_huge_pages() -> None:
    """Join the pages of this process's own memory into huge ones, where the kernel can.

    A fork copies one entry for each page that is mapped and an exit gives each back: with 300 MiB
    in small pages the two take longer than many a program. Linux 6.1 or newer; elsewhere nothing.
    """
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in read_text(Path("/proc/self/maps")).splitlines():
        bounds, rights, _, _, _, *name = line.split()
        if rights.startswith("rw") and name in ([], ["[heap]"]):
            first, last = (int(bound, 16) // _HUGE_PAGE for bound in bounds.split("-"))
            first += 1  # the first boundary of a huge page inside
            if first < last:
                madvise(first * _HUGE_PAGE, (last - first) * _HUGE_PAGE, _MADV_COLLAPSE)


def memory_pages(field: int) -> int:
    """Pages of this process that are mapped (0) or in memory (1); 0 where no system says it."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[field])
    except OSError:
        return 0


def load_by_path(folder: str, *names: str) -> dict[str, Any]:
    """Import files of one folder that know nothing of their package.

    Their package is called what no program can import, so that a tool which follows imports never
    finds them among the modules of its own process.
    """
    sys.modules[_PACKAGE] = package = types.ModuleType(_PACKAGE)
    package.__path__ = [folder]
    loaded = {name: importlib.import_module(f"{_PACKAGE}.{name}") for name in names}
    del sys.modules[_PACKAGE]
    return loaded


def main() -> None:
    """Serve the tool named in the first argument."""
    # Three fifths of the time in which a tool reads libraries would go into collections.
    gc.disable()
    settings: Any = json.loads(sys.argv[1])
    server = ForkServer(settings)
    sys.argv = [settings["tool"], *settings["arguments"]]
    tools = server.load("_tools")
    code = tools.SERVED[settings["tool"]](server, settings["arguments"])
    # Without the costs of an orderly end.
    for stream in (sys.stdout, sys.stderr, server.report):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
