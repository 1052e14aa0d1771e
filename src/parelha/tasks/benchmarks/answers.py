"""The right answers of a benchmark's calls: a table of plain values, and the rules they go by.

A benchmark says what is right in its assertions. What it says is kept as data, so that a value that
came out of the sandbox is compared here and no program of the benchmark runs in this process. The
rules are the assertions' own: plain ``==`` of Python, not the comparator of the project's families,
so that a score means what it means elsewhere.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parelha.tasks.benchmarks.inside import WRAPPERS, Steps
from parelha.tasks.benchmarks.plain import plain, refuse_stretching
from parelha.tasks.compare import describe, one_line
from parelha.types import Case

__all__ = ["RULES", "WRAPPERS", "Helper", "Right", "answer_table", "compare", "written"]

MAX_DEPTH = 60
RTOL = 1e-7  # relative tolerance of the assertions of HumanEval+ and MBPP+

Helper = tuple[str, int, tuple[Any, ...] | None, bool]


@dataclass(frozen=True, repr=False)
class Right:
    """What one assertion says of one call.

    Attributes:
        value: the right answer; where the rule is ``in``, a collection that holds it.
        rule: one of `RULES`.
        tolerance: of the rules that have one: relative of ``isclose``, else absolute.
        wrappers: names of `WRAPPERS` with their further arguments, innermost first.
        also: what further assertions say of the same call.
        helper: of the rule ``helper``: name of a function of the test; the answer's place among its
            arguments; the other arguments but the first, which is `value`; whether its result is
            asserted. None without such a function; the others are None where it takes the answer
            alone.
    """

    value: Any
    rule: str = "=="
    tolerance: float = 0.0
    wrappers: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    also: tuple["Right", ...] = ()
    helper: Helper | None = None

    @property
    def views(self) -> tuple[Steps, ...]:
        """What each assertion looks at, in the order in which `compare` expects it."""
        return tuple((*each.wrappers, *_RULE_STEPS.get(each.rule, ())) for each in self.assertions)

    @property
    def assertions(self) -> tuple["Right", ...]:
        """Every assertion on the call, this one first."""
        return (self, *self.also)

    def __repr__(self) -> str:
        """The answer alone: this is what a prompt shows."""
        return repr(self.value)


def compare(expected: object, actual: object) -> str | None:
    """Return None when an answer satisfies every assertion, else one line that says what differs.

    `Task.compare` of a benchmark.

    Args:
        expected: a `Right`.
        actual: what its views saw of the answer, as `inside.look` gives it; plain values, rebuilt
            by exact type.
    """
    rights = expected.assertions if isinstance(expected, Right) else (Right(expected),)
    if not isinstance(actual, list) or len(actual) != len(rights):
        return "the answer was not looked at"
    for each, seen in zip(rights, actual, strict=True):
        try:
            could, value = seen
            if not could:
                return one_line(f"the value cannot be looked at ({value})")
            # An identity is asked of the value as it came: `np.True_` is not True.
            if each.rule not in ("is", "is not"):
                value = plain(value)
                refuse_stretching(value, each.value)
            good = bool(RULES[each.rule](value, each.value, each.tolerance))
        except Exception as error:  # pylint: disable=broad-exception-caught
            return f"the value cannot be compared ({type(error).__name__})"
        if not good:
            wanted = describe(each.value)
            return one_line(f"expected {each.rule} {wanted}, got {describe(value)}")
    return None


def shown(actual: object) -> object:
    """Return the value that the first view saw, to be shown to a person or an agent."""
    if isinstance(actual, list) and actual and isinstance(actual[0], tuple):
        return actual[0][-1]
    return actual


def _all_close(actual: Any, right: Any, tolerance: float) -> bool:
    import numpy as np  # pylint: disable=import-outside-toplevel  # slow; most answers need none

    if tolerance == 0.0 and _holds_only_floats(right):
        tolerance = 1e-6
    if tolerance == 0.0 or bool(actual == right):
        return bool(actual == right)
    return _as_long(actual, right) and bool(np.allclose(actual, right, RTOL, tolerance))


def _numpy_close(actual: Any, right: Any, tolerance: float) -> bool:
    import numpy as np  # pylint: disable=import-outside-toplevel

    return _as_long(actual, right) and bool(np.allclose(actual, right, atol=tolerance))


def _as_long(actual: Any, right: Any) -> bool:
    """Numpy would stretch one number to the length of a list, and a column to a table."""
    import numpy as np  # pylint: disable=import-outside-toplevel

    sizes = [len(value) if hasattr(value, "__len__") else None for value in (actual, right)]
    return sizes[0] == sizes[1] and np.shape(actual) == np.shape(right)


def _holds_only_floats(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _json_equal(actual: Any, right: Any, tolerance: float) -> bool:
    """Whether JSON would write an answer as the file writes the right one.

    JSON has neither tuples nor keys that are numbers, so a list may mean a tuple and the key "1"
    the number; NaN is NaN there. What JSON cannot write at all, such as a set, is no answer.
    """
    if isinstance(right, list):
        if not isinstance(actual, list | tuple) or len(actual) != len(right):
            return False
        pairs = zip(actual, right, strict=True)
        return all(_json_equal(one, other, tolerance) for one, other in pairs)
    if isinstance(right, dict):
        return isinstance(actual, dict) and _json_objects_equal(actual, right, tolerance)
    if isinstance(right, float) and math.isnan(right):
        return isinstance(actual, float) and math.isnan(actual)
    # 1 is not written like true, and 1 + 0j not at all.
    alike = isinstance(actual, bool) == isinstance(right, bool) and not isinstance(actual, complex)
    if tolerance and isinstance(actual, int | float) and isinstance(right, int | float):
        return alike and (actual == right or _near(actual, right, tolerance))
    return alike and bool(actual == right)


def _near(actual: float, right: float, tolerance: float) -> bool:
    """Of an infinity the slack would be infinite too, and forgive everything."""
    if not (math.isfinite(actual) and math.isfinite(right)):
        return False
    return abs(actual - right) <= tolerance + RTOL * abs(right)


def _json_objects_equal(actual: dict[Any, Any], right: dict[Any, Any], tolerance: float) -> bool:
    found = {_json_key(key): value for key, value in actual.items()}
    if len(found) != len(actual) or found.keys() != right.keys():
        return False
    return all(_json_equal(found[key], right[key], tolerance) for key in right)


def _json_key(key: Any) -> Any:
    """The text that JSON makes of a key; the key itself where it makes none."""
    if isinstance(key, str) or not isinstance(key, bool | int | float | type(None)):
        return key
    return json.dumps(key)


RULES: dict[str, Callable[[Any, Any, float], Any]] = {
    "==": lambda actual, right, _: actual == right,
    "!=": lambda actual, right, _: actual != right,
    "<": lambda actual, right, _: actual < right,
    "<=": lambda actual, right, _: actual <= right,
    ">": lambda actual, right, _: actual > right,
    ">=": lambda actual, right, _: actual >= right,
    "in": lambda actual, right, _: actual in right,
    "not in": lambda actual, right, _: actual not in right,
    "is": lambda actual, right, _: type(actual) is type(right) and actual == right,
    "is not": lambda actual, right, _: type(actual) is not type(right) or actual != right,
    "true": lambda actual, right, _: bool(actual),
    "false": lambda actual, right, _: not actual,
    "close": lambda actual, right, tolerance: abs(actual - right) <= tolerance,
    "strictly close": lambda actual, right, tolerance: abs(actual - right) < tolerance,
    "isclose": lambda actual, right, tolerance: math.isclose(actual, right, rel_tol=tolerance),
    "isclose abs": lambda actual, right, tolerance: math.isclose(actual, right, abs_tol=tolerance),
    "numpy close": _numpy_close,
    "allclose": _all_close,
    "json": _json_equal,
    "helper": lambda actual, right, _: actual is True,  # the verdict of `judge.judged`
}
_NEAR: Steps = (("near", ()),)
_RULE_STEPS: dict[str, Steps] = {
    **dict.fromkeys(("true", "false"), (("bool", ()),)),
    **dict.fromkeys(("is", "is not"), (("is it", ()),)),
    **dict.fromkeys(("<", "<=", ">", ">="), (("ordered", ()),)),
    **dict.fromkeys(("close", "strictly close", "isclose", "isclose abs", "numpy close"), _NEAR),
    "helper": (("packed", ()),),
}


def written(value: Any, depth: int = 0) -> str:
    """Return a plain value as Python source that gives it again, the same text for equal sets.

    Raises:
        ValueError: a value, or one inside it, that is not of Python's own plain types.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"a value is nested more than {MAX_DEPTH} deep")
    kind, inside = type(value), depth + 1
    if kind is float and not math.isfinite(value):
        text = f"float('{value}')"
    elif kind is complex:
        text = f"complex({written(value.real)}, {written(value.imag)})"
    elif value is None or kind in (bool, int, float, str, bytes):
        text = repr(value)  # of an int beyond 4,300 digits: a ValueError too
    elif kind is list:
        text = f"[{', '.join(written(item, inside) for item in value)}]"
    elif kind is tuple:
        text = f"({''.join(f'{written(item, inside)}, ' for item in value)})"
    elif kind in (set, frozenset):
        items = sorted(written(item, inside) for item in value)
        text = f"{kind.__name__}([{', '.join(items)}])"
    elif kind is dict:
        pairs = (f"{written(k, inside)}: {written(v, inside)}" for k, v in value.items())
        text = f"{{{', '.join(pairs)}}}"
    else:
        raise ValueError(f"a value of type {kind.__name__} is not plain")
    return text


