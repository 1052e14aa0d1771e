"""What an experiment can show, said before it starts."""

# pylint: disable=missing-function-docstring

import numpy as np
import pytest

from parelha.experiment.compare import NOT_TOLD_APART, differences
from parelha.experiment.power import power_text, smallest_difference, told_apart
from parelha.report.statistics import paired_difference, sign_flip_p
from tests.experiments import episodes


@pytest.mark.parametrize(("families", "each", "comparisons"), [(6, 16, 1), (8, 8, 5), (13, 16, 1)])
def test_the_difference_said_before_the_start_is_found_as_often_as_said(
    families: int, each: int, comparisons: int
) -> None:
    """Families that differ as their correlation says, told apart one by one."""
    clusters = np.arange(families).repeat(each)
    difference = smallest_difference(clusters.tolist(), 3, comparisons)
    assert difference is not None
    rng, found, times = np.random.default_rng(1), 0, 300
    pairs = clusters.repeat(3)
    for _ in range(times):
        spread = (0.1 * (0.5 - difference**2)) ** 0.5
        means = rng.normal(difference, spread, size=families).clip(-0.5, 0.5)[pairs]
        draws = rng.random(len(pairs))
        after = (draws < (0.5 + means) / 2).astype(float).tolist()
        before = (draws > 1 - (0.5 - means) / 2).astype(float).tolist()
        change = paired_difference(before, after, pairs.tolist())
        p = sign_flip_p([a - b for a, b in zip(after, before, strict=True)], pairs.tolist())
        assert change is not None
        found += change.is_clear and p * comparisons <= 0.05
    assert found / times == pytest.approx(0.8, abs=0.08)


@pytest.mark.parametrize("comparisons", [1, 2])
def test_planned_pairs_are_told_apart_as_measured_ones_are(comparisons: int) -> None:
    """By the interval, the corrected p-value and the sign of every seed."""
    rng = np.random.default_rng(0)
    # Pairs that the one side gains, loses or shares: 24 tasks of 8 families, with 3 seeds.
    chances = [[0.8, 0.0, 0.2], [0.45, 0.2, 0.35], [0.35, 0.2, 0.45], [0.3, 0.15, 0.55]]
    made = np.array([rng.choice([1, -1, 0], (24, 3), p=chances[n % 4]) for n in range(60)], np.int8)
    verdicts = []
    for values in made:
        gains, losses = (values > 0).T.tolist(), (values < 0).T.tolist()
        base = {seed: episodes(one, 8) for seed, one in enumerate(losses)}
        pair = {seed: episodes(one, 8) for seed, one in enumerate(gains)}
        compare = [("pair", "base"), ("other", "base")][:comparisons]
        found = differences({"base": base, "pair": pair, "other": base}, compare)[0]
        verdicts.append(found.verdict)
    assert 10 < verdicts.count("above") < 50 and NOT_TOLD_APART in verdicts
    places = np.arange(24) % 8
    said = told_apart(made, places, comparisons).tolist()
    assert said == [verdict == "above" for verdict in verdicts]


@pytest.mark.parametrize(("each", "gains", "verdict"), [(4, 1, NOT_TOLD_APART), (4, 4, "above")])
def test_families_with_the_same_difference_are_planned_as_they_are_measured(
    each: int, gains: int, verdict: str
) -> None:
    made = np.repeat(np.arange(each) < gains, 6).astype(np.int8)
    base, pair = episodes([False] * len(made), 6), episodes(map(bool, made), 6)
    found = differences({"base": {0: base}, "pair": {0: pair}}, [("pair", "base")])[0]
    assert found.verdict == verdict
    said = told_apart(made[None, :, None], np.arange(len(made)) % 6, 1)
    assert said.tolist() == [verdict == "above"]


def test_more_families_show_less_and_more_comparisons_and_seeds_that_may_disagree_more() -> None:
    def shown(families: int, each: int, seeds: int, comparisons: int = 1) -> float:
        found = smallest_difference(list(range(families)) * each, seeds, comparisons)
        assert found is not None
        return found

    assert shown(8, 8, 3) > shown(12, 8, 3) > shown(48, 8, 1)
    assert shown(8, 8, 3, 5) > shown(8, 8, 3)
    assert shown(8, 2, 4) > shown(8, 8, 4)
    # As many pairs of each family: with few tasks a seed, one of many seeds is soon against it.
    assert shown(20, 1, 12) > shown(20, 12, 1)


def test_the_same_plan_shows_the_same_twice() -> None:
    assert smallest_difference([n % 9 for n in range(50)], 3) == smallest_difference(
        [f"f{n % 9}" for n in range(50)], 3
    )


def test_too_few_families_or_tasks_can_show_nothing_and_the_text_says_so() -> None:
    none = "no difference can be told apart, however large: more"
    assert smallest_difference(list(range(5)) * 200, 3) is None
    assert f"{none} families are needed" in power_text(episodes([True] * 40, 5), 3, 1)
    # Of six families all signs are turned 1 time in 32: not rare enough for two comparisons.
    assert none not in power_text(episodes([True] * 96, 6), 3, 1)
    assert f"{none} families are needed" in power_text(episodes([True] * 96, 6), 3, 2)
    assert f"{none} tasks are needed" in power_text(episodes([True] * 7, 7), 9, 1)
    assert f"{none} tasks are needed" in power_text(episodes([True] * 9, 9), 2, 1)


def test_the_text_says_what_each_group_can_show() -> None:
    tasks = episodes([True] * 96, 8) + episodes([True] * 40, 5, "heldout_families")
    one, three = (power_text(tasks, 3, comparisons) for comparisons in (1, 3))
    of_one, of_three = (smallest_difference([n % 8 for n in range(96)], 3, n) for n in (1, 3))
    assert of_one is not None and of_three is not None and of_one < of_three
    assert "in at least 80 % of the cases, at a level of 5 %:" in one
    assert "at a level of 5 % over 3 comparisons:" in three
    assert f"heldout_params: 96 tasks x 3 seeds in 8 families: {100 * of_one:.0f} points" in one
    assert f"heldout_params: 96 tasks x 3 seeds in 8 families: {100 * of_three:.0f} points" in three
    assert "heldout_families: 40 tasks x 3 seeds in 5 families: no difference" in one
    # A single arm is compared with nothing, and has what one comparison would show.
    assert power_text(tasks, 3, 0) == one
