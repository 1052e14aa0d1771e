"""Grading: values are compared here, and nothing a program returns can break it."""

# pylint: disable=missing-function-docstring

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from parelha.errors import InfrastructureError
from parelha.grading import Grader
from parelha.once import Once
from parelha.tasks import Comparator
from parelha.types import Analysis, CallResult, Case, Outcome, RunResult, Structure, Task
from tests.fakes import fake_task

PROGRAM = "def f(x):\n    return x\n"
GOOD: Final = Outcome.PASSED
RAISED: Final = Outcome.RAISED


@contextmanager
def grader_of(*calls: CallResult) -> Iterator[Any]:
    """Yield a grader whose sandbox answers `calls`, whatever it is asked."""
    result = RunResult(calls, cpu_seconds=0.5, sandbox_level=2)
    grader: Any = object.__new__(Grader)
    grader.sandbox = SimpleNamespace(run=lambda *_: result, close=lambda: None)
    grader.analyser = SimpleNamespace(analyse=lambda _: Analysis(), close=lambda: None)
    grader.case_seed = 0
    grader._pool = ThreadPoolExecutor(1)  # pylint: disable=protected-access
    grader._trivial_shares, grader._graded = Once(9), Once(9)  # pylint: disable=protected-access
    with grader:
        yield grader


def task_of(*inputs: object, compare: Any = None) -> Task:
    """The task `x + 0`, with one hidden case and one example for each input."""
    cases = tuple(Case((x,)) for x in inputs)
    base = vars(fake_task(0)) | {"make_cases": lambda seed: cases, "examples": cases}
    return Task(**(base | {"compare": compare or Comparator()}))


def test_all_right_values_pass() -> None:
    with grader_of(CallResult(GOOD, 1), CallResult(GOOD, 2)) as grader:
        score = grader.grade(task_of(1, 2), PROGRAM)
    assert score.all_passed
    assert (score.tests.passed, score.tests.total, score.tests.details) == (2, 2, ())
    assert (score.tests.cpu_seconds, score.tests.sandbox_level) == (0.5, 2)
    assert score.analysis == Analysis()


def test_an_entry_point_of_objects_is_unannotated_where_the_task_names_types() -> None:
    task = replace(task_of(1), signature="def f(x: int) -> int:")
    for wide, annotated in ((("f 1",), 0), ((), 1)):
        counted = Analysis(structure=Structure(functions=1, annotated=1, wide=wide))
        with grader_of(CallResult(GOOD, 1)) as grader:
            grader.analyser.analyse = lambda _, counted=counted: counted
            score = grader.grade(task, PROGRAM)
        assert score.analysis.structure.annotated == annotated


def test_the_first_failure_names_the_outcome_unless_something_worse_happened() -> None:
    calls = [CallResult(GOOD, 1), CallResult(GOOD, 9), CallResult(RAISED, None, "ValueError: x")]
    with grader_of(*calls) as grader:
        tests = grader.test(task_of(1, 2, 3), PROGRAM)
    assert (tests.passed, tests.outcome) == (1, Outcome.WRONG)
    assert tests.details[1] == "raised: ValueError: x"
    worst: tuple[Any, ...] = (Outcome.CRASHED, Outcome.MEMORY, Outcome.TIMEOUT)
    for worse in worst:
        calls.append(CallResult(worse))
        with grader_of(*calls) as grader:
            assert grader.test(task_of(*range(len(calls))), PROGRAM).outcome is worse


def test_an_answer_without_a_program_fails_every_case_unrun() -> None:
    with grader_of() as grader:
        score = grader.grade(task_of(1, 2), "", "no code block")
    assert (score.program, score.reason, score.analysis) == ("", "no code block", None)
    assert (score.tests.passed, score.tests.total) == (0, 2)
    assert score.tests.outcome is Outcome.NO_PROGRAM


