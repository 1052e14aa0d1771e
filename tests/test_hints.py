"""Hints: tasks that no draft passes are tried again from the first half of the reference."""

# pylint: disable=missing-function-docstring

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parelha.agents.turns import Tree
from parelha.config import (
    Config,
    EpisodeConfig,
    LearningConfig,
    ModelConfig,
    RewardConfig,
    TrainConfig,
)
from parelha.episode import play_tree
from parelha.learning.credit import assign_credit
from parelha.metrics import round_records, step_metrics
from parelha.pacing import most_tokens, written_tokens
from parelha.report.episodes import HINTED, TRAINING, pack_episodes
from parelha.report.records import join_episodes, read_run
from parelha.rewards import reward_trees
from parelha.rollout import play_all
from parelha.sizes import LongestDialogues
from parelha.stored import DraftStore
from parelha.tasks import load_tasks
from parelha.tasks.benchmarks import BenchmarkTask
from parelha.tasks.curriculum import PassRates, form_of
from parelha.tasks.opening import opening_of
from parelha.tracking import RunFolder, step_name
from parelha.types import Agent, Phase, Score, Task
from tests.fake_grading import NUM_CASES, FakeGrader, fake_score
from tests.fakes import (
    fake_stage,
    fake_task,
    run_tiny,
    tiny_config,
    use_fakes,
)
from tests.scripted import ScriptedEngine
from tests.test_report_files import unpacked

OPENING = "def f(x: int) -> int:\n    x = x + 1\n"
TASK = replace(fake_task(), reference=f"{OPENING}    return x - 1\n")


class HalfGrader(FakeGrader):
    """Passes what begins as the reference does, and gives other programs some of the cases."""

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        del task, reason
        self.calls.append(("grade", program))
        right = program.startswith(OPENING)
        return fake_score(program, NUM_CASES if right else len(self.calls) % 2)


class HintedEngine(ScriptedEngine):
    """Goes on with what was begun; one of the drafts begun like that ends with an error."""

    def default_answer(self, request: Any, name: str) -> str:
        if not request.choices and name in ("d2", "d3"):
            return "    return x\n```" if name == "d2" else "    return y\n```\nand more"
        return super().default_answer(request, name)


def played(
    task: Task = TASK, grader: FakeGrader | None = None, phase: Phase = "free", **changed: Any
) -> Tree:
    stage = replace(fake_stage(grader or HalfGrader()), phase=phase, **{"hints": True, **changed})
    # One of the revisions is an edit, the others are begun afresh.
    engine = HintedEngine(stage.formats[Agent.CODER], {("d0.r0", 1): "minor"})
    (tree,) = play_all([play_tree(task, stage)], engine)
    assert isinstance(tree, Tree)
    return tree


def test_the_opening_of_every_reference_is_its_beginning_and_not_all_of_it() -> None:
    for task in load_tasks("train", levels=(1, 2, 3, 4), seeds=(0,)):
        opening = opening_of(task)
        assert task.reference.startswith(opening) and opening.endswith("\n")
        assert f"def {task.entry_point}(" in opening
        assert "return" in task.reference.removeprefix(opening)
        # What comes next is a whole statement.
        nodes = ast.walk(ast.parse(task.reference))
        begin = {node.lineno for node in nodes if isinstance(node, ast.stmt)}
        assert opening.count("\n") + 1 in begin


def test_a_table_of_a_benchmarks_answers_is_no_hint() -> None:
    assert opening_of(TASK) == OPENING
    assert not opening_of(BenchmarkTask(**vars(TASK)))
    assert not opening_of(replace(TASK, reference=""))


@pytest.mark.parametrize("phase", ["free", "draft"])
def test_a_task_that_no_draft_passes_is_tried_again_from_the_references_first_half(
    phase: Phase,
) -> None:
    tree = played(phase=phase)
    assert [(draft.name, draft.kind) for draft in tree.drafts] == [
        ("d0", "draft"),
        ("d1", "draft"),
        ("d2", "hinted"),
        ("d3", "hinted"),
    ]
    *_, first, second = tree.drafts
    assert first.score and first.score.program == f"{OPENING}    return x\n"
    assert second.score and second.score.program.startswith(OPENING)
    # Nobody reviews them, and what was given is prompt: an update learns the rest alone.
    assert [len(row) for row in tree.branches[2:]] == [1, 1]
    assert not any(row[0].rounds for row in tree.branches[2:])
    turn = first.turns[-1]
    assert turn.said.endswith(f"```python\n{OPENING}")
    assert turn.answer == f"```python\n{OPENING}    return x\n```"
    assert len(first.ids) - turn.start == len(turn.completion.token_ids)


