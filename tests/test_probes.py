"""What no answer may earn without looking, and references that cannot score."""

# pylint: disable=missing-function-docstring,redefined-outer-name

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha import types
from parelha.cli import main
from parelha.config import RewardConfig
from parelha.errors import UsageError
from parelha.grading import Grader
from parelha.probes import best_trivial, passed_by, reference_failure
from parelha.rewards import components
from parelha.suites import open_suite, suite_notices, training_suites
from parelha.tasks import expected, load_tasks
from parelha.tasks.benchmarks import load_benchmark
from parelha.tasks.benchmarks.answers import Right, written
from parelha.types import Outcome, Score
from tests.test_tasks_benchmarks import BIGCODE, GOOD, write
from tests.test_tasks_own import PROGRAM, TABLE
from tests.test_tasks_own import write as write_own

pytestmark = pytest.mark.slow

BASE: dict[str, Any] = {"entry_point": "f", "prompt": "Write f."}


HELPER = "def same(a, b):\n    assert set(a) == set(b)\n"
PASSED = {
    # what trivial answer passes the test; None where none does
    "one call": ("assert f(1) == [1, 2]\nassert f(1) == [1, 2]", "the constant [1, 2]"),
    "one answer": ("assert f(1) == 7\nassert f(2) == 7\nassert f(3) == 7", "the constant 7"),
    "identity": ("assert f(1) == 1\nassert f('a') == 'a'", "argument 1 itself"),
    "an argument": ("assert f(1, 2) == 2\nassert f(3, 4) == 4", "argument 2 itself"),
    "None": ("assert f(1) is None\nassert f(2) is None", "the constant None"),
    "truth": ("assert f(1)\nassert f(2)", "the constant True"),
    "not None": ("assert f(1) is not None\nassert f(2) is not None", "the constant True"),
    "an order": ("assert f(1) > 7\nassert f(2) > 900", "the constant 901"),
    "one of several": ("assert f(1) in (3, 5)\nassert f(2) in (5, 6)", "the constant 5"),
    "length": ("assert len(f(1)) == 0\nassert len(f(2)) == 0", "the constant ''"),
    "helper": (HELPER + "same(f(1), [1, 2])\nsame(f(2), [2, 1])", "the constant [1, 2]"),
    "in-process": ("x = f(1)\nassert x is None", "a program that returns None"),
    "two answers": ("assert f(1) == 7\nassert f(2) == 8", None),
    "truth and not": ("assert f(1)\nassert not f(2)", None),
    "two helped": (HELPER + "same(f(1), [1, 2])\nsame(f(2), [2, 3])", None),
    "two in-process": ("x = f(1)\nassert x == 3\nassert f(2) != x", None),
}


@pytest.mark.parametrize("name", PASSED)
def test_a_task_that_a_trivial_answer_passes_is_not_trained_on_and_is_said_so(
    tmp_path: Path, name: str
) -> None:
    test, words = PASSED[name]
    solution = "def f(k, *more):\n    return [k, 3 - k] if more == () else 0\n"
    fields = {"canonical_solution": solution} if name == "helper" else {}
    records = [BASE | fields | {"task_id": f"E/{n}", "test": f"{test}\n", "n": n} for n in range(8)]
    if "help" in name:  # a helper's calls are read beside a solution
        solution = (
            "def f(k):\n    return [1, 2] if k == 1 else [2, 3 if 'two' == 'two' else 1]\n"
            if name == "two helped"
            else "def f(k):\n    return [1, 2]\n"
        )
        records = [record | {"canonical_solution": solution} for record in records]
    path = write(tmp_path / "e.jsonl", *records, *_others())
    trained = training_suites([path], range(1), in_process=True)
    ids = {task.id.partition("/")[0] for task in trained}
    assert ids == ({"Good"} if words else {"E", "Good"})
    said = suite_notices([path], [path], in_process=True)
    assert any(f"by {words}" in notice for notice in said) == bool(words)
    (notice,) = [line for line in said if "not trained on:" in line] or [""]
    assert ("tasks are passed by an answer that does not look" in notice) == bool(words)


def _others() -> list[dict[str, Any]]:
    return [GOOD | {"task_id": f"Good/{number}"} for number in range(8)]


def test_a_suite_of_trivial_tasks_alone_cannot_be_trained_on(tmp_path: Path) -> None:
    records = [
        BASE | {"task_id": f"E/{n}", "inputs": [[1], [2]], "outputs": [5, 5]} for n in range(8)
    ]
    path = write(tmp_path / "e.jsonl", *records)
    with pytest.raises(UsageError, match=r"E/\d+ by the constant 5"):
        training_suites([path], range(1))


# --- partial credit -------------------------------------------------------------------------------


def value_of(result: types.TestResult) -> float:
    return components(Score("x", "", result), (), RewardConfig())["correctness"]


