"""What a run was made from is hashed, and a resumed run goes on with the same or not at all."""

# pylint: disable=missing-function-docstring

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parelha import suites
from parelha.config import Config
from parelha.errors import UsageError
from parelha.evaluate import evaluate_run
from parelha.provenance import made_from, model_files
from parelha.tasks.families import suite_folder
from parelha.train import train
from tests.fake_grading import FakeGrader
from tests.fakes import Quiet, tiny_config
from tests.tiny import tiny_folder

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "examples/own_tasks"


@dataclass(frozen=True)
class Made:
    """A run of one step, and all that it was made from, in one folder."""

    folder: Path
    config: Config

    def longer(self) -> Config:
        train_section = self.config.train.model_copy(update={"steps": 2})
        return self.config.model_copy(update={"train": train_section})


def use_parts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("parelha.runtime.Grader", lambda **kwargs: FakeGrader(**kwargs))
    patch.setattr("parelha.stage.extract_program", lambda answer, _: (answer or "-", ""))
    suites._open.cache_clear()  # pylint: disable=protected-access


@pytest.fixture(name="patched", autouse=True)
def _patched(monkeypatch: pytest.MonkeyPatch) -> None:
    use_parts(monkeypatch)


@pytest.fixture(name="first", scope="module")
def _first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Path]:
    """Return a run, and a copy of its folder from which `made` lays it out anew."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(EXAMPLES, folder / "tasks")
    copy_task(folder, "second")
    (folder / "rules").mkdir()
    (folder / "rules/setup.cfg").write_text("[flake8]\nmax-line-length = 88\n")
    (folder / "rules/pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")
    (folder / "held.jsonl").write_text('{"task_id": "held/0"}\n')
    config = tiny_config(
        tiny_folder(folder),
        folder / "runs",
        tasks={
            "suites": [str(folder / "tasks")],
            "eval_suites": [str(folder / "held.jsonl")],
            "seeds": 3,
        },
        reward={"linter_settings": str(folder / "rules")},
        train={"steps": 1, "tasks_per_step": 1},
    )
    with pytest.MonkeyPatch.context() as patch:
        use_parts(patch)
        train(config, progress=Quiet())
    return Made(folder, config), shutil.copytree(folder, tmp_path_factory.mktemp("kept") / "all")


@pytest.fixture(name="made")
def _made(first: tuple[Made, Path]) -> Made:
    """Return the run as it was trained, whatever the test before did to it."""
    made, kept = first
    shutil.rmtree(made.folder)
    shutil.copytree(kept, made.folder)
    return made


def copy_task(folder: Path, name: str) -> None:
    source = folder / "tasks/trimmed_mean.py"
    (folder / f"tasks/{name}.py").write_text(source.read_text().replace("trimmed_mean", name))
    table = (folder / "tasks/trimmed_mean.toml").read_text()
    (folder / f"tasks/{name}.toml").write_text(table.replace("trimmed_mean", name))


def remove_task(folder: Path, name: str) -> None:
    for path in (folder / "tasks").glob(f"{name}.*"):
        path.unlink()


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return edit


def template_edited(folder: Path) -> None:
    for path in (folder / "tiny").glob("chat_template*"):
        path.write_text(path.read_text() + " ")


EDITS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a statement": (
        replaced("tasks/trimmed_mean.toml", "trimmed mean", "middle mean"),
        r"trimmed_mean\.toml",
    ),
    "a reference": (replaced("tasks/trimmed_mean.py", "def", "\n\ndef"), r"trimmed_mean\.py"),
    "a further task": (
        lambda folder: copy_task(folder, "again"),
        r"again\.py \(tasks\) is new",
    ),
    "a task less": (
        lambda folder: remove_task(folder, "second"),
        r"second\.py \(tasks\) is gone",
    ),
    "a benchmark": (
        lambda f: (f / "held.jsonl").write_text('{"task_id": "held/1"}\n'),
        r"held\.jsonl \(tasks\) has changed",
    ),
    "a linter's setting": (
        replaced("rules/setup.cfg", "88", "100"),
        r"setup\.cfg of flake8 \(linter settings\) has changed",
    ),
    "a shared setting": (replaced("rules/pyproject.toml", "true", "false"), "of mypy .* changed"),
    "a setting that goes first": (
        lambda f: (f / "rules/mypy.ini").write_text("[mypy]\n"),
        r"mypy\.ini of mypy \(linter settings\) is new",
    ),
    "a chat template": (template_edited, r"chat_template.* \(the coder's model\) has changed"),
    "a tokenizer": (replaced("tiny/tokenizer.json", '"NFC"', '"NFKC"'), r"tokenizer\.json .*has"),
    "a model's configuration": (
        replaced("tiny/config.json", '"rope_theta": 10000.0', '"rope_theta": 50000.0'),
        r"config\.json \(the coder's model\) has changed",
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_run_is_not_resumed_after_what_it_was_made_from_was_edited(made: Made, what: str) -> None:
    edit, says = EDITS[what]
    record = (made.config.run_dir / "config.json").read_bytes()
    edit(made.folder)
    suites._open.cache_clear()  # pylint: disable=protected-access
    with pytest.raises(UsageError, match=says) as caught:
        train(made.longer(), resume=made.config.run_dir, progress=Quiet())
    assert "\n" not in str(caught.value)
    assert (made.config.run_dir / "config.json").read_bytes() == record
    assert len((made.config.run_dir / "metrics.jsonl").read_text().splitlines()) == 1


def test_a_run_goes_on_where_all_is_the_same_however_it_was_written(made: Made) -> None:
    path = made.folder / "tiny/config.json"
    table = json.loads(path.read_text()) | {"transformers_version": "99.0"}
    path.write_text(json.dumps(dict(sorted(table.items(), reverse=True))))  # as a library would
    (made.folder / "tasks/README.md").write_text("Notes.")
    (made.folder / "rules/notes.txt").write_text("Notes.")
    train(made.longer(), resume=made.config.run_dir, progress=Quiet())
    assert len((made.config.run_dir / "metrics.jsonl").read_text().splitlines()) == 2


def test_a_run_that_does_not_say_what_it_was_made_from_goes_on(made: Made) -> None:
    path = made.config.run_dir / "config.json"
    record = json.loads(path.read_text())
    del record["made_from"]
    for model in record["models"].values():
        del model["files"]
    path.write_text(json.dumps(record))
    train(made.longer(), resume=made.config.run_dir, progress=Quiet())
    assert "made_from" in json.loads(path.read_text())  # and says so from then on


def test_evaluating_refuses_another_template_as_it_refuses_other_weights(made: Made) -> None:
    template_edited(made.folder)
    with pytest.raises(UsageError, match="chat_template"):
        evaluate_run(made.config.run_dir, 1, 1)


@pytest.mark.parametrize("end", ["toml", "py"])
def test_the_families_have_one_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    config = tiny_config(tmp_path, tmp_path)
    before = made_from(config)["tasks"]
    assert list(before) == ["families"]
    copy = Path(shutil.copytree(suite_folder(), tmp_path / "suite"))
    monkeypatch.setattr("parelha.provenance.suite_folder", lambda: copy)
    assert made_from(config)["tasks"] == before
    edited = next(copy.glob(f"*/*/*.{end}"))
    edited.write_text(edited.read_text() + "\n")
    assert made_from(config)["tasks"] != before


def test_a_models_weights_are_hashed_elsewhere(tmp_path: Path) -> None:
    found = model_files(tiny_folder(tmp_path))
    assert {"config.json", "tokenizer.json", "tokenizer_config.json"} <= set(found)
    assert not any(name.endswith(".safetensors") for name in found)
