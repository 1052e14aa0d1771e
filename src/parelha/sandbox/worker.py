"""The warm parent ("zygote"): a small process that imports once and forks one child per program.

It is started by path with an empty environment, knows nothing of the package, and never sees an
expected output. It talks to its owner over a socket that no child inherits; each child gets two
pipes of its own, so nothing a program writes can be taken for the zygote's word.

Messages on the socket: the owner sends a JSON configuration once, then for each program a
`REQUEST` with the child's two pipe ends, then one letter: K (kill it now) or E (its pipe closed,
it should be dead: wait a little first). The zygote answers each program with one `ANSWER`.

A child answers the program with L, and each input with V (a value), R (raised), M (memory) or B (a
value that cannot be sent). A *timed* child pauses as well: P (ready) before the program is loaded
and before each slice of calls, D (done) when their values are there and not yet written down. The
owner reads its processor clock while it waits (see `timing`).
"""

# A program may raise anything, and running it is what this file is for.
# pylint: disable=broad-exception-caught,exec-used

import builtins
import contextlib
import gc
import importlib
import json
import marshal
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
import types
from pathlib import Path
from typing import Any

REQUEST = struct.Struct("<IQQII")  # CPU seconds, address bytes, file bytes, threads, output bytes
# wait status, CPU microseconds, peak KiB, 1 if we killed it, 1 if it ran unread code (`auditing`)
ANSWER = struct.Struct("<iqqBB")
FRAME = struct.Struct("<I8s")  # length of what follows, a number used once
MEMORY_EXIT = 77

WARM = {
    "bare": "math cmath random statistics collections itertools functools re json datetime typing "
    "dataclasses heapq bisect string decimal fractions operator copy csv io enum abc time "
    "textwrap hashlib numbers contextlib array traceback __future__ zoneinfo",
    "numpy": "numpy numpy.linalg numpy.random numpy.fft numpy.polynomial numpy.ma",
    # pandas imports parts of scipy where it needs them (a rank correlation, an interpolation, a
    # window), and what scipy does at its import has to have been seen by then (`auditing`).
    "pandas": "pandas scipy scipy.stats scipy.interpolate scipy.signal scipy.sparse",
    "sklearn": "scipy.optimize scipy.cluster.vq scipy.spatial sklearn sklearn.linear_model "
    "sklearn.preprocessing sklearn.cluster sklearn.ensemble sklearn.impute sklearn.metrics "
    "sklearn.model_selection sklearn.neighbors sklearn.tree sklearn.pipeline "
    "sklearn.decomposition sklearn.compose sklearn.svm sklearn.naive_bayes "
    "sklearn.feature_selection sklearn.covariance",
}
PROFILES = tuple(WARM)  # each also warms those before it


def _exercise(profile: str) -> None:
    """Use the libraries once, so that what they set up at first use is shared by the children.

    scikit-learn then also keeps what it learnt of its thread pools from /proc/self/maps, which a
    child may not read.
    """
    modules = sys.modules
    if profile in ("pandas", "sklearn"):
        frame = modules["pandas"].DataFrame({"k": ["a", "b", "a"], "v": [1.0, 2.0, None]})
        frame.groupby("k")["v"].agg(["mean", "std"]).reset_index().merge(frame, on="k").describe()
        frame.fillna(0.0).sort_values("v").to_string()
    if profile == "sklearn":
        rows = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]]
        modules["sklearn.linear_model"].LinearRegression().fit(rows, [0.0, 1.0, 2.0, 3.0])
        modules["sklearn.cluster"].KMeans(n_clusters=2, n_init=1, random_state=0).fit(rows)


def _load_neighbours() -> types.SimpleNamespace:
    """Import the files beside this one under a name that is not the package's.

    Afterwards the name leads nowhere: a program cannot import more through it.
    """
    package = types.ModuleType("sandboxed")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["sandboxed"] = package
    names = ("lockdown", "syscalls", "auditing", "codec", "codec_write", "codec_read", "holding")
    loaded = {name: importlib.import_module(f"sandboxed.{name}") for name in names}
    package.__path__ = []
    return types.SimpleNamespace(**loaded)


