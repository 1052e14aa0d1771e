"""Invariant 8: a fault of the infrastructure drops the sample; it is never a score."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parelha.agents.turns import Tree
from parelha.config import LearningConfig, RewardConfig
from parelha.episode import play_tree
from parelha.learning.credit import assign_credit
from parelha.metrics import eval_records, step_metrics
from parelha.rewards import reward_trees
from parelha.rollout import play_all
from parelha.types import Agent
from tests.fake_grading import FakeGrader
from tests.fakes import (
    fake_stage,
    fake_task,
    run_tiny,
    tiny_config,
    use_fakes,
)
from tests.scripted import ScriptedEngine

pytestmark = pytest.mark.slow

PROGRAMS = ("d0", "d1", "d0.r0.d", "d0.r1.d", "d1.r0.d", "d1.r1.d")


def play(faulty: set[tuple[str, str]]) -> Tree:
    """Play one tree; `faulty` holds pairs of what fails and on the program of which round."""

    def fails(what: str, program: str) -> bool:
        return any(what == w and f"# {name}\n" in program for w, name in faulty)

    stage = fake_stage(FakeGrader(faulty=fails))
    script = {("d0.r0", 0): "execute", ("d1.r1", 0): "analyse_statically", ("d1.r0", 0): "approve"}
    trees: list[Tree] = play_all(
        [play_tree(fake_task(), stage)], ScriptedEngine(stage.formats[Agent.CODER], script)
    )
    reward_trees(trees, RewardConfig())
    assign_credit(trees, LearningConfig(), RewardConfig())
    return trees[0]


FAULTS = st.sets(
    st.tuples(
        st.sampled_from(("grade", "execute", "analyse_statically")), st.sampled_from(PROGRAMS)
    )
)


@settings(max_examples=20)
@given(faulty=FAULTS)
def test_a_round_measured_from_a_lost_score_has_no_reward(faulty: set[tuple[str, str]]) -> None:
    tree = play(faulty)
    lost = {name for what, name in faulty if what == "grade"}
    lost_reviews = {"d0.r0"} if ("execute", "d0") in faulty else set()
    lost_reviews |= {"d1.r1"} if ("analyse_statically", "d1") in faulty else set()
    for row in tree.branches:
        for branch in row:
            review = branch.reviews[0]
            needed = {branch.draft.name, branch.final.name}
            assert (review.reward is None) == bool(needed & lost or review.name in lost_reviews)
            for revision in branch.revisions:
                gone = {revision.name, branch.draft.name} & lost
                assert (revision.reward is None) == bool(gone)
        draft = row[0].draft
        assert (draft.reward is None) == (draft.name in lost)
    for one in tree.rounds:
        assert (one.reward is None) == bool(one.dropped)
        if one.dropped:
            assert one.dropped.startswith("infrastructure: ")
            assert not any(one.advantages)
            assert not one.components


@settings(max_examples=20)
@given(faulty=FAULTS)
def test_dropped_samples_are_counted_and_leave_the_means_alone(
    faulty: set[tuple[str, str]],
) -> None:
    tree, task = play(faulty), fake_task()
    groups = assign_credit([tree], LearningConfig(), RewardConfig())
    record = step_metrics([tree], [task], groups)
    dropped = [p for p in tree.rounds if p.dropped]
    assert record["samples_dropped"] == len(dropped)
    kept = [d.score for d in tree.drafts if d.score is not None]
    shares = [s.tests.share for s in kept if s.tests is not None]
    assert record["share/draft"] == (sum(shares) / len(shares) if shares else None)
    reviews = [p for p in tree.rounds if p.kind == "review" and p.action]
    approved = [p for p in reviews if p.action == "approve"]
    assert record["approve_rate"] == (len(approved) / len(reviews) if reviews else None)


@settings(max_examples=20)
@given(faulty=FAULTS)
def test_an_evaluated_episode_with_a_fault_is_no_sample(faulty: set[tuple[str, str]]) -> None:
    tree, task = play(faulty), fake_task()
    whole = [
        branch
        for branch in tree.episodes
        if branch.draft.score is not None
        and branch.final.score is not None
        and all(review.action for review in branch.reviews)
    ]
    records = eval_records([tree], [task])
    assert len(records) == len(whole)
    assert [r["approved"] for r in records] == [b.reviews[-1].action == "approve" for b in whole]


def test_a_run_outlives_the_faults_and_counts_them(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def every_fifth(what: str, _: str) -> bool:
        calls.append(what)
        return len(calls) % 5 == 2

    use_fakes(monkeypatch, every_fifth)
    folder = run_tiny(tiny_config(model_folder, tmp_path, train={"steps": 1, "tasks_per_step": 2}))
    (record,) = (json.loads(s) for s in (folder / "metrics.jsonl").read_text().splitlines())
    assert record["samples_dropped"] > 0
    lines = (folder / "episodes" / "step_00001.jsonl").read_text().splitlines()
    rounds = [json.loads(line) for line in lines]
    assert sum(bool(r["dropped"]) for r in rounds) == record["samples_dropped"]
    assert all(r["reward"] is None for r in rounds if r["dropped"])
