"""The sandbox: chooses a warm parent for each program, retries faults once, never scores them."""

import contextlib
import os
import re
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from parelha.closing import Closing
from parelha.errors import InfrastructureError, InputError, UsageError
from parelha.files import give_up_folder, hold_folder, remove_left
from parelha.slots import Slots
from parelha.types import Limits, RunResult

from . import probing
from .codec import CodecError
from .codec_write import Encoder
from .layout import find_layout
from .process import ZygoteError, ZygoteProcess
from .worker import PROFILES

FOLDER = "parelha-sandbox-"
INPUT_BYTES = 64 * 1024 * 1024
Kind = Literal["program", "timed", "harness"]  # how the worker takes what it is sent
# Words, not syntax: a tree would mean parsing hostile source in this process (a parser can be
# made to hang or crash), and a word too many only costs a heavier fork.
_WORDS = (
    ("sklearn", re.compile(r"\b(?:sklearn|scipy)\b")),
    ("pandas", re.compile(r"\bpandas\b")),
    ("numpy", re.compile(r"\bnumpy\b")),
)


class Sandbox(Closing):
    """Runs untrusted programs in isolated children of warm parents. Thread-safe.

    Args:
        workers: programs that may run at once; further callers wait.
        allow_unsafe: run even where isolation is weaker than level 2 (`level` says how weak).
        max_level: ask for no more isolation than this (3: namespaces too; 2: without them), for
            measurements and for tests.
        data: of `holding.keep`: values that each program's function is called with, before the
            arguments of the call. They are in the memory of each warm parent of programs.
        plots: programs may draw with matplotlib, which has to be installed.

    Attributes:
        level: 3, files, system calls, limits and namespaces; 2, without namespaces; 1, limits
            only; 0, not even those. As tried out at the first use (docs/sandbox.md).
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        allow_unsafe: bool = False,
        max_level: int = 3,
        data: BinaryIO | None = None,
        plots: bool = False,
    ) -> None:
        if workers < 1:
            raise UsageError("a sandbox needs at least one worker")
        self._allow_unsafe = allow_unsafe
        self._max_level = max_level
        self._data = data
        self._plots = plots
        self._slots = Slots(workers)
        self._lock = threading.Lock()
        self._start_lock = threading.Lock()
        self._idle: dict[str, list[ZygoteProcess]] = {profile: [] for profile in PROFILES}
        self._all: set[ZygoteProcess] = set()
        self._probe: probing.Probe | None = None
        self._base: Path | None = None
        self._leave: Callable[[], object] = lambda: None  # gives up the folder, once
        self._config: dict[str, object] = {}
        self._closed = False
        self.faults = 0

    @property
    def level(self) -> int:
        """How strong the isolation is here; tries it out if that was not done yet.

        Raises:
            UsageError, InfrastructureError: as `run`.
        """
        return self.probe().level

    def probe(self) -> "probing.Probe":
        """What really holds here, layer by layer.

        Raises:
            UsageError: too weak, and not `allow_unsafe`; or closed.
            InfrastructureError: no warm parent could be started.
        """
        with self._start_lock:
            if self._closed:
                raise UsageError("this sandbox is closed")
            if self._probe is None:
                self._probe = self._start()
            if self._probe.level < 2 and not self._allow_unsafe:
                raise UsageError(self._probe.refusal)
            return self._probe

    def run(
        self,
        source: str,
        entry_point: str,
        inputs: Sequence[tuple[object, ...]],
        limits: Limits,
        *,
        harness: bool = False,
    ) -> RunResult:
        """Call `entry_point` of a program on each of `inputs`, all in one fresh child.

        Args:
            source: the program; executed once, before the first call.
            entry_point: name of the function to call.
            inputs: positional arguments of each call. Each call gets a copy of its own, and
                later ones are not sent before earlier ones are answered.
            limits: what the program may use over all calls.
            harness: `source` is a text of ours around a program. It finds a function `begin_watch`
                among its names, to be called with the program's code before that runs (`auditing`).

        Returns:
            as many calls as inputs, whatever the program did.

        Raises:
            InfrastructureError: the machine failed twice; there is nothing to score.
            UsageError: isolation too weak, no input, or (InputError) one outside the plain types.
        """
        if not inputs:
            raise UsageError("a program must be called on at least one input")
        level = self.level
        kind: Kind = "harness" if harness else "program"
        program, messages, profile = encode_messages(source, entry_point, inputs, kind)
        if self._data is not None:
            profile = PROFILES[-1]  # one kind of parent for all, so that the values are there once
        reasons = []
        with self._slots:
            for _ in range(2):
                try:
                    with self._taken(profile, 1) as (zygote,):
                        return zygote.run(program, messages, limits, level)
                except ZygoteError as fault:
                    self.faults += 1
                    reasons.append(str(fault))
        raise InfrastructureError(f"the sandbox failed twice: {'; then '.join(reasons)}")

    @contextlib.contextmanager
    def lent(self, profile: str, count: int) -> Iterator[list[ZygoteProcess]]:
        """Warm parents for whoever talks with their children himself.

        They are taken back at the end of the block, and thrown away where it ends by an error.

        Raises:
            InfrastructureError: the machine failed.
            UsageError: isolation too weak.
        """
        _ = self.level  # tried out before anything runs
        with self._slots:
            try:
                with self._taken(profile, count) as zygotes:
                    yield zygotes
            except ZygoteError as fault:
                self.faults += 1
                raise InfrastructureError(f"the sandbox failed: {fault}") from fault

    def close(self) -> None:
        """End every warm parent and remove the temporary folder. May be called twice."""
        with self._lock:
            self._closed = True
            zygotes = list(self._all)
            self._all.clear()
            self._idle = {profile: [] for profile in PROFILES}
        for zygote in zygotes:
            zygote.kill()
        self._leave()

    @contextlib.contextmanager
    def _taken(self, profile: str, count: int) -> Iterator[list[ZygoteProcess]]:
        """Zygotes, given back at the end, and discarded where anything went wrong with them."""
        zygotes: list[ZygoteProcess] = []
        sound = False
        try:
            for _ in range(count):
                zygotes.append(self._take(profile))
            yield zygotes
            sound = True
        finally:
            for zygote in zygotes:
                if sound:
                    self._give(profile, zygote)
                else:
                    self._discard(zygote)

    def _take(self, profile: str) -> ZygoteProcess:
        """An idle zygote, or a new one; as many as callers at once, since `_slots` counts them."""
        with self._lock:
            if self._closed:
                raise UsageError("this sandbox is closed")
            while self._idle[profile]:
                zygote = self._idle[profile].pop()
                if zygote.alive():
                    return zygote
                self._all.discard(zygote)
                zygote.kill()
        config = {**self._config, "profile": profile}
        if self._data is not None and profile == PROFILES[-1]:
            config |= {"data": self._data.fileno(), "plots": self._plots}
        zygote = ZygoteProcess(config)
        with self._lock:
            self._all.add(zygote)
        return zygote

    def _give(self, profile: str, zygote: ZygoteProcess) -> None:
        with self._lock:
            if zygote in self._all:
                self._idle[profile].append(zygote)

    def _discard(self, zygote: ZygoteProcess) -> None:
        with self._lock:
            self._all.discard(zygote)
        zygote.kill()

    def _start(self) -> "probing.Probe":
        """Make the folder of links, find the strongest isolation that starts, try it out."""
        if not sys.platform.startswith("linux"):
            return probing.wrong_system()
        layout = find_layout(("matplotlib",) if self._plots else ())
        _remove_leftovers()
        self._base = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
        held = hold_folder(self._base)
        self._leave = weakref.finalize(self, give_up_folder, self._base, held)
        self._base.chmod(0o755)
        for name in ("farm", "empty", "root"):
            (self._base / name).mkdir()
        layout.build_farm(self._base / "farm")
        visible = [str(self._base / "farm"), str(self._base / "empty"), *layout.system]
        self._config = {
            "farm": str(self._base / "farm"),
            "empty": str(self._base / "empty"),
            "root": str(self._base / "root"),
            "readable": [*layout.entries.values(), *visible],
            "mounts": [*layout.standard, *layout.packages, *visible],
            "hidden": list(layout.hidden),
            "landlock": self._max_level >= 2,
            "seccomp": self._max_level >= 2,
            "namespaces": self._max_level >= 3,
        }
        problem = "not asked for"
        if self._config["namespaces"]:
            try:
                return self._try_out("")
            except ZygoteError as fault:
                problem = str(fault)
                self._config["namespaces"] = False
        try:
            return self._try_out(problem)
        except ZygoteError as fault:
            raise InfrastructureError(f"no sandbox could be started: {fault}") from fault

    def _try_out(self, problem: str) -> "probing.Probe":
        with self._taken("bare", 1) as (zygote,):
            return probing.try_attacks(zygote, problem)


def _remove_leftovers() -> None:
    """Remove the folders of runs that were killed before they could do it themselves."""
    remove_left(Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"))


def encode_messages(
    source: str, entry_point: str, inputs: Sequence[tuple[object, ...]], kind: Kind = "program"
) -> tuple[bytes, list[bytes], str]:
    """The program and its inputs as bytes, and the warm parent they need.

    Raises:
        InputError: an input that is no plain value.
    """
    messages, needed = encode_inputs([tuple(arguments) for arguments in inputs])
    program = encode_program(source, entry_point, kind)
    return program, messages, max(profile_of(source), needed, key=PROFILES.index)


def encode_inputs(inputs: Sequence[object]) -> tuple[list[bytes], str]:
    """Inputs as bytes, and the libraries that their types are of.

    Raises:
        InputError: an input that is no plain value.
    """
    encoder = Encoder(INPUT_BYTES, sys.modules.get("numpy"), sys.modules.get("pandas"))
    try:
        messages = [encoder.encode(one) for one in inputs]
    except CodecError as error:
        raise InputError(f"an input cannot be sent to a program: {error}") from error
    return messages, "pandas" if encoder.uses_pandas else "numpy" if encoder.uses_numpy else "bare"


def profile_of(source: str) -> str:
    """The warm parent that the words of a program ask for."""
    return next((name for name, words in _WORDS if words.search(source)), "bare")


def encode_program(source: str, entry_point: str, kind: Kind) -> bytes:
    """A program as bytes for a child.

    Raises:
        UsageError: it is too large.
    """
    # A lone surrogate cannot be sent; "?" in its place keeps the program as wrong as it was.
    text = source.encode("utf-8", "replace").decode("utf-8")
    with contextlib.suppress(CodecError):
        return Encoder(INPUT_BYTES).encode((entry_point, text, kind))
    raise UsageError("the program is too large to be run")
