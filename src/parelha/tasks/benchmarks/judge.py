"""A benchmark's own helpers as judges: they see an answer as a value, where no candidate has run.

MBPP+ and its like hand each result to a function that the test defines, and that function says
something else in each task: equal, equal as sets, not None, close. It is asked itself, in a
process of the sandbox that has never run a candidate, so that its verdict cannot be forged.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from parelha.tasks.benchmarks.answers import Right
from parelha.tasks.benchmarks.harness import ANSWER, judge_source
from parelha.tasks.benchmarks.inside import Seen
from parelha.types import CallResult, Limits, Outcome, RunResult


class Run(Protocol):
    """What `Sandbox.run` is to those who only call it."""

    def __call__(
        self,
        source: str,
        entry_point: str,
        inputs: Sequence[tuple[object, ...]],
        limits: Limits,
        /,
        *,
        harness: bool = False,
    ) -> RunResult:
        """Run a program, or a harness around one."""


def judged(
    helpers: str, rights: Sequence[Right], calls: Sequence[CallResult], limits: Limits, run: Run
) -> list[CallResult]:
    """Return the calls with the helpers' verdicts in place of the values that they judge.

    The limits are those of the judging process, over all its verdicts.

    Raises:
        InfrastructureError: the machine failed.
    """
    places, inputs = [], []
    for number, (right, call) in enumerate(zip(rights, calls, strict=True)):
        if call.outcome is not Outcome.PASSED:
            continue
        for place, (said, seen) in enumerate(_pairs(right, call.value)):
            if said.helper is not None and seen[0] is True:
                places.append((number, place))
                inputs.append(_arguments(said, seen[1]))
    if not inputs:
        return list(calls)
    answers = run(judge_source(helpers), ANSWER, inputs, limits, harness=True).calls
    answered: dict[int, Any] = {n: calls[n].value for n, _ in places}
    values = {n: list(seen) for n, seen in answered.items()}
    failed: dict[int, CallResult] = {}
    for (number, place), verdict in zip(places, answers, strict=True):
        if verdict.outcome is Outcome.PASSED:
            values[number][place] = (True, verdict.value == [True])
        else:  # a value that its judge hangs on, or dies of
            failed[number] = verdict
    return [
        failed.get(n) or (CallResult(call.outcome, values[n]) if n in values else call)
        for n, call in enumerate(calls)
    ]


def _pairs(right: Right, value: object) -> list[tuple[Right, Seen]]:
    """Each assertion with what its view saw; nothing where a program broke the form."""
    if not isinstance(value, list) or len(value) != len(right.assertions):
        return []
    pairs = list(zip(right.assertions, value, strict=True))
    return [(said, seen if _is_seen(seen) else (False, "")) for said, seen in pairs]


def _is_seen(seen: object) -> bool:
    return isinstance(seen, tuple) and len(seen) == 2


def _arguments(said: Right, packed: Any) -> tuple[Any, ...]:
    assert said.helper is not None
    name, place, further, whole = said.helper
    others = () if further is None else (said.value, *further)
    return name, place, others, whole, [packed]
