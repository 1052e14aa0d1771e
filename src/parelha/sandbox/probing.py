"""What isolation really holds on this machine: tried, not read from versions."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parelha.types import Limits

from .codec_write import Encoder
from .layout import find_layout

if TYPE_CHECKING:
    from .process import ZygoteProcess

CONTAINER = (
    "docker build -t parelha . && docker run --rm -it parelha"  # see Dockerfile in the project
)

# Runs inside the sandbox and reports what it managed to do: name -> why it did not, or "".
_ATTACKS = """
import ctypes, os, resource, socket, sys

def attempt(action):
    try:
        action()
    except BaseException as error:
        return type(error).__name__ + ": " + str(error)
    return ""

def raw(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def write(path):
    with open(path, "w") as file:
        file.write("x")

def child():
    if os.fork() == 0:
        os._exit(0)

def memory(beyond):
    block = bytearray(beyond)
    del block

def descriptors():
    open_ones = [n for n in range(3, 300) if not attempt(lambda: os.fstat(n))]
    if len(open_ones) > 2:
        return open_ones
    raise OSError("only the two pipes")

def attack(secret, port, parent, package, beyond):
    found = {}
    found["files: read the package"] = attempt(lambda: open(package).read())
    found["files: read /etc/passwd"] = attempt(lambda: open("/etc/passwd").read())
    found["files: read a private file"] = attempt(lambda: open(secret).read())
    found["files: read /proc"] = attempt(lambda: open("/proc/self/environ").read())
    found["files: write here"] = attempt(lambda: write("probe"))
    found["files: write to /tmp"] = attempt(lambda: write("/tmp/parelha-probe"))
    found["files: import the package"] = attempt(lambda: __import__("parelha"))
    found["system calls: TCP"] = attempt(
        lambda: socket.create_connection(("127.0.0.1", port), 1))
    found["system calls: local sockets"] = attempt(lambda: socket.socket(socket.AF_UNIX))
    found["system calls: fork"] = attempt(child)
    found["system calls: exec"] = attempt(lambda: os.posix_spawn("/bin/true", ["true"], {}))
    found["system calls: signal the parent"] = attempt(lambda: os.kill(os.getppid() or parent, 0))
    found["system calls: ptrace"] = attempt(lambda: raw(101, 16, parent, 0, 0))
    found["system calls: unshare"] = attempt(lambda: raw(272, 0x10000000))
    found["system calls: io_uring"] = attempt(lambda: raw(425, 1, 0))
    found["limits: memory"] = attempt(lambda: memory(beyond))
    found["limits: raise a limit"] = attempt(
        lambda: resource.setrlimit(resource.RLIMIT_CPU, (9999, 9999)))
    found["limits: descriptors"] = attempt(descriptors)
    return found, os.getpid(), len(os.environ)
"""


@dataclass(frozen=True)
class Layer:
    """One layer of isolation: whether every attack on it was refused, and the reason if not."""

    name: str
    held: bool
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {'held' if self.held else 'missing'} ({self.why})"


@dataclass(frozen=True)
class Probe:
    """What `parelha doctor` shows of the sandbox: its level, 0 to 3, and each layer.

    The refusal is one sentence for a machine below level 2, else "".
    """

    level: int
    layers: tuple[Layer, ...]
    refusal: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """One line per layer."""
        return tuple(str(layer) for layer in self.layers)


def wrong_system() -> Probe:
    """The answer on anything but Linux."""
    why = "the sandbox needs Linux"
    layers = tuple(
        Layer(name, False, why) for name in ("limits", "files", "system calls", "namespaces")
    )
    return Probe(0, layers, f"untrusted programs run on Linux only; use: {CONTAINER}")


def try_attacks(zygote: "ZygoteProcess", namespaces_missing: str) -> Probe:
    """Attack the sandbox from inside and say what held.

    Raises:
        ZygoteError: the attempt itself failed.
    """
    secret = Path(str(find_layout().standard[0])).parent  # any folder outside what is readable
    limits = Limits(wall_seconds=20.0, cpu_seconds=10.0, memory_bytes=128 * 1024 * 1024)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4)
        arguments = (
            str(Path.home() / ".bashrc") if Path.home().exists() else str(secret),
            listener.getsockname()[1],
            os.getpid(),
            str(Path(__file__).with_name("__init__.py")),
            256 * 1024 * 1024,
        )
        program = Encoder(1 << 20).encode(("attack", _ATTACKS, "program"))
        result = zygote.run(program, [Encoder(1 << 20).encode(arguments)], limits, 0)
    call = result.calls[0]
    if not isinstance(call.value, tuple):
        return _judge({"limits: answer": ""}, call.detail, namespaces_missing)
    found, pid, _ = call.value
    if not namespaces_missing and pid != 1:
        namespaces_missing = "the process ids are the machine's"
    return _judge(found, "", namespaces_missing)


def _judge(found: dict[str, str], problem: str, namespaces_missing: str) -> Probe:
    layers = []
    for name in ("limits", "files", "system calls"):
        tried = {key: why for key, why in found.items() if key.startswith(name)}
        open_ones = [key.split(": ", 1)[1] for key, why in tried.items() if not why]
        if problem:
            open_ones = [f"the probe failed, {problem}"]
        why = f"could: {', '.join(open_ones)}" if open_ones else f"{len(tried)} attacks refused"
        layers.append(Layer(name, not open_ones, why))
    why = namespaces_missing or "user, mount, pid, network, ipc, uts"
    layers.append(Layer("namespaces", not namespaces_missing, why))
    held = [layer.held for layer in layers]
    level = 0 if not held[0] else 1 if not (held[1] and held[2]) else 3 if held[3] else 2
    missing = "; ".join(str(layer) for layer in layers[:3] if not layer.held)
    refusal = (
        f"untrusted programs are not isolated here ({missing}); "
        "use a newer kernel or a container, or pass --allow-unsafe-sandbox"
    )
    return Probe(level, tuple(layers), refusal if level < 2 else "")
