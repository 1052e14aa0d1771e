"""HumanEval+ and MBPP+ in their published forms: calls, judged by each task's own helper."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha.grading import Grader
from parelha.probes import passed_by
from parelha.tasks import expected
from parelha.tasks.benchmarks import load_benchmark
from parelha.types import Outcome
from tests.test_tasks_benchmarks import write
from tests.test_tasks_benchmarks_python import load, natively

FLOATS = (
    "import numpy as np\nfrom math import inf\n\n\ndef is_floats(x) -> bool:\n"
    "    if isinstance(x, float):\n        return True\n"
    "    if isinstance(x, (list, tuple)):\n        return all(isinstance(i, float) for i in x)\n"
    "    if isinstance(x, np.ndarray):\n        return x.dtype in (np.float64, np.float32)\n"
    "    return False\n\n\ndef assertion(out, exp, atol):\n"
    "    if atol == 0 and is_floats(exp):\n        atol = 1e-6\n"
    "    if out != exp and atol != 0:\n"
    "        assert np.allclose(out, exp, rtol=1e-07, atol=atol)\n"
    "    else:\n        assert out == exp, f'out: {out}, exp: {exp}'\n\n\n"
)
SETS = "def assertion(out, exp, atol):\n    assert set(out) == set(exp)\n\n\n"
HALVES = "def halves(xs):\n    return [x / 2 for x in xs]\n"
ROWS = "inputs = [[[3.0, 1.0]], [[0.3]], [[]], [[inf]]]\n"
LOOP = "for inp, exp in zip(inputs, results):\n    assertion(halves(*inp), exp, 0)\n"
RESULTS = "results = [[1.5, 0.5], [0.15], [], [inf]]\n"
REFERENCE = "def ref_func(xs):\n    return list(map(lambda x: x * 0.5, xs))\n\n\n"
HUB: dict[str, dict[str, Any]] = {
    "MBPP+": {
        "task_id": 900,
        "prompt": "Write a function that halves numbers.",
        "code": HALVES,
        "test_imports": ["import math"],
        "test_list": ["assert halves([3.0, 1.0]) == [1.5, 0.5]"],
        "test": FLOATS + ROWS + RESULTS + LOOP,
    },
    "HumanEval+": {
        "task_id": "HumanEval/900",
        "prompt": 'from typing import List\n\n\ndef halves(xs: List[float]):\n    """Halve."""\n',
        "entry_point": "halves",
        "canonical_solution": "    return [x / 2 for x in xs]\n",
        "test": FLOATS
        + f"def check(candidate):\n    {ROWS}    {RESULTS}"
        + "    for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
        + "        assertion(candidate(*inp), exp, 0)\n",
    },
}
HUB["MBPP+ by reference"] = HUB["MBPP+"] | {
    "test": FLOATS
    + REFERENCE
    + ROWS
    + LOOP.replace("zip(inputs, results)", "zip(inputs, inputs)").replace(
        "exp, 0", "ref_func(*inp), 0"
    ),
}
PROGRAMS = {
    "the solution": (HALVES, True),
    "within tolerance": ("def halves(xs):\n    return [x / 2 + 1e-8 for x in xs]\n", True),
    "a tuple": ("def halves(xs):\n    return tuple(x / 2 for x in xs)\n", True),
    "an array": ("import numpy as np\n\n\ndef halves(xs):\n    return np.array(xs) / 2\n", False),
    "not near": ("def halves(xs):\n    return [x / 2 + 1e-3 for x in xs]\n", False),
    "sorted": ("def halves(xs):\n    return sorted(x / 2 for x in xs)\n", False),
    "nothing": ("def halves(xs):\n    return None\n", False),
}


@pytest.mark.parametrize("form", HUB)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_published_helper_judges_calls(
    tmp_path: Path, grader: Grader, form: str, name: str
) -> None:
    task = load(tmp_path, HUB[form], grader)
    assert not task.in_process and len(task.make_cases(0)) == 4
    program, good = PROGRAMS[name]
    assert (grader.test(task, program).outcome is Outcome.PASSED) is good
    if form == "MBPP+":
        assert natively(program, HUB[form]["test"]) is good
    assert repr(expected(task, ([3.0, 1.0],))) == "[1.5, 0.5]"  # what a prompt may show


def test_a_task_of_sets_takes_any_order(tmp_path: Path, grader: Grader) -> None:
    test = "from math import inf\n" + SETS + ROWS + RESULTS + LOOP
    task = load(tmp_path, HUB["MBPP+"] | {"test": test}, grader)
    for name in ("sorted", "a tuple", "the solution"):
        assert grader.test(task, PROGRAMS[name][0]).outcome is Outcome.PASSED
    assert grader.test(task, PROGRAMS["not near"][0]).passed == 2  # empty, and infinite
    assert passed_by(task, task.make_cases(0), grader.sandbox.run) == ""


CLOSE = "import numpy as np\n\n\ndef assertion(out, exp, atol):\n    assert np.allclose(out, exp)\n"
ZIPS = (
    "def assertion(out, exp, atol):\n    assert all(abs(a - b) < 1e-6 for a, b in zip(out, exp))\n"
)
ABOUT = "def assertion(out, exp, atol):\n    assert sum(exp) == out\n"
ALIKE = "def assertion(out, exp, atol):\n    assert set(out) == set(exp)\n"
# A helper; calls; the solution; programs that it passes, and those that are not of the right form.
FORMS: dict[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]] = {
    "a number": (
        FLOATS,
        "inputs = [[[3.0, 1.0]], [[]], [[5.0, 7.0]]]\nresults = [2.0, None, 6.0]\n",
        "sum(xs) / len(xs) if xs else None",
        (
            "__import__('numpy').mean(xs) if xs else None",
            "__import__('fractions').Fraction(sum(xs)) / len(xs) if xs else None",
        ),
        ("[] if xs else None", "[sum(xs) / len(xs)] if xs else None"),
    ),
    "as many numbers": (
        CLOSE,
        "inputs = [[[2.0, 2.0]], [[3.0, 3.0]]]\nresults = [[1.0, 1.0], [1.5, 1.5]]\n",
        "[x / 2 for x in xs]",
        ("tuple(x / 2 for x in xs)", "__import__('numpy').array(xs) / 2"),
        ("xs[0] / 2", "[xs[0] / 2]"),
    ),
    "rows of as many numbers": (
        CLOSE,
        "inputs = [[2.0], [3.0]]\nresults = [[[1.0, 1.0]] * 2, [[1.5, 1.5]] * 2]\n",
        "[[xs / 2] * 2] * 2",
        ("((xs / 2, xs / 2),) * 2", "__import__('numpy').full((2, 2), xs / 2)"),
        ("[xs / 2] * 2", "[[xs / 2]] * 2"),
    ),
    "as far as both go": (
        ZIPS,
        "inputs = [[[2.0, 4.0]], [[3.0]]]\nresults = [[1.0, 2.0], [1.5]]\n",
        "[x / 2 for x in xs]",
        ("range(1, 3) if xs[0] == 2 else [1.5]",),
        ("[]", "[xs[0] / 2]", "[x / 2 for x in xs * 2]"),
    ),
    "what is no right answer": (
        ABOUT,
        "inputs = [[[2, 4]], [[3]]]\nresults = [[2, 4], [3]]\n",
        "sum(xs)",
        ("float(sum(xs))",),
        (),
    ),
    "a set": (
        ALIKE,
        "inputs = [[[2, 4, 2]], [[3]]]\nresults = [[4, 2], [3]]\n",
        "list(set(xs))",
        ("xs", "set(xs)"),
        (),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_helper_passes_has_the_form_of_the_right_answer_where_the_solution_has(
    tmp_path: Path, grader: Grader, form: str
) -> None:
    helper, calls, solution, right, others = FORMS[form]
    head = "def halves(xs):\n    return "
    test = f"{helper}\n\n{calls}{LOOP}"
    record = HUB["MBPP+"] | {"code": f"{head}{solution}\n", "test": test}
    task = load(tmp_path, record, grader)
    assert not task.in_process
    for program in (solution, *right, *others):
        assert natively(f"{head}{program}\n", test), program
        passed = grader.test(task, f"{head}{program}\n").outcome is Outcome.PASSED
        assert passed is (program not in others), program


def test_a_helper_that_a_value_hangs_fails_that_case_and_no_other(
    tmp_path: Path, grader: Grader
) -> None:
    hangs = "def assertion(out, exp, atol):\n    while out == 'hang':\n        pass\n"
    hangs += "    assert out == exp\n"
    record = HUB["MBPP+"] | {"test": "from math import inf\n" + hangs + ROWS + RESULTS + LOOP}
    task = load(tmp_path, record, grader)
    object.__setattr__(task, "limits", type(task.limits)(wall_seconds=1.0, cpu_seconds=1.0))
    program = "def halves(xs):\n    return [x / 2 for x in xs] if xs else 'hang'\n"
    result = grader.test(task, program)
    assert result.outcome is Outcome.TIMEOUT and 2 <= result.passed < 4


RELEASED: dict[str, Any] = {
    "task_id": "Mbpp/901",
    "prompt": '"""\nWrite a function that halves numbers.\n"""\n',
    "entry_point": "halves",
    "canonical_solution": HALVES,
    "base_input": [[[3.0, 1.0]]],
    "plus_input": [[[0.3]], [[]]],
    "atol": 0,
    "contract": "",
    "assertion": "assert halves([3.0, 1.0]) == [1.5, 0.5]",
}


@pytest.mark.parametrize("name", ["the solution", "within tolerance", "not near", "nothing"])
def test_what_is_released_as_inputs_is_answered_by_its_solution(
    tmp_path: Path, grader: Grader, name: str
) -> None:
    task = load(tmp_path, RELEASED, grader)
    program, good = PROGRAMS[name]
    assert not task.in_process and len(task.make_cases(0)) == 3
    assert (grader.test(task, program).outcome is Outcome.PASSED) is good


def test_what_evalplus_judges_otherwise_is_left_out_and_told(
    tmp_path: Path, grader: Grader
) -> None:
    """Near equality would call right answers wrong: it compares these as sets."""
    solution = "def similar_elements(xs, ys):\n    return tuple(set(xs) & set(ys))\n"
    record = RELEASED | {"entry_point": "similar_elements", "canonical_solution": solution}
    record |= {"base_input": [[[3, 4], [5, 4]]], "plus_input": []}
    path = write(tmp_path / "plus.jsonl", record, RELEASED)
    loaded = load_benchmark(path, grader.sandbox.run)
    assert [task.entry_point for task in loaded.tasks] == ["halves"]
    assert loaded.problems == ("plus.jsonl:1: EvalPlus judges its answers by an oracle of its own",)


def test_a_judge_is_asked_only_where_no_candidate_has_run(tmp_path: Path, grader: Grader) -> None:
    """A program that spoils what the helper uses spoils its own process alone."""
    task = load(tmp_path, HUB["MBPP+"], grader)
    program = (
        "import builtins\nimport sys\n\nimport numpy as np\n\n"
        "np.allclose = lambda *args, **named: True\n"
        "builtins.set = builtins.isinstance = lambda *args: True\n"
        "for frame in list(sys._current_frames().values()):\n"
        "    while frame:\n        frame.f_globals['holds'] = lambda *args: True\n"
        "        frame = frame.f_back\n\n\n"
        "def halves(xs):\n    return [True, 1.0]\n"
    )
    assert grader.test(task, program).passed == 0
