"""The near side of a warm linter: starts its process, hands it programs, replaces it."""

import contextlib
import json
import math
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from parelha.analysis import _server, visible
from parelha.analysis.budget import PROGRAM_SECONDS, Budget
from parelha.analysis.commands import (
    ToolOutput,
    arguments,
    environment,
    judged,
    program_bytes,
    write_settings,
)
from parelha.analysis.findings import PROGRAM_NAME, Tool
from parelha.errors import InfrastructureError
from parelha.priority import give_way
from parelha.sandbox import lockdown, watching

START_SECONDS = 900.0  # reading the libraries takes seconds, minutes on a very busy machine
WALL_SECONDS = 300.0
WATCH_SECONDS = 0.05  # how often a child's processor time is read
# Beside what its server has: 60 KB of program or 33 new modules take up to 40 MiB, and the largest
# list that pylint makes of a constant 0.8 GB.
MEMORY_BYTES = 1024**3

_BARE = """
import collections
import csv
import dataclasses
import functools
import itertools
import json
import math
import random
import re
import statistics
import typing
"""
_PANDAS = '''"""Frames and arrays."""

import numpy as np
import pandas as pd


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Groups."""
    frame = pd.DataFrame(rows)
    frame["a"] = pd.to_numeric(frame["a"], errors="coerce").fillna(frame["a"].median())
    frame = frame.drop_duplicates().dropna().sort_values("b").reset_index(drop=True)
    means = frame.groupby("b")["a"].agg("mean")
    array = np.asarray(means, dtype=float).reshape(-1, 1)
    scaled = (array - np.mean(array, axis=0)) / np.std(array)
    low, high = np.percentile(scaled, [25, 75])
    rolled = pd.Series(scaled.ravel()).rolling(3).median().tolist()
    return {str(key): float(np.linalg.norm(low - high)) for key in rolled}


def reading(days: list[str], values: list[float]) -> None:
    """Calls for which pylint reads a further module of pandas or numpy."""
    frame = pd.read_csv("table.csv")
    series = pd.Series(values, index=pd.to_datetime(days))
    for stamp, total in series.resample("MS").sum().items():
        print(stamp.strftime("%Y-%m"), float(total))
    print(frame.merge(frame, on="a"), pd.pivot_table(frame, index="a"), pd.crosstab(days, days))
    print(series.ewm(span=3).mean(), frame.sort_values("a").head(10), pd.merge_asof(frame, frame))
    print(np.polyfit(values, values, 1), np.lib.stride_tricks.sliding_window_view(values, 3))
    print(series[series.between(0, 1) & series.isin(days)].tolist())
'''
_SCIENCE = '''"""Models and statistics."""

import numpy as np
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def fit(values: list[float], targets: list[float]) -> list[float]:
    """A line."""
    scaled = StandardScaler().fit_transform(np.array(values).reshape(-1, 1))
    left, right, upper, lower = train_test_split(scaled, targets, random_state=0)
    model = LinearRegression().fit(left, upper)
    error = mean_squared_error(lower, model.predict(right))
    return [float(error), *stats.zscore(np.array(values)).tolist(), *model.coef_]
'''
_PANDAS_IMPORT = re.compile(r"^[ \t]*(?:import|from)\b.*\b(?:numpy|pandas)\b", re.MULTILINE)
_SCIENCE_IMPORT = re.compile(r"^[ \t]*(?:import|from)\b.*\b(?:scipy|sklearn)\b", re.MULTILINE)

# Started early, ready for all programs: one of each tool takes less memory than one of each family.
EARLY: tuple[tuple[Tool, str], ...] = (
    ("mypy", "science"),
    ("pylint", "science"),
    ("flake8", "all"),
)
# What a family's server has read before its first program. pylint takes 0.5, 7 and 12 s for the
# three families, mypy 1 and 7 s for its two: a family starts with the first program that needs it,
# or early.
WARM_UP: dict[tuple[Tool, str], tuple[str, ...]] = {
    ("flake8", "all"): (_PANDAS,),
    ("mypy", "bare"): (_BARE,),
    ("mypy", "science"): (
        _BARE,
        "import numpy, pandas, scipy.stats, sklearn.linear_model, sklearn.metrics",
        "import sklearn.model_selection, sklearn.preprocessing",
    ),
    ("pylint", "bare"): (_BARE,),
    ("pylint", "pandas"): (_BARE, _PANDAS),
    ("pylint", "science"): (_BARE, _PANDAS, _SCIENCE),
}


