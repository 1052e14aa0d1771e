"""Trackers are told what a run measures, and none of them can end it."""

# pylint: disable=missing-function-docstring

import importlib
import json
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from parelha.cli import run as parelha
from parelha.config import Config
from parelha.config_eval import TrackingConfig
from parelha.errors import UsageError
from parelha.live import Progress
from parelha.trackers import Trackers, check_trackers, followed
from parelha.tracking import RunFolder
from parelha.train import train
from tests.fakes import tiny_config, use_fakes


class Notebook:
    """A tracker that keeps what it is told, and falls over at a step."""

    identity = "page 7"

    def __init__(self, falls_at: int = -1) -> None:
        self.falls_at, self.closed, self.failed = falls_at, False, False
        self.steps: dict[int, dict[str, float]] = {}

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        if step == self.falls_at:
            raise ConnectionError("nobody\nanswers")
        self.steps[step] = dict(figures)

    def close(self, *, failed: bool) -> None:
        self.closed, self.failed = True, failed


def config_of(folder: Path, *names: Any) -> Config:
    return Config(runs_dir=str(folder), tracking=TrackingConfig(to=names))


def opened(
    monkeypatch: pytest.MonkeyPatch, books: Mapping[str, Notebook]
) -> list[tuple[str, str, int]]:
    """Let these stand in for the trackers; what each was opened with."""
    said: list[tuple[str, str, int]] = []

    for name, book in books.items():

        def open_tracker(
            config: Config,
            folder: Path,
            identity: str,
            step: int,
            short: str = name,
            book: Notebook = book,
        ) -> Notebook:
            del config, folder
            said.append((short, identity, step))
            return book

        module = SimpleNamespace(RunTracker=open_tracker)
        monkeypatch.setitem(sys.modules, f"parelha.trackers.{name}", module)
    return said


def episode(split: str, passed: bool) -> dict[str, Any]:
    return {"task": "t", "split": split, "draft_passed": False, "final_passed": passed}


def test_numbers_of_steps_and_of_evaluations_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Notebook()
    said = opened(monkeypatch, {"mlflow": book})
    config = config_of(tmp_path, "mlflow", "mlflow")
    folder = RunFolder.create(config.run_dir)
    before = [episode("heldout_params", True), episode("heldout_families", False)]
    folder.write_eval("before", {"step": 0, "episodes": before}, [])
    trackers = Trackers(config, config.run_dir, print)
    trackers.step({"step": 1, "reward/draft": 0.5, "adapter_sha/coder": "ab", "kl": None}, {})
    trackers.step({"step": 2, "reward/draft": 0.75, "episodes": 8}, {"seconds": 3.0})
    folder.write_eval("after", {"step": 2, "episodes": before[:1]}, [])
    trackers.finish()
    trackers.close(failed=False)
    assert book.steps[0]["eval/final_passed"] == 0.5
    assert book.steps[0]["eval/heldout_families/final_passed"] == 0.0
    assert book.steps[1] == {"reward/draft": 0.5}
    assert book.steps[2]["eval/final_passed"] == 1.0  # the last told of the step
    assert book.closed
    assert said == [("mlflow", "", 0)]  # once, and with the first figure
    # A run that goes on is known again.
    Trackers(config, config.run_dir, print).step({"step": 3}, {})
    assert said[1:] == [("mlflow", "page 7", 3)]
    assert list(book.steps) == [0, 1, 2, 3]
    # So is one that ended before its last evaluation, and what it told stays.
    folder.write_step(3, {}, {}, [])
    folder.write_eval("after", {"step": 3, "episodes": before}, [])
    Trackers(config, config.run_dir, print).finish()
    assert said[2:] == [("mlflow", "page 7", 4)]
    assert book.steps[3]["eval/final_passed"] == 0.5


def test_what_was_not_told_before_a_run_was_killed_is_told_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Notebook(), Notebook()
    said = opened(monkeypatch, {"mlflow": old, "wandb": new})
    config = config_of(tmp_path, "mlflow")
    folder = RunFolder.create(config.run_dir)
    before = [episode("heldout_params", True)]
    folder.write_eval("before", {"step": 0, "episodes": before}, [])
    lines = [({"step": n, "kl": n / 2}, {"step": n, "seconds": 1.0 + n}) for n in range(1, 5)]
    first = Trackers(config, config.run_dir, print)
    for number, (metrics, timings) in enumerate(lines[:3], 1):
        folder.write_step(number, metrics, timings, [])
        if number < 3:  # killed before it told of the third
            first.step(metrics, timings)
    both = config_of(tmp_path, "mlflow", "wandb")  # which is named when the run goes on
    goes_on = Trackers(both, both.run_dir, print)
    goes_on.step(*lines[3])
    assert said[1:] == [("mlflow", "page 7", 3), ("wandb", "", 0)]
    for book in (old, new):
        assert list(book.steps) == [0, 1, 2, 3, 4]
        assert book.steps[0]["eval/final_passed"] == 1.0
        assert book.steps[3] == {"kl": 1.5, "time/seconds": 4.0}
    # So is the last step, where there is nothing left to train.
    folder.write_step(4, *lines[3], [])
    folder.write_step(5, {"step": 5, "kl": 9.0}, {"seconds": 1.0}, [])
    folder.write_eval("after", {"step": 5, "episodes": before}, [])
    Trackers(config, config.run_dir, print).finish()
    assert said[3:] == [("mlflow", "page 7", 5)]
    assert old.steps[5]["eval/final_passed"] == 1.0 and list(old.steps) == [0, 1, 2, 3, 4, 5]


