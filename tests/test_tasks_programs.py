"""Programs cut out of a problem's file run as their functions do in the file, under another name.

A wrong answer may call the reference, a level may build on the one below, and what a function's
head uses is used.
"""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha.tasks import check_task, expected
from parelha.tasks.mutants import Mutant, is_killed
from parelha.tasks.own import OwnTask, load_own
from parelha.tasks.rename import free_name, renamed
from parelha.tasks.source import read_source, wrong_answers
from tests.test_tasks_levels import LEVELS
from tests.test_tasks_own import write

TABLE = """
action = "analyse_statistics"
[statement]
en = "Return the largest of the numbers `values`, each of which is above zero."
[[examples]]
call = "top([1.0, 5.0])"
result = "5.0"
"""
DRAWS = """

def ordinary(rng: Random, size: int) -> tuple[object, ...]:
    return ([rng.uniform(1.0, 9.0) for _ in range(size)],)


def edges(rng: Random) -> list[tuple[object, ...]]:
    return [([rng.uniform(1.0, 9.0)],), ([1.0, rng.uniform(2.0, 9.0), 1.0],)]
"""
HEAD = '"""The largest number."""\n\nfrom random import Random\n\n\n'
REFERENCE = '''def top(values: list[float]) -> float:
    """Return the largest number."""
    return max(values)
'''
PROGRAM = HEAD + REFERENCE + DRAWS
SECOND = '''

def top_level_2(values: list[float]) -> float:
    """Return the largest number, 0 for none; unlike top, top_level_2 takes an empty list."""
    return top(values) if values else 0.0


def edges_level_2(rng: Random) -> list[tuple[object, ...]]:
    return [([],), ([1.0],), ([2.0, 2.0],)]
'''
LEVELLED = TABLE.replace("[[examples]]", LEVELS + "[[examples]]")


def is_told(own: OwnTask, program: str) -> bool:
    task = own.task()
    pairs = [(case.args, expected(task, case.args)) for case in task.make_cases(0)]
    return is_killed(Mutant(program, 1, ""), task, pairs)


@pytest.mark.parametrize(
    ("mistakes", "told"),
    [
        ("def mistake_x(v):\n    return max(max(v), 0.0)\n", False),
        ("def mistake_x(v):\n    return max(top(v), 0.0)\n", False),
        ("def mistake_x(v):\n    return top(v) + 1.0\n", True),
        ("def mistake_x(v, top=top):\n    return top(v)\n", False),
        ("mistake_x = top\n", False),
        # Through other functions of the file.
        ("def help(v):\n    return top(v)\n\n\ndef mistake_x(v):\n    return help(v)\n", False),
        ("def oracle(v):\n    return max(v)\n\n\ndef mistake_x(v):\n    return oracle(v)\n", False),
        (
            "def mistake_x(v):\n    return mistake_y(v) - 1.0\n\n\n"
            "def mistake_y(v):\n    return top(v) + 1.0\n",
            False,
        ),
    ],
)
def test_a_wrong_answer_that_calls_the_reference_is_told_by_what_it_answers(
    tmp_path: Path, mistakes: str, told: bool
) -> None:
    write(tmp_path, "top", TABLE, f"{PROGRAM}\n\n{mistakes}")
    folder = load_own(tmp_path)
    assert folder.problems == ()
    (own,) = folder.tasks
    assert is_told(own, dict(own.wrong_answers)["mistake_x"]) is told


def test_a_text_that_names_a_part_of_the_file_does_not_bring_it_into_the_program() -> None:
    kept = 'class Kept:\n    """As mistake_x, oracle and edges know it."""\n\n\n'
    guard = '\n\nif __name__ == "__main__":\n    print(edges(Random(0)), mistake_x([]))\n'
    mistake = "\n\ndef mistake_x(values):\n    return 3.0\n"
    used = PROGRAM.replace("    return max", "    assert Kept()\n    return max")
    text = used.replace("def top", f"{kept}def top") + mistake + guard
    program = read_source(text, "top")[1].reference
    assert "class Kept" in program
    assert not any(f"def {name}" in program for name in ("edges", "oracle", "mistake_x"))


HELPERS = {
    "default": "def clipped(v, low=LOWEST):\n    return max(max(v), low)",
    "keyword default": "def clipped(v, *, low=LOWEST):\n    return max(max(v), low)",
    "default worked out": "def clipped(v, low=(lambda: LOWEST)()):\n    return max(max(v), low)",
    "annotation": "def clipped(v: LOWEST):\n    return max(v)",
    "positional annotation": "def clipped(v: 'LOWEST', /):\n    return max(v)",
    "keyword annotation": "def clipped(v, *, low: 'LOWEST' = 0.0):\n    return max(v)",
    "further arguments": "def clipped(v, *more: 'LOWEST'):\n    return max(v)",
    "further keywords": "def clipped(v, **more: 'list[LOWEST]'):\n    return max(v)",
    "return": "def clipped(v) -> 'LOWEST':\n    return max(v)",
    "decorator": "@(lambda f: LOWEST and f)\ndef clipped(v):\n    return max(v)",
    "coroutine": "async def later(v: 'LOWEST', low=LOWEST):\n    return v\n\n\n"
    "def clipped(v):\n    return later and max(v)",
    "inner function": "def clipped(v):\n    def inner(low=LOWEST):\n        return low\n\n"
    "    return max(max(v), inner())",
}