def test_no_trivial_answer_earns_partial_credit(tmp_path: Path, grader: Grader) -> None:
    record = BASE | {"task_id": "E/1", "inputs": [[n] for n in range(6)]}
    record["outputs"] = [True, True, True, True, False, True]
    (task,) = load_benchmark(write(tmp_path / "e.jsonl", record)).tasks
    true, false, shown = (
        grader.test(task, f"def f(k):\n    return {value}\n")
        for value in ("True", "False", "True if k == 0 else None")
    )
    assert (true.passed, true.trivial) == (5, 5 / 6)
    assert value_of(true) == value_of(false) == value_of(shown) == 0.0
    both = grader.test(task, "def f(k):\n    return k != 4\n")
    assert value_of(both) == 1.0


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(*[st.integers(0, n)] * 3, st.just(n))))
def test_credit_rises_with_the_share_and_never_reaches_a_pass(
    numbers: tuple[int, int, int, int],
) -> None:
    one, other, trivial, total = numbers
    values = []
    for passed in sorted((one, other)):
        outcome = Outcome.PASSED if passed == total else Outcome.WRONG
        result = types.TestResult(passed, total, outcome, trivial=trivial / total)
        values.append(value_of(result))
        assert values[-1] == 1.0 if passed == total else values[-1] < 0.5
        assert passed == total or values[-1] == 0.0 or passed > trivial
    assert values[0] <= values[1]


def test_no_family_pays_an_answer_that_does_not_look(grader: Grader) -> None:
    """A trained task's best trivial answer passes two thirds of its cases at most."""
    shares = [
        best_trivial(task, task.make_cases(0), grader.sandbox.run).share
        for level in (1, 2)
        for task in load_tasks("train", levels=(level,))
    ]
    assert max(shares) <= 2 / 3
    assert sum(shares) / len(shares) <= 0.15


def test_the_best_trivial_answer_is_found_whatever_it_is(grader: Grader) -> None:
    task = next(t for t in load_tasks("train", levels=(1,)) if "weekend" in t.id)
    cases = task.make_cases(0)
    counts: dict[str, int] = {}
    for case in cases:
        answer = written(expected(task, case.args))
        counts[answer] = counts.get(answer, 0) + 1
    best = best_trivial(task, cases, grader.sandbox.run)
    assert best.passed >= max(counts.values()) and best.total == len(cases)
    assert not passed_by(task, cases, grader.sandbox.run)


def test_an_in_process_task_is_tried_with_programs(tmp_path: Path, grader: Grader) -> None:
    (task,) = load_benchmark(write(tmp_path / "b.jsonl", BIGCODE), grader.sandbox.run).tasks
    best = best_trivial(task, task.make_cases(0), grader.sandbox.run)
    assert (best.passed, best.total) == (0, 2)
    assert isinstance(expected(task, task.make_cases(0)[0].args), Right)


# --- references that cannot score -----------------------------------------------------------------

RETURN = "return [value for value in values if value > limit]"
NO_WAY_OUT = {
    "generator": "return (value for value in values if value > limit)",
    "filter": "return filter(lambda value: value > limit, values)",
    "decimal": "import decimal; return [decimal.Decimal(value) for value in values]",
    "an object": "return object()",
    "a subclass": "return type('L', (list,), {})(values)",
    "too heavy": "return 'x' * 6_000_000",
    "a file": "return open('/etc/passwd').read()[:1]",
    "a process": "import os; return os.system('true')",
    "a clock": "import time; time.sleep(0.5); return values",
}


@pytest.mark.parametrize("name", NO_WAY_OUT)
def test_a_reference_that_cannot_score_in_the_sandbox_is_told_and_not_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    table = TABLE.partition("[[examples]]")[0]
    body = NO_WAY_OUT[name].replace("; ", "\n    ")
    program = PROGRAM.replace(RETURN, body, 1)
    if name == "a clock":
        table += "[limits]\nwall_seconds = 1.0\n"
    write_own(tmp_path, table=table, program=program)
    write_own(tmp_path, "good", 'function = "above"\n' + TABLE)
    suite = open_suite(str(tmp_path))
    assert [own.name for own in suite.tasks] == ["good"]
    (problem,) = suite.problems
    assert problem.startswith("above.py: its own reference passes") and "\n" not in problem
    if name == "generator":
        with pytest.raises(SystemExit, match="1"):
            main(["tasks", "check", str(tmp_path)])
        lines = capsys.readouterr().out.splitlines()
        assert [line.partition(": ")[0].partition(" ")[0] for line in lines] == [
            "own.above/own/L1/s0",
            "own.good/own/L1/s0",
        ]
        assert "its own reference passes 0 of 13 cases in the sandbox: bad_value" in lines[0]


def test_references_of_the_families_score(grader: Grader) -> None:
    for task in load_tasks("train", levels=(1,))[::20]:
        assert reference_failure(task, grader.sandbox.run) is None
