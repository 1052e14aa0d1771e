"""What lies in the place of an experiment's results is read only where it is that."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from typing import Any

import pytest

from parelha.cli import run as parelha
from parelha.experiment.stored import Results, read_stored
from parelha.files import write_object
from tests.experiments import made_up
from tests.fabricate import fabricate_run

ROW = {"arm": "pair", "against": "base"}


def of_ours(**more: Any) -> dict[str, Any]:
    return {**made_up([], ("base", "pair")), **more}


@pytest.mark.parametrize("arguments", [["report"], ["experiment", "--page", "PAGE"]])
@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"accuracy": 0.5}, "name: Field required"),
        ({}, "name: Field required"),
        (of_ours(name=3), "name: "),
        (of_ours(evaluation={"episodes": 3, "families": 2}), "evaluation.suites: "),
        (of_ours(arms=[{"arm": "pair"}]), "arms.0.untrained: "),
        (of_ours(differences=[ROW]), "differences.0.value: "),
        (of_ours(runs=["pair-0"]), "runs.0: "),
        (of_ours(curves={"pair": [1, 2]}), "curves.pair: "),
        (of_ours(episodes={"pair": {"0": {"reward": [1.0]}}}), "episodes.pair.0.pylint: "),
        (of_ours(reference={"title": "theirs"}), "reference.arm: "),
    ],
)
def test_a_file_that_is_none_of_an_experiment_is_told_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    table: dict[str, Any],
    says: str,
) -> None:
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps(table), encoding="utf-8")
    page = str(tmp_path / "page.md")
    asked = [page if word == "PAGE" else word for word in arguments]
    assert parelha([*asked, str(folder)]) == 2
    error = capsys.readouterr().err
    assert f"results.json is none of an experiment: {says}" in error and error.count("\n") == 1
    assert not (tmp_path / "page.md").exists()
    assert [file.name for file in folder.iterdir()] == ["results.json"]


def test_damaged_times_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_object(tmp_path / "results.json", of_ours())
    (tmp_path / "times.json").write_text('{"seconds": 3}', encoding="utf-8")
    assert parelha(["report", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "times.json is none of an experiment: runs: " in error and error.count("\n") == 1


def test_results_without_figures_of_others_have_their_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_object(tmp_path / "results.json", of_ours(reference=None))
    assert parelha(["report", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "experiment.html")


def test_a_run_with_a_results_file_of_another_program_has_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = fabricate_run(tmp_path / "run", steps=1).path
    (run / "results.json").write_text('{"accuracy": 0.5}', encoding="utf-8")
    assert parelha(["report", str(run)]) == 0
    assert capsys.readouterr().out.strip() == str(run / "report.html")


def test_the_results_that_are_kept_here_are_read_as_they_stand() -> None:
    kept = sorted((Path(__file__).parents[1] / "experiments" / "results").glob("*/results.json"))
    assert kept
    for path in kept:
        assert read_stored(path, Results) == json.loads(path.read_text(encoding="utf-8"))
