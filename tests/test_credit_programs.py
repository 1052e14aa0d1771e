"""Programs' rewards to advantages: what drafts and revisions are compared with."""

# pylint: disable=missing-function-docstring

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.turns import Branch, Round, Tree, Turn
from parelha.config import LearningConfig, RewardConfig
from parelha.engines.protocol import Completion
from parelha.learning.credit import GroupCount, assign_credit
from parelha.rewards import reward_trees
from parelha.types import Agent, Severity
from tests.fake_grading import fake_score
from tests.fakes import fake_tree

RAW = LearningConfig(normalise_std=False)
REWARDS = st.lists(st.floats(-2, 2), min_size=1, max_size=6)


def tree_of(rewards: Sequence[float | None], task: str = "t") -> Tree:
    """Drafts alone, in one group."""
    rows = []
    for k, reward in enumerate(rewards):
        draft = Round(f"d{k}", Agent.CODER, "draft", reward=reward)
        draft.turns = [Turn("program", 0, Completion((), (), "stop"), "", "")]
        rows.append([Branch(draft)])
    return Tree(task, rows)


def credited(*trees: Tree, learning: LearningConfig = RAW) -> dict[Agent, GroupCount]:
    return assign_credit(trees, learning, RewardConfig())


def advantages(tree: Tree) -> list[float | None]:
    return [draft.advantages[0] for draft in tree.drafts]


def test_an_advantage_is_the_distance_from_the_groups_mean() -> None:
    tree = tree_of([0.0, 1.0, 2.0])
    counts = credited(tree)
    assert advantages(tree) == [-1.0, 0.0, 1.0]
    assert counts[Agent.CODER] == GroupCount(1, 0)
    assert counts[Agent.REVIEWER] == GroupCount(0, 0)


def test_a_group_of_one_or_without_variance_is_dropped_and_counted() -> None:
    trees = [tree_of([0.5], "a"), tree_of([0.5, 0.5], "b"), tree_of([0.0, 1.0], "c")]
    counts = credited(*trees)
    assert [advantages(tree) for tree in trees] == [[None], [None, None], [-0.5, 0.5]]
    assert counts[Agent.CODER] == GroupCount(3, 2)


def test_tasks_are_not_compared_with_each_other() -> None:
    easy, hard = tree_of([1.0, 1.2], "easy"), tree_of([0.0, 0.2], "hard")
    credited(easy, hard)
    assert advantages(easy) == pytest.approx([-0.1, 0.1])
    assert advantages(hard) == pytest.approx([-0.1, 0.1])


def advantages_of_revisions(tree: Tree, weight: float = 0.0) -> list[float | None]:
    config = RewardConfig(draft_final_weight=weight)
    reward_trees([tree], config)
    assign_credit([tree], RAW, config)
    return [branch.revisions[0].advantages[0] for branch in tree.episodes]


def test_an_edit_is_compared_by_what_it_is_above_its_draft() -> None:
    tree = fake_tree(
        [
            (fake_score("x", 2), [[("minor", fake_score("x", 6))]]),
            (fake_score("x", 6), [[("minor", fake_score("x", 6))]]),
        ]
    )
    assert advantages_of_revisions(tree) == [0.125, -0.125]


@pytest.mark.parametrize("severity", ["major", "critical"])
def test_a_program_that_starts_afresh_does_not_hang_on_the_draft_that_it_never_saw(
    severity: Severity,
) -> None:
    after = fake_score("x", 6), fake_score("x", 4)
    for drafts in ((2, 6), (6, 2), (0, 0)):
        tree = fake_tree(
            [
                (fake_score("x", passed), [[(severity, revised)]])
                for passed, revised in zip(drafts, after, strict=True)
            ]
        )
        assert advantages_of_revisions(tree) == [0.0625, -0.0625]


def test_beside_edits_a_program_that_starts_afresh_is_measured_from_the_mean_draft() -> None:
    tree = fake_tree(
        [
            (fake_score("x", 2), [[("major", fake_score("x", 6))]]),
            (fake_score("x", 6), [[("minor", fake_score("x", 6))]]),
        ]
    )
    # Above the baselines by 0.125 (drafts of 0.125 and 0.375) and by nothing.
    assert advantages_of_revisions(tree) == [0.0625, -0.0625]


