"""Public benchmarks: tests become calls, nothing downloaded runs here, bad lines are told."""

import ast
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from parelha.sandbox import Sandbox
from parelha.task_checks import solution_problems
from parelha.tasks import expected
from parelha.tasks.benchmarks import BenchmarkTask, load_benchmark
from parelha.tasks.benchmarks.answers import Right, answer_table, compare, written
from parelha.tasks.benchmarks.build import build_task
from parelha.tasks.benchmarks.calls import literal_calls
from parelha.tasks.benchmarks.formats import read_problem
from parelha.tasks.benchmarks.inside import look
from parelha.tasks.benchmarks.rewrite import NoCallsError, rewritten
from parelha.types import CallResult, Limits, Outcome, RunResult

HUMANEVAL = Path(__file__).parent.parent.parent / "shared" / "data" / "HumanEval.jsonl.gz"
PROMPT = 'def double(x: int) -> int:\n    """Return twice x.\n\n    >>> double(4)\n    8\n    """\n'
GOOD: dict[str, Any] = {
    "task_id": "Some/0",
    "prompt": PROMPT,
    "entry_point": "double",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(3) == 6\n    assert candidate(4) == 8\n",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as sandbox:
        yield sandbox


def write(path: Path, *records: object) -> str:
    """Write a file of lines; a text stands as it is."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def task_of(path: Path, record: dict[str, Any], run: Any = None) -> BenchmarkTask:
    loaded = load_benchmark(write(path / "some.jsonl", record), run)
    assert loaded.problems == ()
    (task,) = loaded.tasks
    assert isinstance(task, BenchmarkTask)
    return task


# --- HumanEval as published -----------------------------------------------------------------------


@pytest.mark.skipif(not HUMANEVAL.is_file(), reason="HumanEval.jsonl.gz is not on this machine")
def test_every_solution_of_humaneval_passes_and_a_broken_one_fails(sandbox: Sandbox) -> None:
    loaded = load_benchmark(str(HUMANEVAL), sandbox.run)
    assert len(loaded.tasks) == 164 and loaded.problems == ()
    assert [task.id for task in loaded.tasks if task.in_process] == ["HumanEval/32"]
    for task in loaded.tasks:
        assert task.failure_of(task.solution, sandbox.run) is None, task.id
        assert task.failure_of(broken(task), sandbox.run) is not None, task.id
    names = {task.family for task in loaded.tasks}
    assert names == {"benchmark.humaneval", "benchmark.humaneval (in-process)"}
    assert 20 <= sum(task.split == "heldout_params" for task in loaded.tasks) <= 50


def broken(task: BenchmarkTask) -> str:
    """The solution, but each answer comes in a list."""
    name = task.entry_point
    return (
        f"{task.solution}\n\nright_ = {name}\n\n\ndef {name}(*args):\n    return [right_(*args)]\n"
    )


# --- assertions become calls ----------------------------------------------------------------------

FORMS = {
    "assert f(1, [2]) == 3": ((1, [2]), Right(3)),
    "assert 3 == f(1)": ((1,), Right(3)),
    "assert f(1)": ((1,), Right(True, "true")),
    "assert not f('a')": (("a",), Right(False, "false")),
    "assert f(1) is None": ((1,), Right(None, "is")),
    "assert f(1) != -2": ((1,), Right(-2, "!=")),
    "assert f(1) in (2, 3)": ((1,), Right((2, 3), "in")),
    "assert 4 < f(1)": ((1,), Right(4, ">")),
    "assert abs(f(1.5) - 2.5) < 1e-6": ((1.5,), Right(2.5, "strictly close", 1e-6)),
    "assert abs(2.5 - f(1.5)) <= 1e-6": ((1.5,), Right(2.5, "close", 1e-6)),
    "assert math.isclose(f(1), 2.0, rel_tol=0.1)": ((1,), Right(2.0, "isclose", 0.1)),
    "assert math.isclose(f(1), 2.0, abs_tol=0.1)": ((1,), Right(2.0, "isclose abs", 0.1)),
    "assert np.allclose(f(1), [2.0])": ((1,), Right([2.0], "numpy close", 1e-8)),
    "assert f(1) is not None": ((1,), Right(None, "is not")),
    "assert not f(1) is None": ((1,), Right(None, "is not")),
    "assert not f(1) == 2": ((1,), Right(2, "!=")),
    "assert f(1) not in (2, 3)": ((1,), Right((2, 3), "not in")),
    "assert sorted(f(1)) == [2]": ((1,), Right([2], wrappers=(("sorted", ()),))),
    "assert set(list(f(1))) == {2}": ((1,), Right({2}, wrappers=(("list", ()), ("set", ())))),
    "assert round(f(1), 2) == 0.5": ((1,), Right(0.5, wrappers=(("round", (2,)),))),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_assertion_becomes_a_call_and_what_is_right(form: str) -> None:
    assert literal_calls(form, "f") == [FORMS[form]]
    check = f"METADATA = {{}}\ndef check(f):\n    assert True\n    {form}\n"
    assert literal_calls(check, "f") == [FORMS[form]]


def test_both_parts_of_an_assertion_count() -> None:
    assert literal_calls("assert f(1) == 2 and not f(2)", "f") == [
        ((1,), Right(2)),
        ((2,), Right(False, "false")),
    ]


@pytest.mark.parametrize(
    "test",
    [
        "x = f(1)\nassert x == 2",
        "assert f(f(1)) == 2",
        "assert f(x=1) == 2",
        "assert f(1) == f(2)",
        "assert 0 < f(1) < 2",
        "assert f(1).size == 2",
        "assert f(1) or f(2)",
        "assert f(1) is x",
        "assert g(f) == 2",
        "record_call_((1,), 2)\nassert f(1) == 2",
        "assertion(f(1), [2], 0)",  # defined nowhere
        "x = [2, 1]\nassert f(x) == 1\nassert x == [2, 1]",  # of the input, not of the result
        "assert (",
        "METADATA = {}",
    ],
)
def test_what_has_no_such_form_is_refused(test: str) -> None:
    with pytest.raises(NoCallsError):
        literal_calls(test, "f")


@pytest.mark.parametrize(
    "test", ["assert f(g(1)) == 2", "y = 3\nassert f(1) == y", "assert f() == 1 / 2"]
)
def test_what_must_be_computed_is_not_computed_here(test: str) -> None:
    assert literal_calls(test, "f") is None


def test_computed_calls_come_out_of_the_sandbox_as_values(tmp_path: Path, sandbox: Sandbox) -> None:
    test = (
        "import random\n\n\ndef check(candidate):\n    for x in range(3):\n"
        "        assert candidate(x) == x + x\n    assert candidate(len('ab')) == 8 / 2\n"
    )
    task = task_of(tmp_path, {**GOOD, "test": test}, sandbox.run)
    assert not task.in_process
    assert [case.args for case in task.make_cases(0)] == [(0,), (1,), (2,)]
    assert expected(task, (2,)) == Right(4, also=(Right(4.0),))
    assert solution_problems(task, sandbox) == []


def test_nothing_of_a_file_runs_in_this_process(tmp_path: Path, sandbox: Sandbox) -> None:
    trap = tmp_path / "trap"
    evil = f"open({str(trap)!r}, 'w').close()"
    records = [
        {**GOOD, "test": f"{evil}\n{GOOD['test']}"},
        {**GOOD, "task_id": 1, "canonical_solution": f"    {evil}\n    return 2 * x\n"},
        {**GOOD, "task_id": 2, "prompt": f"{evil}\n{PROMPT}"},
        {**GOOD, "task_id": 3, "test": f"def check(c):\n    assert c({evil}) == 1\n"},
    ]
    path = write(tmp_path / "evil.jsonl", *records)
    for task in load_benchmark(path).tasks:
        for case in (*task.examples, *task.make_cases(0)):
            expected(task, case.args)
        task.failure_of(task.solution, sandbox.run)
    loaded = load_benchmark(path, sandbox.run)
    assert len(load_benchmark(path).tasks) == len(loaded.problems) == 4 and not trap.exists()


# --- the published forms --------------------------------------------------------------------------

MBPP = {
    "task_id": 11,
    "text": "Write a function to double a number.",
    "code": "def double(x):\n    return 2 * x",
    "test_setup_code": "",
    "test_list": ["assert double(2) == 4", "assert double(3) == 6"],
}
MBPP_PLUS = {
    **{key: MBPP[key] for key in ("task_id", "code", "test_list")},
    "prompt": MBPP["text"],
    "test_imports": ["import math"],
    "test": (
        "import numpy as np\n\ndef assertion(out, exp, atol):\n"
        "    if atol:\n        assert np.allclose(out, exp, atol=atol)\n"
        "    else:\n        assert out == exp\n\n"
        "inputs = [[1], [2], [5]]\nresults = [2, 4, 10]\n"
        "for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
        "    assertion(double(*inp), exp, 0)\n"
    ),
}
RELEASED = {
    **{key: GOOD[key] for key in ("task_id", "prompt", "entry_point", "canonical_solution")},
    "base_input": [[1], [2]],
    "plus_input": [[10]],
    "atol": 0,
    "contract": "",
}
PAIRS = {**GOOD, "inputs": [[1], [5]], "outputs": [2, 10]}
del PAIRS["test"]
ONE_PAIR = {"prompt": "Double.", "entry_point": "double", "input": [1], "output": 2}
BIGCODE = {
    "task_id": "BigCodeBench/0",
    "complete_prompt": f"import math\n{PROMPT}",
    "instruct_prompt": "Double a number.",
    "canonical_solution": "    return 2 * x\n",
    "entry_point": "double",
    "test": (
        "import unittest\n\nclass TestCases(unittest.TestCase):\n"
        "    def setUp(self):\n        self.x = 2\n"
        "    def test_case_1(self):\n        self.assertEqual(double(self.x), 4)\n"
        "    def test_case_2(self):\n        self.assertEqual(double(5), 10)\n"
    ),
}
DS1000 = {
    "prompt": "Problem:\nDouble x.\nA:\n<code>\nBEGIN SOLUTION\n<code>",
    "reference_code": "result = 2 * x",
    "metadata": {"problem_id": 7, "library": "Numpy"},
    "code_context": (
        "def generate_test_case(i):\n    return i, 2 * i\n\n"
        "def exec_test(result, ans):\n    return int(result == ans)\n\n"
        "exec_context = 'x = test_input\\n[insert]\\n'\n\n"
        "def test_execution(solution):\n"
        "    code = exec_context.replace('[insert]', solution)\n"
        "    for i in range(2):\n        test_input, answer = generate_test_case(i + 1)\n"
        "        env = {'test_input': test_input}\n        exec(code, env)\n"
        "        assert exec_test(env['result'], answer)\n\n"
        "def test_string(solution):\n    assert 'for' not in solution\n"
    ),
}
PUBLISHED: dict[str, tuple[dict[str, Any], str, bool, int]] = {
    # record, id, in-process, cases
    "HumanEval": (GOOD, "Some/0", False, 2),
    "MBPP": (MBPP, "some/11", False, 2),
    "MBPP+": (MBPP_PLUS, "some/11", False, 3),
    "as released by EvalPlus": (RELEASED, "Some/0", False, 3),
    "pairs": (PAIRS, "Some/0", False, 2),
    "BigCodeBench": (BIGCODE, "BigCodeBench/0", True, 2),
    "DS-1000": (DS1000, "some/7", True, 2),
}


@pytest.mark.parametrize("form", PUBLISHED)
def test_each_published_form_loads_its_solution_passes_and_a_broken_one_fails(
    tmp_path: Path, sandbox: Sandbox, form: str
) -> None:
    record, identity, in_process, num_cases = PUBLISHED[form]
    task = task_of(tmp_path, record, sandbox.run)
    assert (task.id, task.in_process) == (identity, in_process)
    assert len(task.make_cases(0)) == num_cases
    assert solution_problems(task, sandbox) == []
    assert task.failure_of(task.solution.replace("2 * x", "3 * x"), sandbox.run) is not None
    assert bool(task.why_in_process) == in_process
    if not in_process:
        assert task.signature.startswith("def double(x")
        assert len(task.examples) == 1


def test_a_pair_needs_no_solution_and_no_id(tmp_path: Path, sandbox: Sandbox) -> None:
    task = task_of(tmp_path, ONE_PAIR)
    assert (task.id, task.solution) == ("some/1", "")
    assert solution_problems(task, sandbox) == []
    assert task.failure_of("def double(x):\n    return 2 * x\n", sandbox.run) is None
    assert task.failure_of("def double(x):\n    return 3 * x\n", sandbox.run) is not None


def test_the_example_is_one_that_the_prompt_tells_anyway(tmp_path: Path) -> None:
    task = task_of(tmp_path, GOOD)
    assert [case.args for case in task.examples] == [(4,)]
    assert repr(expected(task, (4,))) == "8"
    assert task.statement["pt"] == task.statement["en"] == PROMPT.strip("\n")


def test_without_a_sandbox_what_must_be_computed_is_in_process_or_refused(tmp_path: Path) -> None:
    assert task_of(tmp_path, MBPP_PLUS).in_process
    loaded = load_benchmark(write(tmp_path / "a.jsonl", RELEASED))
    assert loaded.problems == (
        "a.jsonl:1: the answers have to be computed, and there is no sandbox",
    )


# --- the rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "good", "bad"),
    [
        (Right(2), 2, 3),
        (Right([1, 2]), [1, 2], (1, 2)),
        (Right(0.3), 0.3, 0.1 + 0.2),  # as Python has it, without tolerance
        (Right(True, "is"), True, 1),
        (Right(True, "true"), [0], []),
        (Right(False, "false"), "", "a"),
        (Right((1, 2), "in"), 2, 3),
        (Right(3, "!="), 4, 3),
        (Right(3, ">="), 3, 2),
        (Right(1.0, "close", 0.1), 1.05, 1.2),
        (Right(9, "strictly close", 1), 9.5, 10),
        (Right(9, "close", 1), 10, 10.5),
        (Right(math.inf, "json", 1e-6), math.inf, 7.0),
        (Right(-math.inf, "json", 1e-6), -math.inf, math.inf),
        (Right([1.0, math.inf], "json", 1e-6), [1.0, math.inf], [1.0, 10**300]),
        (Right(7.0, "json", 1e-6), 7.0, math.inf),
        (Right(1.0, "json"), 1, 1 + 0j),
        (Right(1.0, "isclose", 0.1), 1.05, 1.2),
        (Right(1.0, "isclose abs", 0.1), 1.05, 1.2),
        (Right([1.0], "numpy close", 0.1), [1.05], [1.05, 1.05]),
        (Right([1.0, 2.0], "allclose"), [1.0, 2.0 + 1e-7], [1.0, 2.1]),
        (Right(7, "allclose"), 7, 7.1),
        (Right([1, 2], wrappers=(("sorted", ()),)), [2, 1], [2, 2]),
        (Right(2, also=(Right(0, ">"),)), 2, -2),
        (Right(1), 1, None),
        (Right(1, "<"), 0, "a"),  # cannot be compared: wrong, and no crash
    ],
)
def test_a_rule_tells_right_from_wrong(right: Right, good: object, bad: object) -> None:
    assert compare(right, look(good, right.views)) is None
    assert isinstance(compare(right, look(bad, right.views)), str)


def test_a_table_of_answers_is_data_in_the_form_of_source() -> None:
    values: list[Any] = [float("nan"), float("-inf"), {3, 1}, {"a": (1, None)}, b"x", 1 + 2j, True]
    cases, source = answer_table("f", [((value,), Right(value)) for value in values])
    space: dict[str, Any] = {}
    exec(source, space)
    for case, value in zip(cases, values, strict=True):
        assert written(space["f"](*case.args).value) == written(value)
    allowed = (ast.Call, ast.Constant, ast.Name, ast.Dict, ast.List, ast.Tuple, ast.UnaryOp)
    table = next(node for node in ast.parse(source).body if isinstance(node, ast.Assign))
    assert all(isinstance(node, (*allowed, ast.USub, ast.Load)) for node in ast.walk(table.value))
    for odd in (object(), [range(3)], type("List", (list,), {})([1])):
        with pytest.raises(ValueError, match="not plain"):
            written(odd)


def test_a_check_runs_in_process_whatever_its_argument_is_called(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    for name in ("candidate", "double"):
        test = f"def check({name}):\n    x = {name}(3)\n    assert x == 6\n"
        task = task_of(tmp_path, {**GOOD, "test": test}, sandbox.run)
        assert task.in_process
        assert task.failure_of(task.solution, sandbox.run) is None
        assert "AssertionError" in str(task.failure_of(broken(task), sandbox.run))


def test_a_test_that_disturbs_its_record_is_in_process() -> None:
    def run(*_: Any, **__: Any) -> RunResult:
        return RunResult((CallResult(Outcome.PASSED, [("no", "record")]),))

    task = build_task(read_problem(MBPP_PLUS, "some", 1), "benchmark.some", run)
    assert "disturbs its own record" in task.why_in_process


def test_a_rewritten_test_still_is_python(sandbox: Sandbox) -> None:
    inputs: Sequence[tuple[object, ...]] = [()]
    tree = rewritten("if True:\n    assert f(1) == 2\n", "f")
    source = f"def record_call_(*a):\n    pass\n\n{ast.unparse(tree)}\n\ndef g():\n    return 5\n"
    assert sandbox.run(source, "g", inputs, Limits()).calls[0].value == 5
