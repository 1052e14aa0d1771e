"""A benchmark's assertions say here what they say in plain Python, whatever a program returns."""

# pylint: disable=missing-function-docstring,exec-used

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from parelha.grading import Grader
from parelha.tasks.benchmarks import BenchmarkTask, load_benchmark
from parelha.tasks.benchmarks.inside import look, opaque, plain
from parelha.types import Outcome
from tests.test_tasks_benchmarks import write

HERE = Path(__file__).parent
BASE: dict[str, Any] = {"task_id": "E/1", "entry_point": "f", "prompt": "Write f."}


def load(path: Path, record: dict[str, Any], grader: Grader) -> BenchmarkTask:
    loaded = load_benchmark(write(path / "some.jsonl", record), grader.sandbox.run)
    assert loaded.problems == ()
    (task,) = loaded.tasks
    assert isinstance(task, BenchmarkTask)
    return task


def natively(program: str, test: str) -> bool:
    """Whether a test passes in plain Python: program and test in one module."""
    space: dict[str, Any] = {}
    try:
        exec(f"{program}\n{test}", space)
    except Exception:  # pylint: disable=broad-exception-caught
        return False
    return True


def returning(value: str, imports: str = "") -> str:
    return f"{imports}\n\n\ndef f(k):\n    return {value}\n"


