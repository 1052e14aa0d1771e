"""Complexity, dead code and length: what is counted, and what of it costs reward."""

import ast
import time
from dataclasses import replace
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.analysis import _mypy_sight, neutralise, structure, unused, widened
from parelha.analysis.complexity import TOO_DEEP
from parelha.config import RewardConfig
from parelha.rewards import program_value, structure_deficits
from parelha.types import Analysis, Outcome, Score, Structure
from parelha.types import TestResult as Result

ENTRY = "def f(values: list[float]) -> float:\n    return 0.0\n"
GATED = RewardConfig()
DONE = Result(8, 8, Outcome.PASSED)
CLEAN = Structure(functions=1, documented=1, annotated=1, returning=1, lines=10)


def scored(counts: Structure, unused_functions: int = 0, reference_lines: int = 10) -> Score:
    return Score(
        "p",
        "",
        DONE,
        Analysis((), 10.0, counts),
        unused=unused_functions,
        reference_lines=reference_lines,
    )


@pytest.mark.parametrize(
    ("source", "cyclomatic", "cognitive"),
    [
        ("", 0, 0),
        ("def f():\n    return 1\n", 1, 0),
        ("def f(a):\n    if a:\n        return 1\n    return 2\n", 2, 1),
        # nested: cyclomatic adds one for each, cognitive counts the depth as well
        ("def f(a):\n    for b in a:\n        if b:\n            return b\n", 3, 3),
        # the largest function counts, not the sum
        ("def f(a):\n    if a:\n        return 1\n\ndef g(a):\n    return a\n", 2, 1),
        # a comment that would silence complexipy is not obeyed
        ("def f(a):  # complexipy: ignore\n    if a:\n        return 1\n", 2, 1),
    ],
)
def test_complexity_is_that_of_the_worst_function(
    source: str, cyclomatic: int, cognitive: int
) -> None:
    counts = structure(source)
    assert (counts.cyclomatic, counts.cognitive) == (cyclomatic, cognitive)


IFS = "if a:\n    if b:\n        x = 1\n"
IN_BODY = indent(IFS, "    ")
IN_INNER = indent(IN_BODY, "    ")


@pytest.mark.parametrize(
    ("source", "cyclomatic", "cognitive"),
    [
        (IFS, 3, 3),
        (IFS + "x = 1 if a else 2\n", 4, 4),
        (IFS + "@g(1 if a else 2)\ndef f():\n    return 1\n", 4, 3),
        (f"class A:\n{IN_BODY}", 3, 3),
        ("class A:\n    x = 1 if a else 2\n    y = [c for c in b if c]\n", 3, 3),
        (f"class A:\n    class B:\n{IN_INNER}", 3, 3),
        (f"def f():\n    class A:\n{IN_INNER}", 4, 3),
        (f"class A:\n{IN_BODY}    def f(self):\n        return 1\n{IN_BODY}", 5, 6),
        # A method is no part of it.
        (f"class A:\n{IN_BODY}    def f(self):\n{IN_INNER}", 3, 3),
        (f"def _outside_():\n{IN_BODY}{IFS}", 5, 6),
    ],
)
def test_what_stands_outside_functions_is_as_complex_as_in_one(
    source: str, cyclomatic: int, cognitive: int
) -> None:
    counts = structure(source)
    assert (counts.cyclomatic, counts.cognitive) == (cyclomatic, cognitive)


@pytest.mark.parametrize("beside", ["if c: ...\n", "match c:\n    case 1: ...\n"])
def test_a_decision_elsewhere_makes_no_else_an_elif(beside: str) -> None:
    inner = "if b: ...\nelse:\n    if c: ...\n"
    ladder = f"def f():\n    if a: ...\n    else:\n{indent(inner, ' ' * 8)}"
    assert structure(beside + ladder).cognitive == structure(ladder).cognitive == 8


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f():\n    return 1\n    x = 1\n    y = 2\n", 1),
        ("for x in y:\n    if x:\n        continue\n        z()\n    break\n    w()\n", 2),
        ("if False:\n    x = 1\n", 1),
        ("while 0:\n    x = 1\n", 1),
        ("if True:\n    x = 1\nelse:\n    x = 2\n", 1),
        ("while True:\n    x()\n", 0),
        ("def f(a):\n    if a:\n        return 1\n    return 2\n", 0),
        ("f = lambda: 1\n", 0),
    ],
)
def test_pieces_that_can_never_run_are_counted(source: str, count: int) -> None:
    assert structure(source).unreachable == count


