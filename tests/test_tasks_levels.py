"""What the suite adds to the format of own tasks: levels, and files that problems share."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from random import Random

from parelha.tasks import check_task, expected
from parelha.tasks.mutants import Mutant, is_killed
from parelha.tasks.own import load_own
from parelha.tasks.source import read_source
from tests.test_tasks_own import PROGRAM, TABLE, write

LEVELS = """
[level.1]
en = "There is at least one value."
[level.2]
en = "Values that are NaN are left out."
"""
SECOND = '''

def above_level_2(values: list[float], limit: float) -> list[float]:
    """Return the values above the limit."""
    return [value for value in values if value > limit and not isnan(value)]


def edges_level_2(rng: Random) -> list[tuple[object, ...]]:
    return [([nan, rng.uniform(1.0, 9.0)], 0.5)]


def mistake_keeps_gaps_level_2(values: list[float], limit: float) -> list[float]:
    return [value for value in values if not value <= limit]
'''


def test_one_problem_has_several_levels(tmp_path: Path) -> None:
    program = PROGRAM.replace("from random", "from math import isnan, nan\nfrom random")
    write(
        tmp_path,
        table=TABLE.replace("[[examples]]", LEVELS + "[[examples]]"),
        program=program + SECOND,
    )
    folder = load_own(tmp_path)
    assert folder.problems == ()
    first, second = folder.tasks
    assert [own.task().id for own in folder.tasks] == ["own.above/own/L1/s0", "own.above/own/L2/s0"]
    ends = [own.variant.statement["pt"].rpartition("which they came. ")[2] for own in folder.tasks]
    assert ends == ["There is at least one value.", "Values that are NaN are left out."]
    assert [name for own in folder.tasks for name, _ in own.wrong_answers] == [
        "mistake_includes_the_limit",
        "mistake_keeps_gaps_level_2",
    ]
    easy, hard = first.variant.edges(Random(0)), second.variant.edges(Random(0))
    assert len(hard) == len(easy) + 1 and str(hard[:-1]) == str(easy)
    assert "isnan" not in first.variant.reference and "level_2" not in second.variant.reference
    assert "from math import isnan\n" in second.variant.reference  # and not nan
    assert second.variant.signature == first.variant.signature
    for own in folder.tasks:
        assert check_task(own.task(), one_language=True) == []
        pairs = [(case.args, expected(own.task(), case.args)) for case in own.task().make_cases(0)]
        assert all(is_killed(Mutant(s, 1, ""), own.task(), pairs) for _, s in own.wrong_answers)


def test_a_level_without_a_function_of_its_own_has_that_of_the_level_below(tmp_path: Path) -> None:
    write(tmp_path, table=TABLE.replace("[[examples]]", LEVELS + "[[examples]]"))
    first, second = load_own(tmp_path).tasks
    assert first.variant.reference == second.variant.reference
    assert second.wrong_answers == ()


def test_what_problems_share_is_imported_from_beside_them(tmp_path: Path) -> None:
    start = PROGRAM.index("def ordinary")
    draws = PROGRAM[start : PROGRAM.index("def mistake")].replace("ordinary", "draw_values", 1)
    (tmp_path / "_shared.py").write_text(
        f"from random import Random\n\n\n{draws}", encoding="utf-8"
    )
    uses = "from ._shared import draw_values, edges\n"
    program = PROGRAM[:start].replace("from random import Random\n", uses)
    write(tmp_path, program=program + "ordinary = draw_values\nedges = edges\n")
    folder = load_own(tmp_path)
    assert folder.problems == ()
    assert "_shared" not in folder.tasks[0].variant.reference
    used = program.replace("return [value", "return draw_values and [value")
    write(tmp_path, program=used + "ordinary = draw_values\nedges = edges\n")
    assert load_own(tmp_path).problems == (
        "above.py: above uses another file, but a program is one file",
    )


def test_a_program_holds_what_its_function_uses_and_nothing_else() -> None:
    text = '''"""Doc."""

from math import ceil, floor, sqrt
from random import Random
from statistics import mean

# This says something of the draws.
SIZES = (1, 2)
LOW: int = floor(1.5)  # a constant


def above(values: list[float], limit: float) -> list[float]:
    """Return some."""
    mean = helper(sum(values))
    return [sqrt for sqrt in values if sqrt > mean > limit]


# Between the two.
def helper(value: float) -> "Kind":
    return value + LOW


Kind = float


def ordinary(rng: Random, size: int) -> tuple[object, ...]:
    return [float(ceil(mean(SIZES)))] * size, 0.5


def edges(rng: Random) -> list[tuple[object, ...]]:
    return [([sqrt(2.0)], 0.5)]
'''
    program = read_source(text, "above")[1].reference
    assert (
        program
        == '''"""Doc."""

from math import floor

LOW: int = floor(1.5)  # a constant


def above(values: list[float], limit: float) -> list[float]:
    """Return some."""
    mean = helper(sum(values))
    return [sqrt for sqrt in values if sqrt > mean > limit]


# Between the two.
def helper(value: float) -> "Kind":
    return value + LOW


Kind = float
'''
    )


def test_a_text_of_the_reference_stays_as_it_is() -> None:
    lines = '"""Text.\\n\\f \n\n\n\n\nfrom .5 on  \n"""'
    text = PROGRAM.replace("    return [value for", f"    assert {lines}\n    return [value for", 1)
    program = read_source(text, "above")[1].reference
    assert lines in program and program.count("\n\n\n") > 1
    assert read_source(text.replace("\n", "\r\n"), "above")[1].reference == program
