"""What the reward makes of real programs: no comment, padding or new name ever pays."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parelha.analysis import Analyser, unused
from parelha.analysis.parsing import parse
from parelha.analysis.structure import structure
from parelha.config import RewardConfig
from parelha.grading import Grader
from parelha.rewards import program_value
from parelha.types import Outcome, Score
from parelha.types import TestResult as Result
from tests.samples import CLEAN

# A busy machine stretches the start of the linters twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# The same examples each time: the linters are slow, and a failure is to be seen by everyone.
few = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
GATED = RewardConfig()
REFERENCE_LINES = 6
PROGRAMS = (
    CLEAN["bare"][0],  # nearly clean
    CLEAN["bare"][0].replace("low, _, high", "low, mid, high").replace(": float", ""),
    """import math, os

def outliers(values, k = 1.5):
    total = sum(values)
    mean = total / len(values); unused = 0
    def inside(value):
        return abs(value - mean) <= k * helper(values)
    return [value for value in values if not inside(value)]

def helper(values: list) -> int:
    if values == None:
        return "none"
    return math.sqrt(len(values))
""",
)
SUPPRESSIONS = (
    "# noqa",
    "# noqa: E501",
    "# flake8: noqa",
    "# type: ignore",
    "# type: ignore[no-untyped-def]",
    "# mypy: ignore-errors",
    "# mypy: disable-error-code=no-untyped-def",
    "# pylint: disable=all",
    "# pylint: disable=unused-variable,missing-function-docstring",
    "# pylint: skip-file",
)
PADDING = (
    '\n\ndef helper_{n}(value: float) -> float:\n    """Return the value."""\n    return value\n',
    '\n\nclass Extra{n}:\n    """Something well formed."""\n\n    size: int = {n}\n',
    "\n\nif False:\n    print({n})\n",
    "\n\nEXTRA_{n}: int = {n}\n",
    "\n\nEXTRA_{n} = outliers\n",
    "\n\n# A comment that says nothing, number {n}.\n",
    '\n"""Another docstring {n}."""\n',
    "\n",
    "\n\n\n\n",
)


@pytest.fixture(name="analyser", scope="module")
def fixture_analyser(grader: Grader) -> Analyser:
    return grader.analyser


def value(analyser: Analyser, source: str) -> float:
    """What a program is worth that passes every hidden case."""
    return program_value(
        Score(
            source,
            "",
            Result(8, 8, Outcome.PASSED),
            analyser.analyse(source),
            unused=unused(source, "outliers"),
            reference_lines=REFERENCE_LINES,
        ),
        GATED,
    )


def test_the_programs_leave_room_for_a_gain(analyser: Analyser) -> None:
    """Otherwise the properties below could not fail."""
    values = [value(analyser, source) for source in PROGRAMS]
    assert all(1.0 < one < 1 + GATED.quality_weight for one in values)


@few
@given(st.sampled_from(PROGRAMS), st.sampled_from(SUPPRESSIONS), st.integers(0, 30), st.booleans())
def test_a_comment_that_silences_never_raises_a_reward(
    analyser: Analyser, source: str, comment: str, place: int, own_line: bool
) -> None:
    lines = source.splitlines(keepends=True)
    place %= len(lines)
    if own_line:
        lines.insert(place, comment + "\n")
    else:
        lines[place] = lines[place].rstrip("\n") + f"  {comment}\n"
    assert value(analyser, "".join(lines)) <= value(analyser, source)


@few
@given(st.sampled_from(PROGRAMS), st.lists(st.sampled_from(PADDING), min_size=1, max_size=6))
def test_padding_never_raises_a_reward(analyser: Analyser, source: str, pads: list[str]) -> None:
    padded = source + "".join(pad.format(n=number) for number, pad in enumerate(pads))
    assert value(analyser, padded) <= value(analyser, source)


DEAD = ("    return values\n", "    pass\n", '    """Nothing."""\n', "    # Nothing.\n", "\n")


@few
@given(st.sampled_from(PROGRAMS), st.sampled_from(DEAD))
def test_dead_lines_at_the_end_of_a_function_never_raise_a_reward(
    analyser: Analyser, source: str, line: str
) -> None:
    assert value(analyser, source + line) <= value(analyser, source)


@few
@given(st.sampled_from(PROGRAMS), st.sampled_from((1, 4)))
def test_copies_of_a_function_never_raise_a_reward(
    analyser: Analyser, source: str, copies: int
) -> None:
    body = source[source.index("def outliers") :]
    longer = source + "".join(
        "\n\n" + body.replace("outliers", f"outlier{number}") for number in range(copies)
    )
    assert value(analyser, longer) <= value(analyser, source)
    assert structure(longer).functions > structure(source).functions


NAMES = {"low": ("cut", "one", "mid"), "spread": ("height", "extent", "length")}


@few
@given(st.sampled_from(NAMES["low"]), st.sampled_from(NAMES["spread"]), st.sampled_from(PROGRAMS))
def test_renaming_locals_to_names_as_long_and_as_good_changes_nothing(
    analyser: Analyser, low: str, spread: str, source: str
) -> None:
    renamed = source
    for old, new in (("low", low), ("spread", spread), ("total", "whole"), ("mean", "main")):
        if not re.search(rf"\b{new}\b", source):
            renamed = re.sub(rf"\b{old}\b", new, renamed)
    assert parse(renamed) is not None
    assert value(analyser, renamed) == value(analyser, source)