@pytest.mark.parametrize("helper", HELPERS.values(), ids=HELPERS)
def test_what_the_head_of_a_function_uses_is_in_the_program(tmp_path: Path, helper: str) -> None:
    text = PROGRAM.replace("return max(values)", "return clipped(values)")
    unused = "OTHER = 1.0\n\n\n"
    text = text.replace("def top", f"LOWEST = 1.0\n{unused}{helper}\n\n\ndef top")
    write(tmp_path, "top", TABLE, text)
    folder = load_own(tmp_path)
    assert folder.problems == ()
    task = folder.tasks[0].task()
    assert "LOWEST = 1.0" in task.reference and "OTHER" not in task.reference
    assert check_task(task, one_language=True) == []


def test_a_level_builds_on_the_reference_of_the_level_below(tmp_path: Path) -> None:
    mistake = "\n\ndef mistake_same_level_2(v):\n    return top(v) if v else 0.0\n"
    write(tmp_path, "top", LEVELLED, PROGRAM + SECOND + mistake)
    folder = load_own(tmp_path)
    assert folder.problems == ()
    first, second = folder.tasks
    assert first.variant.reference == f'"""The largest number."""\n\n\n{REFERENCE}'
    task = second.task()
    assert expected(task, ([],)) == 0.0 and expected(task, ([1.0, 5.0],)) == 5.0
    assert check_task(task, one_language=True) == []
    assert "return top_(values) if values" in task.reference
    assert "unlike top, top_level_2 takes" in task.reference  # a text is no name
    assert not is_told(second, dict(second.wrong_answers)["mistake_same_level_2"])


def test_three_levels_build_on_each_other() -> None:
    third = "\n\ndef top_level_3(values: list[float]) -> float:\n    return -top_level_2(values)\n"
    sources = read_source(PROGRAM + SECOND + third, "top", (1, 2, 3))
    for level, answers in {1: [5.0], 2: [5.0, 0.0], 3: [-5.0, 0.0]}.items():
        namespace: dict[str, Any] = {}
        exec(sources[level].reference, namespace)
        inputs = ([1.0, 5.0], [])[: len(answers)]
        assert [namespace["top"](values) for values in inputs] == answers


def test_a_level_whose_name_would_be_hidden_is_told_in_one_line(tmp_path: Path) -> None:
    hides = "top = max(values[1:], default=0.0)\n    return values and top_level_2(values[1:])"
    text = (PROGRAM + SECOND).replace("return top(values) if values else 0.0", hides)
    write(tmp_path, "top", LEVELLED, text)
    said = "top.py: top_level_2 is used where top is the name of something else"
    assert load_own(tmp_path).problems == (said,)


RENAMED = {
    "x = f(1)": "x = f_(1)",
    "def f(a):\n    return f(a)": "def f_(a):\n    return f_(a)",
    "async def f(a): await f(a)": "async def f_(a): await f_(a)",
    "class f(g): pass\n@f\ndef g(): pass": "class f_(g): pass\n@f_\ndef g(): pass",
    "x = 'f', \"é\", f(1)  # f": "x = 'f', \"é\", f_(1)  # f",
    "x = g(f=f, h=a.f.f(f))": "x = g(f=f_, h=a.f.f(f_))",
    "x = f'f {f(1)} {g:{f}}'": "x = f'f {f_(1)} {g:{f_}}'",
    "x = f'''é\n{f} {\nf(1)}'''": "x = f'''é\n{f_} {\nf_(1)}'''",
    # What a function calls so itself.
    "def g(f, a=f): return f": "def g(f, a=f_): return f",
    "def g(a: f, *f) -> f: return f": "def g(a: f_, *f) -> f_: return f",
    "def g():\n    f = 1\n    def h(): return f": "def g():\n    f = 1\n    def h(): return f",
    "def g():\n    import f\n    return f": "def g():\n    import f\n    return f",
    "def g():\n    def f(): pass\n    f()": "def g():\n    def f(): pass\n    f()",
    "def g():\n    global f, h\n    f = 1": "def g():\n    global f_, h\n    f_ = 1",
    "def g():\n    [f := 1 for a in f(1)]\n    f": "def g():\n    [f := 1 for a in f(1)]\n    f",
    "def g():\n    try: f\n    except E as f: f": "def g():\n    try: f\n    except E as f: f",
    "def g(a):\n    match a:\n        case {**f}: f": (
        "def g(a):\n    match a:\n        case {**f}: f"
    ),
    "x = [f for f in f(1) if f]": "x = [f for f in f_(1) if f]",
    "x = {f: g for g in f}": "x = {f_: g for g in f_}",
    "x = lambda f, a=f: f(a)": "x = lambda f, a=f_: f(a)",
    "x = lambda a: f(a)": "x = lambda a: f_(a)",
    "class K:\n    def f(self): return f(self.f)\n    g = f": (
        "class K:\n    def f(self): return f_(self.f)\n    g = f"
    ),
}


@pytest.mark.parametrize("program", RENAMED)
def test_a_name_is_changed_where_it_is_the_modules_and_nowhere_else(program: str) -> None:
    assert renamed(program, "f", "f_") == RENAMED[program]


def test_a_free_name_is_nowhere_in_the_program() -> None:
    assert free_name("f = f(1)", "f") == "f_"
    assert free_name("f_ = f(1)  # not f__", "f") == "f___"


def test_a_wrong_answer_that_does_not_call_the_reference_is_cut_as_ever() -> None:
    ((_, program),) = wrong_answers(f"{PROGRAM}\n\ndef mistake_x(v):\n    return v\n", "top", None)
    assert program == '"""The largest number."""\n\n\ndef mistake_x(v):\n    return v\n\n\n' + (
        "top = mistake_x\n"
    )
