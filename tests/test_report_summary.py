"""What is said of a run before and after: groups, pass@k, and what a difference shows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.report.statistics import paired_difference
from parelha.report.summary import changes, drafts_pass_at
from parelha.report.terminal import eval_text
from tests.experiments import episodes

BENCHMARK = "benchmark.humaneval"


def with_benchmark(passes: bool) -> dict[str, Any]:
    """Return an evaluation of a split's 12 tasks and of 10 of a benchmark, some held out."""
    own = episodes([True, False] * 6)
    public = episodes([passes] * 8, split="train") + episodes([passes] * 2)
    public = [
        {
            **one,
            "task": f"HumanEval/{number}",
            "family": f"{BENCHMARK}{' (in-process)' * (number % 2)}",
        }
        for number, one in enumerate(public)
    ]
    return {"step": 0, "episodes": [{**one, "final_share": 1.0} for one in own + public]}


def test_a_public_benchmark_has_a_row_of_its_own_before_and_after() -> None:
    """However its tasks are split for training and their tests are run."""
    found = changes(with_benchmark(False), with_benchmark(True))
    rows = {change.split: change for change in found if change.measure == "final_passed"}
    assert {split: change.pairs for split, change in rows.items()} == {
        "": 22,
        "heldout_params": 12,
        "humaneval": 10,
    }
    assert (rows["humaneval"].before.value, rows["humaneval"].after.value) == (0.0, 1.0)
    text = eval_text(with_benchmark(True))
    assert "final programs of humaneval: 10 of 10 pass" in text
    assert "final programs of heldout_params: 6 of 12 pass" in text
    assert "of train" not in text


def called_alike(first: bool, second: bool, lost: int = 0) -> list[dict[str, Any]]:
    """Return the tasks of two suites with the same ids, less the first ones."""
    own = [{**e, "family": f"own.{e['family']}"} for e in episodes([second] * 12)]
    return [{**e, "final_share": 0.0} for e in (episodes([first] * 12) + own)[lost:]]


def test_tasks_of_two_suites_that_are_called_alike_are_never_paired_with_each_other() -> None:
    """The first suite's tasks are lost after training; the second one's all stay right."""
    before, after = called_alike(False, True), called_alike(True, True, lost=12)
    change = changes({"step": 0, "episodes": before}, {"step": 4, "episodes": after})[0]
    assert (change.pairs, change.gained, change.lost) == (12, 0, 0)
    table = {"step": 4, "episodes": called_alike(True, False)}
    text = eval_text({**table, "arms": {"coder": called_alike(True, False)}})
    assert "coder: 12 of 24 pass" in text and "the pair less this: +0.0 points" in text
    text = eval_text({**table, "arms": {"coder": called_alike(True, False, lost=12)}})
    assert "coder: 0 of 12 pass" in text and "the pair less this: +0.0 points" in text


@pytest.mark.parametrize("passed", [0, 1, 3, 7, 8])
def test_the_interval_of_pass_at_k_lies_within_0_and_1_and_has_a_width(passed: int) -> None:
    """Where the families differ much, and where all agree."""
    for others in (passed, 0, 8):
        some = [
            {"samples": 8, "samples_passed": others if number < 2 else passed}
            for number in range(8)
        ]
        for _, share in drafts_pass_at(some, range(8)).values():
            assert share.low is not None and share.high is not None
            assert 0.0 <= share.low <= share.value + 1e-9
            assert share.value - 1e-9 <= share.high <= 1.0
            assert share.high - share.low > 0.01


def test_episodes_that_rise_and_fall_alike_are_not_called_unchanged() -> None:
    """In every family one rose and one fell."""
    up, down = ([one, not one] * 12 for one in (False, True))
    before, after = (
        {
            "step": step,
            "episodes": [
                {**one, "family": f"kind.f{number // 2}", "final_share": 1.0}
                for number, one in enumerate(episodes(passed, 24))
            ],
        }
        for step, passed in enumerate((up, down))
    )
    moved, still = changes(before, after)[0], changes(before, before)[0]
    assert (moved.gained, moved.lost, moved.difference.value) == (12, 12, 0.0)
    assert moved.verdict == "too few episodes to tell"
    assert still.verdict == "no episode changed, too few episodes to tell"


@pytest.mark.parametrize(
    ("clusters", "each", "passes", "low", "high"),
    [
        (5, 20, 20, 0.131, 1.0),  # Wilson: of all five at least 56.6 %
        (5, 20, 0, -0.434, 0.434),
        (6, 4, 1, -0.238, 0.543),  # one of four tasks of each family
        (164, 3, 0, -0.023, 0.023),
    ],
)
def test_clusters_with_the_same_difference_leave_room_for_others(
    clusters: int, each: int, passes: int, low: float, high: float
) -> None:
    """As their own error says nothing, Wilson's of as many trials does."""
    after = [float(number < passes) for number in range(each)] * clusters
    families = np.arange(clusters).repeat(each).tolist()
    found = paired_difference([0.0] * len(after), after, families)
    turned = paired_difference(after, [0.0] * len(after), families)
    assert found is not None and turned is not None
    assert found.value == pytest.approx(passes / each)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
    assert (turned.low, turned.high) == pytest.approx((-high, -low), abs=5e-4)


@given(
    st.lists(
        st.tuples(st.sampled_from([-1.0, 0.0, 1.0]), st.integers(0, 9)), min_size=1, max_size=60
    )
)
def test_a_difference_has_an_interval_within_its_bounds(pairs: list[tuple[float, int]]) -> None:
    """Whatever the differences are, and never without a width."""
    before, after = [float(d < 0) for d, _ in pairs], [float(d > 0) for d, _ in pairs]
    found = paired_difference(before, after, [cluster for _, cluster in pairs])
    assert found is not None
    if found.low is not None and found.high is not None:
        assert -1.0 <= found.low <= found.value <= found.high <= 1.0
        assert found.high - found.low > 1e-3
