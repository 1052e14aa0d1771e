"""`parelha train` as torchrun starts it: one rank speaks, the others follow."""

# pylint: disable=missing-function-docstring

from pathlib import Path

import pytest

from parelha import cli
from tests.test_cli import FakeTraining, complaint, install


def test_of_torchruns_ranks_the_first_alone_needs_the_runs_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    training = install(monkeypatch, tmp_path, FakeTraining())
    file = tmp_path / "run.toml"
    file.write_text("seed = 7\n")
    arguments = ["train", str(file), "--resume", "/nowhere"]
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "job")
    monkeypatch.setenv("RANK", "0")
    assert complaint(capsys, *arguments)[0] == 2
    monkeypatch.setenv("RANK", "1")
    assert cli.run(arguments) == 0
    assert [(config.seed, resume) for config, resume in training.seen] == [(7, Path("/nowhere"))]


def test_of_torchruns_ranks_the_first_alone_tells_a_dry_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    training = install(monkeypatch, tmp_path, FakeTraining())
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "job")
    monkeypatch.setenv("RANK", "1")
    assert cli.run(["train", "--dry-run"]) == 0
    assert not training.seen and not capsys.readouterr().out