@pytest.mark.parametrize(
    ("rest", "count"),
    [
        ("", 0),
        ("def g(): return 1\n", 1),
        ("def g(): return g()\n", 1),
        ("def g(): return h()\ndef h(): return g()\n", 2),
        ("def helper(): return other()\ndef other(): return 1\n", 0),
        ("class Unused: ...\n", 1),
        ("def g(): return 1\nKEEP = g\n__all__ = ['g']\nprint(g)\n", 1),
        ("TABLE: dict = {1: g}\ndef g(): return 1\n", 0),
        ("def helper(): return 1\ndef helper(): return 2\n", 1),
        ("def f(: \n", 0),
        ("TABLE, OTHER = g(1), g(2)\ndef g(n): return n\n", 0),
        ("FIRST, OTHER = g(1), g(2)\ndef g(n): return n\n", 1),
        ('def helper(rows: "list[Row]") -> "Row": return rows[0]\nclass Row: ...\n', 0),
        ('def helper(): return "Row"\nclass Row: ...\n', 1),
    ],
)
def test_what_the_entry_point_does_not_reach_is_unused(rest: str, count: int) -> None:
    assert unused("def f(x):\n    return helper() + TABLE[x]\n\n\n" + rest, "f") == count


def test_what_is_reached_one_by_one_is_found_in_no_time() -> None:
    """Looking at all statements in each round took 30 seconds of the grader's own process."""
    keeper = "def keep(g):\n    return [g" + ", g" * 300 + "]\n"
    links = (f"a{i} = []\na{i}.append(a{i + 1})\n@keep\ndef g(): pass\n" for i in range(150))
    source = f"def f():\n    return a0\n{keeper}{''.join(links)}a150 = []\n"
    began = time.process_time()
    assert unused(source, "f") == 151
    assert time.process_time() - began < 2.0


def test_without_the_entry_point_nothing_is_called_unused() -> None:
    assert unused("def g(): return 1\n", "f") == 0


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    if a:\n        pass\n" + "    elif b:\n        pass\n" * 800,
        "x = " + "-" * 800 + "1\n",
        "x = " + "+".join(["y"] * 3000) + "\n",
        "x = a" + ".b()" * 500 + "\n",
        "def f():\n" + "    if x: pass\n" * 5000,
        "(" * 10_000,
        "x = '\0'\n",
        "\ud800 = 1\n",
    ],
)
def test_no_text_breaks_a_count(source: str) -> None:
    counts = structure(source)
    assert 0 <= counts.cyclomatic <= 10_000
    assert 0 <= counts.cognitive <= 10_000
    assert unused(source, "f") == 0


