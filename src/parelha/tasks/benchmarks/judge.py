"""A benchmark's own helpers as judges: they see an answer as a value, where no candidate has run.

MBPP+ and its like hand each result to a function that the test defines, and that function says
something else in each task: equal, equal as sets, not None, close. It is asked itself, in a
process of the sandbox that has never run a candidate, so that its verdict cannot be forged.

What it lets pass has to be of the right answer's form as well: `np.allclose` stretches an empty
list to any number, and `zip` ends with the shorter list.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from parelha.tasks.benchmarks.answers import Right
from parelha.tasks.benchmarks.harness import ANSWER, judge_source
from parelha.tasks.benchmarks.inside import Seen, look
from parelha.types import CallResult, Limits, Outcome, RunResult

_MOST_REPEATED = 8  # right answers that a helper is tried with


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
    helpers: str,
    rights: Sequence[Right],
    calls: Sequence[CallResult],
    limits: Limits,
    run: Run,
    *,
    same_form: bool,
) -> list[CallResult]:
    """Return the calls with the helpers' verdicts in place of the values that they judge.

    Args:
        helpers: source of the functions.
        rights: what is said of each call.
        calls: what came out.
        limits: those of the judging process, over all its verdicts.
        run: `Sandbox.run`.
        same_form: an answer also has to be of the right one's form (`_of_form`).

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
            good, said = verdict.value == [True], rights[number].assertions[place]
            if good and same_form:
                good = _of_form(values[number][place][1], said.value)
            values[number][place] = (True, good)
        else:  # a value that its judge hangs on, or dies of
            failed[number] = verdict
    return [
        failed.get(n) or (CallResult(call.outcome, values[n]) if n in values else call)
        for n, call in enumerate(calls)
    ]


def ignores_repeats(helpers: str, rights: Sequence[Right], limits: Limits, run: Run) -> bool:
    """Return whether helpers pass right answers with an item repeated, as those of sets do.

    Raises:
        InfrastructureError: the machine failed.
    """
    asked = [
        replace(said, also=())
        for right in rights
        for said in right.assertions
        if said.helper is not None and isinstance(said.value, list | tuple) and said.value
        # The last item comes first, so that nothing that goes by places would pass.
        if said.value[0] != said.value[-1]
    ][:_MOST_REPEATED]
    repeated = [type(said.value)((said.value[-1], *said.value)) for said in asked]
    calls = [
        CallResult(Outcome.PASSED, look(value, said.views))
        for said, value in zip(asked, repeated, strict=True)
    ]
    found = judged(helpers, asked, calls, limits, run, same_form=False)
    return bool(found) and all(call.value == [(True, True)] for call in found)


def _of_form(packed: Any, right: Any) -> bool:
    """Whether a value that a helper passes is a number, or as long a list, as the right answer."""
    kind, content = packed
    if kind in ("decimal", "fraction"):
        content = None  # parts of one number
    return _alike(range(*content) if kind == "range" else content, right)


def _alike(value: Any, right: Any) -> bool:
    if isinstance(right, list | tuple):
        return _length(value) == len(right) and all(map(_alike, value, right))
    number = isinstance(right, int | float | complex) and not isinstance(right, bool)
    return not number or _length(value) is None


def _length(value: Any) -> int | None:
    try:
        return len(value)
    except (TypeError, OverflowError):
        return None


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
