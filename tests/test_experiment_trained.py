"""Arms of runs that were trained before: evaluated anew, and nothing of them is changed."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from parelha.cli import run as parelha
from parelha.errors import UsageError
from parelha.evaluate import evaluate_run
from parelha.experiment.plan import read_experiment
from parelha.experiment.tables import arm_rows
from parelha.tracking import RunFolder
from tests.experiments import run_small, run_with_fakes, write_file
from tests.fake_grading import half_pass
from tests.fakes import use_fakes

pytestmark = pytest.mark.slow

ARMS = """
[arms.untrained]
untrained = true

[arms.pair]
"""


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)


@pytest.fixture(scope="module")
def trained(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an experiment that has trained a pair."""
    return run_with_fakes(write_file(model_folder, tmp_path_factory.mktemp("trained"), ARMS))


def anew(source: Path, model_folder: Path, folder: Path, more: str = "") -> Path:
    """Write an experiment that evaluates the trained pair on more tasks, beside two arms."""
    arms = f'{ARMS}trained_in = "{source}/pair"\n{more}'
    path = write_file(model_folder, folder, arms)
    asked = '[eval]\narms = ["coder", "frozen_reviewer"]\n'
    text = path.read_text(encoding="utf-8").replace("episodes = 4", "episodes = 6")
    path.write_text(text.replace("[eval]\n", asked), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def evaluated(
    trained: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Return the file and the folder of an experiment that has evaluated the trained pair."""
    before = contents(trained)
    path = anew(trained, model_folder, tmp_path_factory.mktemp("evaluated"))
    folder = run_with_fakes(path)
    assert contents(trained) == before
    return path, folder


def test_a_trained_pair_is_evaluated_on_other_tasks_and_not_trained(
    trained: Path, evaluated: tuple[Path, Path]
) -> None:
    _, folder = evaluated
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    source, run = trained / "pair-0", folder / "pair-0"
    for name in ("metrics.jsonl", "checkpoints/step_00002/coder/adapter_model.safetensors"):
        assert (run / name).read_bytes() == (source / name).read_bytes()
    table = RunFolder(run).read_eval("after")
    assert table is not None
    asked = {"eval.arms": '["coder", "frozen_reviewer"]'}
    alone = evaluate_run(source, None, 6, asked)
    assert table["episodes"] == alone["episodes"]
    assert table["arms"] == alone["arms"]
    (difference,) = [row for row in results["differences"] if row["group"] == "all"]
    assert (difference["arm"], difference["pairs"]) == ("pair", 6)
    arm = results["arms"][1]
    assert arm["trained_in"] == f"{trained}/pair"
    assert (arm["steps"], arm["new_tokens"] > 0) == (2, True)
    assert arm_rows(results)[1]["differs in"] == f"trained in {trained}/pair"


def test_whoever_reads_the_new_run_finds_its_adapters(evaluated: tuple[Path, Path]) -> None:
    run = evaluated[1] / "pair-0"
    table = RunFolder(run).read_eval("after")
    assert table is not None
    assert evaluate_run(run, None, None)["episodes"] == table["episodes"]


def test_the_dry_run_counts_no_training(
    trained: Path,
    evaluated: tuple[Path, Path],
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = anew(trained, model_folder, tmp_path)
    assert parelha(["experiment", str(path), "--dry-run"]) == 0
    assert "at most 0 new tokens of training" in capsys.readouterr().out
    assert parelha(["experiment", str(evaluated[0]), "--dry-run"]) == 0
    assert "0 of 2 runs to do" in capsys.readouterr().out


def test_a_run_that_was_killed_while_it_was_copied_is_copied_again(
    trained: Path, model_folder: Path, tmp_path: Path
) -> None:
    path = anew(trained, model_folder, tmp_path)
    left = read_experiment(path).folder / ".pair-0.0123abcd.tmp"
    (left / "pair-0" / "checkpoints").mkdir(parents=True)
    (left / "lock").touch()  # which nobody holds
    experiment, errors, _ = run_small(path)
    assert not errors
    assert not list(experiment.folder.glob(".*.tmp"))


def test_a_file_that_a_trained_run_lacks_is_named(
    trained: Path, model_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(trained, source)
    path = anew(source, model_folder, tmp_path)
    lacks = source / "pair-0" / "timings.jsonl"
    lacks.unlink()
    experiment, errors, _ = run_small(path)
    assert f"{lacks} is missing" in errors["pair-0"]
    assert not any(one.name.endswith("pair-0") for one in experiment.folder.iterdir())


def test_another_folder_in_its_place_is_left_as_it_is(
    trained: Path, model_folder: Path, tmp_path: Path
) -> None:
    path = anew(trained, model_folder, tmp_path)
    mine = read_experiment(path).folder / "pair-0" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("kept", encoding="utf-8")
    _, errors, _ = run_small(path)
    assert "exists already: give the experiment another name" in errors["pair-0"]
    assert mine.read_text(encoding="utf-8") == "kept"


def _unfinished(folder: Path) -> None:
    shutil.rmtree(folder / "pair-0" / "checkpoints" / "step_00002")


def _gone(folder: Path) -> None:
    shutil.rmtree(folder / "pair-0")


def _other_adapters(folder: Path) -> None:
    checkpoint = folder / "pair-0" / "checkpoints" / "step_00002"
    for path in (checkpoint / "coder").glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x07")


@pytest.fixture(scope="module")
def copied(
    trained: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Return a copy of the trained experiment, and the file of one that evaluated the copy."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(trained, folder / "source")
    path = anew(folder / "source", model_folder, folder)
    run_with_fakes(path)
    return folder / "source", path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_unfinished, "pair-0 is not finished: step 1 of 2"),
        (_gone, "pair-0 does not exist"),
        (_other_adapters, "was begun with other adapters than those of"),
    ],
)
def test_a_source_that_is_not_what_it_was_is_refused(
    trained: Path, copied: tuple[Path, Path], change: Callable[[Path], None], said: str
) -> None:
    source, path = copied
    shutil.rmtree(source)
    shutil.copytree(trained, source)
    read_experiment(path)  # as it was
    change(source)
    with pytest.raises(UsageError, match=said):
        read_experiment(path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("train.steps = 3", "arms.pair.train: it belongs to .*; what can be given is engine"),
        ("untrained = true", "arms.pair.trained_in: .* of an arm that is not `untrained`"),
        ("eval.episodes = 5", None),
    ],
)
def test_what_belongs_to_the_training_cannot_be_given(
    trained: Path, model_folder: Path, tmp_path: Path, more: str, said: str | None
) -> None:
    path = anew(trained, model_folder, tmp_path, f"{more}\n")
    if said is None:
        assert len(read_experiment(path).tasks) == 5
        return
    with pytest.raises(UsageError, match=said):
        read_experiment(path)
