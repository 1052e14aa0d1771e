"""Paths that may not even be looked at, and run folders with damaged files: one line each."""

# pylint: disable=missing-function-docstring

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from parelha import cli
from parelha.config import Config
from parelha.errors import UsageError
from parelha.export.source import chosen_step
from parelha.pacing import other_steps
from parelha.report.terminal import run_text
from parelha.tracking import RunFolder
from tests.fabricate import fabricate_run
from tests.saved_runs import saved_run

LONG = "x" * 300  # longer than any file system takes; looking at it raises, as at what is locked


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command of wrong use says, in one line."""
    assert cli.run(list(arguments)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def commands() -> list[list[str]]:
    """All there are, those of a group by two words."""
    groups = {name: cli.app[name] for name in cli.app if not name.startswith("-")}
    return [
        [name, *([inner] if inner else [])]
        for name, group in groups.items()
        for inner in [one for one in group if not one.startswith("-")] or [""]
    ]


def test_the_usage_of_a_command_names_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(commands()) > 15
    for words in commands():
        assert cli.run([*words, "--help"]) == 0
        usage = capsys.readouterr().out.splitlines()[0]
        assert usage.startswith(f"Usage: parelha {' '.join(words)}") and "ARGS" not in usage, usage


def test_a_flag_takes_several_values_at_once_or_one_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = []
    one, other = "clean_data.sales", "clean_data.units"
    for named in ([one, other], [one, "--families", other]):
        assert cli.run(["tasks", "list", "--levels", "1", "--families", *named]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert f"{one}/" in said[0] and f"{other}/" in said[0]
    assert "--families" in complaint(capsys, "tasks", "list", "--families")


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", LONG],
        ["report", LONG],
        ["export", LONG],
        ["serve", LONG],
        ["train", "--resume", LONG],
        ["train", f"{LONG}.toml", "--dry-run"],
        ["experiment", f"{LONG}.toml"],
        ["tasks", "check", f"{LONG}/tasks"],
        ["tasks", "list", "--suite", f"{LONG}.jsonl"],
    ],
)
def test_a_path_that_may_not_be_looked_at_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert "xxxx" in complaint(capsys, *arguments)


def test_a_negative_number_of_instances_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--instances -1" in complaint(capsys, "tasks", "check", "--instances", "-1")


def test_a_level_that_no_task_has_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "levels are 1 to 4" in complaint(capsys, "tasks", "list", "--levels", "9")


@pytest.mark.parametrize("chosen", [["--levels", "1"], ["--families", "clean_data.sales"]])
def test_what_chooses_among_families_is_refused_of_a_suite(
    capsys: pytest.CaptureFixture[str], chosen: list[str]
) -> None:
    said = complaint(capsys, "tasks", "list", "--suite", "humaneval.jsonl", *chosen)
    assert "choose among the families" in said


@pytest.fixture(name="run")
def _run(model_folder: Path, tmp_path: Path) -> Path:
    return saved_run(model_folder, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_damaged_adapter_is_not_exported(
    capsys: pytest.CaptureFixture[str], run: Path, name: str
) -> None:
    path = max(run.glob(f"checkpoints/*/coder/{name}"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "damaged" in complaint(capsys, "export", str(run))
    assert not (run / "export/peft").exists()


@pytest.mark.slow
@pytest.mark.parametrize("models", [None, {}, {"coder": 3, "reviewer": 3}])
def test_a_record_without_its_models_is_damaged(
    capsys: pytest.CaptureFixture[str], run: Path, models: object
) -> None:
    record = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(record | {"models": models}))
    assert "config.json is damaged" in complaint(capsys, "export", str(run))


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = fabricate_run(tmp_path / "run", steps=1).path
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = complaint(capsys, "serve", str(run), "--port", str(port))
    assert f"cannot listen at 127.0.0.1, port {port}" in error


def test_commands_that_are_told_can_be_typed_where_a_path_has_a_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fabricate_run(tmp_path / "my runs" / "run", steps=1).path

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("parelha.train.train", interrupted)
    config = Config(runs_dir=str(run.parent), name=run.name)
    monkeypatch.setattr("parelha.train.load_run_config", lambda _: config)
    said = [run_text(run), other_steps(config, 10**6)]
    with pytest.raises(UsageError) as no_checkpoint:
        chosen_step(run, None)
    with pytest.raises(UsageError) as exists:
        RunFolder.create(run)
    with pytest.raises(KeyboardInterrupt) as stopped:
        cli.train(resume=run)
    said += [str(error.value) for error in (no_checkpoint, exists, stopped)]
    assert all(f"'{run}'" in text for text in said), said


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_a_sign_is_shown_another_way(encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    task = "clean_data.sales/tidy_names/L1/s0"
    asked = [sys.executable, "-m", "parelha", "tasks", "show", task, "--lang", "pt"]
    done = subprocess.run(asked, capture_output=True, env=environment, check=True)
    assert (b"m\\xe3o" if encoding == "ascii" else b"m\xe3o") in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["tasks", "list", "--table", "--suite", "nowhere"],
        ["train", "--dry-run", "--cluster", "auto"],
    ],
)
def test_options_that_mean_nothing_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_is_no_folder_of_experiments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, page = fabricate_run(tmp_path / "run", steps=1).path, tmp_path / "page.md"
    assert cli.run(["experiment", "--page", str(page), str(folder)]) == 2
    assert "holds no results.json" in capsys.readouterr().err and not page.exists()
