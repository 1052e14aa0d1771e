"""The attack corpus and the speed of `sandlock` (a kept sandbox library), for docs/sandbox.md.

    pip install sandlock
    python -m tests.attacks.peer_sandlock

sandlock confines a command, so each program is a fresh interpreter with a driver that prints the
values of the calls. "Gained" counts what an attack must never do: read a secret, touch the bait,
or pass where its header says it must not. Outcomes are not told apart here.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import sandlock  # type: ignore[import-not-found]

from parelha.sandbox import Sandbox
from parelha.types import CallResult, Limits, Outcome, RunResult

from .arena import Arena
from .corpus import load

DRIVER = """
import json, sys
name, inputs = sys.argv[2], json.loads(sys.argv[3])
space = {"__name__": "program"}
try:
    exec(compile(open(sys.argv[1]).read(), "program", "exec"), space)
except BaseException as error:
    print(json.dumps(["raised", repr(error)[:300]] ), flush=True)
    sys.exit()
for arguments in inputs:
    try:
        value = space[name](*arguments)
        line = ["value", value.hex()] if type(value) is float else ["bad", repr(value)[:300]]
    except BaseException as error:
        line = ["raised", repr(error)[:300]]
    print(json.dumps(line), flush=True)
"""
READABLE = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self"]
SPEED = "import {0}\ndef solve(values):\n    return sum(values) / len(values)\n"


class Sandlocked:
    """Looks to the arena as `parelha.sandbox.Sandbox` does."""

    level = 0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sandlocked-")
        self._program = Path(self._folder.name) / "program.py"
        self._driver = Path(self._folder.name) / "driver.py"
        self._driver.write_text(DRIVER)
        places = {sys.prefix, sys.base_prefix, self._folder.name}
        self._readable = [path for path in (*READABLE, *places) if Path(path).exists()]

    def run(
        self,
        source: str,
        entry_point: str,
        inputs: Sequence[tuple[object, ...]],
        limits: Limits,
    ) -> RunResult:
        """As `Sandbox.run`; the driver's lines are the values."""
        self._program.write_text(source, encoding="utf-8", errors="replace")
        box = sandlock.Sandbox(
            fs_readable=self._readable,
            max_memory=limits.memory_bytes + (1 << 30),
            max_processes=1,
            no_coredump=True,
            clean_env=True,
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": "/usr/bin"},
        )
        command = [sys.executable, "-I", "-B", str(self._driver), str(self._program), entry_point]
        done = box.run([*command, json.dumps(inputs)], timeout=limits.wall_seconds + 2.0)
        raw = done.stdout or b""
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        calls = [_call(line) for line in text.splitlines()[: len(inputs)]]
        lost = CallResult(Outcome.CRASHED, detail=f"{done.exit_code}"[:200])
        return RunResult((*calls, *[lost] * (len(inputs) - len(calls))))


def _call(line: str) -> CallResult:
    try:
        kind, text = json.loads(line)
        if kind == "value":
            return CallResult(Outcome.PASSED, float.fromhex(text))
        outcome: Any = Outcome.RAISED if kind == "raised" else Outcome.BAD_VALUE
        return CallResult(outcome, detail=str(text))
    except (ValueError, TypeError):
        return CallResult(Outcome.BAD_VALUE, detail=line[:300])


def main() -> None:
    """Fight the corpus, then time three programs beside the project's own sandbox."""
    boxed = Sandlocked()
    attacks, gained, unknown = 0, [], []
    with Arena(cast(Sandbox, boxed)) as arena:
        for attack in load():
            if not attack.line:
                continue
            attacks += 1
            try:
                report = arena.fight(attack)
            except Exception as error:
                unknown.append(f"{attack.name}: {type(error).__name__}: {error}"[:150])
                continue
            passed = report.outcome is Outcome.PASSED and Outcome.PASSED not in attack.must
            worst = [p for p in report.problems if ", not " not in p]
            if passed or worst:
                gained.append(f"{attack.name}: {'passed' if passed else worst[0][:100]}")
    print("\n".join([*gained, *unknown]))
    print(f"{attacks} attacks: {len(gained)} gained something, {len(unknown)} could not be run")
    with Sandbox(workers=1) as own:
        for package in ("math", "numpy", "pandas"):
            rates = [_rate(box, SPEED.format(package)) for box in (own, boxed)]
            print(f"{package:8} own {rates[0]:6.1f}/s, sandlock {rates[1]:6.2f}/s")


def _rate(box: Any, source: str) -> float:
    inputs = [([1.0, 2.5, 4.0],)] * 8
    box.run(source, "solve", inputs, Limits(wall_seconds=60.0))
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < 4.0 or count < 3:
        box.run(source, "solve", inputs, Limits(wall_seconds=60.0))
        count += 1
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