class Zygote:
    """The warm process after its set-up."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        self.control = control
        self.parts = _load_neighbours()
        self.lock = self.parts.lockdown
        self.ruleset: int | None = None
        self.filter: Any = None
        self.own_pid_namespace: int | None = None
        self.empty = config["empty"]

        processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if config["namespaces"]:
            mounts = config["mounts"]
            self.lock.enter_namespaces(config["root"], mounts, config["hidden"], processes)
            flags = os.O_RDONLY | os.O_CLOEXEC
            self.own_pid_namespace = os.open("self/ns/pid", flags, dir_fd=processes)
        self.statm = os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes)
        os.close(processes)

        sys.path[:] = [config["farm"], config["farm"] + "/lib-dynload"]
        sys.path_importer_cache.clear()
        for profile in PROFILES[: PROFILES.index(config["profile"]) + 1]:
            for name in WARM[profile].split():
                importlib.import_module(name)
        _exercise(config["profile"])
        if "numpy" in sys.modules:
            # So that a program without a seed of its own gives one result (see `run_child` too).
            sys.modules["numpy"].random.seed(0)
        if config.get("plots"):
            self.parts.holding.prepare_plots(self.empty)
        self.held = self.parts.holding.held(config["data"]) if "data" in config else ()

        if config["landlock"]:
            with contextlib.suppress(OSError):
                self.ruleset = self.lock.landlock_ruleset(config["readable"])
        if config["seccomp"]:
            with contextlib.suppress(OSError):
                self.filter = self.lock.seccomp_filter(self.parts.syscalls)
        os.chdir(self.empty)
        self.watch = self.parts.auditing.Watch(config["farm"])
        sys.argv[:] = [""]
        sys.orig_argv[:] = [""]
        os.environ.clear()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        del sys.modules["__main__"]
        self.pid = os.getpid()
        gc.collect()
        gc.freeze()  # the children then leave the shared pages alone

    def serve(self) -> None:
        """Fork one child for each request until the owner hangs up."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, 4096, 4)
            if not message:
                return
            self.serve_one(message, descriptors)

    def serve_one(self, message: bytes, descriptors: list[int]) -> None:
        """One program, from fork to the last word about it."""
        pages = int(os.pread(self.statm, 64, 0).split()[0])
        if self.own_pid_namespace is not None:
            self.lock.unshare(self.lock.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            try:
                run_child(self, REQUEST.unpack(message), pages, descriptors)
            except MemoryError:
                os._exit(MEMORY_EXIT)
            finally:
                os._exit(1)
        if self.own_pid_namespace is not None:
            # Back to our own, without which the next unshare would be refused.
            self.lock.enter_pid_namespace(self.own_pid_namespace)
        for descriptor in descriptors:
            os.close(descriptor)
        order = self.control.recv(16)
        unread = self.parts.auditing.is_marked(pid)  # for good: only privileges could undo it
        if order == b"E":
            watch = os.pidfd_open(pid)
            ready = select.poll()
            ready.register(watch, select.POLLIN)
            ready.poll(1000)
            os.close(watch)
        done, status, usage = os.wait4(pid, os.WNOHANG)
        killed = done == 0
        if killed:
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
        micros = int((usage.ru_utime + usage.ru_stime) * 1e6)
        if order:
            self.control.send(ANSWER.pack(status, micros, usage.ru_maxrss, killed, unread))


# --- the child ---------------------------------------------------------------------------------


def run_child(zygote: Zygote, request: tuple[int, ...], pages: int, descriptors: list[int]) -> None:
    """Give up every right, then run the program on each input that comes."""
    cpu_seconds, address_bytes, file_bytes, threads, output_bytes = request
    os.setpgid(0, 0)  # no session of its own: it would leave the scheduling group of `give_way`
    os.dup2(descriptors[0], 200)
    os.dup2(descriptors[1], 201)
    ruleset = -1
    if zygote.ruleset is not None:
        ruleset = os.dup2(zygote.ruleset, 202)
    os.closerange(3, 200)
    os.closerange(203, 65536)
    lock = zygote.lock
    if zygote.own_pid_namespace is not None:
        # Counted per user namespace: the two processes above, and the child's threads.
        lock.limit(resource.RLIMIT_NPROC, 2 + threads)
    lock.limit(resource.RLIMIT_CORE, 0)
    lock.limit(resource.RLIMIT_FSIZE, file_bytes)
    lock.limit(resource.RLIMIT_CPU, cpu_seconds)
    lock.limit(resource.RLIMIT_MEMLOCK, 0)
    lock.limit(resource.RLIMIT_MSGQUEUE, 0)
    lock.limit(resource.RLIMIT_NOFILE, 256)
    lock.limit(resource.RLIMIT_AS, pages * resource.getpagesize() + address_bytes)
    lock.drop_privileges()
    if os.getppid() not in (0, zygote.pid):
        os._exit(1)  # orphaned before the line above could bind it to its parent
    if ruleset >= 0:
        lock.enter_landlock(ruleset)
        os.close(ruleset)
    if zygote.filter is not None:
        lock.enter_seccomp(zygote.filter)
    random.seed(0)  # the module seeds itself anew after a fork
    parts, watch, held = zygote.parts, zygote.watch, zygote.held
    zygote.__dict__.clear()
    _answer_calls(parts, watch, held, output_bytes)


def _answer_calls(parts: Any, watch: Any, held: tuple[object, ...], budget: int) -> None:
    """The first message is the program; each later one is the arguments of one call.

    Before them the function is given what the zygote holds.
    """
    nonce, data = _receive()
    function: Any = None
    failure: tuple[bytes, bytes] | None = None
    timed = False
    try:
        entry, source, kind = parts.codec_read.Decoder(data).decode()
        timed = kind == "timed"
        if timed:
            # Off for candidate and reference alike, so that switching it off gains nothing.
            gc.disable()
            nonce = _pause(nonce, b"P")
        code = compile(source, "<program>", "exec")
        if kind != "harness":
            watch.begin(code)
        # A harness is our own text; it begins the watch when it comes to the program's.
        function = _load_program(entry, code, watch.begin if kind == "harness" else None)
    except BaseException as error:
        failure = _failure(error)
    _send(nonce, b"L", b"")
    while True:
        nonce, data = _receive()
        if failure is not None:
            _send(nonce, *failure)
            continue
        if timed:
            nonce, answer = _answer_slice(parts, function, nonce, data, budget)
            budget -= len(answer[1])
            _send(nonce, *answer)
            continue
        arguments = parts.codec_read.Decoder(data).decode()
        try:
            value = function(*held, *arguments)
        except BaseException as error:
            answer = _failure(error)
            del error
        else:
            answer = _encode(parts, value, budget)
            budget -= len(answer[1])
        _send(nonce, *answer)


def _answer_slice(
    parts: Any, function: Any, nonce: bytes, data: bytes, budget: int
) -> tuple[bytes, tuple[bytes, bytes]]:
    """All calls of one timed slice; the number that came with the last message, and the answer."""
    if data[:1] == b"m":
        # Our owner wrote these bytes. It is much faster than the codec, and costs no attacker.
        inputs = marshal.loads(data[1:])
    else:
        inputs = parts.codec_read.Decoder(data[1:]).decode()
    nonce = _pause(nonce, b"P")
    try:
        values = [function(*arguments) for arguments in inputs]
    except BaseException as error:
        return nonce, _failure(error)
    nonce = _pause(nonce, b"D")
    return nonce, _encode(parts, values, budget)


def _pause(nonce: bytes, kind: bytes) -> bytes:
    """Wait until the owner has read the clock."""
    _send(nonce, kind, b"")
    return _receive()[0]


def _encode(parts: Any, value: object, budget: int) -> tuple[bytes, bytes]:
    libraries = sys.modules.get("numpy"), sys.modules.get("pandas")
    encoder = parts.codec_write.Encoder(budget, *libraries, named_tuples=True)
    try:
        return b"V", encoder.encode(value)
    except MemoryError:
        return b"M", b""
    except parts.codec.CodecError as error:
        return b"B", str(error).encode("utf-8", "replace")
    except BaseException as error:
        return b"B", b"the value cannot be read: " + _describe(error)


def _load_program(entry: str, code: types.CodeType, begin_watch: Any) -> Any:
    module = types.ModuleType("program")
    module.__dict__["__builtins__"] = builtins
    if begin_watch is not None:
        module.__dict__["begin_watch"] = begin_watch
    sys.modules["program"] = sys.modules["__main__"] = module
    exec(code, module.__dict__)
    if entry not in module.__dict__:
        raise NameError(f"the program defines no {entry!r}")
    return module.__dict__[entry]


def _failure(error: BaseException) -> tuple[bytes, bytes]:
    # Not isinstance: it asks the object, and the object may answer with another exception.
    if issubclass(type(error), MemoryError):
        return b"M", b"MemoryError"
    return b"R", _describe(error)


def _describe(error: BaseException) -> bytes:
    """Type, message and line; a hostile exception only gets a poorer description."""
    try:
        line = ""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<program>":
                line = f" (line {trace.tb_lineno})"
            trace = trace.tb_next
        text = str(error)[:300]
        return f"{type(error).__name__[:60]}: {text}"[:180].encode("utf-8", "replace") + (
            line.encode()
        )
    except BaseException:
        return b"an exception that cannot be described"


def _receive() -> tuple[bytes, bytes]:
    """One message; the owner never sends the next before this one is answered."""
    data = bytearray()
    length = 0
    while len(data) < FRAME.size or len(data) < FRAME.size + length:
        part = os.read(200, 1 << 20 if length else 1 << 16)
        if not part:
            os._exit(0)  # the owner has all it wanted
        data += part
        length = FRAME.unpack_from(data)[0] if len(data) >= FRAME.size else 0
    return FRAME.unpack_from(data)[1], bytes(data[FRAME.size :])


def _send(nonce: bytes, kind: bytes, payload: bytes) -> None:
    data = memoryview(FRAME.pack(len(payload) + 1, nonce) + kind + payload)
    while data:
        data = data[os.write(201, data) :]


def main() -> None:
    """Set up, report, serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        config = json.loads(control.recv(1 << 20))
        zygote = Zygote(control, config)
    except BaseException as error:
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}).encode())
        os._exit(1)
    control.send(b"{}")
    try:
        zygote.serve()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
