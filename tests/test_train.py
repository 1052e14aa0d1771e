"""The loop: what it refuses, what it writes, and what ends it."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import errno
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from parelha.config import Config, EpisodeConfig
from parelha.config_file import from_dict
from parelha.episode import play_tree
from parelha.errors import NothingTrainedError, UsageError, WorkFailedError
from parelha.files import write_atomic
from parelha.rollout import play_all
from parelha.runtime import check_window, open_runtime
from parelha.tasks import load_tasks
from parelha.train import load_run_config, train
from parelha.training_step import learning_rate
from parelha.training_tasks import tasks_of_step, training_tasks
from parelha.types import Agent
from tests.fake_grading import FakeGrader
from tests.fakes import (
    Quiet,
    fake_stage,
    fake_tasks,
    run_tiny,
    tiny_config,
    use_fakes,
)
from tests.scripted import ScriptedEngine

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {"episode": {"drafts": 2, "max_tool_calls": 0}, "train": {"steps": 1}}


@pytest.fixture(scope="module")
def run(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of one step."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        return run_tiny(tiny_config(model_folder, tmp_path_factory.mktemp("runs"), **SMALL))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# --- what a run writes ---------------------------------------------------------------------------


def test_a_run_folder_has_everything_the_design_names(run: Path) -> None:
    assert {p.name for p in run.iterdir() if not p.name.startswith(".")} == {
        "config.json",
        "metrics.jsonl",
        "timings.jsonl",
        "episodes",
        "eval",
        "checkpoints",
    }
    record = json.loads((run / "config.json").read_text())
    assert {len(m["sha256"]) for m in record["models"].values()} == {64}
    assert {m["source"] for m in record["models"].values()} == {"local"}
    assert record["sandbox_level"] == 2
    assert load_run_config(run).train.steps == 1


def test_metrics_have_no_clock_and_timings_have_nothing_else(run: Path) -> None:
    (metrics,) = lines_of(run / "metrics.jsonl")
    (timings,) = lines_of(run / "timings.jsonl")
    assert set(metrics) & set(timings) == {"step"}
    assert not [key for key in metrics if "second" in key or "bytes" in key]
    for agent in Agent:
        for name in ("loss", "grad_norm", "clip_share", "kl", "ba_norm", "adapter_sha"):
            assert f"{name}/{agent}" in metrics
    assert timings["new_tokens"] > 0
    assert timings["seconds"] > 0


def test_every_round_is_on_record_with_its_advantage(run: Path) -> None:
    rounds = lines_of(run / "episodes" / "step_00001.jsonl")
    assert {r["kind"] for r in rounds} >= {"draft", "review"}
    assert any(turn["advantage"] for r in rounds for turn in r["turns"])


def test_progress_hears_of_every_step(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    progress = Quiet()
    train(tiny_config(model_folder, tmp_path, **SMALL), progress=progress)
    assert progress.steps == [1]


def test_an_agent_that_never_moved_is_pointed_out(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    # reviews of one draft are not compared when there is only one
    shape: dict[str, Any] = {"episode": {"drafts": 3, "reviews": 1}, "train": {"steps": 1}}
    progress = Quiet()
    train(tiny_config(model_folder, tmp_path, **shape), progress=progress)
    assert progress.messages == [
        "warning: the reviewer was not trained (no group had different rewards)"
    ]


@pytest.mark.parametrize("section", [{"shared_policy": True}, {"train_agents": ["reviewer"]}])
def test_other_ways_to_train_run_too(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: Any
) -> None:
    use_fakes(monkeypatch)
    train_two = {"steps": 1, "tasks_per_step": 2}
    folder = run_tiny(tiny_config(model_folder, tmp_path, model=section, train=train_two))
    (metrics,) = lines_of(folder / "metrics.jsonl")
    moved = {key for key in metrics if key.startswith("ba_norm/") and metrics[key] > 0}
    expected = "coder" if "shared_policy" in section else "reviewer"
    assert moved == {f"ba_norm/{expected}"}


# --- what it refuses -----------------------------------------------------------------------------


def test_an_existing_run_is_not_overwritten(
    run: Path, monkeypatch: pytest.MonkeyPatch, model_folder: Path
) -> None:
    use_fakes(monkeypatch)
    before = (run / "metrics.jsonl").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        run_tiny(tiny_config(model_folder, run.parent, **SMALL))
    assert (run / "metrics.jsonl").read_bytes() == before


def resumed(run: Path, tmp_path: Path) -> tuple[Path, Config]:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    return copy, load_run_config(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 5}, "another configuration"),
        ({"learning": {"learning_rate": 0.5}}, "another configuration"),
        ({"train": {"steps": 1, "tasks_per_step": 2}}, "another configuration"),
    ],
)
def test_a_resume_with_another_configuration_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, message: str
) -> None:
    use_fakes(monkeypatch)
    copy, config = resumed(run, tmp_path)
    with pytest.raises(UsageError, match=message):
        run_tiny(from_dict(config.to_dict() | change), resume=copy)


def test_a_resume_cannot_make_a_run_shorter(
    model_folder: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    del model_folder
    copy, config = resumed(run, tmp_path)
    record = json.loads((copy / "config.json").read_text())
    record["config"]["train"]["steps"] = 9
    (copy / "config.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="can be raised only"):
        run_tiny(config, resume=copy)


def test_a_resume_of_what_is_no_run_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = load_run_config(run)
    (tmp_path / "photos").mkdir()
    for folder, message in ((tmp_path / "none", "does not exist"), (tmp_path / "photos", "no run")):
        with pytest.raises(UsageError, match=message):
            run_tiny(config, resume=folder)


def test_a_resume_with_other_weights_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    copy, config = resumed(run, tmp_path)
    record = json.loads((copy / "config.json").read_text())
    record["models"]["coder"]["sha256"] = "0" * 64
    (copy / "config.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="the coder's weights differ"):
        run_tiny(config, resume=copy)


def test_a_resume_of_a_finished_run_changes_nothing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    copy, config = resumed(run, tmp_path)
    run_tiny(config, resume=copy)
    assert (copy / "metrics.jsonl").read_bytes() == (run / "metrics.jsonl").read_bytes()


def test_a_run_made_longer_is_evaluated_again(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    shape = SMALL | {"eval": {"episodes": 1}}
    folder = run_tiny(tiny_config(model_folder, tmp_path, **shape))
    longer = tiny_config(model_folder, tmp_path, **(shape | {"train": {"steps": 2}}))
    run_tiny(longer, resume=folder)
    assert json.loads((folder / "eval" / "before.json").read_text())["step"] == 0
    assert json.loads((folder / "eval" / "after.json").read_text())["step"] == 2


def test_the_learning_rate_rises_over_the_first_updates_and_stays() -> None:
    config = from_dict({"learning": {"learning_rate": 4.0, "warmup_updates": 4}})
    assert [learning_rate(config, 1, n) for n in range(6)] == [1.0, 2.0, 3.0, 4.0, 4.0, 4.0]
    assert learning_rate(from_dict({"learning": {"learning_rate": 4.0}}), 1, 0) == 4.0


def test_a_linear_schedule_falls_over_the_steps_of_the_run() -> None:
    learning = {"learning_rate": 4.0, "schedule": "linear", "warmup_updates": 2}
    config = from_dict({"learning": learning, "train": {"steps": 4}})
    assert [learning_rate(config, step, step - 1) for step in range(1, 5)] == [2.0, 3.0, 2.0, 1.0]
    # An adapter whose first update comes late is warmed up then.
    assert [learning_rate(config, step, step - 3) for step in (3, 4)] == [1.0, 1.0]


def test_too_few_tasks_are_refused_before_anything_is_made(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path / "runs", train={"tasks_per_step": 17})
    with pytest.raises(UsageError, match=r"only 16 tasks .*tasks_per_step is 17"):
        run_tiny(config)
    assert not (tmp_path / "runs").exists()


def test_a_run_that_never_began_can_be_started_again(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped model must not cost the run its name."""
    use_fakes(monkeypatch)
    with pytest.raises(UsageError, match="no file or folder"):
        run_tiny(tiny_config(tmp_path / "nobody", tmp_path, **SMALL))
    assert run_tiny(tiny_config(model_folder, tmp_path, **SMALL)).is_dir()