def test_no_hint_is_given_where_a_draft_passes_or_was_lost_or_in_evaluation() -> None:
    lost = FakeGrader(faulty=lambda what, _: what == "grade")
    assert len(played(grader=lost).drafts) == 2
    assert len(played(hints=False).drafts) == 2

    class Passing(FakeGrader):
        def grade(self, task: Task, program: str, reason: str = "") -> Score:
            return fake_score(program, NUM_CASES * ("# d1\n" in program))

    assert len(played(grader=Passing()).drafts) == 2


def test_a_coder_that_does_not_learn_gets_no_hints() -> None:
    episode = EpisodeConfig(hints=True)
    assert Config(episode=episode).gives_hints
    shared = ModelConfig(shared_policy=True)
    assert Config(episode=episode, model=shared).gives_hints
    alone = ModelConfig(train_agents=("reviewer",))
    assert not Config(episode=episode, model=alone).gives_hints


def test_the_last_function_of_a_name_is_the_reference() -> None:
    stub = "@overload\ndef f(x: int) -> int: ...\n\n\n"
    task = replace(TASK, reference=f"from typing import overload\n\n\n{stub}{TASK.reference}")
    assert opening_of(task).endswith(OPENING)


def test_hinted_drafts_are_compared_with_each_other_alone() -> None:
    tree = played(phase="draft")
    reward_trees([tree], RewardConfig())
    for draft, reward in zip(tree.drafts, (0.0, 0.2, 1.0, 1.4), strict=True):
        draft.reward = reward
    counts = assign_credit([tree], LearningConfig(normalise_std=False), RewardConfig())
    assert counts[Agent.CODER].total == 2
    advantages = [draft.advantages[-1] for draft in tree.drafts]
    assert advantages == pytest.approx([-0.1, 0.1, -0.2, 0.2])


def test_a_program_begun_afresh_is_not_compared_with_hinted_drafts() -> None:
    found = []
    for hints in (True, False):
        tree = played(hints=hints)
        reward_trees([tree], RewardConfig())
        assign_credit([tree], LearningConfig(normalise_std=False), RewardConfig())
        found.append([one.advantages for one in tree.rounds if one.kind == "revision"])
    assert found[0] == found[1]


def test_hinted_drafts_say_nothing_of_what_the_pair_can_do() -> None:
    tree = played(phase="draft")
    reward_trees([tree], RewardConfig())
    groups = assign_credit([tree], LearningConfig(), RewardConfig())
    metrics = step_metrics([tree], [TASK], groups)
    assert (metrics["pass_rate/draft"], metrics["pass_rate/final"]) == (0.0, 0.0)
    assert metrics["pass_rate/hinted"] == 1.0
    records = round_records(1, [tree])
    assert [episode.draft.name for episode in join_episodes(records)] == ["d0", "d1"]
    rates, store = PassRates([TASK]), DraftStore(0)
    rates.add_step(records)
    store.add_step(records)
    assert rates.rate(form_of(TASK)) < 0.5
    assert not store.draw("verdict", 2, 4)  # no passing one is in store


def test_hinted_drafts_count_in_what_a_run_may_take() -> None:
    for phase in ("draft_steps", "steps"):
        train = TrainConfig.model_validate({"steps": 2, phase: 2})
        plain, hinted = (
            Config(train=train, episode=EpisodeConfig(hints=hints)) for hints in (False, True)
        )
        for count in (most_tokens, written_tokens):
            further = count(hinted, 1) - count(plain, 1)
            assert further >= train.tasks_per_step * 4 * plain.episode.max_program_tokens


def test_a_hint_counts_in_the_longest_dialogue() -> None:
    lines = 400 * "    x = x + 1\n"
    task = replace(TASK, reference=f"{OPENING}{lines}    return x\n")
    plain = LongestDialogues(fake_stage()).of(task)[Agent.CODER]
    hinted = LongestDialogues(replace(fake_stage(), hints=True)).of(task)[Agent.CODER]
    assert hinted > plain
    other = replace(task, split="heldout_params")
    assert LongestDialogues(replace(fake_stage(), hints=True)).of(other)[Agent.CODER] == plain


def test_a_run_with_hints_learns_from_them_and_repeats(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    shape = {"drafts": 2, "max_tool_calls": 0, "hints": True}
    runs = [
        run_tiny(tiny_config(model_folder, tmp_path, name, episode=shape, train={"steps": 4}))
        for name in ("one", "other")
    ]
    found = [(run / "metrics.jsonl").read_text() for run in runs]
    assert found[0] == found[1]
    assert '"pass_rate/hinted"' in found[0]
    kept = RunFolder(runs[0])
    rounds = [one for step in range(1, 5) for one in kept.read_rounds(step_name(step))]
    turns = [turn for one in rounds if one["kind"] == "hinted" for turn in one["turns"]]
    assert any(turn["advantage"] for turn in turns)
    index = unpacked(pack_episodes(read_run(runs[0])).index)
    assert set(index["sources"]) == {TRAINING, HINTED}