NAMED = "from collections import namedtuple\nP = namedtuple('P', 'x y')"
ENUM = "import enum\nclass C(enum.IntEnum):\n    RED = 3\nclass D(enum.Enum):\n    RED = 3"
TEXT = "import enum\nclass C(enum.StrEnum):\n    RED = 'ab'\nclass S(str):\n    pass"
ODD = "class Odd:\n    pass\nclass Empty:\n    def __len__(self):\n        return 0"
COLLECTIONS = "import collections, types"
NUMBERS = "from fractions import Fraction\nfrom decimal import Decimal"
VALUES: list[tuple[str, str, str]] = [
    # the assertion, what a program returns, what it imports
    ("f(1) == {1, 2}", "frozenset([1, 2])", ""),
    ("f(1) == [{1, 2}]", "[frozenset([1, 2])]", ""),
    ("f(1) == (1, 2)", "P(1, 2)", NAMED),
    ("f(1) == [(1, 2), (3, 4)]", "[P(1, 2), P(3, 4)]", NAMED),
    ("f(1) == {(1, 2): (3, 4)}", "{P(1, 2): P(3, 4)}", NAMED),
    ("f(1) == [1, 2]", "P(1, 2)", NAMED),
    ("f(1) == 0.5", "Fraction(1, 2)", NUMBERS),
    ("f(1) == 0.3", "Fraction(3, 10)", NUMBERS),
    ("f(1) == 0.1", "Decimal('0.1')", NUMBERS),
    ("f(1) == 2", "Decimal(2)", NUMBERS),
    ("f(1) == [2, 0.25]", "[Decimal(2), Fraction(1, 4)]", NUMBERS),
    ("f(1) < 0.4", "Fraction(1, 3)", NUMBERS),
    ("f(1) < 0.4", "Decimal('0.39')", NUMBERS),
    ("abs(f(1) - 0.333333) < 1e-3", "Fraction(1, 3)", NUMBERS),
    ("abs(f(1) - 0.333333) < 1e-3", "Decimal('0.333333')", NUMBERS),
    ("round(f(1), 2) == 0.33", "Decimal('0.3333')", NUMBERS),
    ("f(1) == 3", "C.RED", ENUM),
    ("f(1) == 3", "D.RED", ENUM),
    ("f(1) == [3]", "[C.RED]", ENUM),
    ("f(1) is 3", "C.RED", ENUM),
    ("f(1) == 'ab'", "C.RED", TEXT),
    ("f(1) == 'ab'", "S('ab')", TEXT),
    ("f(1) == {'ab': 1}", "{S('ab'): 1}", TEXT),
    ("list(f(1)) == [0, 1]", "(i for i in range(2))", ""),
    ("f(1) == [0, 1]", "(i for i in range(2))", ""),
    ("f(1) == [0, 1]", "range(2)", ""),
    ("list(f(1)) == [0, 1]", "range(2)", ""),
    ("tuple(f(1)) == (0, 1)", "iter([0, 1])", ""),
    ("list(f(1)) == [(1, 2)]", "zip([1], [2])", ""),
    ("dict(f(1)) == {1: 2}", "zip([1], [2])", ""),
    ("set(f(1)) == {'1', '2'}", "map(str, [1, 2])", ""),
    ("sum(f(1)) == 3", "filter(None, [1, 0, 2])", ""),
    ("max(f(1)) == 3", "reversed([1, 3])", ""),
    ("sorted(f(1)) == [1, 2]", "{2: 0, 1: 0}.keys()", ""),
    ("f(1) == {1, 2}", "{2: 0, 1: 0}.keys()", ""),
    ("f(1) == [0, 0]", "{2: 0, 1: 0}.values()", ""),
    ("list(f(1)) == [0, 0]", "{2: 0, 1: 0}.values()", ""),
    ("len(f(1)) == 2", "collections.deque([1, 2])", COLLECTIONS),
    ("f(1) == [1, 2]", "collections.deque([1, 2])", COLLECTIONS),
    ("f(1) == [1, 2]", "collections.UserList([1, 2])", COLLECTIONS),
    ("f(1) == {1: 2}", "collections.ChainMap({1: 2})", COLLECTIONS),
    ("f(1) == {1: 2}", "types.MappingProxyType({1: 2})", COLLECTIONS),
    ("f(1) == {'a': 2}", "collections.Counter('aa')", COLLECTIONS),
    ("f(1) == b'ab'", "bytearray(b'ab')", ""),
    ("f(1) == b'ab'", "memoryview(b'ab')", ""),
    ("f('ab')", "re.match('a', k)", "import re"),
    ("not f('ab')", "re.match('b', k)", "import re"),
    ("f(1)", "Odd()", ODD),
    ("not f(1)", "Empty()", ODD),
    ("f(1)", "np.array([1])", "import numpy as np"),
    ("f(1) is not None", "Odd()", ODD),
    ("not f(1) is None", "Odd()", ODD),
    ("f(1) is None", "Odd()", ODD),
    ("f(1) != 3", "Odd()", ODD),
    ("f(1) in (None, 3)", "Odd()", ODD),
    ("f(1) not in (1, 2)", "3", ""),
    ("f(1) is True", "np.bool_(True)", "import numpy as np"),
    ("f(1) == True", "np.bool_(True)", "import numpy as np"),
    ("f(1) == 1.5", "np.longdouble(1.5)", "import numpy as np"),
    ("f(1) == 7", "np.int8(7)", "import numpy as np"),
    ("str(f(1)) == 'Fraction(1, 2)'", "repr(Fraction(1, 2))", NUMBERS),
    ("str(f(1)) == '1/2'", "Fraction(1, 2)", NUMBERS),
    ("int(f(1)) == 12", "'12'", ""),
    ("bool(f(1)) == True", "Odd()", ODD),
    ("f(1) == 10 ** 5000", "10 ** 5000", ""),
    ("f(1) == Fraction(1, 3)", "Fraction(1, 3)", NUMBERS),
]


@pytest.mark.parametrize(("assertion", "value", "imports"), VALUES)
def test_a_value_is_right_where_plain_python_says_so(
    tmp_path: Path, grader: Grader, assertion: str, value: str, imports: str
) -> None:
    program, test = returning(value, imports), f"assert {assertion}"
    task = load(tmp_path, BASE | {"test": test}, grader)  # no solution: some are wrong
    assert grader.test(task, program).passed == natively(program, test)


def test_several_assertions_on_one_call_each_see_all_of_it(tmp_path: Path, grader: Grader) -> None:
    test = "assert f(1) is not None\nassert list(f(1)) == [0, 1]\nassert sum(f(1)) == 1"
    program = returning("(i for i in range(2))")
    task = load(tmp_path, BASE | {"test": test, "canonical_solution": program}, grader)
    assert (len(task.make_cases(0)), natively(program, test)) == (1, True)
    assert grader.test(task, returning("(i for i in range(3))")).passed == 0


