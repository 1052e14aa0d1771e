"""A warm linter in a process of its own: it imports and reads once, then forks for each program.

Run by path, ``python -P _server.py``, with one JSON object as its argument (see `_Settings`); it
imports nothing of this package, so that its memory holds the tool alone. Each slot is one end of a
socket pair: in comes a program, out goes what the tool's own command line would have printed and
its exit code. A program is read in a forked child and never in the server: astroid keeps modules by
name, mypy grows with each run, and a program that crashes or exhausts a tool ends only its child.
"""

import contextlib
import ctypes
import gc
import importlib.util
import io
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

if TYPE_CHECKING:
    from mypy.build import BuildManager, State
    from mypy.modulefinder import BuildSource

_MAX_OUTPUT_BYTES = 16 * 1024**2
_PARENT_CHECK_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
_MADV_COLLAPSE = 25
_HUGE_PAGE = 2 * 1024**2


class _Settings(TypedDict):
    """What the server is told.

    Attributes:
        tool: "pylint", "flake8" or "mypy".
        arguments: those of the tool's command line, the program's file name last.
        program: that file name.
        slots: file descriptors, one for each program read at a time.
        root: the server's folder, removed if the caller goes away without a word.
        folders: one private folder in it for each slot.
        warm_up: programs read before the first fork, for what they import.
        cpu_seconds: processor time of one child.
        memory_bytes: address space of one child beyond the server's own.
    """

    tool: str
    arguments: list[str]
    program: str
    slots: list[int]
    root: str
    folders: list[str]
    warm_up: list[str]
    cpu_seconds: int
    memory_bytes: int


