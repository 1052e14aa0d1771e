"""A grader that scores programs by their text, here and as an actor on a cluster's nodes.

No torch here: an actor that is started anew imports this module.
"""

# pylint: disable=missing-function-docstring

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from parelha.cluster.hosts import GraderHost
from parelha.errors import InfrastructureError
from parelha.types import (
    Analysis,
    Finding,
    Lang,
    Outcome,
    Score,
    Structure,
    Task,
    TestResult,
)

NUM_CASES = 8


def fake_score(
    program: str, passed: int, flake8: int = 0, suppressions: int = 0, *, hung: bool = False
) -> Score:
    """Return a score with `passed` of NUM_CASES cases and some findings of flake8."""
    outcome = Outcome.PASSED if passed == NUM_CASES else Outcome.WRONG
    outcome = Outcome.TIMEOUT if hung and passed < NUM_CASES else outcome
    findings = tuple(Finding("flake8", f"F{n}", "style", 1, 1) for n in range(flake8))
    structure = Structure(functions=1, annotated=1, returning=1, suppressions=suppressions)
    return Score(
        program, "", TestResult(passed, NUM_CASES, outcome), Analysis(findings, 9.0, structure)
    )


def letters_passed(program: str) -> int:
    """Return a number of passed cases that depends on the text alone and takes every value."""
    return zlib.crc32(program.encode()) % (NUM_CASES + 1)


def half_pass(patch: pytest.MonkeyPatch) -> None:
    """Let every second program pass, so that a step has passing and failing ones."""
    patch.setattr(
        "tests.fake_grading.letters_passed",
        lambda program: NUM_CASES * (sum(c.isalpha() for c in program) % 2),
    )


class FakeGrader:
    """Scores a program by its text, and fails as a machine does where `faulty` says so.

    Args:
        faulty: told ``"grade"`` or a tool's name, and the program; True raises.
    """

    def __init__(
        self,
        *,
        faulty: Callable[[str, str], bool] = lambda what, program: False,
        workers: int = 1,
        **_: Any,
    ) -> None:
        self.workers, self.sandbox = workers, SimpleNamespace(level=2)
        self.faulty = faulty
        self.calls: list[tuple[str, str]] = []

    def _note(self, what: str, program: str) -> None:
        self.calls.append((what, program))
        if self.faulty(what, program):
            raise InfrastructureError(f"a worker of {what} was killed")

    def grade_answer(self, task: Task, program: str, reason: str, answer: str) -> Score:
        score = self.grade(task, program, reason)
        structure = Structure(keywords=sum(word in answer for word in ("def", "for")))
        findings = (Finding("flake8", "E999", "no Python", 1, 1),)
        return replace(score, analysis=Analysis(findings, None, structure))

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        self._note("grade", program)
        if reason:
            del task
            return Score("", reason, TestResult(0, NUM_CASES, Outcome.NO_PROGRAM, (reason,)))
        return fake_score(program, letters_passed(program), len(program) % 3)

    def test(self, task: Task, program: str) -> TestResult:
        self._note(f"test {task.id}", program)
        return TestResult(0, NUM_CASES, Outcome.WRONG)

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        self._note("execute", program)
        return f"SECRET-EXECUTE {task.entry_point} {lang}"

    def analyse_text(self, program: str, lang: Lang) -> str:
        self._note("analyse_statically", program)
        return f"SECRET-ANALYSIS {lang}"

    def close(self) -> None:
        """Nothing is open."""


class BareHost(GraderHost):
    """A node's grader that starts no linter before a program needs it."""

    def __init__(self, version: str, settings: dict[str, Any], own_tasks: Sequence[Path]) -> None:
        super().__init__(version, {**settings, "start": False}, own_tasks)


class FakeHost(GraderHost):
    """A node's grader that grades by the text of a program."""

    def __init__(self, version: str, settings: dict[str, Any], own_tasks: Sequence[Path]) -> None:
        del settings, own_tasks
        super().__init__(version, {"workers": 1})
        self._grader = FakeGrader()  # type: ignore[assignment]