def test_the_reviewers_tool_shows_the_value_and_not_how_it_was_looked_at(
    tmp_path: Path, grader: Grader
) -> None:
    task = load(tmp_path, BASE | {"test": "assert f(1) == [1, 2]\nassert f(2) == 3"}, grader)
    text = grader.execute_examples(task, returning("{7}"), "en")
    assert "gave {7}, right is [1, 2]" in text


# --- names say what they say in the test ----------------------------------------------------------

CALLED = "inputs = [[[3, 1, 2]], [[10, 20]]]\nresults = [[1, 2, 3], [10, 20]]\n"
LOOP = "for inp, exp in zip(inputs, results):\n    assertion(f(*inp), exp, 0)\n"
SORTS, REVERSES = returning("sorted(k)"), returning("sorted(k, reverse=True)")
SETS, TRUE = returning("set(k)"), returning("True")
FLOATS = returning("[x + 1e-4 for x in sorted(k)]")
HELPERS = {
    "equal": "def assertion(out, exp, atol):\n    assert out == exp\n",
    "as sets": "def assertion(out, exp, atol):\n    assert set(out) == set(exp)\n",
    "in words": (
        "def assertion(out, exp, atol):\n    left, right = sorted(out), sorted(exp)\n"
        "    for a, b in zip(left, right):\n        assert a == b\n"
    ),
    "not None": (
        "def assertion(out, exp, atol):\n"
        "    same = out == exp if isinstance(out, bool) else bool(exp) == (out is not None)\n"
        "    assert same\n"
    ),
    "close": (
        "import numpy as np\nTOLERANCE = 1e-2\n\n\ndef close(a, b):\n"
        "    return np.allclose(a, b, atol=TOLERANCE)\n\n\n"
        "def assertion(out, exp, atol):\n    assert close(out, exp)\n"
    ),
    "length": "def assertion(out, exp, atol):\n    assert len(out) == len(exp)\n",
    "type": "def assertion(out, exp, atol):\n    assert type(out) is list and out == exp\n",
}


@pytest.mark.parametrize("helper", HELPERS)
def test_a_helper_of_the_test_says_what_its_own_body_says(
    tmp_path: Path, grader: Grader, helper: str
) -> None:
    test = HELPERS[helper] + CALLED + LOOP
    record = BASE | {"test": test, "canonical_solution": SORTS}
    task = load(tmp_path, record, grader)
    assert not task.in_process and task.helpers
    for program in (SORTS, REVERSES, SETS, TRUE, FLOATS, returning("None"), returning("iter(k)")):
        assert (grader.test(task, program).outcome is Outcome.PASSED) == natively(program, test)


SHADOWS = {
    "max": "def max(x):\n    return list(x)\nassert max(f([2, 1])) == [1, 2]",
    "set": "set = tuple\nassert set(f([2, 1])) == (1, 2)",
    "abs": "from math import floor as abs\nassert abs(f([2, 1])[0] - 1.0) < 1",
    "np": "import math as np\nassert np.isclose(f([2, 1])[0], 1)",
    "star": "from numpy import *\nassert sum([f([2, 1])]) == 3",
    "loop": "for len in [max]:\n    assert len(f([2, 1])) == 2",
    "helper of one argument": "def ok(x):\n    return x == [1, 2]\nassert ok(f([2, 1]))",
    "helper, right first": "def same(a, b):\n    assert a == b\nsame([1, 2], f([2, 1]))",
    "helper by name": "def same(a, b):\n    assert a == b\nsame(a=[1, 2], b=f([2, 1]))",
    "input unchanged": "x = [2, 1]\nassert f(x) == [1, 2]\nassert x == [2, 1]",
}


@pytest.mark.parametrize("name", SHADOWS)
def test_a_name_means_what_the_test_makes_of_it(tmp_path: Path, grader: Grader, name: str) -> None:
    test = SHADOWS[name]
    task = load(tmp_path, BASE | {"test": test, "canonical_solution": SORTS}, grader)
    spoils = "def f(k):\n    k.sort()\n    return list(k)\n"
    for program in (SORTS, REVERSES, spoils, returning("[1.2, 2.2]")):
        assert (grader.test(task, program).outcome is Outcome.PASSED) == natively(program, test)


