"""Public benchmarks: tests become calls, nothing downloaded runs here, bad lines are told."""

import ast
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from parelha.errors import UsageError
from parelha.sandbox import Sandbox
from parelha.task_checks import first_failure, solution_problems
from parelha.tasks import expected
from parelha.tasks.benchmarks import BenchmarkTask, is_benchmark, load, load_benchmark
from parelha.tasks.benchmarks.answers import Right, answer_table, compare, written
from parelha.tasks.benchmarks.calls import NoCallsError, literal_calls, rewritten
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
        assert first_failure(task, task.solution, sandbox) is None, task.id
        assert first_failure(task, broken(task), sandbox) is not None, task.id
    assert {task.family for task in loaded.tasks} == {"benchmark.humaneval"}
    assert 20 <= sum(task.split == "heldout_params" for task in loaded.tasks) <= 50


def broken(task: BenchmarkTask) -> str:
    """The solution, but each answer comes in a list."""
    name = task.entry_point
    return (
        f"{task.solution}\n\nright_ = {name}\n\n\n"
        f"def {name}(*args):\n    return [right_(*args)]\n"
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
    "assert abs(f(1.5) - 2.5) < 1e-6": ((1.5,), Right(2.5, "close", 1e-6)),
    "assert abs(2.5 - f(1.5)) <= 1e-6": ((1.5,), Right(2.5, "close", 1e-6)),
    "assert math.isclose(f(1), 2.0, rel_tol=0.1)": ((1,), Right(2.0, "isclose", 0.1)),
    "assert math.isclose(f(1), 2.0, abs_tol=0.1)": ((1,), Right(2.0, "isclose abs", 0.1)),
    "assert np.allclose(f(1), [2.0])": ((1,), Right([2.0], "numpy close", 1e-8)),
    "assertion(f(1), [2], 0)": ((1,), Right([2], "allclose")),
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
    loaded = load_benchmark(write(tmp_path / "evil.jsonl", *records), sandbox.run)
    for task in loaded.tasks:
        for case in (*task.examples, *task.make_cases(0)):
            expected(task, case.args)
        first_failure(task, task.solution, sandbox)
    assert len(loaded.tasks) == 4 and not trap.exists()


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
    assert first_failure(task, task.solution.replace("2 * x", "3 * x"), sandbox) is not None
    assert bool(task.why_in_process) == in_process
    if not in_process:
        assert task.signature.startswith("def double(x")
        assert len(task.examples) == 1


def test_a_pair_needs_no_solution_and_no_id(tmp_path: Path, sandbox: Sandbox) -> None:
    task = task_of(tmp_path, ONE_PAIR)
    assert (task.id, task.solution) == ("some/1", "")
    assert solution_problems(task, sandbox) == []
    assert first_failure(task, "def double(x):\n    return 2 * x\n", sandbox) is None
    assert first_failure(task, "def double(x):\n    return 3 * x\n", sandbox) is not None


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
    assert compare(right, good) is None
    assert isinstance(compare(right, bad), str)


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


# --- lines and files that are not well made -------------------------------------------------------


def without(field: str, record: dict[str, Any] = GOOD) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != field}


BAD_LINES: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "the line is no JSON"),
    "nested": ("[" * 100_000, "the line is no JSON"),
    "a list": ([1], "no JSON object but a list"),
    "a number": (3, "no JSON object but a number"),
    "null": ("null", "no JSON object but null"),
    "no test": (without("test"), "no test: neither"),
    "no prompt": (without("prompt"), "no 'prompt'"),
    "prompt no text": ({**GOOD, "prompt": 3}, "'prompt' is no text but a number"),
    "prompt empty": ({**GOOD, "prompt": " "}, "'prompt' is empty"),
    "no entry point": (without("entry_point"), "no 'entry_point'"),
    "entry point": ({**GOOD, "entry_point": "a b"}, "no name of a function: 'a b'"),
    "keyword": ({**GOOD, "entry_point": "def"}, "no name of a function: 'def'"),
    "test no text": ({**GOOD, "test": ["assert"]}, "'test' is no text but a list"),
    "test no Python": ({**GOOD, "test": "assert ("}, "'test' is no Python (SyntaxError)"),
    "check": ({**GOOD, "test": "def check(): pass"}, "check takes not one argument"),
    "solution": ({**GOOD, "canonical_solution": "    return ("}, "define double"),
    "other solution": ({**GOOD, "entry_point": "triple"}, "define triple"),
    "id": ({**GOOD, "task_id": [1]}, "'task_id' is neither a text nor a number but a list"),
    "empty id": ({**GOOD, "task_id": ""}, "'task_id' is empty or longer"),
    "long id": ({**GOOD, "task_id": "x" * 200}, "'task_id' is empty or longer"),
    "no outputs": (without("outputs", PAIRS), "no 'outputs'"),
    "fewer outputs": ({**PAIRS, "outputs": [2]}, "2 inputs and 1 outputs"),
    "no inputs": ({**PAIRS, "inputs": [], "outputs": []}, "there are no inputs"),
    "inputs": ({**PAIRS, "inputs": {}}, "'inputs' is no list but an object"),
    "input no list": ({**PAIRS, "inputs": [1, 2]}, "no list of arguments but a number"),
    "no output": (without("output", ONE_PAIR), "no 'output' beside 'input'"),
    "atol": ({**PAIRS, "atol": "low"}, "'atol' is no tolerance"),
    "MBPP tests": ({**MBPP, "test_list": [1]}, "'test_list' is no list of assertions"),
    "MBPP call": ({**MBPP, "test_list": ["assert g(1)"]}, "calls no function of the solution"),
    "MBPP code": (without("code", MBPP), "no 'code'"),
    "no class": ({**BIGCODE, "test": "x = 1"}, "holds no unittest class"),
    "no execution": ({**DS1000, "code_context": "x = 1"}, "defines no test_execution"),
    "no reference": (without("canonical_solution", RELEASED), "no 'canonical_solution'"),
    "twice": ({**GOOD, "task_id": "Good/1"}, "a second task Good/1"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_told_in_one_line_and_the_others_load(tmp_path: Path, name: str) -> None:
    record, says = BAD_LINES[name]
    first, last = {**GOOD, "task_id": "Good/1"}, {**GOOD, "task_id": "Good/2"}
    loaded = load_benchmark(write(tmp_path / "b.jsonl", first, record, "", last))
    assert [task.id for task in loaded.tasks] == ["Good/1", "Good/2"]
    (problem,) = loaded.problems
    assert problem.startswith("b.jsonl:2: ") and says in problem and "\n" not in problem


def test_a_line_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b'{"a": "\xff"}\n' + json.dumps(GOOD).encode() + b"\n")
    loaded = load_benchmark(str(path))
    assert len(loaded.tasks) == 1
    assert loaded.problems == ("b.jsonl:1: the line is not UTF-8 text",)