@pytest.mark.parametrize("method", ["grade", "execute_examples"])
def test_a_lost_result_is_a_fault_of_the_machine(method: str) -> None:
    arguments = () if method == "grade" else ("en",)
    with (
        grader_of(CallResult(GOOD, 1)) as grader,
        pytest.raises(InfrastructureError, match="lost a result"),
    ):
        getattr(grader, method)(task_of(1, 2), PROGRAM, *arguments)


def test_a_task_without_hidden_cases_is_a_fault_of_ours() -> None:
    with grader_of() as grader, pytest.raises(InfrastructureError, match="no hidden case"):
        grader.test(task_of(), PROGRAM)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: dict[str, Any] = {
    "int": 10**6000,
    "depth": nested(100_000),
    "flood": "x" * 1_000_000,
    "nan": float("nan"),
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_returned_value_breaks_a_grade_or_a_tool(name: str) -> None:
    with grader_of(CallResult(GOOD, HOSTILE[name])) as grader:
        tests = grader.test(task_of(1), PROGRAM)
        text = grader.execute_examples(task_of(1), PROGRAM, "en")
    assert tests.passed == 0
    assert all(len(detail) <= 200 and "\n" not in detail for detail in tests.details)
    assert text.startswith("Wrong on 1 of 1 examples:\nf(1) gave ")
    assert len(text) < 700


def test_a_comparison_that_falls_over_is_the_programs_failure() -> None:
    """Dropping the sample would let a bad program escape its score."""

    def fall_over(_: object, actual: object) -> str | None:
        raise RecursionError(str(actual))

    with grader_of(CallResult(GOOD, 1)) as grader:
        tests = grader.test(task_of(1, compare=fall_over), PROGRAM)
    assert (tests.outcome, tests.passed) == (Outcome.BAD_VALUE, 0)
    assert tests.details == ("bad_value: cannot be compared (RecursionError)",)


def test_addresses_in_memory_are_left_out() -> None:
    """They differ between two equal runs, and tool output becomes a prompt."""
    detail = "TypeError: <function f at 0x7f3dd4e275a0>\n  second line"
    with grader_of(CallResult(RAISED, None, detail)) as grader:
        text = grader.execute_examples(task_of(1), PROGRAM, "en")
        tests = grader.test(task_of(1), PROGRAM)
    assert "0x7f3dd4e275a0" not in text + tests.details[0]
    assert "<function f at 0x...> second line" in text


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (
            "ImportError: cannot import name 'mad' from 'statistics' "
            "(/tmp/parelha-sandbox-21561-0j6q/farm/statistics.py)",
            "ImportError: cannot import name 'mad' from 'statistics' (statistics.py)",
        ),
        ("OSError: '/var/tmp/parelha-sandbox-7-a_b/data.csv'", "OSError: '/data.csv'"),
    ],
)
def test_folders_of_this_machine_are_left_out(detail: str, told: str) -> None:
    """The sandbox's is another one in every run."""
    with grader_of(CallResult(RAISED, None, detail)) as grader:
        text = grader.execute_examples(task_of(1), PROGRAM, "en")
        tests = grader.test(task_of(1), PROGRAM)
    assert told in text
    assert tests.details[0] == f"raised: {told}"


def test_the_reviewers_tool_says_what_was_right_and_what_was_not() -> None:
    calls = (CallResult(GOOD, 1), CallResult(GOOD, 5), CallResult(RAISED, None, "KeyError: 'a'"))
    with grader_of(*calls) as grader:
        text = grader.execute_examples(task_of(1, 2, 3), PROGRAM, "en")
        em_portugues = grader.execute_examples(task_of(1, 2, 3), PROGRAM, "pt")
    assert text.splitlines() == [
        "Wrong on 2 of 3 examples:",
        "f(2) gave 5, right is 2",
        "f(3) gave raised (KeyError: 'a'), right is 3",
    ]
    assert em_portugues.startswith("Errado em 2 de 3 exemplos:\nf(2) deu 5, o certo é 2")


