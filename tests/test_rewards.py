"""Rewards: correctness first, no gain by silence or by praise, and the deck's own formula."""

# pylint: disable=missing-function-docstring

from dataclasses import replace
from itertools import product
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.turns import Round, Tree
from parelha.config import RewardConfig
from parelha.rewards import combine, components, confirmed, program_value, reward_trees
from parelha.types import (
    SEVERITIES,
    Agent,
    Analysis,
    Finding,
    Outcome,
    Score,
    Severity,
    Structure,
)
from parelha.types import TestResult as Result
from tests.fake_grading import NUM_CASES, fake_score
from tests.fakes import Exchange, fake_tree

GATED, SLIDES = RewardConfig(), RewardConfig(kind="slides")
FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(("pylint", "flake8", "mypy")),
        st.sampled_from(("E501", "F401", "C0114", "no-untyped-def", "E0602")),
        st.sampled_from(("bad", "Incompatible types", "line too long")),
        st.integers(1, 9),
        st.integers(0, 9),
        st.sampled_from(("convention", "warning", "error", "fatal", "note", "refactor")),
    ),
    max_size=6,
).map(tuple)
COUNT = st.integers(0, 4)
STRUCTURES = st.builds(
    lambda functions, documented, annotated, returning, suppressions, dynamic: Structure(
        functions,
        min(documented, functions),
        min(annotated, functions),
        min(returning, functions),
        suppressions=suppressions,
        dynamic=dynamic,
    ),
    *[COUNT] * 6,
)
ANALYSES = st.none() | st.builds(Analysis, FINDINGS, st.none() | st.floats(-10, 10), STRUCTURES)
FAILURES = tuple(o for o in Outcome if o is not Outcome.PASSED)
FAILING = st.builds(
    lambda passed, outcome, analysis: Score("p", "", Result(passed, NUM_CASES, outcome), analysis),
    st.integers(0, NUM_CASES - 1),
    st.sampled_from(FAILURES),
    ANALYSES,
)
PASSING = ANALYSES.map(lambda a: Score("p", "", Result(NUM_CASES, NUM_CASES, Outcome.PASSED), a))
WEIGHTS = st.builds(
    RewardConfig,
    quality_weight=st.floats(0, 0.5),
    pylint_weight=st.floats(0, 3),
    flake8_weight=st.floats(0, 3),
    mypy_weight=st.floats(0, 3),
    structure_weight=st.floats(0, 3),
    feedback_weight=st.floats(0, 3),
)


def review(severity: Severity | None, text: str = "") -> Round:
    action = "propose_refactoring" if severity else "approve"
    return Round("d0.r0", Agent.REVIEWER, "review", severity=severity, action=action, review=text)


REVIEWS = st.lists(st.sampled_from((None, *SEVERITIES)).map(review), max_size=3)


def reward(score: Score, reviews: list[Round], config: RewardConfig) -> float:
    return combine(components(score, reviews, config), config)


# --- gated ---------------------------------------------------------------------------------------


@given(FAILING, REVIEWS, PASSING, REVIEWS, WEIGHTS)
def test_no_failing_program_outranks_a_passing_one(
    bad: Score, bad_reviews: list[Round], good: Score, good_reviews: list[Round], config: Any
) -> None:
    assert 0 <= reward(bad, bad_reviews, config) < 0.5
    assert 1 <= reward(good, good_reviews, config) <= 1 + config.quality_weight


@given(FAILING | PASSING, REVIEWS, WEIGHTS)
def test_components_are_bounded_and_named(score: Score, reviews: list[Round], config: Any) -> None:
    parts = components(score, reviews, config)
    assert {"correctness", "quality"} <= set(parts)
    assert all(0 <= value <= 1 for value in parts.values())


def test_a_timeout_is_at_most_wrong_and_wrong_at_most_partly_right() -> None:
    hung = program_value(fake_score("", NUM_CASES - 1, hung=True), GATED)
    wrong = program_value(fake_score("", 0), GATED)
    partly = [program_value(fake_score("", n), GATED) for n in range(1, NUM_CASES)]
    none = program_value(Score("", "cut", Result(0, 8, Outcome.NO_PROGRAM)), GATED)
    assert hung <= wrong <= partly[0]
    assert none == wrong == 0.0
    assert partly == sorted(set(partly))


@given(FAILING | PASSING, REVIEWS, WEIGHTS, st.integers(1, 3))
def test_a_suppression_never_raises_a_reward(
    score: Score, reviews: list[Round], config: Any, more: int
) -> None:
    if score.analysis is None:
        return
    structure = score.analysis.structure
    for field in ("suppressions", "dynamic"):
        worse = replace(structure, **{field: getattr(structure, field) + more})
        silenced = replace(score, analysis=replace(score.analysis, structure=worse))
        assert reward(silenced, reviews, config) <= reward(score, reviews, config)


