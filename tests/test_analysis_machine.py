"""Linters on a machine with faults of its own, and many at once: a program is never blamed."""

# pylint: disable=missing-function-docstring

import signal
import threading
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parelha.analysis import structure
from parelha.analysis._server import NOT_BEGUN
from parelha.analysis.budget import Budget
from parelha.analysis.commands import ToolOutput, judged
from parelha.analysis.findings import PROGRAM_NAME
from parelha.analysis.warm import WARM_UP, WarmTool
from parelha.errors import InfrastructureError
from parelha.grading import Grader

(NAME,) = (name for tool, name in WARM_UP if tool == "flake8")
PARAMETERS = '''"""Typed decorators."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, TypeVarTuple, Unpack

P = ParamSpec("P")
R = TypeVar("R")
Ts = TypeVarTuple("Ts")


def plain(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, called as it is."""

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return call


def first(*values: Unpack[Ts]) -> tuple[Unpack[Ts]]:
    """Return the values."""
    return values
'''


def test_parameters_of_functions_and_tuples_are_no_fault(grader: Grader) -> None:
    found = grader.analyser.analyse(PARAMETERS)
    assert not [one for one in found.findings if one.tool == "mypy"]
    assert not [one for one in found.findings if one.severity == "fatal"]


def test_a_child_that_could_not_be_given_its_program_is_a_fault_of_the_machine() -> None:
    with pytest.raises(InfrastructureError, match="is the disk full"):
        judged("pylint", NOT_BEGUN, "", "")


def test_a_child_that_the_kernel_ended_for_its_memory_is_no_fault_of_the_machine() -> None:
    assert judged("mypy", -signal.SIGKILL, "", "", 0.9).fault == "memory"
    with pytest.raises(InfrastructureError, match="ended by signal 9"):
        judged("mypy", -signal.SIGKILL, "", "", 0.1)
    with pytest.raises(InfrastructureError, match="ended by signal 15"):
        judged("mypy", -signal.SIGTERM, "", "", 0.9)


def test_what_a_child_takes_of_memory_is_told_without_what_its_server_has(tmp_path: Path) -> None:
    tool = WarmTool("flake8", NAME, None, 1, tmp_path)
    try:
        tool.start()
        tool._wait_until_warm()
        slot = tool._slots.get_nowait()
        answer, _ = tool._ask(slot, "x = 1\n", Budget(9.0))
        slot.close()
    finally:
        tool.close()
    assert answer is not None and -(2**24) < answer["grown_bytes"] < 2**25


def test_what_the_last_program_of_a_slot_left_is_not_the_next_ones(tmp_path: Path) -> None:
    """A program that cannot be written, as on a full disk, has no findings at all."""
    tool = WarmTool("flake8", NAME, None, 1, tmp_path)
    try:
        assert "F401" in tool.run("import os\n").stdout
        (program,) = tmp_path.glob(f"*/0/program/{PROGRAM_NAME}")
        program.unlink()
        program.mkdir()  # so that nothing can be written there
        with pytest.raises(InfrastructureError, match="is the disk full"):
            tool.run("x = 1\n")
    finally:
        tool.close()


def test_the_sight_of_mypy_is_used_only_where_the_budget_covers_it(
    monkeypatch: pytest.MonkeyPatch, grader: Grader
) -> None:
    source = "from nowhere import T\n\n\ndef f(x: T) -> T:\n    return x\n"
    analyser, run = grader.analyser, grader.analyser._run

    def stopped(tool: Any, text: str, budget: Budget) -> ToolOutput:
        output = run(tool, text, budget)
        return replace(output, stdout="", fault="timeout") if tool == "mypy" else output

    whole = analyser._analyse(source).structure
    monkeypatch.setattr(Budget, "covers", lambda self, tool: tool != "mypy")
    late = analyser._analyse(source).structure
    monkeypatch.setattr(analyser, "_run", stopped)
    assert analyser._analyse(source).structure == late != whole


def test_many_threads_leave_the_filters_of_warnings_as_they_were() -> None:
    before = list(warnings.filters)
    found: list[Any] = []

    def work() -> None:
        for number in range(40):
            found.append(structure(f"def f(x):\n    return x + {number} if x else '\\d'\n"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 160 and list(warnings.filters) == before