# Expressions that Python reads and `ast.unparse`, a walk by recursion or `repr` may raise at.
HOSTILE = {
    "digits": "0x" + "f" * 4000,
    "attributes": "x" + ".y" * 700,
    "calls": "x" + "()" * 700,
    "signs": "-" * 700 + "1",
    "sum": "+".join(["x"] * 700),
    "brackets": "[" * 90 + "]" * 90,
}
PLACES = (
    "class A({}):\n    ...",
    "class A(Protocol[{}]):\n    ...",
    "@{}\ndef g(a: {} = {}) -> {}:\n    return {}",
    "T = TypeVar('T', bound={})\ndef g(a: T) -> T:\n    return a",
    "x[{}].y = {}",
    "del x[{}]",
    "raise {} from {}",
    "match {}:\n    case A(x=1) if {}:\n        pass",
    "g = lambda a={}: {}",
    "x: {} = {}",
    "assert {}, {}",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_expression_of_a_program_breaks_what_is_read_of_its_tree(name: str, place: str) -> None:
    odd = place.replace("{}", HOSTILE[name])
    within = "    " + odd.replace("\n", "\n    ")
    for program in (
        f"{odd}\n{ENTRY}",
        f"{ENTRY}{within}\n",
        f"def f(values: {HOSTILE[name]}) -> float:\n    return 0.0\n",
    ):
        structure(program)
        unused(program, "f")
        neutralise(program)


def test_nesting_too_deep_to_measure_counts_as_too_complex() -> None:
    assert structure("x = " + "-" * 800 + "1\n").cognitive == TOO_DEEP
    elifs = "def f():\n    if a:\n        pass\n" + "    elif b:\n        pass\n" * 800
    assert structure(elifs).cyclomatic >= 800


@pytest.mark.parametrize(
    ("statement", "unseen"),
    [
        ("del rows", 0),
        ("del rows, names", 0),
        ("del rows[0], rows[name]", 0),
        ("del rows[rows.update(a=max(values))]", 5),
        ("del rows.items[0]", 3),
        ("raise TypeError", 0),
        ("raise TypeError('no list') from error", 0),
        ("raise TypeError(f'no list: {type(rows).__name__}, {len(rows)} {rows!r:>9}')", 0),
        ("raise ValueError('%s of %d' % (name, rows.shape))", 0),
        ("raise ValueError('{} of {}'.format(name, rows.shape))", 0),
        ("raise FoundError(max(values) - min(values))", 5),
        ("raise FoundError(rows + [1])", 3),
        ("raise FoundError([value for value in rows])", 3),
        ("raise FoundError(f'{rows.pop()}')", 5),
        ("raise FoundError(*rows)", 2),
        ("raise FoundError(names) from work(rows)", 3),
        ("raise FoundError('a'.format(" + "a.b, " * 9 + "))", 13),
        ("def inner(kept: int = rows.update(a=1)) -> None: ...", 3),
        ("@keep\ndef inner(kept: int = 0) -> None: ...", 0),
        ("@rows.update(a=1)\ndef inner() -> None: ...", 3),
        ("@rows.update(a=1)\nclass Inner: ...", 3),
        ("class Inner(Outer, kept=rows.update(a=1)): ...", 3),
        ("try: pass\nexcept rows.update(a=1): pass", 3),
        ("try: pass\nexcept (KeyError, re.error): pass", 0),
        ("match 1:\n    case 1 if rows.update(a=1): pass", 4),
    ],
)
def test_dead_code_is_free_only_where_it_works_nothing_out(statement: str, unseen: int) -> None:
    dead = ast.parse(statement)
    assert _mypy_sight._unseen(dead, set(), []) == unseen  # pylint: disable=protected-access


FLOATS = "def f(values: list[float], *rest: dict[str, float]) -> list[float] | None:"


@pytest.mark.parametrize(
    ("place", "signature", "wide"),
    [
        ("f 0", FLOATS, True),
        ("f 0.0", FLOATS, True),
        ("f 1", FLOATS, True),
        ("f 2.1", FLOATS, True),
        ("f 1+", FLOATS, True),
        ("f 1.0+", FLOATS, False),
        ("f 3", FLOATS, False),
        ("f 1.1", FLOATS, False),
        ("g 1", FLOATS, False),
        ("f 1.0+", "def f(values: 'List[list[float]]') -> float:", True),
        ("f 1.0.0", "def f(values: Optional[List[Tuple[str, object]]]) -> float:", True),
        ("f 1.0.1", "def f(values: Optional[List[Tuple[str, object]]]) -> float:", False),
        ("f 1.0", "def f(values: list[float | t.Any]) -> float:", False),
        ("f 1.0", "def f(key: Callable[[float], float]) -> float:", False),
        ("f 1", "def f(values: object, *rest: object) -> Any:", False),
        ("f 0", "def f(values: object, *rest: object) -> Any:", False),
        ("f 1", "def f(values):", False),
        ("f 1", "# only the lines that belong in the marked place", False),
        ("f 0", "def f() -> float:\n    'What is asked, below the head.'", True),
    ],
)
def test_a_wide_place_counts_where_the_task_names_a_type(
    place: str, signature: str, wide: bool
) -> None:
    assert widened(Structure(wide=("h 1", place)), signature, "f") == wide


@pytest.mark.parametrize(
    ("worse", "deficits"),
    [
        (scored(CLEAN), 0),
        (scored(replace(CLEAN, cyclomatic=10, cognitive=15)), 0),
        (scored(replace(CLEAN, cyclomatic=11)), 1),
        (scored(replace(CLEAN, cognitive=16)), 1),
        (scored(replace(CLEAN, cyclomatic=11, cognitive=16)), 1),
        (scored(replace(CLEAN, unreachable=2)), 2),
        (scored(CLEAN, unused_functions=2), 2),
        (scored(replace(CLEAN, lines=50)), 0),
        (scored(replace(CLEAN, lines=51)), 1),
        (scored(replace(CLEAN, lines=5000), reference_lines=0), 0),
        (scored(replace(CLEAN, lines=1)), 0),
        (scored(replace(CLEAN, documented=0)), 1),
        (scored(Structure()), 3),
    ],
)
def test_each_fault_of_structure_is_one_deficit(worse: Score, deficits: int) -> None:
    assert structure_deficits(worse) == deficits
    lost = GATED.quality_weight * min(1.0, deficits / 3) / 4.5
    assert program_value(worse, GATED) == pytest.approx(1.3 - lost)


COUNT = st.integers(0, 30)


@given(
    st.builds(Structure, functions=st.just(1), lines=COUNT, cyclomatic=COUNT, cognitive=COUNT),
    COUNT,
    st.sampled_from(("lines", "cyclomatic", "cognitive", "unreachable")),
    st.integers(1, 100),
)
def test_more_of_anything_never_raises_a_reward(
    counts: Structure, dead: int, name: str, more: int
) -> None:
    worse = replace(counts, **{name: getattr(counts, name) + more})
    assert program_value(scored(worse, dead), GATED) <= program_value(scored(counts, dead), GATED)
    assert program_value(scored(counts, dead + more), GATED) <= program_value(
        scored(counts, dead), GATED
    )


@given(st.integers(1, 50), st.integers(1, 50))
def test_shrinking_a_program_that_is_short_enough_pays_nothing(short: int, shorter: int) -> None:
    values = {program_value(scored(replace(CLEAN, lines=n)), GATED) for n in (short, shorter)}
    assert len(values) == 1
