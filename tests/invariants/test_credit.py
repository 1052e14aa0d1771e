"""Nobody earns by a worse draft: lowering a draft's score never raises any coder return."""

# pylint: disable=missing-function-docstring

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from parelha.config import RewardConfig
from parelha.rewards import reward_trees
from parelha.types import SEVERITIES, Score
from tests.fake_grading import NUM_CASES, fake_score
from tests.fakes import Exchange, fake_tree

Worth = tuple[int, int, int]  # passed cases, findings, suppressions

WORTHS = st.tuples(st.integers(0, NUM_CASES), st.integers(0, 12), st.integers(0, 3))
EXCHANGES = st.tuples(st.sampled_from((None, *SEVERITIES)), WORTHS)
BRANCHES = st.lists(EXCHANGES, min_size=1, max_size=2)
ROWS = st.lists(
    st.tuples(WORTHS, st.lists(BRANCHES, min_size=1, max_size=3)), min_size=1, max_size=3
)
WEIGHTS = st.sampled_from((0.0, 0.3, 1.0))
SHAPES = st.fixed_dictionaries(
    {"kind": st.sampled_from(("gated", "slides")), "draft_final_weight": WEIGHTS}
)


def score_of(worth: Worth, hung: bool = False) -> Score:
    passed, findings, suppressions = worth
    return fake_score("x", passed, findings, suppressions, hung=hung)


def exchanges_of(branch: list[tuple[Any, Worth]]) -> list[Exchange]:
    """The dialogue ends with the first approval."""
    found: list[Exchange] = []
    for severity, worth in branch:
        found.append((severity, score_of(worth) if severity else None))
        if severity is None:
            break
    return found


def returns(rows: list[Any], config: RewardConfig, drafts: list[Score]) -> dict[str, float]:
    tree = fake_tree(
        [
            (draft, [exchanges_of(branch) for branch in branches])
            for draft, (_, branches) in zip(drafts, rows, strict=True)
        ]
    )
    reward_trees([tree], config)
    found = {}
    for play in tree.rounds:
        if play.agent == "coder":
            assert play.reward is not None
            found[play.name] = play.reward
    return found


@given(rows=ROWS, shape=SHAPES, data=st.data())
def test_lowering_a_drafts_score_never_raises_any_coder_return(
    rows: list[Any], shape: dict[str, Any], data: st.DataObject
) -> None:
    config = RewardConfig(**shape)
    k = data.draw(st.integers(0, len(rows) - 1), label="draft")
    drafts = [score_of(worth) for worth, _ in rows]
    passed, findings, suppressions = rows[k][0]
    worse = (
        data.draw(st.integers(0, passed), label="passed"),
        data.draw(st.integers(findings, 14), label="findings"),
        data.draw(st.integers(suppressions, 5), label="suppressions"),
    )
    before = returns(rows, config, drafts)
    drafts[k] = score_of(worse, hung=data.draw(st.booleans(), label="hung"))
    after = returns(rows, config, drafts)
    for name, value in after.items():
        assert value <= before[name] + 1e-12, name


@given(rows=ROWS, data=st.data())
def test_what_a_review_brings_about_never_enters_a_drafts_return(
    rows: list[Any], data: st.DataObject
) -> None:
    """By default a draft is worth its own score, whatever became of it later."""
    config, drafts = RewardConfig(), [score_of(worth) for worth, _ in rows]
    before = returns(rows, config, drafts)
    other = [
        (worth, [[(s, data.draw(WORTHS)) for s, _ in branch] for branch in branches])
        for worth, branches in rows
    ]
    after = returns(other, config, drafts)
    for name in ("d0", "d1", "d2")[: len(rows)]:
        assert after[name] == before[name]
