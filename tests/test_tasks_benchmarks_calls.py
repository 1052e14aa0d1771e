"""What a benchmark's test says is what is asked of a program, however it says it."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parelha import cli
from parelha.grading import Grader
from parelha.tasks.benchmarks import load_benchmark
from parelha.types import Outcome
from tests.test_tasks_benchmarks import write
from tests.test_tasks_benchmarks_python import load

pytestmark = pytest.mark.slow

NEXT = "    return x + 1\n"


def record(test: str, solution: str = NEXT, **other: Any) -> dict[str, Any]:
    return {
        "task_id": "Own/1",
        "prompt": 'def f(x):\n    """Do it."""\n',
        "entry_point": "f",
        "canonical_solution": solution,
        "test": test,
        **other,
    }


def passes(path: Path, given: dict[str, Any], program: str, grader: Grader) -> bool:
    result = grader.test(load(path, given, grader), program)
    return result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "test",
    [
        "def check(candidate):\n    assert candidate(1) == 2\n    more()\n\n\n"
        "def more():\n    for n in range(2, 10):\n        assert f(n) == n + 1\n",
        "def check(candidate):\n    assert candidate(1) == 2\n"
        "    if f(5) != 6:\n        raise AssertionError\n",
    ],
    ids=["in a function of its own", "in a condition"],
)
def test_what_a_test_asks_of_the_program_under_its_own_name_counts(
    tmp_path: Path, grader: Grader, test: str
) -> None:
    given = record(test)
    assert load(tmp_path, given, grader).in_process
    assert not passes(tmp_path, given, "def f(x):\n    return 2\n", grader)
    assert passes(tmp_path, given, f"def f(x):\n{NEXT}", grader)


def test_the_program_under_its_own_name_may_compute_what_is_right(
    tmp_path: Path, grader: Grader
) -> None:
    """As in HumanEval/33."""
    given = record("def check(candidate):\n    assert candidate(1) == int(f(1))\n")
    assert not load(tmp_path, given, grader).in_process


@pytest.mark.parametrize(
    ("assertion", "shown"),
    [
        ("candidate(3) == 4", True),
        ("candidate(3) is not None and candidate(3) == 4", False),
        ("len([candidate(3)]) == 1", False),
        ("str(candidate(3)) == '4'", False),
        ("abs(candidate(3) - 4) < 0.1", True),
        ("candidate(3) in (4, 8)", False),
        ("candidate(3) < 10", False),
        ("candidate(3) != 5", False),
        ("ok(candidate(3))", False),
        ("same(3, candidate(3))", False),
    ],
)
def test_only_what_a_program_returns_is_shown_as_an_example(
    tmp_path: Path, grader: Grader, assertion: str, shown: bool
) -> None:
    helpers = "def ok(y):\n    return y > 0\n\n\ndef same(x, y):\n    return y == x + 1\n\n\n"
    task = load(
        tmp_path, record(f"{helpers}def check(candidate):\n    assert {assertion}\n"), grader
    )
    assert bool(task.examples) == shown


def test_an_input_that_cannot_be_sent_is_told_of_its_line(tmp_path: Path, grader: Grader) -> None:
    pairs = {key: value for key, value in record("").items() if key != "test"}
    bad = {**pairs, "inputs": [["\ud800"]], "outputs": [1], "task_id": "Own/2"}
    unsolved = {**bad, "task_id": "Own/3", "canonical_solution": ""}
    good = {**pairs, "inputs": [[1]], "outputs": [2]}
    loaded = load_benchmark(write(tmp_path / "some.jsonl", good, bad, unsolved), grader.sandbox.run)
    assert [task.id for task in loaded.tasks] == ["Own/1"]
    for number, said in zip((2, 3), loaded.problems, strict=True):
        assert said.startswith(f"some.jsonl:{number}: an input cannot be sent to a program")


def test_what_a_program_keeps_between_two_equal_calls_is_seen(
    tmp_path: Path, grader: Grader
) -> None:
    given = record(
        "def check(candidate):\n" + "    assert candidate(1) == [1]\n" * 2, "    return [x]\n"
    )
    keeping = "def f(x, seen=[]):\n    seen.append(x)\n    return seen\n"
    assert not passes(tmp_path, given, keeping, grader)
    assert passes(tmp_path, given, "def f(x):\n    return [x]\n", grader)


@pytest.mark.parametrize("answer", ["range(x)", "map(str, range(x))", "[dict(a=x).keys, x]"])
def test_answers_that_are_no_plain_values_are_refused(
    tmp_path: Path, grader: Grader, answer: str
) -> None:
    given = record("", f"    return {answer}\n", base_input=[[3]], plus_input=[[4]], atol=0)
    del given["test"]
    loaded = load_benchmark(write(tmp_path / "some.jsonl", given), grader.sandbox.run)
    assert not loaded.tasks and "no plain values" in loaded.problems[0]


@pytest.mark.parametrize("name", ["ANSWERS", "written", "Right", "answers_from"])
def test_a_function_may_have_any_name(tmp_path: Path, grader: Grader, name: str) -> None:
    given = record("", entry_point=name, prompt=f"def {name}(x):\n", inputs=[[1]], outputs=[2])
    del given["test"]
    assert passes(tmp_path, given, f"def {name}(x):\n{NEXT}", grader)


@pytest.mark.parametrize(
    ("solution", "test"),
    [
        (
            "    import random\n    return random.randint(1, x)\n",
            "    import random\n    random.seed(3)\n    assert candidate(10**9) == 255512576\n",
        ),
        (
            "    return int(input()) + x\n",
            "    import io, sys\n    sys.stdin = io.StringIO('3\\n')\n"
            "    assert candidate(1) == 4\n",
        ),
    ],
    ids=["a seed", "standard input"],
)
def test_what_calls_cannot_show_is_tried_beside_the_program(
    tmp_path: Path, grader: Grader, solution: str, test: str
) -> None:
    task = load(tmp_path, record(f"def check(candidate):\n{test}", solution), grader)
    assert task.in_process and "its own solution fails" in task.why_in_process


def test_inherited_test_methods_are_run(tmp_path: Path, grader: Grader) -> None:
    test = (
        "import unittest\n\n\nclass Base(unittest.TestCase):\n    value = 1\n"
        "    def test_a(self):\n        self.assertEqual(f(self.value), self.value + 1)\n\n\n"
        "class More(Base):\n    value = 5\n"
    )
    given = record(test, complete_prompt="def f(x):\n")
    del given["prompt"]
    assert not passes(tmp_path, given, "def f(x):\n    return 2\n", grader)
    assert passes(tmp_path, given, f"def f(x):\n{NEXT}", grader)


def test_a_null_of_a_parquet_file_is_what_it_is_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = record("", inputs=[[1]], outputs=[2])
    del given["test"]
    rows = [given, {**given, "task_id": "Own/2", "canonical_solution": None}]
    pd.DataFrame(rows).to_parquet(tmp_path / "some.parquet")
    assert cli.run(["tasks", "list", "--suite", str(tmp_path / "some.parquet")]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["Own/1", "Own/2"]