def test_a_public_benchmark_has_a_curve_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Notebook()
    opened(monkeypatch, {"mlflow": book})
    config = config_of(tmp_path, "mlflow")
    named = {"family": "benchmark.my+tasks", "task": "t/1"}
    table = [{**episode(split, split == "train"), **named} for split in ("train", "heldout_params")]
    table.append({**episode("heldout_params", True), "family": "clean_data.sales"})
    RunFolder.create(config.run_dir).write_eval("before", {"step": 0, "episodes": table}, [])
    Trackers(config, config.run_dir, print).step({"step": 1}, {})
    passed = {name: value for name, value in book.steps[0].items() if "final" in name}
    assert passed == {
        "eval/final_passed": pytest.approx(2 / 3),
        "eval/my_tasks/final_passed": 0.5,
        "eval/heldout_params/final_passed": 1.0,
    }


def test_a_tracker_that_fails_is_told_of_once_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = Notebook(), Notebook(falls_at=2)
    opened(monkeypatch, {"wandb": bad, "trackio": good})
    config = config_of(tmp_path, "wandb", "trackio")
    RunFolder.create(config.run_dir)
    said: list[str] = []
    trackers = Trackers(config, config.run_dir, said.append)
    for step in (1, 2, 3):
        trackers.step({"step": step, "kl": 0.0}, {})
    trackers.close(failed=False)
    assert said == ["warning: wandb is told no more: ConnectionError: nobody answers"]
    assert list(good.steps) == [1, 2, 3] and good.closed
    assert list(bad.steps) == [1] and not bad.closed


