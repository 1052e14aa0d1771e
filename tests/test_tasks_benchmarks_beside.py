"""Tests that run beside a program: the program has a module of its own, as under plain Python."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha.grading import Grader
from parelha.tasks.benchmarks import load_benchmark
from parelha.types import Outcome
from tests.test_tasks_benchmarks import write
from tests.test_tasks_benchmarks_python import load

UNITTEST: dict[str, Any] = {
    "task_id": "BigCodeBench/900001",
    "entry_point": "task_func",
    "complete_prompt": 'import math\n\ndef task_func(n):\n    """Return n factorial."""\n',
    "canonical_solution": "    return math.factorial(n)\n",
    "test": (
        "import unittest\n\n\nclass TestCases(unittest.TestCase):\n"
        "    def test_small(self):\n        self.assertEqual(task_func(1), 1)\n"
        "    def test_five(self):\n        self.assertEqual(task_func(5), 120)\n"
    ),
}
CHECK: dict[str, Any] = {
    "task_id": "Own/1",
    "entry_point": "task_func",
    "prompt": "import math\n\n" + 'def task_func(n):\n    """Return n factorial."""\n',
    "canonical_solution": "    return math.factorial(n)\n",
    "test": (
        "def check(candidate):\n    assert candidate(n=1) == 1\n    assert candidate(n=5) == 120\n"
    ),
}
PLAIN: dict[str, Any] = {
    "task_id": 900002,
    "text": "Return n factorial.",
    "code": "import math\n\n\ndef task_func(n):\n    return math.factorial(n)\n",
    "test_list": ["x = task_func(1)\nassert x == 1", "x = task_func(5)\nassert x == 120"],
}
FORMS = {"unittest": UNITTEST, "check": CHECK, "assertions": PLAIN}
RECURSIVE = "def task_func(n):\n    return 1 if n <= 1 else n * task_func(n - 1)\n"
GOOD = {
    "recursion": RECURSIVE,
    "mutual recursion": (
        "def other(n):\n    return n * task_func(n - 1)\n\n\n"
        "def task_func(n):\n    return 1 if n <= 1 else other(n)\n"
    ),
    "a cache": f"from functools import lru_cache\n\n\n@lru_cache\n{RECURSIVE}",
    "its own attributes": (
        "def task_func(n):\n    for i in range(task_func.last + 1, n + 1):\n"
        "        task_func.known[i] = i * task_func.known[i - 1]\n        task_func.last = i\n"
        "    return task_func.known[n]\n\n\ntask_func.known, task_func.last = {0: 1}, 0\n"
    ),
    "its name as a value": (
        "def task_func(n):\n    again = globals()['task_func']\n"
        "    return 1 if n <= 1 else n * again(n - 1)\n"
    ),
    "__future__": f"from __future__ import annotations\n\n{RECURSIVE}",
    "docstring and __future__": f'"""Doc."""\n\nfrom __future__ import annotations\n{RECURSIVE}',
    "comment and __future__": f"#!/usr/bin/python\nfrom __future__ import annotations\n{RECURSIVE}",
    "a coding line": f"# -*- coding: utf-8 -*-\n{RECURSIVE}",
    "names of a harness": (
        f"TEST_ = CANDIDATE_ = PROGRAM_ = name = space = answer = args = views = look = 3\n"
        f"PASSED = exec = compile = load = module = None\n{RECURSIVE}"
    ),
    "a name that the test uses": f"candidate = check = TestCases = None\n{RECURSIVE}",
    "a dataclass of late annotations": (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n\n"
        f"@dataclass\nclass Box:\n    x: int = 0\n    y: Box | None = None\n\n\n{RECURSIVE}"
    ),
    "type hints looked up": (
        "import typing\n\n\nclass Box:\n    x: 'Box'\n\n\ntyping.get_type_hints(Box)\n" + RECURSIVE
    ),
    "a class with the name": (
        "class task_func(int):\n    def __new__(cls, n):\n"
        "        return int.__new__(cls, 1 if n <= 1 else n * cls(n - 1))\n"
    ),
    "a main guard": f"{RECURSIVE}\n\nif __name__ == '__main__':\n    raise SystemExit\n",
}
BAD = {
    "wrong": ("def task_func(n):\n    return n\n", Outcome.RAISED, "AssertionError"),
    "no such name": ("def other(n):\n    return n\n", Outcome.RAISED, "defines no 'task_func'"),
    "no Python": ("def task_func(n)\n    return n\n", Outcome.RAISED, "SyntaxError"),
    "late __future__": (
        f"import math\nfrom __future__ import annotations\n{RECURSIVE}",
        Outcome.RAISED,
        "SyntaxError",
    ),
    "raises": ("def task_func(n):\n    return 1 // 0\n", Outcome.RAISED, "ZeroDivision"),
    "exits": ("raise SystemExit(0)\n", Outcome.RAISED, "SystemExit"),
    "skips": (
        "import unittest\n\n\ndef task_func(n):\n    raise unittest.SkipTest('no')\n",
        Outcome.RAISED,
        "",
    ),
    "right for one call": (
        "def task_func(n):\n    return 1\n",
        Outcome.RAISED,
        "AssertionError",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", GOOD)
def test_a_program_passes_as_under_plain_python(
    tmp_path: Path, grader: Grader, name: str, form: str
) -> None:
    task = load(tmp_path, FORMS[form], grader)
    assert task.in_process
    result = grader.test(task, GOOD[name])
    assert (result.outcome, result.details) == (Outcome.PASSED, ())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", BAD)
def test_a_program_fails_as_under_plain_python(
    tmp_path: Path, grader: Grader, name: str, form: str
) -> None:
    task = load(tmp_path, FORMS[form], grader)
    program, outcome, says = BAD[name]
    result = grader.test(task, program)
    assert result.outcome is outcome and result.passed < result.total
    assert says in result.details[0]


@pytest.mark.parametrize("name", GOOD)
def test_the_same_programs_pass_where_the_test_became_calls(
    tmp_path: Path, grader: Grader, name: str
) -> None:
    test = "def check(candidate):\n    assert candidate(1) == 1\n    assert candidate(5) == 120\n"
    task = load(tmp_path, CHECK | {"test": test}, grader)
    assert not task.in_process
    assert grader.test(task, GOOD[name]).outcome is Outcome.PASSED


def test_a_late_annotation_of_the_prompt_holds_for_the_program_too(
    tmp_path: Path, grader: Grader
) -> None:
    prompt = f"from __future__ import annotations\n{CHECK['prompt']}"
    task = load(tmp_path, CHECK | {"prompt": prompt}, grader)
    late = "def task_func(n: Nobody) -> Nothing:\n    return math.factorial(n)\n"
    assert grader.test(task, late).outcome is Outcome.PASSED
    assert grader.test(load(tmp_path, CHECK, grader), late).outcome is Outcome.RAISED


def test_a_failing_program_is_told_at_its_own_line(tmp_path: Path, grader: Grader) -> None:
    task = load(tmp_path, CHECK, grader)
    program = "# one\n\n\ndef task_func(n):\n    return n // 0\n"
    assert grader.test(task, program).details[0].endswith("(line 5)")


NEVER_CALLED = {
    "functions for pytest": "def test_one():\n    result = task_func(1)\n    assert result == 1\n",
    "assertions for pytest": "def test_one():\n    assert task_func(1) == 1\n",
    "another name": "task_func\nassert len([1]) == 1\n",
}


@pytest.mark.parametrize("solved", [True, False], ids=["with solution", "without"])
@pytest.mark.parametrize("test", NEVER_CALLED.values(), ids=NEVER_CALLED)
def test_a_test_that_calls_nothing_is_told_and_not_loaded(
    tmp_path: Path, grader: Grader, test: str, solved: bool
) -> None:
    record = CHECK | {"test": test}
    if not solved:
        del record["canonical_solution"]
    path = write(tmp_path / "some.jsonl", record, CHECK | {"task_id": "Own/2"})
    loaded = load_benchmark(path, grader.sandbox.run)
    assert [task.id for task in loaded.tasks] == ["Own/2"]
    (problem,) = loaded.problems
    assert problem.startswith("some.jsonl:1: the test ") and problem.endswith(
        ("calls the program", "calls nothing")
    )


# --- code that no linter has read ----------------------------------------------------------------

CALLS = CHECK | {"test": "def check(candidate):\n    assert candidate(5) == 120\n"}
TEXT = f"TEXT = {RECURSIVE!r}\n"
HIDDEN = {
    "exec": f"{TEXT}exec(TEXT)\n",
    "exec by another name": "import builtins\n"
    f"{TEXT}vars(builtins)['ex' + 'ec'](TEXT, globals())\n",
    "eval when it is called": "def task_func(n):\n    return eval('math.factorial(n)')\n",
    "a timer": f"import timeit\n{TEXT}timeit.timeit(TEXT + 'S[0] = task_func', number=1,"
    " globals={'S': (S := [0])})\ntask_func = S[0]\n",
    "the harness's own exec": f"import sys\n{TEXT}module = sys.modules[__name__]\n"
    "frame = sys._getframe()\nwhile 'load_program' not in frame.f_globals:\n"
    "    frame = frame.f_back\nframe.f_globals['execute'](TEXT, module)\n",
    "the harness's own loader": f"import sys\n{TEXT}frame = sys._getframe()\n"
    "while 'load_program' not in frame.f_globals:\n    frame = frame.f_back\n"
    "task_func = frame.f_globals['load_program'](lambda *codes: None, TEXT).task_func\n",
    "the watch begun again": f"import sys\n{TEXT}frame = sys._getframe()\n"
    "while 'load_program' not in frame.f_globals:\n    frame = frame.f_back\n"
    "code = compile(TEXT, '<program>', 'exec')\nframe.f_globals['begin_watch'](code)\nexec(code)\n",
}


@pytest.mark.parametrize("form", [CALLS, CHECK, UNITTEST], ids=["calls", "check", "unittest"])
@pytest.mark.parametrize("name", HIDDEN)
def test_code_in_a_string_is_noticed(
    tmp_path: Path, grader: Grader, name: str, form: dict[str, Any]
) -> None:
    result = grader.test(load(tmp_path, form, grader), HIDDEN[name])
    assert (result.outcome, result.unread) == (Outcome.PASSED, True)


@pytest.mark.parametrize("form", [CALLS, CHECK, UNITTEST], ids=["calls", "check", "unittest"])
@pytest.mark.parametrize("name", GOOD)
def test_what_stands_in_the_text_is_not_suspected(
    tmp_path: Path, grader: Grader, name: str, form: dict[str, Any]
) -> None:
    result = grader.test(load(tmp_path, form, grader), GOOD[name])
    assert (result.outcome, result.unread) == (Outcome.PASSED, False)


def test_a_solution_that_runs_texts_passes_and_is_seen_to_do_it(
    tmp_path: Path, grader: Grader
) -> None:
    own = {"canonical_solution": "    return eval('math.factorial(n)')\n"}
    task = load(tmp_path, CALLS | own, grader)
    result = grader.test(task, task.solution)
    assert (result.outcome, result.unread) == (Outcome.PASSED, True)


def test_where_the_test_itself_runs_texts_nothing_is_told_of_a_program(
    tmp_path: Path, grader: Grader
) -> None:
    test = UNITTEST["test"].replace("task_func(5)", "eval('task_func(5)')")
    task = load(tmp_path, UNITTEST | {"test": test}, grader)
    assert task.runs_texts
    assert not grader.test(task, RECURSIVE).unread
    assert not load(tmp_path, UNITTEST, grader).runs_texts