def test_the_reviewers_tool_says_what_went_wrong_before_long_input_could_crowd_it_out() -> None:
    """A quote holds some thirty tokens."""
    long = 10**45
    error = CallResult(RAISED, None, "NameError: name 'x' is not defined")
    with grader_of(error, CallResult(GOOD, 2.12345678)) as grader:
        text = grader.execute_examples(task_of(long, 1), PROGRAM, "en")
        em_portugues = grader.execute_examples(task_of(long, 1), PROGRAM, "pt")
    first, second = text.splitlines()[1:]
    assert first.startswith("f(...) of example 1 gave raised (NameError: name 'x' is not defined)")
    assert second == "f(1) gave 2.1234, right is 1"
    assert "f(...) do exemplo 1 deu" in em_portugues


def test_what_differs_beyond_what_is_shown_is_said_in_words() -> None:
    rows = [{"order": number, "product": "coffee", "price": 2.5} for number in range(90)]
    other = [*rows[:-1], rows[-1] | {"price": 1.5}]
    task = replace(task_of(rows), reference=PROGRAM)
    with grader_of(CallResult(GOOD, other)) as grader:
        text = grader.execute_examples(task, PROGRAM, "en")
    assert text.endswith(": [89]['price']: expected 2.5, got 1.5")


def test_equal_programs_of_two_benchmarks_are_graded_each_by_its_own_tests() -> None:
    with grader_of(CallResult(GOOD, 1)) as grader:
        assert grader.grade(task_of(1), PROGRAM).all_passed
        strict = replace(task_of(2), family="benchmark.stricter")
        assert not grader.grade(strict, PROGRAM).all_passed


def test_decimals_are_shown_where_they_are_the_difference() -> None:
    with grader_of(CallResult(GOOD, 1.00004)) as grader:
        text = grader.execute_examples(task_of(1), PROGRAM, "en")
    assert text.endswith("f(1) gave 1.00004, right is 1")
    with grader_of(CallResult(GOOD, 0.123456)) as grader:
        text = grader.execute_examples(task_of(0.123457), PROGRAM, "en")
    assert text.endswith("gave 0.123456, right is 0.123457")


@pytest.mark.parametrize(
    ("right", "gave", "said"),
    [
        (
            (28.04, 1.5),
            (np.float64(28.04), np.float64(2.25)),
            "(28.04, 2.25), right is (28.04, 1.5)",
        ),
        ([1, 2], (1, 2), "tuple (1, 2), right is list [1, 2]"),
        (1, True, "bool True, right is int 1"),
        ([1], None, "None, right is [1]"),
        (1.5, 2, "2, right is 1.5"),
        (2.5, np.int64(2), "2, right is 2.5"),
        ([1.0, 2.0], np.array([1.0, 2.5]), "ndarray array([1. , 2.5]), right is list [1.0, 2.0]"),
        ([1], pd.Series([1, 2]), "Series 0 1 1 2 dtype: int64, right is list [1]"),
    ],
)
def test_a_type_is_named_where_it_is_the_difference_and_numbers_are_plain(
    right: object, gave: object, said: str
) -> None:
    task = replace(task_of(right), reference=PROGRAM)  # which gives back what it gets
    with grader_of(CallResult(GOOD, gave)) as grader:
        text = grader.execute_examples(task, PROGRAM, "en")
    assert text.endswith(f"gave {said}")


@pytest.mark.parametrize("right", [pd.DataFrame({"a": [1, 2]}), np.array([[0.0, 1.0], [2.0, 3.0]])])
def test_an_example_takes_one_line_whatever_is_right(right: object) -> None:
    """A review quotes lines."""

    def differ(_: object, __: object) -> str | None:
        return "differs"

    task = replace(task_of(right, compare=differ), reference=PROGRAM)
    with grader_of(CallResult(GOOD, 1)) as grader:
        _, told = grader.execute_examples(task, PROGRAM, "en").splitlines()
    assert told.endswith(("a 0 1 1 2", "array([[0., 1.], [2., 3.]])"))


def test_clean_programs_are_told_so() -> None:
    with grader_of() as grader:
        assert grader.analyse_text(PROGRAM, "en") == "No findings."
        assert grader.analyse_text(PROGRAM, "pt") == "Nenhum achado."
