"""Reviews' rewards to advantages: what each decision is paid for, and what can be earned blind."""

# pylint: disable=missing-function-docstring

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.turns import Tree
from parelha.config import LearningConfig, RewardConfig
from parelha.learning.credit import GroupCount, assign_credit, class_weights
from parelha.rewards import reward_trees
from parelha.types import Agent, ReviewerAction, Score, Severity
from tests.fake_grading import NUM_CASES, fake_score
from tests.fakes import Exchange, fake_tree

RAW = LearningConfig(normalise_std=False)
Draft = tuple[Score | None, Sequence[Sequence[Exchange]]]


def credited(*trees: Tree, learning: LearningConfig = RAW) -> dict[Agent, GroupCount]:
    return assign_credit(trees, learning, RewardConfig())


# What a reviewer says of a program that passes or not, and what then becomes of the program.
Says = Severity | None
PASSED, HALF = NUM_CASES, NUM_CASES // 2
# How the M reviews of one draft fall, for each draft; None approves.
DRAFTS = st.lists(st.booleans(), min_size=1, max_size=10)


def reviewed(drafts: Sequence[tuple[int, Sequence[tuple[Says, int]]]]) -> Tree:
    """Rewarded and credited; of each draft the cases passed, and its reviews with what followed."""
    rows = []
    for passed, reviews in drafts:
        branches: list[list[Exchange]] = [
            [(says, fake_score("x", after) if says else None)] for says, after in reviews
        ]
        rows.append((fake_score("x", passed), branches))
    tree = fake_tree(rows)
    reward_trees([tree], RewardConfig())
    credited(tree)
    return tree


def verdicts(tree: Tree) -> list[float]:
    """The advantage of each closing action; 0 where it teaches nothing."""
    return [b.reviews[0].advantages[0] or 0.0 for b in tree.episodes]


def texts(tree: Tree) -> list[float | None]:
    return [b.reviews[0].advantages[-1] for b in tree.episodes]


def without_effect(truth: Sequence[bool], says: Callable[[int, bool], Says], size: int) -> Tree:
    """Reviews that change nothing; `says` is asked for each review of each draft."""
    return reviewed(
        [
            (PASSED if p else HALF, [(says(m, p), PASSED if p else HALF) for m in range(size)])
            for p in truth
        ]
    )


@given(DRAFTS, st.sampled_from((None, "minor", "major", "critical")), st.integers(1, 4))
def test_who_always_says_the_same_earns_nothing_at_any_share_of_passing_drafts(
    truth: list[bool], says: Says, size: int
) -> None:
    found = verdicts(without_effect(truth, lambda m, p: says, size))
    assert sum(found) == pytest.approx(0.0, abs=1e-9)


@given(DRAFTS, st.sampled_from(("minor", "critical")))
def test_a_coin_earns_nothing_at_any_share_of_passing_drafts(
    truth: list[bool], severity: Severity
) -> None:
    """All outcomes of the coin are as likely: every second review of each draft approves."""
    tree = without_effect(truth, lambda m, p: None if m % 2 else severity, 4)
    assert sum(verdicts(tree)) == pytest.approx(0.0, abs=1e-9)


