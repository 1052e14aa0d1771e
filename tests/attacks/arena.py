"""Runs attacks against a sandbox, with bait around, and says which got anywhere."""

import math
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import parelha
from parelha.errors import InfrastructureError
from parelha.sandbox import Sandbox
from parelha.tasks.writing import written_out
from parelha.types import CallResult, Limits, Outcome, RunResult

from .corpus import Attack
from .toll import Toll

INPUTS = (
    [2.5, 3.5, 7.25, 1.125],
    [10.0],
    [-1.0, 0.5, 7.25],
    [1e3, 2e3, 4e3, 8e3, 1.0],
)
ANSWERS = tuple(sum(values) / len(values) for values in INPUTS)
CONTROL = "def solve(values):\n    return sum(values) / len(values)\n"
TRACES = "parelha-attack*"


@dataclass(frozen=True)
class Report:
    """What became of one attack; contained when `problems` is empty."""

    attack: Attack
    outcome: Outcome | None
    detail: str
    seconds: float
    problems: tuple[str, ...]
    toll: Toll


class Arena:
    """Bait that a successful attack would touch: a secret, a port, a process, a variable."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._token = f"TOKEN-{os.urandom(8).hex()}"
        self._folder = tempfile.TemporaryDirectory(prefix="arena-")
        self._secret = Path(self._folder.name) / "secret.txt"
        self._secret.write_text(self._token)
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self._listener.setblocking(False)
        self._victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        os.environ["PARELHA_CANARY"] = self._token
        for package in ("math", "numpy", "pandas", "sklearn"):  # warm up: not in anyone's time
            self._run(f"import {package}\n{CONTROL}", Limits(wall_seconds=60.0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.environ.pop("PARELHA_CANARY", None)
        self._victim.kill()
        self._victim.wait()
        self._listener.close()
        self._folder.cleanup()

    def prepare(self, source: str) -> str:
        """The program with its marks filled in."""
        masked = bytes(byte ^ 0xFF for byte in struct.pack("<d", ANSWERS[0]))
        for mark, text in {
            "@SECRET@": str(self._secret),
            "@PORT@": str(self._listener.getsockname()[1]),
            "@PID@": str(self._victim.pid),
            "@HOME@": str(Path.home()),
            "@PACKAGE@": str(Path(parelha.__file__).parent),
            "@TESTS@": str(Path(__file__).parent),
            "@EXPECTED@": ", ".join(repr(answer) for answer in ANSWERS),
            "@ODD_ANSWER@": repr(ANSWERS[0]),
            "@MASKED_ANSWER@": repr(masked),
        }.items():
            source = source.replace(mark, text)
        return source

    def fight(self, attack: Attack) -> Report:
        """Run one attack, then an honest program, then look at the bait."""
        source = self.prepare(attack.source)
        problems: list[str] = []
        outcome, detail, start = None, "", time.monotonic()
        for _ in range(attack.repeat):
            toll = Toll()
            try:
                with toll:
                    run = self._run(source, attack.limits)
                    outcome, detail = judge(run.calls)
                problems += toll.problems()
            except InfrastructureError as error:
                # Whatever a program does is its own fault: it must get its score, a bad one.
                problems.append(f"dropped the sample: {error}")
                continue
            if run.unread != attack.hides_code and (attack.hides_code or attack.line == 0):
                problems.append("its hidden code was not noticed" if attack.line else "suspected")
            if outcome not in attack.must:
                problems.append(f"{outcome}, not {' or '.join(sorted(attack.must))}")
            problems += self._loot(run.calls)
        seconds = time.monotonic() - start
        if seconds > attack.repeat * (4 * attack.limits.wall_seconds + 5):
            problems.append(f"took {seconds:.1f} s")
        problems += self._damage()
        return Report(attack, outcome, detail, seconds, tuple(problems), toll)

    def _run(self, source: str, limits: Limits) -> RunResult:
        inputs = [(list(values),) for values in INPUTS]
        return self.sandbox.run(source, "solve", inputs, limits)

    def _loot(self, calls: tuple[CallResult, ...]) -> list[str]:
        problems = []
        if len(calls) != len(INPUTS):
            problems.append(f"{len(calls)} results for {len(INPUTS)} inputs")
        for call in calls:
            text = f"{written_out(call.value, 1 << 20)} {call.detail}"
            if "ESCAPED" in text or self._token in text:
                problems.append(f"escaped: {text[:100]}")
                break
        return problems

    def _damage(self) -> list[str]:
        problems = []
        try:
            control, detail = judge(self._run(CONTROL, Limits()).calls)
            if control is not Outcome.PASSED:
                problems.append(f"the next program was hurt: {control} {detail}")
        except InfrastructureError as error:
            problems.append(f"the next program was dropped: {error}")
        if self._victim.poll() is not None:
            problems.append("killed another process")
        if self._secret.read_text() != self._token:
            problems.append("changed a file")
        try:
            self._listener.accept()
            problems.append("connected to a port")
        except BlockingIOError:
            pass
        for folder in (tempfile.gettempdir(), "/dev/shm"):
            for path in Path(folder).glob(TRACES):
                problems.append(f"left {path}")
        return problems


def judge(calls: tuple[CallResult, ...]) -> tuple[Outcome, str]:
    """The first failure, as in grading: a value must be a float and close to the answer."""
    for call, answer in zip(calls, ANSWERS, strict=True):
        if call.outcome is not Outcome.PASSED:
            return call.outcome, call.detail
        if type(call.value) is not float or not math.isclose(call.value, answer, rel_tol=1e-9):
            return Outcome.WRONG, f"gave {written_out(call.value, 200)}"[:200]
    return Outcome.PASSED, ""
