"""Rewards to advantages: what is compared with what."""

# pylint: disable=missing-function-docstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.turns import Branch, Round, Tree
from parelha.learning.advantages import GroupCount, assign_advantages
from parelha.types import Agent

REWARDS = st.lists(st.floats(-2, 2), min_size=1, max_size=6)


def tree_of(rewards: list[float | None], task: str = "t", baseline: float = 0.0) -> Tree:
    """Drafts alone, in one group."""
    rows = []
    for k, reward in enumerate(rewards):
        draft = Round(f"d{k}", Agent.CODER, "draft", reward=reward, group="drafts")
        draft.baseline = baseline
        rows.append([Branch(draft)])
    return Tree(task, rows)


def advantages(tree: Tree) -> list[float | None]:
    return [draft.advantage for draft in tree.drafts]


def test_an_advantage_is_the_distance_from_the_groups_mean() -> None:
    tree = tree_of([0.0, 1.0, 2.0])
    counts = assign_advantages([tree], normalise_std=False)
    assert advantages(tree) == [-1.0, 0.0, 1.0]
    assert counts[Agent.CODER] == GroupCount(1, 0)
    assert counts[Agent.REVIEWER] == GroupCount(0, 0)


def test_a_group_of_one_or_without_variance_is_dropped_and_counted() -> None:
    trees = [tree_of([0.5], "a"), tree_of([0.5, 0.5], "b"), tree_of([0.0, 1.0], "c")]
    counts = assign_advantages(trees, normalise_std=False)
    assert [advantages(tree) for tree in trees] == [[None], [None, None], [-0.5, 0.5]]
    assert counts[Agent.CODER] == GroupCount(3, 2)


def test_tasks_are_not_compared_with_each_other() -> None:
    easy, hard = tree_of([1.0, 1.2], "easy"), tree_of([0.0, 0.2], "hard")
    assign_advantages([easy, hard], normalise_std=False)
    assert advantages(easy) == pytest.approx([-0.1, 0.1])
    assert advantages(hard) == pytest.approx([-0.1, 0.1])


def test_agents_and_groups_are_not_compared_with_each_other() -> None:
    tree = tree_of([0.0, 1.0])
    for k, row in enumerate(tree.branches):
        for m in range(2):
            review = Round(f"d{k}.r{m}", Agent.REVIEWER, "review", reward=10.0 * k + m)
            review.group = f"reviews of d{k}"
            row[0].rounds.append(review)
    assign_advantages([tree], normalise_std=False)
    reviews = [r.advantage for row in tree.branches for r in row[0].reviews]
    assert reviews == [-0.5, 0.5, -0.5, 0.5]
    assert advantages(tree) == [-0.5, 0.5]


def test_the_baseline_comes_off_first() -> None:
    tree = tree_of([1.0, 1.0])
    tree.drafts[0].baseline = 1.0
    assign_advantages([tree], normalise_std=False)
    assert advantages(tree) == [-0.5, 0.5]


def test_a_dropped_sample_is_in_no_mean() -> None:
    tree = tree_of([0.0, 1.0, None, 9.0])
    tree.drafts[3].dropped = "infrastructure: gone"
    counts = assign_advantages([tree], normalise_std=False)
    assert advantages(tree) == [-0.5, 0.5, None, None]
    assert counts[Agent.CODER] == GroupCount(1, 0)


def test_old_advantages_are_forgotten() -> None:
    tree = tree_of([0.5, 0.5])
    tree.drafts[0].advantage = 3.0
    assign_advantages([tree], normalise_std=True)
    assert advantages(tree) == [None, None]


@given(st.lists(REWARDS, min_size=1, max_size=4), st.booleans())
def test_advantages_of_a_group_sum_to_zero_and_keep_the_order(
    steps: list[list[float]], normalise: bool
) -> None:
    trees = [tree_of([*rewards], f"t{i}") for i, rewards in enumerate(steps)]
    assign_advantages(trees, normalise_std=normalise)
    for tree, rewards in zip(trees, steps, strict=True):
        pairs = [
            (reward, advantage)
            for reward, advantage in zip(rewards, advantages(tree), strict=True)
            if advantage is not None
        ]
        assert sum(a for _, a in pairs) == pytest.approx(0.0, abs=1e-6)
        for reward, advantage in pairs:
            for other, its in pairs:
                assert (reward - other) * (advantage - its) >= 0


@given(st.lists(REWARDS, min_size=1, max_size=4), st.floats(0.01, 100))
def test_normalised_advantages_do_not_know_the_rewards_scale(
    steps: list[list[float]], scale: float
) -> None:
    """One standard deviation for all an agent did in the step."""
    trees = [tree_of([*r], f"t{i}") for i, r in enumerate(steps)]
    scaled = [tree_of([x * scale for x in r], f"t{i}") for i, r in enumerate(steps)]
    assign_advantages(trees, normalise_std=True)
    assign_advantages(scaled, normalise_std=True)
    kept = [a for tree in trees for a in advantages(tree) if a is not None]
    spread = [max(r) - min(r) for r in steps]
    if kept and all(s == 0 or min(s, s * scale) > 1e-2 for s in spread):
        assert sum(a * a for a in kept) / len(kept) == pytest.approx(1.0, rel=1e-2)
        for one, other in zip(trees, scaled, strict=True):
            for mine, its in zip(advantages(one), advantages(other), strict=True):
                assert mine == (None if its is None else pytest.approx(its, rel=1e-2, abs=1e-6))