def test_a_suppression_counts_as_two_violations() -> None:
    silenced = components(fake_score("", 8, suppressions=1), (), GATED)
    noisy = components(fake_score("", 8, flake8=2), (), GATED)
    assert silenced["flake8"] == noisy["flake8"] == pytest.approx(0.8)


@given(PASSING, WEIGHTS, FINDINGS)
def test_more_findings_never_raise_a_reward(
    score: Score, config: Any, more: tuple[Finding, ...]
) -> None:
    if score.analysis is not None:
        noisy = replace(score.analysis, findings=score.analysis.findings + more)
        assert reward(replace(score, analysis=noisy), [], config) <= reward(score, [], config)


def test_padding_does_not_dilute_a_finding() -> None:
    short = fake_score("x", 8, flake8=3)
    assert short.analysis is not None
    long = replace(
        short,
        analysis=replace(short.analysis, structure=replace(short.analysis.structure, lines=1000)),
    )
    assert program_value(long, GATED) == program_value(short, GATED)


def test_a_heap_of_dummies_does_not_outweigh_a_bare_function() -> None:
    def structure(**counts: Any) -> float:
        analysis = Analysis((), 10.0, Structure(**counts))
        tests = Result(8, 8, Outcome.PASSED)
        return components(Score("", "", tests, analysis), (), GATED)["structure"]

    assert structure(functions=1, documented=1, annotated=1, returning=1) == 1.0
    assert structure(functions=1, returning=1) == structure(
        functions=20, documented=19, annotated=19, returning=20
    )
    assert structure() == 0.0


@given(FAILING | PASSING, REVIEWS)
def test_praise_never_pays(score: Score, reviews: list[Round]) -> None:
    """Critical feedback counts only where something measurable is wrong, and then it costs."""
    value = components(score, reviews, GATED).get("feedback", 1.0)
    if not confirmed(score):
        assert value == 1.0
    critical = [r for r in reviews if r.severity in ("major", "critical")]
    if confirmed(score) and score.analysis is not None and reviews:
        assert value == 1.0 - len(critical) / len(reviews)


def test_a_passing_program_with_a_real_error_is_confirmed_as_criticised() -> None:
    assert confirmed(fake_score("", 7))
    assert not confirmed(fake_score("", 8))
    assert confirmed(fake_score("", 8, flake8=1))  # an F code


# --- the whole tree ------------------------------------------------------------------------------


def rewarded(rows: Any, config: RewardConfig = GATED) -> Tree:
    tree = fake_tree(rows)
    reward_trees([tree], config)
    return tree


def one(passed: int, *exchanges: Exchange) -> tuple[Score, list[list[Exchange]]]:
    return fake_score("x", passed), [list(exchanges)]


def test_a_reviewer_earns_the_improvement_its_verdict_and_pays_for_tools() -> None:
    tree = fake_tree([one(2, ("major", fake_score("x", 6)))])
    (review_round,) = tree.branches[0][0].reviews
    review_round.tool_calls = ["execute", "analyse_statically"]
    reward_trees([tree], GATED)
    assert review_round.components == {"improvement": 0.25, "verdict": 1.0, "tools": 2.0}
    assert review_round.reward == pytest.approx(0.25 + 0.25 - 0.02)


@pytest.mark.parametrize(
    ("severity", "passed", "verdict"),
    [
        (None, 8, 1.0),
        ("minor", 8, -1.0),
        ("major", 8, -1.0),
        ("critical", 8, -1.0),
        (None, 7, -1.0),
        ("minor", 7, 1.0),
        ("major", 7, 1.0),
        ("critical", 7, 1.0),
    ],
)
def test_a_verdict_is_right_or_wrong_against_the_truth(
    severity: Severity | None, passed: int, verdict: float
) -> None:
    tree = rewarded([one(passed, (severity, fake_score("x", passed) if severity else None))])
    assert tree.branches[0][0].reviews[0].components["verdict"] == verdict


def test_a_revision_is_worth_its_own_score() -> None:
    tree = rewarded([one(2, ("major", fake_score("x", 6)))])
    (revision,) = tree.branches[0][0].revisions
    assert revision.reward == 0.375


def test_a_draft_is_worth_its_own_score_unless_the_final_one_is_weighed_in() -> None:
    rows = [
        (
            fake_score("x", 4),
            [[("major", fake_score("x", 0))], [(None, None)], [("minor", fake_score("x", 6))]],
        )
    ]
    assert rewarded(rows).drafts[0].reward == 0.25
    draft = rewarded(rows, RewardConfig(draft_final_weight=0.5)).drafts[0]
    assert draft.components["final"] == pytest.approx((0.0 + 0.25 + 0.375) / 3)
    assert draft.reward == pytest.approx(0.5 * 0.25 + 0.5 * draft.components["final"])


def test_later_rounds_are_measured_from_the_program_before_them() -> None:
    exchanges: list[Exchange] = [
        ("major", fake_score("x", 4)),
        ("critical", fake_score("x", 6)),
        (None, None),
    ]
    tree = rewarded([(fake_score("x", 2), [exchanges])])
    branch = tree.branches[0][0]
    assert [r.components["improvement"] for r in branch.reviews] == [0.125, 0.125, 0.0]
    assert [r.reward for r in branch.revisions] == [0.25, 0.375]


