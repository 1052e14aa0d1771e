"""A scalar of numpy is the Python value of its kind wherever values are compared."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parelha.grading import _judge
from parelha.sandbox import Sandbox
from parelha.tasks import Comparator
from parelha.tasks.benchmarks import load_benchmark
from parelha.tasks.benchmarks.answers import Right, compare
from parelha.tasks.benchmarks.inside import look
from parelha.tasks.benchmarks.plain import plain
from parelha.types import Outcome

HUMANEVAL = Path(__file__).parent.parent.parent / "shared" / "data" / "HumanEval.jsonl.gz"
INF = np.float16("inf")


def objects(*items: object) -> Any:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


FORGED: dict[str, tuple[Right, object]] = {
    "infinity": (Right(1e6), INF),
    "rounded": (Right(1000.2), np.float16(1000)),
    "float32": (Right(16_777_217), np.float32(16_777_216)),
    "float32 of a tenth": (Right(0.1), np.float32(0.1)),
    "complex64": (Right(16_777_217 + 0j), np.complex64(16_777_216)),
    "no dimension": (Right(1e6), np.array(INF)),
    "one cell": (Right(1e6), np.array([INF])),
    "one object": (Right(1e6), objects(INF)),
    "in a list": (Right([1e6, 2e6]), [INF, INF]),
    "in a tuple": (Right((1e6, (2e6,))), (INF, (INF,))),
    "in a dict": (Right({"a": [1e6]}), {"a": [INF]}),
    "an array in a list": (Right([1e6]), [np.array([INF])]),
    "no dimension in a list": (Right([1e6]), [np.array(INF)]),
    "unequal to a number": (Right(65_504.0, "!="), np.float16(65_504)),
    "unequal": (Right(float("inf"), "!="), INF),
    "in": (Right([1e6, 2e6], "in"), INF),
    "no less": (Right(1e6, "<="), INF),
    "close": (Right(1000.2, "close", 1e-6), np.float16(1000)),
    "isclose": (Right(1000.2, "isclose", 1e-9), np.float16(1000)),
    "numpy close": (Right(1000.2, "numpy close", 1e-8), np.float16(1000)),
    "allclose": (Right([1e6], "allclose", 1e-6), [INF]),
    "list of an array": (Right([1e6], wrappers=(("list", ()),)), np.array([INF])),
    "list of a column": (
        Right([16_777_217.0], wrappers=(("list", ()),)),
        pd.Series([16_777_216], dtype="float32"),
    ),
    "greatest": (Right(1e6, wrappers=(("max", ()),)), [np.float16(1), INF]),
    "least of an array": (Right(1e6, wrappers=(("min", ()),)), np.array([INF, INF])),
    "sum": (Right(2e6, wrappers=(("sum", ()),)), [INF, INF]),
    "sorted": (Right([1e6, 2e6], wrappers=(("sorted", ()),)), [INF, INF]),
    "rounded by a wrapper": (Right(0.33, wrappers=(("round", (3,)),)), np.float16(0.3333)),
    "absolute": (Right(1e6, wrappers=(("abs", ()),)), -INF),
}


@pytest.mark.parametrize(("right", "value"), FORGED.values(), ids=FORGED.keys())
def test_a_narrow_number_is_not_taken_for_the_right_one(right: Right, value: object) -> None:
    assert compare(right, look(value, right.views)) is not None


@pytest.mark.parametrize(
    ("right", "value"), [pair for pair in FORGED.values() if not pair[0].wrappers]
)
def test_nor_is_one_that_was_put_there_as_if_it_had_been_looked_at(
    right: Right, value: object
) -> None:
    assert compare(right, [(True, value)]) is not None


@pytest.mark.parametrize("rule", [Comparator(), Comparator(ordered=False)], ids=["order", "any"])
@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1e6, INF),
        (1000.2, np.float16(1000)),
        ([1e6], [INF]),
        ({1e6: 1}, {INF: 1}),
        ({1e6}, {INF}),
        (16_777_217, np.int64(16_777_216)),
        (1 + 1e6j, np.complex64(1 + 1e9j)),
        (np.array([1e6]), np.array([INF])),
        (np.array([1e6], dtype=object), objects(INF)),
        (pd.Series([1e6]), pd.Series([INF])),
        (pd.Series([1e6], dtype=object), pd.Series(objects(INF))),
    ],
)
def test_nor_by_the_projects_own_rules(rule: Comparator, expected: Any, actual: Any) -> None:
    assert rule(expected, actual) is not None


@pytest.mark.parametrize(
    ("right", "value"),
    [
        (Right(0.5), np.float64(0.5)),
        (Right(0.5), np.float16(0.5)),
        (Right(3), np.int8(3)),
        (Right(200), np.uint8(200)),
        (Right(True), np.bool_(True)),
        (Right("a"), np.str_("a")),
        (Right(b"a"), np.bytes_(b"a")),
        (Right(1j), np.complex64(1j)),
        (Right([1, [2.5]]), [np.int64(1), [np.float32(2.5)]]),
        (Right({1: "a"}), {np.int64(1): np.str_("a")}),
        (Right({1, 2}), {np.int64(1), np.int64(2)}),
        (Right(5), np.array(5)),
        (Right([5]), np.array([5])),
        (Right([[5]]), [np.array([5])]),
        (Right([1, 2], wrappers=(("list", ()),)), np.array([1, 2])),
        (Right([1, 2], wrappers=(("list", ()),)), pd.Series([1, 2])),
        (Right([1, 2], wrappers=(("sorted", ()),)), np.array([2, 1], dtype=np.int8)),
        (Right({1, 2}, wrappers=(("set", ()),)), [np.int8(1), 2, 2]),
        (Right({1: 2}, wrappers=(("dict", ()),)), [(np.int8(1), 2)]),
        (Right(2, wrappers=(("len", ()),)), [np.zeros(3), np.zeros(4)]),
        (Right([[1.0, 2.0]], "numpy close", 1e-6), [np.array([1.0, 2.0])]),
        (Right([[1.0, 2.0]], "numpy close", 1e-6), np.array([[1.0, 2.0]], dtype=np.float32)),
        (Right([1, 2], wrappers=(("sum", ([],)),)), [[1], [2]]),
        (Right(None, "true"), [np.zeros(3)]),
        (Right(None, "is"), None),
    ],
)
def test_what_python_finds_equal_stays_equal(right: Right, value: object) -> None:
    assert compare(right, look(value, right.views)) is None


@pytest.mark.parametrize(
    ("right", "value"),
    [
        (Right([1, 2]), np.array([1, 2])),
        (Right([[1, 2]]), [np.array([1, 2])]),
        (Right([1]), pd.Series([1])),
        (Right([[1, 2]]), [pd.Series([1, 2])]),
        (Right([[1.0, 2.0]], "allclose", 1e-6), [np.array([1.0, 2.0])]),  # it asks == first
        (Right(True, "is"), np.bool_(True)),
    ],
)
def test_what_python_does_not_find_equal_stays_so(right: Right, value: object) -> None:
    assert compare(right, look(value, right.views)) is not None


def test_a_time_without_a_unit_is_not_as_many_of_any_unit() -> None:
    rule, hours = Comparator(), np.timedelta64(5, "h")
    assert rule(hours, np.timedelta64(5)) is not None
    assert rule([hours], [np.timedelta64(5)]) is not None
    assert rule(np.array([hours]), np.array([5], "m8")) is not None
    assert Comparator(ordered=False)([hours], [np.timedelta64(5)]) is not None
    assert rule(hours, np.timedelta64(300, "m")) is None
    assert rule(np.timedelta64("NaT", "h"), np.timedelta64("NaT")) is None


def test_scalars_become_pythons_wherever_they_stand() -> None:
    value = [np.int8(1), (np.float32(0.5), {np.str_("a"): np.bool_(True)}), np.array(2)]
    got = plain(value)
    assert repr(got) == "[1, (0.5, {'a': True}), 2]"
    assert plain(np.array([1.5], dtype=np.float16)).dtype == np.float64


@pytest.mark.skipif(not HUMANEVAL.is_file(), reason="HumanEval.jsonl.gz is not on this machine")
def test_a_rounded_answer_fails_a_problem_of_humaneval() -> None:
    with Sandbox(workers=1) as sandbox:
        tasks = {task.id: task for task in load_benchmark(str(HUMANEVAL), sandbox.run).tasks}
        task = tasks["HumanEval/2"]
        source = "import numpy\ndef truncate_number(x):\n    return numpy.float16(x % 1.0)\n"
        args = [case.args for case in task.make_cases(0)]
        calls = task.run_program(source, args, sandbox.run).calls
    failed = [_judge(task, each, call) for each, call in zip(args, calls, strict=True)]
    assert [one[0] for one in failed if one] == [Outcome.WRONG] * 2  # 0.5 is a float16 as it is
