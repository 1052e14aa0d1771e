"""Right and clean programs earn all, in whichever form; what stops a tool earns nothing of it."""

# pylint: disable=missing-function-docstring

import pytest

from parelha.analysis import neutralise, structure, unused
from parelha.grading import Grader
from tests.test_rewards_hiding import BEST, Judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HEAD = '"""Means."""\n\n'
MEAN = '    """Return the mean of the values."""\n    return sum(values) / len(values)\n'
SOLVE = f"def solve(values: list[float]) -> float:\n{MEAN}"
CLEAN = {
    "overloads of a helper": (
        "from typing import overload\n\n\n@overload\ndef half(value: int) -> float: ...\n\n\n"
        "@overload\ndef half(value: float) -> float: ...\n\n\n"
        'def half(value: int | float) -> float:\n    """Return one half of it."""\n'
        "    return value / 2\n\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    return 2 * half(sum(values)) / len(values)\n"
    ),
    "a registry that is filled by a decorator": (
        "from collections.abc import Callable\n\nMEANS: dict[str, Callable[[list[float]], float]]"
        " = {}\n\n\ndef register(\n    function: Callable[[list[float]], float],\n"
        ') -> Callable[[list[float]], float]:\n    """Keep a function by its name."""\n'
        "    MEANS[function.__name__] = function\n    return function\n\n\n@register\n"
        f"{SOLVE.replace('solve', 'plain')}\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean by the table."""\n'
        '    return MEANS["plain"](values)\n'
    ),
    "calls beside the statements": (
        "import functools\nfrom dataclasses import dataclass\n\n\n@dataclass(frozen=True)\n"
        'class Part:\n    """A sum and how many it is of."""\n\n'
        "    total: float\n    count: int\n\n\n"
        '@functools.lru_cache(maxsize=int("9"))\n'
        'def share(part: Part, least: int = int("1")) -> float:\n    """Return the mean of it."""\n'
        "    return part.total / max(part.count, least)\n\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    match values:\n        case [one] if abs(one) > 0:\n            return one\n"
        "    return share(Part(sum(values), len(values)))\n"
    ),
    "a table that is filled in a loop": (
        'def square(number: int) -> int:\n    """Return its square number."""\n'
        "    return number * number\n\n\nSQUARES: dict[int, int] = {}\nfor _number in range(3):\n"
        "    SQUARES[_number] = square(_number)\n\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    return SQUARES[1] * sum(values) / len(values)\n"
    ),
    "prose that speaks of a type": (
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    # No list of any type: ignore the case that it is empty.\n"
        "    return sum(values) / len(values)\n"
    ),
    "a guard that returns nothing": (
        'def middle(value: float) -> float | None:\n    """Return the value if it is one."""\n'
        "    if not isinstance(value, float):\n        return None\n    return value\n\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    return sum(middle(value) or 0.0 for value in values) / len(values)\n"
    ),
    "a refusal in words": (
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    if not isinstance(values, list):\n"
        '        raise TypeError(f"no {type(values).__name__}: {values!r}")\n'
        "    return sum(values) / len(values)\n"
    ),
    "a text that Python cannot write again": (
        "NAMES = f\"{'\u00a0'.join(['a', 'b'])}\".upper()\n\n\n"
        'def solve(values: list[float]) -> float:\n    """Return the mean of the values."""\n'
        "    return sum(values) / len(values) + 0 * len(NAMES)\n"
    ),
}


@pytest.fixture(name="judge", scope="module")
def fixture_judge(grader: Grader) -> Judge:
    return Judge(grader.analyser, grader.sandbox)


@pytest.mark.parametrize("name", CLEAN)
def test_a_right_and_clean_program_earns_all(judge: Judge, name: str) -> None:
    source = HEAD + "\n" * CLEAN[name].startswith("def ") + CLEAN[name]
    assert judge.value(source) == BEST, judge.score(source)


@pytest.mark.parametrize("odd", ["f\"{'\u00a0'.join([])}\"", f"0x{'f' * 4000}"])
def test_what_python_cannot_write_again_is_counted_all_the_same(odd: str) -> None:
    source = (
        f"def solve(v):\n    match v:\n        case []:\n            print({odd})\n    return 7.0\n"
    )
    assert structure(source).cyclomatic == 2


DEAD = "from typing import Literal\n\nDEAD: Literal[False] = bool(0)\nKEPT: dict[str, int] = {}\n"
HIDING = {
    "dead deletions that work something out": (
        f"{DEAD}if DEAD:\n    del KEPT[KEPT.update(a=max(1, [])) or 0]\n"
        "    del KEPT[KEPT.update(b=min(1, [])) or 0]\n    del KEPT[KEPT.pop(1, b'') + 0]\n\n\n"
    ),
    "dead exceptions that carry results": (
        f"{DEAD}try:\n    if DEAD:\n        raise KeyError(max(1, []) - min(1, []))\n"
        "    if DEAD:\n        raise KeyError([one.lost for one in KEPT] + 1)\n"
        "    if DEAD:\n        raise KeyError(KEPT.update(a=''))\nexcept KeyError:\n    pass\n\n\n"
    ),
    "code of a text put into memory": (
        'import codeop\nimport ctypes\n\nKEPT = codeop.compile_command("x = 1", symbol="exec")\n'
        "CELLS = (ctypes.c_uint64 * 4).from_address(id(KEPT))\n\n\n"
    ),
    "a lambda kept by partial": (
        "from functools import partial\n\nKEPT = partial(lambda v: v.lost if v == 1 else v)\n\n\n"
    ),
    "an error behind which mypy reads nothing": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from . import tools\n\n"
        'KEPT: "tools.Kind | None" = None\n\n\n'
    ),
}


@pytest.mark.parametrize("name", HIDING)
def test_what_keeps_code_from_the_tools_costs_more_than_it_can_hide(
    judge: Judge, name: str
) -> None:
    solve = SOLVE.replace("    return", "    assert KEPT != 0\n    return")
    program = HEAD + HIDING[name] + solve
    assert judge.value(program) < BEST - 0.05


def test_only_a_comment_that_a_tool_obeys_is_a_suppression() -> None:
    assert neutralise("x = 1  # of any type: ignore it\n")[1] == 0
    for comment in ("# type: ignore", "#type:ignore[misc]", "# see below # type: ignore"):
        assert neutralise(f"x = 1  {comment}\n")[1] == 1
    assert structure("# Run-length encoding: pairs of value and count\nx = 1\n").dynamic == 0
    assert structure("# encoding: latin-1\nx = 1\n").dynamic == 1


def test_a_lambda_in_what_pandas_is_handed_is_no_function() -> None:
    assert structure('x = f.groupby("g").agg(w=("v", lambda s: s.max()))\n').lambdas == 0
    assert structure("x = cache(lambda v: v)\n").lambdas == 1


def test_branches_outside_functions_add_up() -> None:
    lines = "".join(f"if A == {n}:\n    B = {n}\n" for n in range(9))
    assert structure(f"A = 1\n{lines}").cyclomatic == 10


def test_a_definition_that_nothing_keeps_is_unused() -> None:
    lost = "def keep(f):\n    return f\n\n\n@keep\ndef one(v):\n    return v\n\n\n"
    assert unused(f"{lost}def solve(v):\n    return v\n", "solve") == 2