def test_a_missing_package_is_said_before_the_run_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("parelha.trackers.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"trackio needs .*-m pip install 'parelha\[trackio\]'`"):
        check_trackers(config_of(tmp_path, "trackio"))
    check_trackers(config_of(tmp_path))
    runs = str(tmp_path / "runs")
    assert parelha(["train", "--tracking.to", "mlflow", "--runs_dir", runs]) == 2
    assert "parelha[mlflow]" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_trackers_are_off_by_default_and_unknown_ones_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Config().tracking.to == ()
    runs = str(tmp_path / "runs")
    assert parelha(["train", "--tracking.to", "abacus", "--runs_dir", runs]) == 2
    assert "tracking.to" in capsys.readouterr().err


def test_a_run_that_is_refused_tells_nothing_of_the_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Notebook()
    said = opened(monkeypatch, {"mlflow": book})
    monkeypatch.setattr("parelha.trackers.find_spec", lambda name: True)
    config = begun(tmp_path, "mlflow")
    progress = Progress(1, plain=True)
    with pytest.raises(UsageError), followed(config, config.run_dir, progress):
        raise UsageError("exists already")
    assert not said and not book.steps and not progress.followers


@pytest.mark.parametrize("fault", [None, RuntimeError("out of memory"), KeyboardInterrupt()])
def test_trackers_know_a_run_that_did_not_come_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException | None
) -> None:
    book = Notebook()
    opened(monkeypatch, {"mlflow": book})
    monkeypatch.setattr("parelha.trackers.find_spec", lambda name: True)
    config = begun(tmp_path, "mlflow")
    ends = nullcontext() if fault is None else pytest.raises(type(fault))
    with ends, followed(config, config.run_dir, Progress(1, plain=True)) as progress:
        progress.followers[0]({"step": 1, "kl": 0.0}, {})
        if fault is not None:
            raise fault
    assert book.closed and book.failed == (fault is not None)


@pytest.mark.parametrize("failed", [False, True])
def test_mlflow_and_wandb_are_told_how_a_run_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failed: bool
) -> None:
    client, run = MagicMock(), MagicMock()
    fakes = {
        "mlflow": SimpleNamespace(MlflowClient=lambda: client),
        "mlflow.entities": SimpleNamespace(Metric=MagicMock(), Param=MagicMock()),
        "wandb": SimpleNamespace(
            init=lambda **_: run, setup=MagicMock(), Settings=lambda **_: None
        ),
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    for name in ("mlflow", "wandb"):
        monkeypatch.delitem(sys.modules, f"parelha.trackers.{name}", raising=False)
        module = importlib.import_module(f"parelha.trackers.{name}")
        monkeypatch.delitem(sys.modules, f"parelha.trackers.{name}")
        module.RunTracker(config_of(tmp_path, name), tmp_path, "7", 0).close(failed=failed)
    client.set_terminated.assert_called_once_with("7", "FAILED" if failed else "FINISHED")
    run.finish.assert_called_once_with(exit_code=int(failed))


@pytest.mark.slow
def test_a_run_tells_its_trackers_and_is_the_same_without(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    book = Notebook()
    steps = {"train": {"steps": 2}, "eval": {"episodes": 2}}
    plain = tiny_config(model_folder, tmp_path, "plain", **steps)
    told = tiny_config(model_folder, tmp_path, "told", **steps, tracking={"to": ["mlflow"]})
    train(plain, progress=Progress(2, plain=True))
    opened(monkeypatch, {"mlflow": book})
    monkeypatch.setattr("parelha.trackers.find_spec", lambda name: True)
    with followed(told, told.run_dir, Progress(2, plain=True)) as progress:
        train(told, progress=progress)
    assert list(book.steps) == [0, 1, 2] and book.closed
    assert "eval/final_passed" in book.steps[2]
    lines = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("plain", "told")]
    assert lines[0] == lines[1]
    metrics = json.loads(lines[1].splitlines()[0])
    # One without the evaluation's: `2` was told of twice.
    assert book.steps[1]["tokens/coder"] == metrics["tokens/coder"]


# --- the trackers themselves, where their packages are -------------------------------------------


def play(config: Config, first: int, last: int) -> list[str]:
    """Tell a run's trackers of steps; what went wrong."""
    said: list[str] = []
    trackers = Trackers(config, config.run_dir, said.append)
    for step in range(first, last + 1):
        trackers.step({"step": step, "reward/draft": step / 8, "kl": 0.0}, {"seconds": 1.0})
    trackers.finish()
    trackers.close(failed=False)
    return said


def begun(tmp_path: Path, name: Any) -> Config:
    config = config_of(tmp_path / "runs", name)
    before = {"step": 0, "episodes": [episode("heldout_params", True)]}
    RunFolder.create(config.run_dir).write_eval("before", before, [])
    return config


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_tensorboard_holds_one_curve_of_a_run_that_was_interrupted(tmp_path: Path) -> None:
    reason = "needs `pip install 'parelha[tensorboard]'`"
    events = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason=reason
    )

    config = begun(tmp_path, "tensorboard")
    assert not play(config, 1, 3) + play(config, 3, 4)
    read = events.EventAccumulator(str(config.run_dir / "tensorboard"))
    read.Reload()
    assert [(event.step, event.value) for event in read.Scalars("eval/final_passed")] == [(0, 1.0)]
    found = [(event.step, event.value) for event in read.Scalars("reward/draft")]
    assert found == [(1, 0.125), (2, 0.25), (3, 0.375), (4, 0.5)]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_mlflow_holds_one_run_with_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow", reason="needs `pip install 'parelha[mlflow]'`")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "store").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # no database, no server

    config = begun(tmp_path, "mlflow")
    assert not play(config, 1, 2) + play(config, 3, 3)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("parelha")
    assert experiment is not None
    [run] = client.search_runs([experiment.experiment_id])
    assert run.data.params["train.steps"] == "4" and run.info.run_name == "runs/run"
    history = client.get_metric_history(run.info.run_id, "reward/draft")
    assert [(one.step, one.value) for one in history] == [(1, 0.125), (2, 0.25), (3, 0.375)]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_wandb_writes_on_this_machine_without_an_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb", reason="needs `pip install 'parelha[wandb]'`")
    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))  # without a key of this machine's user
    config = begun(tmp_path, "wandb")
    assert not play(config, 1, 2)
    [file] = (config.run_dir / "wandb").glob("offline-run-*/run-*.wandb")
    for _ in range(600):  # its own process writes it
        if b"reward/draft" in file.read_bytes():
            break
        time.sleep(0.1)
    assert b"reward/draft" in file.read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_trackio_holds_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "store"))
    pytest.importorskip("trackio", reason="needs `pip install 'parelha[trackio]'`")
    config = begun(tmp_path, "trackio")
    assert not play(config, 1, 2)
    assert list((tmp_path / "store").glob("parelha*.db"))


def test_a_login_in_the_netrc_file_is_an_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace())
    monkeypatch.delitem(sys.modules, "parelha.trackers.wandb", raising=False)
    has_login = importlib.import_module("parelha.trackers.wandb").has_login
    monkeypatch.delitem(sys.modules, "parelha.trackers.wandb")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert not has_login("https://host.example")
    (tmp_path / "netrc").write_text("machine host.example login user password key\n")
    assert has_login("https://host.example") and not has_login("https://other.example")


def test_two_runs_of_one_name_are_two_in_trackio_and_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    fake = SimpleNamespace(init=lambda **given: names.append(given["name"]))
    monkeypatch.setitem(sys.modules, "trackio", fake)
    monkeypatch.delitem(sys.modules, "parelha.trackers.trackio", raising=False)
    module = importlib.import_module("parelha.trackers.trackio")
    monkeypatch.delitem(sys.modules, "parelha.trackers.trackio")
    config = config_of(tmp_path, "trackio")
    first, second = (module.RunTracker(config, tmp_path, "", 0) for _ in range(2))
    module.RunTracker(config, tmp_path, first.identity, 3)
    assert names == [first.identity, second.identity, first.identity]
    assert first.identity != second.identity