def test_a_stored_draft_that_is_only_judged_is_no_first_attempt() -> None:
    revised: list[Any] = [
        (fake_score("x", 2), [[("minor", fake_score("x", 2))]]),
        (fake_score("x", 2), [[("major", fake_score("x", 4))]]),
    ]
    judged = (fake_score("x", 8), [[(None, None)]])  # chosen since it passes
    found = []
    for rows in (revised, [*revised, judged]):
        tree = fake_tree(rows)
        for draft in tree.drafts:
            draft.kind = "stored"
        reward_trees([tree], RewardConfig())
        assign_credit([tree], RAW, RewardConfig())
        found.append([branch.revisions[0].advantages[0] for branch in tree.episodes[:2]])
    assert found == [[-0.0625, 0.0625]] * 2


@pytest.mark.parametrize("severity", ["minor", "major"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_a_revision_is_compared_by_programs_own_values_whatever_drafts_are_paid_for_dialogues(
    weight: float, severity: Severity
) -> None:
    half = fake_score("x", 2)
    tree = fake_tree([(half, [[(severity, fake_score("x", 6))], [(severity, half)]])])
    assert advantages_of_revisions(tree, weight) == [0.125, -0.125]


def test_a_dropped_sample_is_in_no_mean() -> None:
    tree = tree_of([0.0, 1.0, None, 9.0])
    tree.drafts[3].dropped = "infrastructure: gone"
    counts = credited(tree)
    assert advantages(tree) == [-0.5, 0.5, None, None]
    assert counts[Agent.CODER] == GroupCount(1, 0)


def test_old_advantages_are_forgotten() -> None:
    tree = tree_of([0.5, 0.5])
    tree.drafts[0].advantages = [3.0]
    credited(tree)
    assert advantages(tree) == [None, None]


@given(st.lists(REWARDS, min_size=1, max_size=4), st.booleans())
def test_advantages_of_a_group_sum_to_zero_and_keep_the_order(
    steps: list[list[float]], normalise: bool
) -> None:
    trees = [tree_of(rewards, f"t{i}") for i, rewards in enumerate(steps)]
    credited(*trees, learning=LearningConfig(normalise_std=normalise))
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


def root_mean_square(trees: Sequence[Tree]) -> float:
    kept = [a for tree in trees for a in advantages(tree) if a is not None]
    return (sum(a * a for a in kept) / len(kept)) ** 0.5 if kept else 0.0


@given(st.lists(REWARDS, min_size=1, max_size=4), st.floats(1, 100))
def test_normalised_advantages_do_not_know_the_rewards_scale_where_some_pass(
    steps: list[list[float]], scale: float
) -> None:
    """One standard deviation for all of a kind that an agent did in the step."""
    trees = [tree_of(r, f"t{i}") for i, r in enumerate(steps)]
    scaled = [tree_of([x * scale for x in r], f"t{i}") for i, r in enumerate(steps)]
    credited(*trees)
    spread = root_mean_square(trees)
    credited(*trees, learning=LearningConfig())
    credited(*scaled, learning=LearningConfig())
    if spread > 0.5 and all(max(r) - min(r) > 1e-2 or max(r) == min(r) for r in steps):
        kept = [a for tree in trees for a in advantages(tree) if a is not None]
        share = len(kept) / sum(len(rewards) for rewards in steps if len(rewards) > 1)
        assert root_mean_square(trees) == pytest.approx(share, rel=1e-2)
        for one, other in zip(trees, scaled, strict=True):
            for mine, its in zip(advantages(one), advantages(other), strict=True):
                assert mine == (None if its is None else pytest.approx(its, rel=1e-2, abs=1e-6))


def test_where_nothing_passes_small_differences_stay_small() -> None:
    tree = tree_of([0.0, 0.1])
    credited(tree, learning=LearningConfig())
    assert advantages(tree) == pytest.approx([-0.1, 0.1], abs=1e-3)


def test_a_step_in_which_few_groups_say_something_moves_little() -> None:
    says, silent = [0.0, 2.0], [[0.5, 0.5]] * 3
    trees = [tree_of(r, f"t{i}") for i, r in enumerate([says, *silent])]
    credited(*trees, learning=LearningConfig())
    assert advantages(trees[0]) == pytest.approx([-0.25, 0.25], abs=1e-3)