def test_a_lost_score_drops_what_is_measured_from_it() -> None:
    rows: Any = [
        (None, [[("major", fake_score("x", 6))], [(None, None)]]),
        (fake_score("x", 4), [[("major", None)], [("major", fake_score("x", 6))]]),
    ]
    tree = rewarded(rows, RewardConfig(draft_final_weight=0.5))
    dropped = {play.name for play in tree.rounds if play.dropped}
    assert dropped == {"d0", "d0.r0", "d0.r1", "d0.r0.d", "d1.r0", "d1.r0.d"}
    for play in tree.rounds:
        assert (play.reward is None) == (play.name in dropped)
        assert not (play.dropped and play.components)
    # the mean of the finals is over those that were measured
    assert tree.drafts[1].components["final"] == 0.375


# --- slides: the deck's formula with its faults, kept for replication ----------------------------


def slides(score: Score, text: str = "") -> dict[str, float]:
    return components(score, [review("major", text)], SLIDES)


def scored(pylint: float | None, *findings: Finding, keywords: int = 5) -> Score:
    analysis = Analysis(findings, pylint, Structure(keywords=keywords))
    return Score("p", "", Result(0, 8, Outcome.WRONG), analysis)


def test_slides_adds_pylint_and_structures_and_subtracts_the_rest() -> None:
    findings = [
        Finding("flake8", "E501", "line too long", 1, 1),
        Finding("flake8", "F401", "unused", 2, 1),
        Finding("mypy", "arg-type", "Argument has incompatible type", 3, 1, "error"),
    ]
    parts = slides(scored(8.0, *findings), "This is too long and has too many branches.")
    assert parts == {"pylint": 1.6, "flake8": 2.0, "mypy": 1.0, "structure": 5.0, "feedback": 2.0}
    assert combine(parts, SLIDES) == pytest.approx(1.6 + 5 - 2 - 1 - 2)


def test_fault_of_slides_a_wrong_program_is_worth_as_much_as_a_right_one() -> None:
    wrong = scored(9.0)
    right = replace(wrong, tests=Result(8, 8, Outcome.PASSED))
    assert program_value(wrong, SLIDES) == program_value(right, SLIDES)


def test_fault_of_slides_a_pylint_score_of_zero_becomes_one() -> None:
    assert slides(scored(0.0))["pylint"] == slides(scored(None))["pylint"] == 0.2
    assert slides(scored(0.1))["pylint"] < 0.2


@pytest.mark.parametrize("tool", ["pylint", "flake8", "mypy"])
def test_bringing_a_tool_down_earns_the_worst_of_its_component(
    tool: Literal["pylint", "flake8", "mypy"],
) -> None:
    others = tuple(Finding("pylint", f"C{n}", "bad", n + 1, 0, "convention") for n in range(3))
    down = (*others, Finding(tool, "timeout", "the program takes the tool too long", 1, 0, "fatal"))
    before, after = slides(scored(0.5, *others)), slides(scored(None, *down))
    assert combine(after, SLIDES) < combine(before, SLIDES)
    gated = components(replace(scored(None, *down), tests=Result(8, 8, Outcome.PASSED)), (), GATED)
    assert gated[tool] == 0.0


def test_fault_of_slides_the_same_flake8_code_counts_once_however_often_it_occurs() -> None:
    finding = Finding("flake8", "E501", "line too long", 1, 1)
    assert slides(scored(8.0, *[finding] * 9))["flake8"] == 1.0


def test_fault_of_slides_most_type_errors_are_not_counted() -> None:
    finding = Finding("mypy", "attr-defined", "has no attribute", 1, 1, "error")
    assert slides(scored(8.0, finding))["mypy"] == 0.0


def test_fault_of_slides_feedback_is_a_hunt_for_phrases() -> None:
    assert slides(scored(8.0), "This loops for ever and returns nonsense.")["feedback"] == 0.0
    assert slides(scored(8.0), "Nothing is unused, well done.")["feedback"] == 1.0


def test_fault_of_slides_structures_outweigh_everything_else() -> None:
    keywords = [program_value(scored(10.0, keywords=n), SLIDES) for n in (0, 5)]
    assert keywords[1] - keywords[0] == 5.0 > 10.0 / 5


def test_slides_scores_a_missing_program() -> None:
    parts = slides(Score("", "no code block", Result(0, 8, Outcome.NO_PROGRAM)))
    assert combine(parts, SLIDES) == pytest.approx(0.2 - 2.0)


@pytest.mark.parametrize(("kind", "passed"), list(product(("gated", "slides"), (0, 8))))
def test_a_program_without_analysis_has_a_reward_too(kind: Any, passed: int) -> None:
    score = replace(fake_score("x", passed), analysis=None)
    value = program_value(score, RewardConfig(kind=kind))
    assert isinstance(value, float)
