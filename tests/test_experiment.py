"""Whole experiments of the tiny model: kills, failures, what is done before, what is written."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parelha.cli import run as parelha
from parelha.errors import UsageError, WorkFailedError
from parelha.experiment.plan import read_experiment
from parelha.experiment.planned import Planned
from parelha.experiment.runs import read_times
from parelha.experiment.shared import take_before
from parelha.tracking import RunFolder
from parelha.train import train
from tests.experiments import ARMS, run_small, run_with_fakes, write_file
from tests.fake_grading import half_pass
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)


@pytest.fixture(scope="module")
def whole(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an experiment that nothing interrupted."""
    return run_with_fakes(write_file(model_folder, tmp_path_factory.mktemp("one")))


KILLED = """
import os, signal, sys
from pathlib import Path
import pytest
import tests.experiments as small
from tests.fake_grading import half_pass
from tests.fakes import use_fakes
patch = pytest.MonkeyPatch()
use_fakes(patch)
half_pass(patch)

def kill_at(target, call):
    module, _, name = target.rpartition(".")
    real, calls = getattr(sys.modules[module], name), []
    def dying(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    patch.setattr(target, dying)

path = Path(sys.argv[1])
for place in sys.argv[2:]:
    target, call = place.split()
    child = os.fork()
    if not child:
        kill_at(target, int(call))
        small.run_small(path)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
PLACES = (
    "parelha.train._record 1",  # the folder of the first run is there, and nothing in it
    "parelha.train.save_checkpoint 2",  # a step is on record without its checkpoint
    "parelha.train._evaluate_once 2",  # trained, and not evaluated
    "parelha.files.sync_to_disk 10",  # between the files of a step
    "tests.experiments.write_results 1",  # every run is done
)


def test_an_experiment_that_is_killed_ends_with_the_same_results(
    whole: Path, model_folder: Path, tmp_path: Path
) -> None:
    path = write_file(model_folder, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), *PLACES],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["-9"] * len(PLACES), done.stderr
    said: list[str] = []
    experiment, errors, _ = run_small(path, said.append)
    assert not errors
    assert len(said) == len(experiment.runs) == 3
    assert all(line.endswith("done before") for line in said)
    results = (experiment.folder / "results.json").read_bytes()
    assert results == (whole / "results.json").read_bytes()


def test_a_run_that_fails_is_on_record_and_the_others_are_done(
    whole: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_file(model_folder, tmp_path)

    def failing(config: Any, **kwargs: Any) -> Path:
        if config.name == "coder_alone-0":
            raise MemoryError("no room\nfor a model")
        return train(config, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("parelha.experiment.runs.train", failing)
        experiment, errors, results = run_small(path)
    assert errors == {"coder_alone-0": "MemoryError: no room for a model"}
    trace = experiment.folder / "coder_alone-0.error.txt"
    assert "Traceback" in trace.read_text(encoding="utf-8")
    rows = {row["run"]: row for row in results["runs"]}
    assert rows["coder_alone-0"]["error"] == errors["coder_alone-0"]
    assert rows["pair-0"]["after"]["episodes"] == 4
    assert {row["arm"] for row in results["differences"]} == {"pair"}
    # It is tried again, and then nothing is left of the failure.
    experiment, errors, _ = run_small(path)
    assert not errors and not trace.exists()
    results_file = experiment.folder / "results.json"
    assert results_file.read_bytes() == (whole / "results.json").read_bytes()


def test_the_evaluation_before_training_is_played_once_for_arms_that_begin_alike(
    whole: Path, model_folder: Path, tmp_path: Path
) -> None:
    base, pair = (RunFolder(whole / name) for name in ("base-0", "pair-0"))
    taken, own = pair.read_eval("before"), base.read_eval("before")
    assert taken is not None and own is not None
    assert taken.pop("taken_from") == "base-0" and "taken_from" not in own
    assert taken == own
    assert pair.read_rounds("eval_before") == base.read_rounds("eval_before")
    alone = RunFolder(whole / "coder_alone-0").read_eval("before")
    assert alone is not None and "taken_from" not in alone  # another one is played beside it
    results = json.loads((whole / "results.json").read_text(encoding="utf-8"))
    begins = {row["run"]: row.get("before", {}).get("same_as") for row in results["runs"]}
    assert begins == {"base-0": None, "coder_alone-0": None, "pair-0": "base-0"}
    # It is what the run would have measured by itself.
    pair_alone, errors, _ = run_small(write_file(model_folder, tmp_path, "[arms.pair]\n"))
    assert not errors
    folder = RunFolder(pair_alone.runs[0].folder)
    assert folder.read_eval("before") == own
    for name in ("metrics.jsonl", "eval/after.json"):
        assert (folder.path / name).read_bytes() == (pair.path / name).read_bytes()


def test_runs_share_their_beginning_where_the_type_of_products_is_found_out(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of them began in which sitting."""
    arms = "[arms.base]\nuntrained = true\n[arms.pair]\n"
    kept = []
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
        path = write_file(model_folder, tmp_path / name, arms)
        asked = path.read_text(encoding="utf-8")
        path.write_text(asked.replace('dtype = "float32"', 'dtype = "auto"'), encoding="utf-8")
        if name == "killed":
            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                patch.setattr("parelha.experiment.runs.take_before", _interrupted_at("pair-0"))
                run_small(path)
        experiment, errors, results = run_small(path)
        assert not errors
        begins = {row["run"]: row.get("before", {}).get("same_as") for row in results["runs"]}
        assert begins == {"base-0": None, "pair-0": "base-0"}
        table = RunFolder(experiment.runs[1].folder).read_eval("before")
        assert table is not None and table["taken_from"] == "base-0"
        kept.append((experiment.folder / "results.json").read_bytes())
    assert kept[0] == kept[1]