def test_a_function_named_like_a_builtin_is_the_program(tmp_path: Path, grader: Grader) -> None:
    solution = "def sum(a, b):\n    return a * 10 + b\n"
    record = {"task_id": 1, "text": "Write sum.", "code": solution}
    record |= {"test_list": ["assert sum(1, 2) == 12", "assert abs(sum(1, 5)) == 15"]}
    task = load(tmp_path, record, grader)
    assert not task.in_process
    assert grader.test(task, solution).passed == 2
    assert grader.test(task, "def other(a, b):\n    return a\n").passed == 0


# --- what the prompt and the test import ----------------------------------------------------------

PROMPT = (
    "from typing import List\nimport math\n\nLIMIT = 3\n\n\ndef twice(x):\n    return 2 * x\n\n\n"
    'def f(k: List[int]) -> int:\n    """Return something."""\n'
)
BODIES = {
    "annotation": ("def f(k: List[int]) -> int:\n    return sum(k)\n", True),
    "module": ("def f(k):\n    return math.floor(3.5) * len(k)\n", True),
    "helper": ("def f(k):\n    return twice(LIMIT) // 2 * len(k)\n", True),
    "of the test": ("def f(k):\n    return int(statistics.mean([3])) * len(k)\n", True),
    "of nobody": ("def f(k):\n    return os.getpid()\n", False),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("call", ["candidate([3])", "candidate(k=[3])"])
def test_what_prompt_and_test_give_is_there_in_every_form(
    tmp_path: Path, grader: Grader, name: str, call: str
) -> None:
    test = f"import statistics\n\n\ndef check(candidate):\n    assert {call} == 3\n"
    record = {**BASE, "prompt": PROMPT, "canonical_solution": "    return sum(k)\n", "test": test}
    task = load(tmp_path, record, grader)
    assert task.in_process == ("k=" in call)
    program, good = BODIES[name]
    assert (grader.test(task, program).outcome is Outcome.PASSED) is good


# --- pairs in JSON --------------------------------------------------------------------------------

PAIRS: list[tuple[Any, str, bool]] = [
    ([3, 1], "(3, 1)", True),
    ([[1, 0], [3, 1]], "[(1, 0), (3, 1)]", True),
    ([[1, 0], [3, 1]], "[[1, 0], (3, 2)]", False),
    ({"1": 1, "2": [1]}, "{1: 1, 2: (1,)}", True),
    ({"true": 1, "null": 2, "0.5": 3}, "{True: 1, None: 2, 0.5: 3}", True),
    ({"1": 1}, "{1: 1, '1': 1}", False),
    ({"1": 1}, "{1: 2}", False),
    (float("nan"), "float('nan')", True),
    ([float("nan"), 1.0], "(float('nan'), 1)", True),
    (float("nan"), "None", False),
    (float("inf"), "float('inf')", True),
    (0.3, "0.1 + 0.2", False),
    ([1, 2], "{1, 2}", False),
    ([], "()", True),
    (None, "None", True),
    ("[1]", "[1]", False),
    (True, "True", True),
    (True, "1", False),
    (1, "True", False),
    ([True, False], "[1.0, 0]", False),
]


@pytest.mark.parametrize(("right", "value", "good"), PAIRS)
def test_a_pair_is_right_where_json_would_write_it_so(
    tmp_path: Path, grader: Grader, right: Any, value: str, good: bool
) -> None:
    task = load(tmp_path, BASE | {"inputs": [[1]], "outputs": [right]}, grader)
    assert grader.test(task, returning(value)).passed == good


def test_a_tolerance_reaches_every_number_of_a_pair(tmp_path: Path, grader: Grader) -> None:
    record = BASE | {"inputs": [[1]], "outputs": [[0.3, {"a": [1]}]], "atol": 1e-6}
    task = load(tmp_path, record, grader)
    assert grader.test(task, returning("(0.1 + 0.2, {'a': (1 + 1e-8,)})")).passed == 1
    assert grader.test(task, returning("(0.1 + 0.2, {'a': (1.1,)})")).passed == 0


# --- limits, and solutions that fail --------------------------------------------------------------


def test_an_answer_as_heavy_as_the_right_one_can_leave_the_sandbox(
    tmp_path: Path, grader: Grader
) -> None:
    solution = returning("[k, 'x' * 700_000]")
    tests = [f"assert f({k}) == [{k}, 'x' * 700_000]" for k in range(12)]
    record = {"task_id": 630, "text": "Write f.", "code": solution, "test_list": tests}
    task = load(tmp_path, record, grader)
    assert not task.in_process and grader.test(task, solution).passed == 12


FAILING: dict[str, tuple[dict[str, Any], str]] = {
    "wrong": ({"test": "assert f(1) == 3"}, "expected == 3, got 2"),
    "raises": ({"test": "assert f('a') == 3"}, "TypeError"),
    "in-process": ({"test": "x = f(1)\nassert x == 3"}, "AssertionError"),
    "helper": ({"test": "def g(a, b):\n    assert a == b\ng(f(1), 3)"}, "expected helper 3"),
    "no such library": ({"test": "import nolib\nassert nolib.g(f(1))"}, "nolib"),
    "asked": ({"base_input": [["a"]], "plus_input": []}, "the solution fails: raised TypeError"),
    "nothing": ({"test": "def test_f():\n    pass"}, "the test calls nothing"),
    "never called": ({"test": "def test_f():\n    assert f(1) == 2"}, "the test calls nothing"),
    "pairs": ({"inputs": [[1]], "outputs": [9]}, "expected json 9, got 2"),
    "undefined helper": ({"test": "assertion(f(1), 2, 0)"}, "'assertion' is not defined"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_problem_whose_own_solution_fails_is_refused_in_one_line(
    tmp_path: Path, grader: Grader, name: str
) -> None:
    fields, says = FAILING[name]
    good = BASE | {"task_id": "E/2", "test": "assert f(1) == 2", "canonical_solution": ""}
    bad = BASE | fields | {"canonical_solution": "def f(k):\n    return k + 1\n"}
    loaded = load_benchmark(write(tmp_path / "some.jsonl", bad, good), grader.sandbox.run)
    assert [task.id for task in loaded.tasks] == ["E/2"]
    (problem,) = loaded.problems
    assert problem.startswith("some.jsonl:1: ") and says in problem and "\n" not in problem


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl"])
def test_one_json_array_is_read_as_the_lines_are(tmp_path: Path, name: str) -> None:
    records = [BASE | {"task_id": f"E/{n}", "test": "assert f(1) == 2"} for n in range(3)]
    content = b"\xef\xbb\xbf\n" + json.dumps(records, indent=2).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    loaded = load_benchmark(str(tmp_path / name))
    assert [task.id for task in loaded.tasks] == ["E/0", "E/1", "E/2"]
    assert loaded.tasks[0].family == "benchmark.a"


# --- plain values ---------------------------------------------------------------------------------


def test_what_equals_no_plain_value_becomes_a_text_that_equals_none() -> None:
    odd = object()
    assert plain([odd, {odd}]) == [opaque(odd), {opaque(odd)}] != [odd, {odd}]
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    assert look(deep, ((),)) == [(False, "ValueError")]
    assert look("a", ((("int", ()),),)) == [(False, "ValueError")]


DATA = HERE.parent.parent / "shared" / "data"
PUBLISHED = {"mbpp.jsonl.gz": 974, "sanitized-mbpp.json.gz": 427}  # and HumanEval, beside its forms


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_solution_of_a_published_file_passes_its_own_task(grader: Grader, name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not on this machine")
    loaded = load_benchmark(str(DATA / name), grader.sandbox.run)
    assert (len(loaded.tasks), loaded.problems) == (PUBLISHED[name], ())
    assert sum(task.in_process for task in loaded.tasks) <= 4
