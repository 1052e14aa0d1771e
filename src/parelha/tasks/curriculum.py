"""Curriculum: forms of tasks that the learner passes half of the time are drawn first.

A form (a parameterisation at a level) whose drafts all fail, or all pass, teaches little: they earn
about the same, and a group without variance is dropped. What passes with probability p varies by
p(1 - p), so a form's weight is 4p(1 - p). It never reaches 0 at the hard end, so that a form can
come back when the learner has changed; one that passes nine times in ten is retired: the least
weight.

Everything here is a function of the rounds on record and of uniforms that the caller names by step:
a resumed run reads the same rounds again and draws the same tasks.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parelha.types import Outcome, Task

FLOOR = 0.1  # weight of a form that is never passed
RETIRED = 0.02  # weight of one that is passed in at least this share of its drafts:
RETIRED_FROM = 0.9
_KEPT = 0.7  # of the weight of older drafts, each step that a form is played in
_EXPECTED_DRAFTS = 2.0  # so many drafts is what was expected of a form worth


def form_of(task: Task) -> str:
    """Family, parameterisation and level: what the seeds of a task have in common.

    A problem of a benchmark is a form of its own.
    """
    form, _, seed = task.id.rpartition("/")
    return form if re.fullmatch(r"s\d+", seed) else task.id


class PassRates:
    """The running pass rate of each form's drafts, from 0 to 1."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._form = {task.id: form_of(task) for task in tasks}
        self._place = {form_of(task): (task.family, task.level) for task in tasks}
        self._forms: dict[tuple[str, int], list[str]] = {}
        for form, place in self._place.items():
            self._forms.setdefault(place, []).append(form)
        # Of each form that was played: drafts that passed and all, the older ones weighing less.
        self._seen: dict[str, tuple[float, float]] = {}

    def add_step(self, rounds: Iterable[Mapping[str, Any]]) -> None:
        """Take in the rounds of the next step, as `metrics.round_records` writes them.

        Drafts that were dropped or have no tests say nothing about the learner: passed over.
        """
        played: dict[str, list[bool]] = {}
        for record in rounds:
            tests = (record["score"] or {}).get("tests")
            form = self._form.get(record["task"])
            if record["kind"] == "draft" and not record["dropped"] and tests and form:
                played.setdefault(form, []).append(tests["outcome"] == Outcome.PASSED)
        before = {form: self._before(form) for form in played}
        for form, results in played.items():
            passed, drafts = before[form]
            self._seen[form] = passed + sum(results), drafts + len(results)

    def _before(self, form: str) -> tuple[float, float]:
        """Drafts that passed and all, as much as they count beside those of a new step."""
        if form in self._seen:
            passed, drafts = self._seen[form]
            return _KEPT * passed, _KEPT * drafts
        return _EXPECTED_DRAFTS * self.rate(form), _EXPECTED_DRAFTS

    def rate(self, form: str) -> float:
        """The share of a form's drafts that pass, or that can be expected to."""
        if form in self._seen:
            passed, drafts = self._seen[form]
            return passed / drafts
        return self._expected(*self._place[form])

    def _expected(self, family: str, level: int) -> float:
        """Of a form not yet played: as the family's others, or half as often as a level below."""
        known = [self.rate(form) for form in self._forms[family, level] if form in self._seen]
        if known:
            return sum(known) / len(known)
        lower = [at for of, at in self._forms if of == family and at < level]
        return 0.5 * (self._expected(family, max(lower)) if lower else 1.0)

    def weight(self, form: str) -> float:
        """How much a form is wanted, `RETIRED` to 1."""
        rate = self.rate(form)
        return RETIRED if rate >= RETIRED_FROM else max(FLOOR, 4.0 * rate * (1.0 - rate))


def draw(
    tasks: Sequence[Task], rates: PassRates, uniforms: Sequence[float], num: int
) -> tuple[Task, ...]:
    """Draw `num` different tasks by a uniform in [0, 1) for each, a form's chance as its weight.

    Each task has its form's weight divided by the number of its family's tasks, so that large
    families are not drawn more often. Weighted sampling without replacement by exponential keys
    (Efraimidis and Spirakis, 2006).
    """
    size: dict[str, int] = {}
    for task in tasks:
        size[task.family] = size.get(task.family, 0) + 1
    keys = [
        -math.log1p(-uniform) * size[task.family] / rates.weight(form_of(task))
        for task, uniform in zip(tasks, uniforms, strict=True)
    ]
    order = sorted(range(len(tasks)), key=lambda i: keys[i])
    return tuple(tasks[i] for i in order[:num])