def answer_table(
    entry_point: str, calls: Iterable[tuple[tuple[Any, ...], Right]]
) -> tuple[tuple[Case, ...], str]:
    """Return the cases of a task, each input once, and a program that knows their answers.

    The program is `Task.reference` of a benchmark: data in the form of source, written here.

    Raises:
        ValueError: an argument or an answer that is not plain.
    """
    cases: dict[str, Case] = {}
    rights: dict[str, list[Right]] = {}
    for args, right in calls:
        key = written(args)
        cases.setdefault(key, Case(args))
        rights.setdefault(key, []).append(right)
    rows = [f"    {key!r}: {_written_right(*said)},\n" for key, said in rights.items()]
    source = (
        '"""The right answers on record, by input."""\n\n'
        "from parelha.tasks.benchmarks.answers import Right, answers_from\n\n"
        f"{entry_point} = answers_from({{\n{''.join(rows)}}})\n"
    )
    return tuple(cases.values()), source


def answers_from(rights: Mapping[str, Right]) -> Callable[..., Right]:
    """Return the program of a table: what is right for an input, by its text (`written`)."""

    def answer(*args: object) -> Right:
        return rights[written(args)]

    return answer


def _written_right(first: Right, *others: Right) -> str:
    also = "".join(f"{_written_right(other)}, " for other in others)
    parts = (first.rule, first.tolerance, first.wrappers)
    said = ", ".join(written(part) for part in parts)
    return f"Right({written(first.value)}, {said}, ({also}), {written(first.helper)})"