def test_a_window_too_small_names_the_task_and_the_need(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path, episode={"max_program_tokens": 4000})
    with pytest.raises(UsageError, match=r"task fake.add/\S+ needs up to \d+ tokens .* window"):
        run_tiny(config)


@pytest.mark.parametrize("rounds", [1, 2])
def test_no_dialogue_is_longer_than_what_the_window_was_checked_for(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """Every answer as long as its limit allows, every tool called, every output a flood."""
    use_fakes(monkeypatch)
    flood = "y = 12345 + y  # ... \n" * 200
    shape = EpisodeConfig(
        drafts=1,
        reviews=1,
        max_rounds=rounds,
        max_program_tokens=60,
        max_review_tokens=20,
        max_tool_calls=2,
        max_tool_tokens=50,
        tools="chosen",
        quotes=False,
    )
    script = {("d0", 1): flood, ("d0.r0", 3): "major", ("d0.r0", 4): flood}
    script |= {("d0.r0", 0): "execute", ("d0.r0", 1): "analyse_statically"}
    script |= {("d0.r0", 2): "propose_refactoring", ("d0.r0.d", 0): flood, ("d0.r0.d.r", 2): flood}
    monkeypatch.setattr(FakeGrader, "execute_examples", lambda *_: flood)
    monkeypatch.setattr(FakeGrader, "analyse_text", lambda *_: flood)
    task = load_tasks("train")[0]
    stage = fake_stage(**shape.model_dump())
    (tree,) = play_all([play_tree(task, stage)], ScriptedEngine(stage.formats[Agent.CODER], script))
    config = tiny_config(model_folder, tmp_path, episode=shape.model_dump())
    needs = {}
    with open_runtime(config, on_progress=lambda _: None) as runtime:
        for agent in Agent:
            monkeypatch.setattr(
                runtime.policy, "window", lambda a, only=agent: 1 if a is only else 0
            )
            with pytest.raises(UsageError) as caught:
                check_window(runtime, (task,))
            needs[agent] = int(str(caught.value).split("needs up to ")[1].split()[0])
    longest = dict.fromkeys(Agent, 0)
    for play in tree.rounds:
        longest[play.agent] = max(longest[play.agent], len(play.ids))
    for agent in Agent:
        assert 0.8 * needs[agent] < longest[agent] <= needs[agent]


# --- what ends it --------------------------------------------------------------------------------


def test_a_learning_rate_of_zero_trains_nothing_and_says_so(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path, learning={"learning_rate": 0.0}, **SMALL)
    with pytest.raises(NothingTrainedError, match="learning rate 0"):
        run_tiny(config)
    assert len(lines_of(tmp_path / "run" / "metrics.jsonl")) == 1


def test_a_run_whose_every_program_is_lost_stops_with_the_reason(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch, lambda what, program: what == "grade")
    with pytest.raises(WorkFailedError, match=r"no program could be graded: .*grade was killed"):
        run_tiny(tiny_config(model_folder, tmp_path, **SMALL))


def test_a_gradient_that_is_not_finite_ends_the_run_before_it_spoils_the_adapter(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    copy, config = resumed(run, tmp_path)
    longer = from_dict(config.to_dict() | {"train": {"steps": 2, "tasks_per_step": 1}})

    def spoil(*_: Any) -> torch.Tensor:
        return torch.tensor(math.nan)

    monkeypatch.setattr("torch.nn.utils.clip_grad_norm_", spoil)
    with pytest.raises(WorkFailedError, match="gradient of the coder is not finite"):
        run_tiny(longer, resume=copy)
    assert (copy / "metrics.jsonl").read_bytes() == (run / "metrics.jsonl").read_bytes()


def test_a_full_disk_is_one_line_and_the_steps_before_it_stay(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    copy, config = resumed(run, tmp_path)
    longer = from_dict(config.to_dict() | {"train": {"steps": 2, "tasks_per_step": 1}})

    def full(path: Path, content: bytes | str) -> None:
        if path.name == "metrics.jsonl":
            error = OSError(errno.ENOSPC, "No space left on device")
            raise UsageError(f"the disk is full: {path}: {error}")
        write_atomic(path, content)

    with monkeypatch.context() as patch:
        patch.setattr("parelha.tracking.write_atomic", full)
        with pytest.raises(UsageError, match="the disk is full"):
            run_tiny(longer, resume=copy)
    assert len(lines_of(copy / "metrics.jsonl")) == 1
    run_tiny(longer, resume=copy)
    assert len(lines_of(copy / "metrics.jsonl")) == 2


# --- which tasks a step plays --------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 12))
def test_an_epoch_visits_every_task_at_most_once_and_no_step_any_twice(
    seed: int, per_step: int, epoch: int
) -> None:
    tasks = fake_tasks("train", seeds=range(3))
    config = from_dict({"seed": seed, "train": {"tasks_per_step": per_step}})
    steps = len(tasks) // per_step
    first = (epoch - 1) * steps + 1
    visited = [t.id for s in range(first, first + steps) for t in tasks_of_step(tasks, config, s)]
    assert len(visited) == steps * per_step == len(set(visited))
    assert tasks_of_step(tasks, config, first) == tasks_of_step(tasks, config, first)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    tasks = fake_tasks("train", seeds=range(4))
    orders = {
        tuple(t.id for t in tasks_of_step(tasks, from_dict({"seed": seed}), step))
        for seed in range(3)
        for step in (1, 9)
    }
    assert len(orders) > 3


def test_training_tasks_are_those_of_the_configured_levels_and_families() -> None:
    config = from_dict({"tasks": {"families": ["detect_outliers"], "levels": [1], "seeds": 2}})
    tasks = training_tasks(config)
    assert {task.level for task in tasks} == {1}
    assert {task.action for task in tasks} == {"detect_outliers"}
    assert {task.split for task in tasks} == {"train"}
