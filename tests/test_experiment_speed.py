"""How fast right programs are: times beside the reference, and one arm's beside another's."""

# pylint: disable=missing-function-docstring

import math
from collections.abc import Sequence
from typing import Any

import pytest

from parelha.experiment.speed import speed_differences, speeds
from parelha.experiment.tables import speed_difference_rows, speed_rows
from tests.experiments import episodes


def timed(ratios: Sequence[float | None], families: int = 6) -> list[Any]:
    """Return episodes of which the program takes so many times as long as the reference."""
    found = episodes([ratio is not None for ratio in ratios], families)
    for episode, ratio in zip(found, ratios, strict=True):
        if ratio is not None:
            episode |= {"time_ratio": ratio}
    return found


def test_a_mean_of_times_is_that_of_ratios_so_twice_as_long_and_half_as_long_are_as_long() -> None:
    (row,) = speeds(
        {"pair": {0: timed([2.0, 0.5] * 6 + [None] * 3)}, "untimed": {0: timed([None])}}
    )
    assert (row["arm"], row["programs"], row["clusters"]) == ("pair", 12, 6)
    assert row["value"] == pytest.approx(0.0)
    (shown,) = speed_rows({"speeds": [row]})
    assert shown["times the reference"].startswith("1.00 (0.")


def test_programs_are_faster_only_on_tasks_that_both_solve() -> None:
    # The other one solves a task too that takes long; it is not slower for that.
    before, after = timed([3.0] * 12 + [None, 9.0]), timed([1.5] * 12 + [100.0, None])
    (row,) = speed_differences({"a": {0: before, 1: before}, "b": {0: after}}, [("b", "a")])
    assert (row["pairs"], row["clusters"]) == (12, 6)
    assert row["value"] == pytest.approx(math.log(0.5))
    assert row["p"] == row["p_holm"] == 2 / 2**6, "all six families have the sign"
    (shown,) = speed_difference_rows({"speed_differences": [row]})
    assert shown["times as long (95 %)"] == "0.50 (0.50 to 0.50)"


def test_nothing_is_told_of_speed_where_nothing_was_measured() -> None:
    sides = {"a": {0: episodes([True] * 4)}, "b": {0: episodes([True] * 4)}}
    assert speeds(sides) == speed_differences(sides, [("b", "a")]) == []
    assert speed_rows({}) == speed_difference_rows({}) == []