@given(
    DRAFTS.filter(lambda truth: 0 < sum(truth) < len(truth)),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_who_is_right_more_often_than_a_coin_earns_more(
    truth: list[bool], right_if_passing: int, right_if_failing: int
) -> None:
    def says(m: int, passes: bool) -> Says:
        right = m < (right_if_passing if passes else right_if_failing)
        return None if right == passes else "major"

    mean = sum(verdicts(without_effect(truth, says, 4)))
    discernment = right_if_passing / 4 + right_if_failing / 4 - 1
    assert mean * discernment > 0 or (mean == pytest.approx(0.0, abs=1e-9) and not discernment)


@given(st.integers(0, NUM_CASES - 1), st.integers(0, NUM_CASES))
def test_a_review_that_mends_gains_by_its_text_and_by_its_action(before: int, other: int) -> None:
    def played(mended: int) -> Tree:
        rest: list[tuple[int, list[tuple[Says, int]]]] = [
            (PASSED, [(None, PASSED)] * 2),
            (HALF, [("major", HALF)] * 2),
        ]
        return reviewed([(before, [("major", mended), ("major", other)]), *rest])

    same, mended = played(before), played(PASSED)
    assert (texts(mended)[0] or 0.0) > (texts(same)[0] or 0.0)
    assert verdicts(mended)[0] > verdicts(same)[0] > 0


@given(st.integers(0, NUM_CASES - 1), st.lists(st.integers(0, NUM_CASES), max_size=3))
def test_a_review_that_breaks_a_right_draft_never_pays(after: int, others: list[int]) -> None:
    reviews: list[tuple[Says, int]] = [("minor", after), *(("major", o) for o in others)]
    tree = reviewed([(PASSED, reviews), (HALF, [("major", HALF)])])
    assert verdicts(tree)[0] < 0
    assert (texts(tree)[0] or 0.0) <= 0


@given(st.integers(0, NUM_CASES - 1))
def test_a_right_draft_that_reviews_break_makes_approving_worth_more(after: int) -> None:
    calm = reviewed([(PASSED, [(None, PASSED), ("major", PASSED)]), (HALF, [(None, HALF)] * 2)])
    harm = reviewed([(PASSED, [(None, PASSED), ("major", after)]), (HALF, [(None, HALF)] * 2)])
    assert verdicts(harm)[0] > verdicts(calm)[0] > 0


def test_an_approval_has_no_text_to_credit_and_a_lone_text_nothing_to_be_compared_with() -> None:
    tree = reviewed([(HALF, [(None, HALF), ("major", PASSED)]), (PASSED, [(None, PASSED)])])
    approval, written = (b.reviews[0] for b in tree.branches[0])
    assert len(approval.advantages) == 1 and (approval.advantages[0] or 0.0) < 0
    assert written.advantages[1:] == [None, None]


def test_later_rounds_take_nothing_from_the_credit_of_the_first_reviews_words() -> None:
    found = []
    for later in (0, 3):
        row: list[list[Exchange]] = [
            [("major", fake_score("x", after)) for _ in range(1 + later)]
            for after in (HALF, HALF + 1)
        ]
        rows: list[Draft] = [
            (fake_score("x", HALF), row),
            (fake_score("x", PASSED), [[(None, None)]]),
        ]
        tree = fake_tree(rows)
        reward_trees([tree], RewardConfig())
        credited(tree, learning=LearningConfig())
        found.append(texts(tree)[:2])
    assert found[1] == pytest.approx(found[0])
    assert None not in found[0] and 0.0 not in found[0]


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize("says", [None, "minor"])
def test_the_right_verdict_is_learned_whichever_was_drawn(passes: bool, says: Says) -> None:
    truth = [passes, not passes]
    tree = without_effect(truth, lambda *_: says, 1)
    names = [a.value for a in (ReviewerAction.APPROVE, ReviewerAction.PROPOSE_REFACTORING)]
    reviews = [branch.reviews[0] for branch in tree.episodes]
    for review in reviews:
        places = [i for i, turn in enumerate(review.turns) if turn.kind == "action"]
        old = review.turns[places[-1]]
        review.turns[places[-1]] = replace(
            old, choices={name: (n,) for n, name in enumerate(names)}
        )
    credited(tree)
    assert [list(r.better.values()) for r in reviews] == [[names[not right]] for right in truth]


def test_severity_is_credited_with_the_text_that_it_leads_to() -> None:
    tree = reviewed([(HALF, [("major", PASSED), ("critical", HALF)])])
    for branch in tree.episodes:
        _, severity, text = branch.reviews[0].advantages
        assert severity == text != 0


def test_tool_calls_are_credited_by_the_verdict_they_lead_to_less_their_cost() -> None:
    tree = fake_tree(
        [
            (fake_score("x", HALF), [[("major", fake_score("x", HALF))], [(None, None)]]),
            (fake_score("x", PASSED), [[(None, None)], [(None, None)]]),
        ]
    )
    looked = tree.branches[0][0].reviews[0]
    looked.tool_calls = ["execute"]
    looked.turns.insert(0, looked.turns[0])
    reward_trees([tree], RewardConfig())
    credited(tree)
    call, verdict, *_ = looked.advantages
    assert call is not None and verdict is not None
    assert 0 < call < verdict


@pytest.mark.parametrize("also_right", [False, True])
def test_the_cost_of_a_tool_call_never_counts_like_a_verdict(also_right: bool) -> None:
    """Of one class alone no verdict is learned; where all verdicts agree, calls alone differ."""
    same: list[Exchange] = [("major", fake_score("x", HALF))]
    drafts: list[Draft] = [(fake_score("x", HALF), [same, same])]
    if also_right:
        drafts.append((fake_score("x", PASSED), [[(None, None)]]))
    tree = fake_tree(drafts)
    looked = tree.branches[0][0].reviews[0]
    looked.tool_calls = ["execute"]
    looked.turns.insert(0, looked.turns[0])
    reward_trees([tree], RewardConfig())
    credited(tree, learning=LearningConfig())
    call = looked.advantages[0]
    assert (call is not None and -0.02 < call < 0) if also_right else call is None


@given(st.lists(st.tuples(st.booleans(), st.floats(1, 2)), max_size=60))
def test_both_classes_weigh_the_same_and_no_program_decides_a_step(
    stakes: list[tuple[bool, float]],
) -> None:
    weights = class_weights(stakes)
    sums = {c: weights[c] * sum(s for of, s in stakes if of is c) for c in (True, False)}
    assert sums[True] == pytest.approx(sums[False])
    assert max(weights.values()) <= 4.0 + 1e-9
    assert (sums[True] > 0) == (len({of for of, _ in stakes}) == 2)


def test_the_bound_on_a_rare_classs_weight_outlives_the_division_by_the_scale() -> None:
    tree = without_effect([True] * 40 + [False], lambda m, p: None, 1)
    reward_trees([tree], RewardConfig())
    credited(tree, learning=LearningConfig())
    found = [b.reviews[0].advantages[-1] for b in tree.episodes]
    assert found[-1] == pytest.approx(-4.0)
    assert found[:-1] == [pytest.approx(0.1)] * 40


def test_a_forced_verdict_has_no_advantage_and_no_weight_among_the_others() -> None:
    def tree(forced: int) -> Tree:
        """A right program and a wrong one, both reviewed, and wrong ones whose review is forced."""
        wrong: Draft = (fake_score("x", 2), [[("major", fake_score("x", 2))]])
        right: Draft = (fake_score("x", NUM_CASES), [[(None, None)]])
        found = fake_tree([right, wrong, *[wrong] * forced])
        for branch in found.episodes[2:]:
            turns = branch.reviews[0].turns
            only: dict[str, tuple[int, ...]] = {"propose_refactoring": (1,)}
            turns[:] = [replace(t, choices=only) if t.kind == "action" else t for t in turns]
        reward_trees([found], RewardConfig())
        credited(found)
        return found

    def verdicts(found: Tree) -> list[float | None]:
        return [
            next(
                a
                for turn, a in zip(b.reviews[0].turns, b.reviews[0].advantages, strict=True)
                if turn.kind == "action"
            )
            for b in found.episodes
        ]

    assert verdicts(tree(5))[:2] == verdicts(tree(0))
    assert verdicts(tree(5))[2:] == [None] * 5