def test_the_time_of_a_run_that_is_interrupted_counts(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_file(model_folder, tmp_path, "[arms.base]\nuntrained = true\n[arms.pair]\n")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("parelha.experiment.runs.take_before", _interrupted_at("pair-0"))
        run_small(path)
    first = read_times(tmp_path / "runs" / "small")["runs"]
    assert first["base-0"] > first["pair-0"] > 0.0
    run_small(path)
    both = read_times(tmp_path / "runs" / "small")["runs"]
    assert both["base-0"] == first["base-0"] and both["pair-0"] > first["pair-0"]


def _interrupted_at(name: str) -> Any:
    def take(planned: Planned, runs: Any) -> Any:
        if planned.name == name:
            raise KeyboardInterrupt
        return take_before(planned, runs)

    return take


def test_a_run_with_other_weights_takes_nothing_over(model_folder: Path, tmp_path: Path) -> None:
    arms = "[arms.base]\nuntrained = true\n[arms.pair]\n"
    experiment, errors, _ = run_small(write_file(model_folder, tmp_path, arms))
    assert not errors
    base, pair = experiment.runs
    record = json.loads((base.folder / "config.json").read_text())
    shutil.rmtree(pair.folder)
    for agent in record["models"].values():
        agent["sha256"] = "0" * 64
    (base.folder / "config.json").write_text(json.dumps(record))
    _, errors, _ = run_small(tmp_path / "small.toml")
    assert "weights differ from the run's" in errors["pair-0"]


def test_the_results_hold_what_the_runs_hold(whole: Path) -> None:
    results = json.loads((whole / "results.json").read_text(encoding="utf-8"))
    alone = RunFolder(whole / "coder_alone-0")
    after = alone.read_eval("after")
    assert after is not None
    row = next(row for row in results["runs"] if row["run"] == "coder_alone-0")
    assert row["after"]["passed"] == sum(e["final_passed"] for e in after["arms"]["coder"])
    assert row["new_tokens"] == sum(
        line["tokens/coder"] + line["tokens/reviewer"] for line in alone.read_metrics()
    )
    kinds = {r["kind"] for step in (1, 2) for r in alone.read_rounds(f"step_{step:05d}")}
    assert kinds == {"draft"}
    # What was played beside the arm is reported too: here, the pair that the coder belongs to.
    rated = {row["arm"] for row in results["rates"]}
    assert rated == {"base", "coder_alone", "pair", "coder_alone/pair"}
    # Drafts alone have no reviewer, so they made nothing of their drafts.
    told = {row["arm"]: row for row in results["dialogues"]}
    assert set(told) == {"base", "pair", "coder_alone/pair"}
    assert told["base"]["episodes"] == 4
    assert results["curves"]["pair"]["pass_rate/draft"]["0"] == [
        line["pass_rate/draft"] for line in RunFolder(whole / "pair-0").read_metrics()
    ]
    assert not RunFolder(whole / "base-0").read_metrics()
    assert "seconds" not in json.dumps(results)


def test_the_command_goes_on_shows_the_results_and_writes_a_page(
    whole: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_file(model_folder, tmp_path)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "small").symlink_to(whole)
    assert parelha(["experiment", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "smallest difference found in at least 80 % of the cases" in shown
    assert "run 3 of 3, pair-0: done before" in shown
    assert "not told apart" in shown
    assert shown.splitlines()[-1].endswith("experiment.html")
    assert (whole / "experiment.html").is_file()
    assert parelha(["experiment", str(path), "--dry-run"]) == 0
    assert "0 of 3 runs to do" in capsys.readouterr().out
    longer = write_file(model_folder, tmp_path, ARMS + "learning.learning_rate = 0.5\n")
    assert parelha(["experiment", str(longer)]) == 2
    error = capsys.readouterr().err
    assert "learning.learning_rate is 0.01 there" in error and error.count("\n") == 1


def test_failed_runs_are_exit_code_1(
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(config: Any, **_: Any) -> Path:
        raise WorkFailedError(f"nothing came of {config.name}")

    monkeypatch.setattr("parelha.experiment.runs.train", failing)
    path = write_file(model_folder, tmp_path, "[arms.base]\nuntrained = true\n[arms.pair]\n")
    assert parelha(["experiment", str(path)]) == 1
    said = capsys.readouterr()
    assert "2 of 2 runs failed, the first: base-0: nothing came of base-0" in said.err
    assert "Nothing was compared, so nothing can be claimed." in said.out


def test_a_dry_run_measures_one_step_and_leaves_nothing(
    model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_file(model_folder, tmp_path)
    assert parelha(["experiment", str(path), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    # Two steps of two drafts, and of whole dialogues; evaluation as in the test of the plan.
    assert "3 of 3 runs to do: at most 584 new tokens of training and 1,752 of evaluation" in shown
    assert "going by one step with one task, measured" in shown
    assert not (tmp_path / "runs").exists()


def test_a_run_that_was_killed_before_it_began_can_begin(
    model_folder: Path, tmp_path: Path
) -> None:
    config = tiny_config(model_folder, tmp_path, train={"steps": 1})
    folder = config.run_dir
    for name in ("episodes", "eval", "checkpoints"):
        (folder / name).mkdir(parents=True)
    leftover = folder / ".config.json.123.tmp"
    leftover.write_text('{"conf', encoding="utf-8")
    run_tiny(config)
    assert not leftover.exists()
    with pytest.raises(UsageError, match="exists already"):
        run_tiny(config)


def test_a_longer_experiment_goes_on_from_the_shorter_one(
    whole: Path, model_folder: Path, tmp_path: Path
) -> None:
    pair = "[arms.pair]\n"
    run_small(write_file(model_folder, tmp_path, pair + "train.steps = 1\n"))
    again = read_experiment(write_file(model_folder, tmp_path, pair))
    assert (again.runs[0].steps_done, again.runs[0].steps, again.runs[0].is_done) == (1, 2, False)
    run_small(tmp_path / "small.toml")
    longer = (again.runs[0].folder / "metrics.jsonl").read_bytes()
    assert longer == (whole / "pair-0" / "metrics.jsonl").read_bytes()
