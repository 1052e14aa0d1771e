"""Base rates: drafts are played and graded, kept after every batch, and never played twice."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import base_rates
from parelha.config_file import from_dict
from parelha.rollout import play_all
from parelha.tasks.families import all_families, read_family
from tests.fake_grading import FakeGrader

FAMILY = "clean_data.scaling"


@pytest.fixture(name="use_fake_grader")
def use_fake_grader_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parelha.runtime.Grader", FakeGrader)


def draft(level: int, family: str, passed: int, *, cut: bool = False) -> dict[str, Any]:
    return {"level": level, "family": family, "passed": passed, "cases": 4, "cut": cut}


def test_samples_go_round_all_parameterisations_then_to_the_next_seed() -> None:
    family = read_family(FAMILY)
    num = sum(1 in problem.statements for problem in family.problems)
    tasks = base_rates.sampled_tasks(family, 1, num + 2)
    assert len({task.id for task in tasks}) == num + 2
    assert [task.id.rpartition("/s")[2] for task in tasks[-3:]] == ["0", "1", "1"]
    assert {task.split for task in tasks} == {"train", "heldout_params"}
    assert not base_rates.sampled_tasks(family, 9, 4)


def test_a_sample_of_families_is_spread_over_the_coders_actions() -> None:
    assert len({f.action for f in base_rates.chosen_families("", 8)}) == 4
    assert len(base_rates.chosen_families("", 8)) == 8
    assert base_rates.chosen_families("", 0) == list(all_families())


def test_drafts_are_kept_after_every_batch_and_an_interrupted_run_goes_on(
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    use_fake_grader: None,
) -> None:
    del use_fake_grader
    out = tmp_path / "base.json"
    arguments = ["--model", str(model_folder), "--families", FAMILY, "--levels", "1"]
    arguments += ["--samples", "4", "--batch", "2", "--json", str(out), "--table"]
    arguments += ["--set", "model.dtype=float32", "--set", "episode.max_program_tokens=8"]
    played = 0

    def stopped_in_the_second_batch(*args: Any) -> list[Any]:
        nonlocal played
        played += 1
        if played == 2:
            raise KeyboardInterrupt
        return play_all(*args)

    with monkeypatch.context() as patch:
        patch.setattr("benchmarks.base_rates.play_all", stopped_in_the_second_batch)
        with pytest.raises(KeyboardInterrupt):
            base_rates.main(arguments)
    first = json.loads(out.read_text())["drafts"]
    assert len(first) == 2
    assert base_rates.main(arguments) == 0
    drafts = json.loads(out.read_text())["drafts"]
    assert drafts[:2] == first and len(drafts) == 4
    assert all(d["cut"] and d["passed"] < d["cases"] for d in drafts)
    shown = capsys.readouterr()
    assert f"| `{FAMILY}` | 0/4 |" in shown.out
    assert "2 of 4 drafts" in shown.err and "2 of 2 drafts" in shown.err
    # All is there: no model is opened any more.
    monkeypatch.setattr("benchmarks.base_rates.open_runtime", None)
    assert base_rates.main(arguments) == 0


def test_results_of_another_measurement_are_not_mixed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "base.json"
    other = base_rates.settings(from_dict({"eval": {"temperature": 0.1}}))
    out.write_text(json.dumps({"settings": other, "drafts": []}))
    assert base_rates.main(["--json", str(out)]) == 2
    assert "measured otherwise (temperature)" in capsys.readouterr().err
    out.write_text("[]")
    assert base_rates.main(["--json", str(out)]) == 2
    assert base_rates.main(["--families", "clean_data.nothing"]) == 2


def test_table_and_summary_count_drafts_by_family_and_level() -> None:
    drafts = [draft(1, "a", 4), draft(1, "a", 2, cut=True), draft(2, "a", 0)]
    drafts += [draft(1, "b", 0), draft(1, "c", 4)]
    lines = base_rates.table(drafts, [1, 2])
    assert lines[2] == "| `a` | 1/2 | 75% | 50% | 0/1 | 0% | 0% |"
    assert lines[3] == "| `b` | 0/1 | 0% | 0% | - | - | - |"
    assert lines[-1] == "| all | 2/4 | 62% | 25% | 0/1 | 0% | 0% |"
    assert {line.count("|") for line in lines} == {8}
    assert base_rates.summary(drafts, [1])[0].startswith("Level 1: 1 of 3 families (33%)")
    assert base_rates.summary(drafts, [1])[1:] == ["Below: b.", "Above: c."]
