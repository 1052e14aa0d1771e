"""From trees to records: flat, plain, without a clock."""

# pylint: disable=missing-function-docstring

import json
from dataclasses import replace
from math import copysign
from typing import Any

import pytest

from parelha.agents.turns import Tree
from parelha.config import LearningConfig, RewardConfig
from parelha.episode import play_tree
from parelha.files import to_json_line
from parelha.learning.credit import assign_credit
from parelha.metrics import eval_records, mean, review_metrics, round_records, step_metrics
from parelha.rewards import reward_trees
from parelha.rollout import play_all
from parelha.types import Agent, Efficiency, Phase, Score, SizeCost, Task
from tests.fake_grading import NUM_CASES, FakeGrader, fake_score
from tests.fakes import Exchange, fake_stage, fake_task, fake_tree
from tests.scripted import Script, ScriptedEngine


def play(
    script: Script | None = None,
    tasks: int = 1,
    grader: FakeGrader | None = None,
    phase: Phase = "free",
    **episode: Any,
) -> Any:
    stage = replace(fake_stage(grader, **episode), phase=phase)
    found = [fake_task(n) for n in range(tasks)]
    engine = ScriptedEngine(stage.formats[Agent.CODER], script)
    trees: list[Tree] = play_all([play_tree(task, stage) for task in found], engine)
    reward_trees(trees, RewardConfig())
    groups = assign_credit(trees, LearningConfig(), RewardConfig())
    return trees, found, step_metrics(trees, found, groups)


SCRIPT = {
    ("d0", 0): "clean_data",
    ("d0.r0", 0): "approve",
    ("d0.r1", 0): "execute",
    ("d1", 1): "No program today.",
    ("d1.r1", 2): "Write this: return x",
}


def test_a_step_is_one_flat_record_of_plain_numbers() -> None:
    _, _, record = play(SCRIPT)
    assert all(v is None or isinstance(v, (int, float)) for v in record.values())
    assert json.loads(json.dumps(record)) == record


def test_no_clock_is_in_a_steps_record() -> None:
    _, _, record = play(SCRIPT)
    assert not [key for key in record if "second" in key or "time" in key]
    assert record == play(SCRIPT)[2]


def test_rates_count_what_happened() -> None:
    _, _, record = play(SCRIPT)
    assert record["episodes"] == 4
    assert record["samples_dropped"] == 0
    assert record["right_action_rate"] == 0.5  # the task is one of clean_data
    assert record["approve_rate"] == 0.25
    assert record["tool_calls"] == 0.25
    assert record["no_program_rate"] == pytest.approx(1 / 5)  # two drafts, three revisions
    assert record["cut_rate"] == 0.0
    assert record["action/coder/clean_data"] == record["action/coder/build_model"] == 0.5
    assert record["action/reviewer/approve"] == pytest.approx(1 / 5)
    assert record["action/reviewer/execute"] == pytest.approx(1 / 5)
    assert record["entropy/reviewer"] == 0.5
    assert record["choice_entropy/coder"] == pytest.approx(0.6931, abs=1e-4)


def test_pass_rates_and_shares_are_means_over_drafts_and_over_episodes() -> None:
    trees, _, record = play()
    drafts = [d.score for d in trees[0].drafts]
    finals = [b.final.score for b in trees[0].episodes]
    assert record["share/draft"] == pytest.approx(sum(s.tests.share for s in drafts) / 2)
    assert record["share/final"] == pytest.approx(sum(s.tests.share for s in finals) / 4)
    assert record["pass_rate/final"] == sum(s.all_passed for s in finals) / 4


def test_what_a_dialogue_adds_is_counted_once_however_many_reviews_it_has() -> None:
    class Last(FakeGrader):
        """Passes the second revision alone."""

        def grade(self, task: Task, program: str, reason: str = "") -> Score:
            return fake_score(program, NUM_CASES if program.count(".d") == 2 else 1)

    trees, _, record = play(grader=Last(), max_rounds=2)
    assert all(len(branch.reviews) == 2 for branch in trees[0].episodes)
    assert record["lift"] == record["pass_rate/final"] == 1.0