class ForkServer:
    """Forks a child for each program that comes in, and sends back what the child printed."""

    def __init__(self, settings: _Settings) -> None:
        self.settings = settings
        self._parent = os.getppid()
        self._slots = [socket.socket(fileno=fd) for fd in settings["slots"]]
        self._children: dict[int, int] = {}  # process id -> slot
        # Reading the libraries takes seconds; the caller may go away meanwhile.
        signal.signal(signal.SIGALRM, lambda number, frame: self._leave_if_alone())
        signal.setitimer(signal.ITIMER_REAL, _PARENT_CHECK_SECONDS, _PARENT_CHECK_SECONDS)

    def serve(self) -> None:
        """Serve until the other side has gone; returns only in a child, once for each program."""
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
        while True:
            events = selector.select(_PARENT_CHECK_SECONDS)
            self._leave_if_alone()
            for key, _ in events:
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_in, 4096)
                    self._reap()
                    continue
                program = receive(self._slots[key.data])
                if program is None:
                    self._leave()
                process = os.fork()
                if process == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    selector.close()
                    for fd in (wake_in, wake_out):
                        os.close(fd)
                    self._become_child(key.data, program)
                    return
                self._children[process] = key.data

    def _become_child(self, number: int, program: bytes) -> None:
        """Bound the child and give it the program's folder and a file for what it prints."""
        die_with_parent()
        for slot in self._slots:
            slot.close()
        folder = self.settings["folders"][number]
        os.chdir(folder)
        Path(self.settings["program"]).write_bytes(program)
        for fd, name in ((1, "stdout"), (2, "stderr")):
            opened = os.open(Path("..", name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, fd)
            os.close(opened)
        cpu = self.settings["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_OUTPUT_BYTES, _MAX_OUTPUT_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        memory = address_space() + self.settings["memory_bytes"]
        with contextlib.suppress(ValueError, OSError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

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
                "stdout": read_text(Path(folder, "..", "stdout")).replace(f"{folder}/", ""),
                "stderr": read_text(Path(folder, "..", "stderr"))[-4000:],
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "resident_kib": usage.ru_maxrss,
            }
            try:
                send(self._slots[number], json.dumps(answer).encode())
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


def receive(connection: socket.socket) -> bytes | None:
    """One message, its length in four bytes before it; None when the other side has gone."""
    header = _read(connection, 4)
    if header is None:
        return None
    return _read(connection, struct.unpack("!I", header)[0])


def send(connection: socket.socket, message: bytes) -> None:
    """Send one message for `receive`."""
    connection.sendall(struct.pack("!I", len(message)) + message)


def _read(connection: socket.socket, size: int) -> bytes | None:
    pieces = b""
    while len(pieces) < size:
        try:
            piece = connection.recv(size - len(pieces))
        except ConnectionError:
            return None
        if not piece:
            return None
        pieces += piece
    return pieces


def read_text(path: Path) -> str:
    """A file's text; nothing when a child ended before it made the file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def die_with_parent() -> None:
    """Ask the kernel (Linux) to end this process when the one that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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


def address_space() -> int:
    """Bytes of address space this process has mapped; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * 4096
    except OSError:
        return 0


def flush_and_exit(code: int) -> NoReturn:
    """End a child without the costs of an orderly end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve_pylint(server: ForkServer, arguments: list[str]) -> None:
    """Pylint: everything up to the check happens once, the check itself in each child."""
    # pylint: disable=import-outside-toplevel
    from pylint import modify_sys_path
    from pylint.lint import PyLinter, Run

    class ServedLinter(PyLinter):
        """Waits for programs where pylint would have begun to read one, its checkers prepared."""

        prepared: Any = None

        def check(self, files_or_modules: Sequence[str]) -> None:
            """Check, in a child."""
            self.initialize()
            with super()._astroid_module_checker() as self.prepared:
                server.serve()
                super().check(files_or_modules)

        @contextlib.contextmanager
        def _astroid_module_checker(self) -> Iterator[Any]:
            yield self.prepared

    modify_sys_path()
    *options, program = arguments
    for number, source in enumerate(server.settings["warm_up"]):
        # Another name than the program's, by which astroid would remember it.
        path = Path(f"parelha_warm_up_{number}.py").resolve()
        path.write_text(source, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            Run([*options, str(path)], exit=False)
    Run.LinterClass = ServedLinter
    code = 0
    try:
        Run([*options, program])
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    flush_and_exit(code)


def serve_flake8(server: ForkServer, arguments: list[str]) -> None:
    """Flake8: plugins and options are loaded once."""
    # pylint: disable=import-outside-toplevel
    from flake8.main.application import Application

    # Regular expressions and the like are compiled once, at the first program.
    warm = Path("parelha_warm_up.py").resolve()
    warm.write_text("\n".join(server.settings["warm_up"]), encoding="utf-8")
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        Application().run([*arguments[:-1], str(warm)])
    application = Application()
    initialize = application.initialize

    def initialize_then_serve(argv: Sequence[str]) -> None:
        initialize(argv)
        server.serve()

    application.initialize = initialize_then_serve
    application.run(arguments)
    flush_and_exit(application.exit_code())


def serve_mypy(server: ForkServer, arguments: list[str]) -> None:
    """Mypy: the modules that programs import are built once; a child adds the program to them.

    The program goes through the functions that mypy's own build would call for its last module.
    Mypy's daemon does not: it gives up one pass earlier on types that are hard to infer, and it
    reports errors inside installed packages.
    """
    # pylint: disable=import-outside-toplevel
    # mypy is compiled: pylint sees no names in it.
    # pylint: disable=no-name-in-module,c-extension-no-member
    import mypy.build
    import mypy.main
    from mypy.defaults import RECURSION_LIMIT
    from mypy.errors import CompileError
    from mypy.fscache import FileSystemCache
    from mypy.modulefinder import BuildSource, BuildSourceSet
    from mypy.util import count_stats

    sys.setrecursionlimit(RECURSION_LIMIT)
    Path(arguments[-1]).touch()
    files = FileSystemCache()
    sources, options = mypy.main.process_options(arguments, fscache=files)
    messages: list[str] = []
    options.cache_dir = str(Path("mypy_cache").resolve())
    warm = Path("parelha_warm_up.py").resolve()

    def build_warm_up(ending: str) -> mypy.build.BuildResult:
        warm.write_text("\n".join([*server.settings["warm_up"], ending]), encoding="utf-8")
        return mypy.build.build(
            [BuildSource(str(warm), "parelha_warm_up", base_dir=sources[0].base_dir)],
            options,
            flush_errors=lambda path, new, serious: messages.extend(new),
            fscache=files,
        )

    # What was built holds all bodies of functions, what is read from a cache only what importers
    # need: less than half of the memory. So a child builds, and this process reads its cache; that
    # happens for what a changed file imports.
    child = os.fork()
    if child == 0:
        die_with_parent()
        build_warm_up("")
        os._exit(0)
    os.waitpid(child, 0)
    files.flush()
    result = build_warm_up("# again")
    manager, graph = result.manager, result.graph
    shutil.rmtree(options.cache_dir, ignore_errors=True)
    options.cache_dir = os.devnull
    manager.metastore = mypy.build.create_metastore(options, parallel_worker=False)
    manager.source_set = BuildSourceSet(sources)
    files.flush()
    messages.clear()
    sight = load_beside("_mypy_sight").Sight()
    server.serve()
    sight.watch(manager)
    blocked, printed = False, sys.stdout
    try:
        add_to_build(sources, manager, graph)
    except CompileError as error:
        blocked, printed = True, sys.stdout if error.use_stdout else sys.stderr
        messages.extend(error.messages)
    # Before anything is printed: a program that this cannot read has crashed the tool.
    messages, seen = sight.told(messages, None if blocked else graph[sources[0].module].tree)
    print("\n".join(messages), file=printed)
    print(seen)
    failed = len(messages) > count_stats(messages)[1]  # as in mypy.main, notes excepted
    flush_and_exit(int(failed) * (2 if blocked else 1))


def load_beside(name: str) -> Any:
    """A module of this folder, by its path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def add_to_build(
    sources: "list[BuildSource]", manager: "BuildManager", graph: "dict[str, State]"
) -> None:
    """Check modules, and what they import for the first time, on top of a finished build.

    Raises:
        CompileError: mypy's own, for a program that does not parse.
    """
    # pylint: disable=import-outside-toplevel,no-name-in-module,c-extension-no-member
    from mypy import build
    from mypy.graph_utils import strongly_connected_components, topsort

    added: list[State] = []
    build.load_graph(sources, manager, graph, added)
    names = {state.id for state in added}
    for name in names:
        manager.import_map[name] = graph[name].dependencies_set
    edges = {name: build.deps_filtered(graph, names, name, build.PRI_INDIRECT) for name in names}
    components = build.prepare_sccs_full(strongly_connected_components(names, edges), edges)
    for ready in topsort(components):
        # mypy's own order among components that do not depend on each other
        for component in sorted(
            ready, key=lambda item: -min(graph[name].order for name in item.mod_ids)
        ):
            manager.scc_by_id[component.id] = component
            manager.scc_by_mod_id.update(dict.fromkeys(component.mod_ids, component))
            build.process_stale_scc(graph, component, manager)


def main() -> None:
    """Serve the tool named in the first argument."""
    settings: Any = json.loads(sys.argv[1])
    server = ForkServer(settings)
    tool, arguments = settings["tool"], settings["arguments"]
    sys.argv = [tool, *arguments]
    if tool == "pylint":
        serve_pylint(server, arguments)
    elif tool == "flake8":
        serve_flake8(server, arguments)
    else:
        serve_mypy(server, arguments)


if __name__ == "__main__":
    main()
