"""Canaries: tasks whose right answers are random, which no program can pass by solving anything.

A canary asks what a real task asks, on the same inputs, and compares with an answer that was drawn
this moment and was never anywhere else. What passes even one case of it has found a way around the
grader. In training it costs no tokens: now and then the programs of a step are graded once more.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from parelha.agents.turns import Tree
from parelha.errors import InfrastructureError, WorkFailedError
from parelha.grading import Grader
from parelha.tasks.benchmarks import BenchmarkTask
from parelha.tasks.benchmarks.answers import Right
from parelha.types import Task

_RANDOM = secrets.SystemRandom()  # no seed to be guessed; nothing that is recorded depends on it
_LARGE = 10**12
_PLAIN_RULES = ("==", "allclose", "json")


def canary_of(task: Task) -> Task:
    """Return a task with the inputs of `task` and random right answers of the same form."""
    compare = partial(_compare_with_random, task.compare)
    return replace(task, id=f"canary.{task.id}", compare=compare)


def try_canaries(
    grader: Grader, tasks: Sequence[Task], trees: Sequence[Tree], keep: Callable[[str], Path]
) -> int:
    """Grade the programs of a step on the canaries of their tasks; returns how many were graded.

    In-process tasks are left out: their right answer is a word that all of them share.

    Args:
        grader: of the run.
        tasks: of the step.
        trees: played on them, in the same order.
        keep: writes down a program that passes, since the step will not be, and says where.

    Raises:
        WorkFailedError: a program passed a case: rewards of this run mean nothing.
    """
    tried = 0
    for task, tree in zip(tasks, trees, strict=True):
        if isinstance(task, BenchmarkTask) and task.in_process:
            continue
        canary = canary_of(task)
        scores = [play.score for play in tree.rounds if play.score is not None]
        for program in dict.fromkeys(score.program for score in scores if score.program):
            try:
                result = grader.test(canary, program)
            except InfrastructureError:
                continue
            tried += 1
            if result.passed:
                raise WorkFailedError(
                    f"a program passed {result.passed} cases of {task.id} whose right answers were "
                    f"random, so the grader can be cheated: read {keep(program)}, and report it"
                )
    return tried


def random_like(value: object) -> object:
    """Return a random value of the form of `value`; a random text where that has too few values."""
    if isinstance(value, list | tuple) and value:
        return type(value)(random_like(item) for item in value)
    if isinstance(value, dict) and value:
        return {key: random_like(item) for key, item in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return _RANDOM.randrange(-_LARGE, _LARGE)
    if isinstance(value, float):
        return _RANDOM.uniform(-_LARGE, _LARGE)
    return secrets.token_hex(16)


def _compare_with_random(
    compare: Callable[[object, object], str | None], expected: Any, actual: Any
) -> str | None:
    if isinstance(expected, Right):
        rule = expected.rule if expected.rule in _PLAIN_RULES else "=="
        said = Right(random_like(expected.value), rule)
        return compare(said, actual[:1] if isinstance(actual, list) else actual)
    return compare(random_like(expected), actual)
