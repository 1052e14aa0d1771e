"""Held-out evaluation: the same tasks and uniforms each time, and nothing in the run changes."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from parelha.config_file import from_dict
from parelha.engines.protocol import EngineStatistics
from parelha.errors import UsageError
from parelha.evaluate import evaluate, evaluate_run, heldout_tasks
from parelha.runtime import open_runtime
from parelha.tasks import load_tasks
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

EPISODES = 2


@pytest.fixture(scope="module")
def run(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of one step, evaluated before and after it."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        config = tiny_config(
            model_folder,
            tmp_path_factory.mktemp("runs"),
            train={"steps": 1},
            eval={"episodes": EPISODES},
        )
        return run_tiny(config)


def stored(run: Path, which: str) -> Any:
    return json.loads((run / "eval" / f"{which}.json").read_text())


def test_before_and_after_meet_the_same_tasks(run: Path) -> None:
    before, after = stored(run, "before"), stored(run, "after")
    assert (before["step"], after["step"]) == (0, 1)
    assert len(before["episodes"]) == EPISODES
    assert [e["task"] for e in before["episodes"]] == [e["task"] for e in after["episodes"]]
    assert before["temperature"] == 0.7


def test_an_episode_is_one_draft_and_one_review_at_most_two_programs(run: Path) -> None:
    lines = (run / "episodes" / "eval_before.jsonl").read_text().splitlines()
    names = [json.loads(line)["name"] for line in lines]
    assert set(names) <= {"d0", "d0.r0", "d0.r0.d"}
    assert names.count("d0") == EPISODES


def snapshot(run: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(run.rglob("*")) if p.is_file()}


def test_a_checkpoint_evaluated_later_gives_what_the_run_recorded(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    (run / "checkpoints" / "step_backup").mkdir(exist_ok=True)
    before = snapshot(run)
    assert evaluate_run(run, None, None) == stored(run, "after")
    assert evaluate_run(run, 0, 1)["episodes"] == stored(run, "before")["episodes"][:1]
    assert snapshot(run) == before


def test_evaluation_leaves_the_engine_as_it_found_it(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path)
    with open_runtime(config, on_progress=lambda _: None) as runtime:
        first, _ = evaluate(runtime, 0, 1)
        assert runtime.engine.statistics == EngineStatistics()
        assert evaluate(runtime, 0, 1)[0] == first


def test_other_weights_than_the_runs_are_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    record = json.loads((copy / "config.json").read_text())
    record["models"]["reviewer"]["sha256"] = "0" * 64
    (copy / "config.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="the reviewer's weights differ from the run's"):
        evaluate_run(copy, 1, 1)


def test_a_missing_run_or_checkpoint_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    with pytest.raises(UsageError, match="does not exist"):
        evaluate_run(tmp_path / "none", None, None)
    with pytest.raises(UsageError, match="there is no checkpoint"):
        evaluate_run(run, 9, 1)


def test_held_out_tasks_are_distinct_spread_and_never_trained_on() -> None:
    config = from_dict({})
    tasks = heldout_tasks(config, 24)
    assert len({task.id for task in tasks}) == 24
    trained = load_tasks("train", levels=config.tasks.levels, seeds=range(config.tasks.seeds))
    assert not {task.id for task in tasks} & {task.id for task in trained}
    assert len({task.family for task in tasks[:10]}) >= 5
    assert {task.split for task in tasks} == {"heldout_seeds", "heldout_params"}
    assert heldout_tasks(config, 5) == tasks[:5]
    assert len(heldout_tasks(config, 300)) == 300
    assert not heldout_tasks(config, 0)


def test_families_without_held_out_tasks_are_refused() -> None:
    with pytest.raises(UsageError, match="no held-out task"):
        only_trained = {"families": ["clean_data.sales"]}
        splits = {"splits": ["heldout_families"]}
        heldout_tasks(from_dict({"tasks": only_trained, "eval": splits}), 2)
    with pytest.raises(UsageError):
        heldout_tasks(from_dict({"tasks": {"families": ["nothing"]}}), 2)


def test_whole_families_can_be_held_out() -> None:
    config = from_dict({"eval": {"splits": ["heldout_families"]}})
    tasks = heldout_tasks(config, 6)
    assert {task.split for task in tasks} == {"heldout_families"}
    assert len({task.id for task in tasks}) == 6