def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read .*none.jsonl: No such file"):
        load_benchmark(str(tmp_path / "none.jsonl"))
    with pytest.raises(UsageError, match="holds no line"):
        load_benchmark(write(tmp_path / "empty.jsonl", ""))
    packed = gzip.compress(json.dumps(GOOD).encode())
    for name, content in (("no.jsonl.gz", b"no gzip"), ("cut.jsonl.gz", packed[:-9])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError, match="no whole gzip file"):
            load_benchmark(str(tmp_path / name))


def test_a_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MAX_LINE_BYTES", 10_000)
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(b"0" * 100_000))
    with pytest.raises(UsageError, match="more than a benchmark's file can hold"):
        load_benchmark(str(tmp_path / "bomb.jsonl.gz"))


# --- the hub --------------------------------------------------------------------------------------


def test_a_benchmark_comes_from_the_hub_by_its_name_and_only_its_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    files = ["README.md", "data/test-0.parquet", "model.pkl", "test.jsonl", "train.jsonl"]

    def download(dataset: str, file: str, repo_type: str) -> str:
        assert repo_type == "dataset"
        asked.append((dataset, file))
        return write(tmp_path / "blob.jsonl", GOOD)

    api = type("Api", (), {"list_repo_files": lambda *_, **__: files})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    (task,) = load_benchmark("HumanEval+").tasks
    assert asked == [("evalplus/humanevalplus", "test.jsonl")]
    assert task.family == "benchmark.humaneval+"


def test_a_hub_that_cannot_be_reached_or_has_no_such_file_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = type("Api", (), {"list_repo_files": lambda *_, **__: ["model.pkl"]})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    with pytest.raises(UsageError, match="holds no file of 'test'"):
        load_benchmark("humaneval")

    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    api = type("Api", (), {"list_repo_files": fail})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    with pytest.raises(UsageError, match=r"from the hub \(ConnectionError\): give"):
        load_benchmark("humaneval")


def test_names_and_files_of_benchmarks_are_told_from_ids() -> None:
    assert is_benchmark("MBPP+") and is_benchmark("a/b.jsonl.gz") and is_benchmark("x.parquet")
    assert not is_benchmark("detect_outliers.iqr/k=1.5/L1/s0")


def test_a_check_runs_in_process_whatever_its_argument_is_called(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    for name in ("candidate", "double"):
        test = f"def check({name}):\n    x = {name}(3)\n    assert x == 6\n"
        task = task_of(tmp_path, {**GOOD, "test": test}, sandbox.run)
        assert task.in_process
        assert first_failure(task, task.solution, sandbox) is None
        assert "AssertionError" in str(first_failure(task, broken(task), sandbox))


def test_a_test_that_disturbs_its_record_is_in_process(tmp_path: Path) -> None:
    def run(*_: Any) -> RunResult:
        return RunResult((CallResult(Outcome.PASSED, [("no", "record")]),))

    task = task_of(tmp_path, MBPP_PLUS, run)
    assert "disturbs its own record" in task.why_in_process


def test_a_rewritten_test_still_is_python(sandbox: Sandbox) -> None:
    inputs: Sequence[tuple[object, ...]] = [()]
    tree = rewritten("if True:\n    assert f(1) == 2\n", "f")
    source = f"def record_call_(*a):\n    pass\n\n{ast.unparse(tree)}\n\ndef g():\n    return 5\n"
    assert sandbox.run(source, "g", inputs, Limits()).calls[0].value == 5
