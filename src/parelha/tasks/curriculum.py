"""Curriculum: families that the learner passes now and then are drawn more often than others.

A family that is never passed and one that is always passed teach little: their drafts all earn
about the same, and a group without variance is dropped. So each family has a weight that follows
its current pass rate: 1 from 20 % to 80 %, falling to `FLOOR` at 0 % and at 100 %. It never
reaches 0, so that a family can come back when the learner has changed.

Everything here is a function of the rounds on record and of uniforms that the caller names by step:
a resumed run reads the same rounds again and draws the same tasks.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parelha.types import Outcome, Task

LOW, HIGH = 0.2, 0.8  # pass rates between these count fully
FLOOR = 0.1  # weight of a family that is never, or always, passed
NEWEST = 0.3  # weight of a step's pass rate in a family's running mean


class PassRates:
    """The running pass rate of each family's drafts, from 0 to 1.

    Args:
        tasks: all tasks a run draws from; they say which family a task's id belongs to.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._family = {task.id: task.family for task in tasks}
        self._rates: dict[str, float] = {}

    def add_step(self, rounds: Iterable[Mapping[str, Any]]) -> None:
        """Take in the rounds of the next step, as `metrics.round_records` writes them.

        Drafts that were dropped or have no tests say nothing about the learner: passed over.
        """
        passed: dict[str, list[bool]] = {}
        for record in rounds:
            tests = (record["score"] or {}).get("tests")
            family = self._family.get(record["task"])
            if record["kind"] == "draft" and not record["dropped"] and tests and family:
                passed.setdefault(family, []).append(tests["outcome"] == Outcome.PASSED)
        for family, results in passed.items():
            newest = sum(results) / len(results)
            before = self._rates.get(family)
            change = 0.0 if before is None else NEWEST * (newest - before)
            self._rates[family] = newest if before is None else before + change

    def weight(self, family: str) -> float:
        """How much a family is wanted, `FLOOR` to 1; one that was not yet played counts fully."""
        rate = self._rates.get(family)
        if rate is None:
            return 1.0
        # Distance to the nearest end, in units of the band's distance to it.
        inside = min(rate / LOW, (1.0 - rate) / (1.0 - HIGH), 1.0)
        return FLOOR + (1.0 - FLOOR) * inside


def draw(
    tasks: Sequence[Task], rates: PassRates, uniforms: Sequence[float], num: int
) -> tuple[Task, ...]:
    """Draw `num` different tasks, a family's chance in proportion to its weight.

    A family's weight is shared by its tasks, so that large families are not drawn more often.
    Weighted sampling without replacement by exponential keys (Efraimidis and Spirakis, 2006).

    Args:
        tasks: to draw from, at least `num`.
        rates: give the weights.
        uniforms: one number in [0, 1) per task.
        num: how many.
    """
    size: dict[str, int] = {}
    for task in tasks:
        size[task.family] = size.get(task.family, 0) + 1
    keys = [
        -math.log1p(-uniform) * size[task.family] / rates.weight(task.family)
        for task, uniform in zip(tasks, uniforms, strict=True)
    ]
    order = sorted(range(len(tasks)), key=lambda i: keys[i])
    return tuple(tasks[i] for i in order[:num])