def family(tool: Tool, source: str) -> str:
    """Which of a tool's servers reads a program fastest, by what the program seems to import."""
    if tool == "flake8":
        return "all"
    if _SCIENCE_IMPORT.search(source):
        return "science"
    if _PANDAS_IMPORT.search(source):
        return "pandas" if tool == "pylint" else "science"
    return "bare"


class WarmTool:
    """One tool, warm for one family of programs; its process starts with the first one, or early.

    Its folder is private and exists; the caller removes it. The processor time is that of all tools
    together for one program (`Budget`).
    """

    def __init__(
        self,
        tool: Tool,
        name: str,
        config: Path | None,
        workers: int,
        folder: Path,
        cpu_seconds: float = PROGRAM_SECONDS,
    ) -> None:
        self.tool = tool
        self._warm_up = WARM_UP[tool, name]
        self._config = config
        self._workers = workers
        self._folder = folder / f"{tool}-{name}"
        self._cpu_seconds = cpu_seconds
        self._lock = threading.Lock()
        self._waiting = threading.Lock()
        self._ready: int | None = None  # while the server reads the libraries
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._slots: queue.SimpleQueue[Connection] = queue.SimpleQueue()

    @property
    def process_id(self) -> int | None:
        """The server's process, None before it was started."""
        return self._process.pid if self._process else None

    def run(self, source: str, budget: Budget | None = None) -> ToolOutput:
        """What the tool's command line would give for a program.

        At most `workers` threads may be in here at a time; the caller sees to it. Without a budget
        this tool has the processor time alone.

        Raises:
            InfrastructureError: twice in a row the server could not be started, died, did not
                answer, or its child was killed from outside.
        """
        budget = budget or Budget(self._cpu_seconds)
        try:
            return self._run_once(source, budget)
        except InfrastructureError:
            return self._run_once(source, budget)

    def start(self) -> None:
        """Let the server load its tool now; does not wait for it.

        Raises:
            InfrastructureError: it cannot be started, or was closed.
        """
        with self._lock:
            self._start_if_needed()

    def _run_once(self, source: str, budget: Budget) -> ToolOutput:
        with self._lock:
            self._start_if_needed()
            process, slots = self._process, self._slots
        answer: dict[str, Any] | None = None
        reason = ""
        try:
            self._wait_until_warm()
            slot = slots.get_nowait()
        except queue.Empty as error:  # another thread has just stopped this server
            raise InfrastructureError(f"the {self.tool} server was stopped") from error
        try:
            answer, stopped = self._ask(slot, source, budget)
        except OSError as error:  # a time-out is one
            reason = str(error)
        if answer is None:
            slot.close()
            reason = reason or self._last_words()
            self._discard(process)
            raise InfrastructureError(f"the {self.tool} server did not answer: {reason}")
        slots.put(slot)
        if stopped or not budget.covers(self.tool):
            return ToolOutput(answer["exit_code"], "", answer["stderr"], "timeout")
        used = answer["grown_bytes"] / MEMORY_BYTES
        return judged(self.tool, answer["exit_code"], answer["stdout"], answer["stderr"], used)

    def _ask(
        self, slot: Connection, source: str, budget: Budget
    ) -> tuple[dict[str, Any] | None, bool]:
        """Hand over a program and watch what its child uses.

        Returns:
            the server's answer, None when it has gone; and whether the child was stopped because
            the budget did not cover it.

        Raises:
            OSError: the server has gone, or nothing was heard of it for too long.
        """
        deadline = time.monotonic() + WALL_SECONDS
        slot.send_bytes(_server.PROGRAM + program_bytes(source))
        begun = _receive(slot)
        if begun is None:
            return None, False
        stopped = False
        while not slot.poll(WATCH_SECONDS):
            budget.charge(self.tool, watching.cpu_seconds(begun["process_id"]))
            if not stopped and not budget.covers(self.tool):
                slot.send_bytes(_server.STOP)
                stopped = True
            if time.monotonic() > deadline:
                raise TimeoutError("timed out")
        answer = _receive(slot)
        if answer is not None:
            budget.charge(self.tool, answer["cpu_seconds"])
        return answer, stopped

    def _wait_until_warm(self) -> None:
        """Return when the server has read what it reads once; no program pays for that.

        Raises:
            InfrastructureError: it ended, or took too long.
        """
        with self._waiting:
            with self._lock:
                process, pipe, self._ready = self._process, self._ready, None
            if pipe is None:
                return
            with os.fdopen(pipe, "rb", buffering=0) as ready:
                warm = bool(wait([pipe], START_SECONDS)) and ready.read(1) != b""
            if warm and process is not None:
                # Until here it had its share of the processors: somebody may be waiting for it.
                give_way(process.pid)
                return
        reason = self._last_words()
        self._discard(process)
        raise InfrastructureError(f"the {self.tool} server could not be started: {reason}")

    def close(self) -> None:
        """End the server and its children, for good; may be called twice."""
        with self._lock:
            self._closed = True
            self._stop()

    def _start_if_needed(self) -> None:
        """Start the server unless it runs."""
        if self._closed:
            raise InfrastructureError(f"the {self.tool} server was closed")
        if self._process is None or self._process.poll() is not None:
            self._start()

    def _start(self) -> None:
        """Start the server; its slots replace those of the one that died."""
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)
        home = self._folder / "home"
        ready, warm = os.pipe()
        folders = [self._folder / str(number) / "program" for number in range(self._workers)]
        pairs: list[tuple[Connection, Connection]] = []
        try:
            for made in (home, *folders):
                made.mkdir(parents=True)
            write_settings(home)
            world = visible.build(self._folder / "environment", self.tool, self._config)
            pairs = [Pipe() for _ in folders]
            settings = {
                "tool": self.tool,
                "arguments": arguments(self.tool, self._config),
                "program": PROGRAM_NAME,
                "slots": [far.fileno() for _, far in pairs],
                "ready": warm,
                "root": str(self._folder),
                "folders": [str(path) for path in folders],
                "warm_up": self._warm_up,
                # Behind the budget, for a system where this process cannot see what a child uses.
                "cpu_seconds": math.ceil(self._cpu_seconds) + 1,
                "memory_bytes": MEMORY_BYTES,
                "readable": world.readable,
                "listable": world.listable,
                "code": str(Path(_server.__file__).parent),
                "sandbox": str(Path(lockdown.__file__).parent),
            }
            with (self._folder / "log").open("wb") as log:
                self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                    [str(world.python), "-P", _server.__file__, json.dumps(settings)],
                    cwd=home,
                    env=environment(str(home)),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[warm, *(far.fileno() for _, far in pairs)],
                    start_new_session=True,
                )
        except OSError as error:
            os.close(ready)
            raise InfrastructureError(f"cannot start {self.tool}: {error}") from error
        finally:
            os.close(warm)
            for _, far in pairs:
                far.close()
        self._ready = ready
        self._slots = queue.SimpleQueue()
        for near, _ in pairs:
            self._slots.put(near)

    def _discard(self, process: "subprocess.Popen[bytes] | None") -> None:
        """End a server that failed, unless another thread has replaced it already."""
        with self._lock:
            if process is self._process:
                self._stop()

    def _stop(self) -> None:
        """End the server with all its children, which are in its session; close unused slots."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._ready is not None:
            os.close(self._ready)
            self._ready = None
        with contextlib.suppress(queue.Empty):
            while True:
                self._slots.get_nowait().close()

    def _last_words(self) -> str:
        """The last line of the server's log."""
        lines = _server.read_text(self._folder / "log").strip().splitlines()
        return lines[-1] if lines else "no reason given"


def _receive(slot: Connection) -> dict[str, Any] | None:
    """One of the server's messages, None when it has gone.

    Raises:
        TimeoutError: nothing was heard of it for too long.
    """
    if not slot.poll(WALL_SECONDS):
        raise TimeoutError("timed out")
    try:
        answer: dict[str, Any] = json.loads(slot.recv_bytes())
    except (EOFError, ConnectionError):
        return None
    return answer