def test_what_stored_drafts_gain_is_no_lift() -> None:
    """They are chosen because they fail, or half of them: it says nothing of the pair."""
    (tree,), _, record = play()
    before = review_metrics([tree])
    assert (before["lift"], before["mended"]) == (record["lift"], record["mended"])
    for branch in tree.episodes:
        branch.draft.kind = "stored"
    after = review_metrics([tree])
    assert (after["lift"], after["lift_perfect"]) == (None, None)
    assert after["mended"] == before["mended"]


class Named(FakeGrader):
    """Passes the programs of the rounds that it is told, by the beginning of their names."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        passes = any(f"# {name}" in program for name in self.names)
        return fake_score(program, NUM_CASES if passes else 1)


PHASES: tuple[Phase, ...] = ("draft", "verdict", "review", "free")


@pytest.mark.parametrize("phase", PHASES)
def test_where_no_revision_changes_anything_the_end_is_as_good_as_the_drafts(phase: Phase) -> None:
    """Whatever is played of the dialogue: a draft counts once, however often it is reviewed."""
    shape: Any = {"drafts": 4, "reviews": 3, "tools": "always"}
    _, _, record = play(grader=Named("d0"), phase=phase, **shape)
    assert record["pass_rate/draft"] == 0.25
    for name in ("pass_rate", "share"):
        assert record[f"{name}/final"] == pytest.approx(record[f"{name}/draft"])
    # Without reviews nothing is known of them.
    assert record["lift"] == (None if phase == "draft" else 0.0)
    assert record["lift_perfect"] == (0.0 if phase in ("review", "free") else None)


@pytest.mark.parametrize("phase", PHASES[1:])
@pytest.mark.parametrize("max_rounds", [1, 2])
def test_the_lift_is_what_the_end_is_above_the_drafts(phase: Phase, max_rounds: int) -> None:
    shape: Any = {"drafts": 3, "reviews": 4, "max_rounds": max_rounds, "tools": "always"}
    _, _, record = play(grader=Named("d0", "d1.r0.d", "d2.r3.d"), phase=phase, **shape)
    gained = record["pass_rate/final"] - record["pass_rate/draft"]
    assert record["lift"] == pytest.approx(gained)
    assert record["pass_rate/draft"] == pytest.approx(1 / 3)
    if phase != "verdict":
        assert gained == pytest.approx(2 / 3 * 1 / 4)
    if phase == "review" and max_rounds == 1:  # no right draft was reviewed
        assert record["lift_perfect"] == pytest.approx(gained)


def test_a_draft_that_is_mended_in_a_late_round_is_mended_once() -> None:
    right, wrong = fake_score("x", NUM_CASES), fake_score("x", 1)
    late: list[Exchange] = [("major", score) for score in (wrong, wrong, wrong, right)]
    found = review_metrics([fake_tree([(right, [[(None, None)]]), (wrong, [late])])])
    assert (found["lift"], found["lift_perfect"]) == (0.5, 0.5)


def test_a_step_of_forced_reviews_in_which_all_drafts_pass_tells_nothing_of_reviews() -> None:
    _, _, record = play(grader=Named("d"), phase="review", tools="always")
    assert record["pass_rate/final"] == 1.0
    assert (record["lift"], record["lift_perfect"]) == (None, None)


def test_a_forced_verdict_is_in_no_rate_of_actions() -> None:
    class Wrong(FakeGrader):
        """Passes nothing."""

        def grade(self, task: Task, program: str, reason: str = "") -> Score:
            return fake_score(program, 1)

    trees, _, record = play(grader=Wrong(), phase="review", tools="always")
    reviews = [r for r in trees[0].rounds if r.kind == "review"]
    assert reviews and not any("verdict" in review.components for review in reviews)
    cost = RewardConfig().tool_cost * len(reviews[0].tool_calls)
    assert {review.reward for review in reviews} == {-cost}
    assert not [key for key in record if key.startswith("action/reviewer")]
    assert record["entropy/reviewer"] is None
    assert record["choice_entropy/reviewer"] is None  # nothing was chosen


def test_the_entropy_of_one_action_alone_is_zero_without_a_sign() -> None:
    entropy = play()[2]["choice_entropy/reviewer"]
    assert (entropy, copysign(1.0, entropy)) == (0.0, 1.0)


def test_tokens_are_those_that_were_generated() -> None:
    trees, _, record = play(SCRIPT)
    for agent in Agent:
        total = sum(
            len(turn.completion.token_ids)
            for one in trees[0].rounds
            if one.agent is agent
            for turn in one.turns
        )
        assert record[f"tokens/{agent}"] == total


def test_a_pasted_solution_is_logged() -> None:
    pasted = "def f(x: int) -> int:\n    return x"
    script = {(f"d{k}.r{m}", 2): pasted for k in range(2) for m in range(2)}
    assert play(script)[2]["copied_share"] > 0.4
    assert play()[2]["copied_share"] == 0.0


def test_where_nothing_was_measured_there_is_no_number() -> None:
    everything = FakeGrader(faulty=lambda what, program: what == "grade")
    _, _, record = play(grader=everything)
    for key in ("reward/draft", "pass_rate/draft", "share/final", "verdict_accuracy"):
        assert record[key] is None
    assert record["samples_dropped"] > 0
    assert not [key for key in record if key.startswith("component/")]
    assert mean([]) is None
    assert mean(iter([1.0, 2.0])) == 1.5


def test_every_round_is_on_record_with_its_prompts_answers_and_tools() -> None:
    trees, tasks, _ = play(SCRIPT, tasks=2)
    records = round_records(7, trees)
    assert len(records) == sum(len(tree.rounds) for tree in trees)
    assert {r["task"] for r in records} == {task.id for task in tasks}
    assert all(r["step"] == 7 for r in records)
    review = next(r for r in records if r["name"] == "d0.r1")
    assert review["tool_calls"] == ["execute"]
    assert review["tool_texts"] == ["SECRET-EXECUTE f en"]
    assert "Add 0." in review["turns"][0]["said"]
    assert [turn["kind"] for turn in review["turns"]] == ["action", "action", "severity", "review"]
    draft = next(r for r in records if r["name"] == "d0")
    assert draft["score"]["tests"]["outcome"] in ("passed", "wrong")
    assert "cpu_seconds" not in draft["score"]["tests"]
    assert all(json.loads(to_json_line(r))["name"] == r["name"] for r in records)


def test_an_evaluated_episode_is_one_record_in_the_order_of_the_tasks() -> None:
    trees, tasks, _ = play({("d0.r0", 0): "approve"}, tasks=2)
    single = [Tree(t.task_id, [t.branches[0][:1]]) for t in trees]
    records = eval_records(single, tasks)
    assert [r["task"] for r in records] == [task.id for task in tasks]
    assert all(r["approved"] and r["draft_share"] == r["final_share"] for r in records)
    assert all(r["tokens"] > 0 and r["family"] == "fake.add" for r in records)
    with pytest.raises(ValueError, match="argument"):
        eval_records(single, tasks[:1])


def test_a_lost_score_is_no_sample_and_not_a_zero() -> None:
    trees, tasks, _ = play()
    branch = trees[0].branches[0][0]
    branch.draft.score = None
    assert len(eval_records(trees, tasks)) == 2  # both episodes of that draft are gone


def test_how_fast_a_right_program_is_stands_in_its_episode_where_it_was_measured() -> None:
    trees, tasks, _ = play()
    single = [Tree(t.task_id, [t.branches[0][:1]]) for t in trees]
    assert not {"efficiency", "time_ratio"} & eval_records(single, tasks)[0].keys()
    final = single[0].branches[0][0].final
    assert final.score is not None
    sizes = (SizeCost(64, 1.1, 0.0, 0.0), SizeCost(512, 3.0, 0.0, 0.0))
    final.score = replace(final.score, efficiency=Efficiency(0.3, "", sizes))
    (record,) = eval_records(single, tasks)
    assert (record["efficiency"], record["time_ratio"]) == (0.3, 3.0)
    final.score = replace(final.score, efficiency=Efficiency(0.0, failure="a wrong value"))
    (record,) = eval_records(single, tasks)
    assert record["efficiency"] == 0.0 and "time_ratio" not in record
