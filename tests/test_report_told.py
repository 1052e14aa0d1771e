"""What reports and results say is what was measured, whatever runs are called."""

# pylint: disable=missing-function-docstring

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.experiment import made, runs
from parelha.experiment.compare import NOT_TOLD_APART
from parelha.experiment.document import write_document
from parelha.experiment.page import build_page
from parelha.experiment.reference import MEASURES
from parelha.experiment.tables import arm_rows, episodes_text, family_rows, made_facts
from parelha.files import write_object
from parelha.report.charts import step_estimates
from parelha.report.comparison_page import build_comparison
from parelha.report.page import visible
from parelha.report.records import read_run
from parelha.report.run_page import build_report
from parelha.report.statistics import trend
from parelha.report.summary import headline
from tests.experiments import made_up
from tests.fabricate import fabricate_run


@pytest.mark.parametrize(("steps", "each"), [(4, 2), (5, 1), (19, 2)])
def test_the_interval_of_a_trend_holds_the_truth_as_often_as_it_says(steps: int, each: int) -> None:
    rng = np.random.default_rng(0)
    places = np.repeat(np.arange(float(steps)), each).tolist()
    clear = 0
    for _ in range(600):
        found = trend(places, rng.normal(size=steps * each).tolist())
        assert found is not None
        clear += found.is_clear
    assert clear <= 0.07 * 600


def test_a_share_of_few_drafts_has_a_band_within_its_bounds() -> None:
    units = [(1, f"t{n}", f"t{n}", float(n == 0)) for n in range(8)]
    ((_, _, some),) = step_estimates(units, are_shares=True)
    assert some.low is not None and some.low >= 0.0
    ((_, _, whole),) = step_estimates([(*unit[:3], 1.0) for unit in units], are_shares=True)
    assert whole.low is not None and whole.low < 0.9


def test_a_run_without_training_promises_no_evaluation_after_it(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "untrained-0", steps=0, planned=1, evals=("before",))
    said = " ".join(headline(read_run(run.path)))
    assert "comes when it is finished" in said
    run.write_config(run.read_config() | {"untrained": True})
    said = " ".join(headline(read_run(run.path)))
    assert "evaluation without training" in said and "Of 24 held-out episodes" in said
    assert "comes when" not in said and "Nothing was compared" not in said


def test_runs_of_one_name_are_told_apart_and_have_pages_of_their_own(tmp_path: Path) -> None:
    for name in "abc":
        fabricate_run(tmp_path / name / "pair-0", steps=2)
    first, second = (
        build_comparison([tmp_path / "a" / "pair-0", tmp_path / other / "pair-0"]) for other in "bc"
    )
    assert first != second and first.is_file()
    text = first.read_text(encoding="utf-8")
    assert "a/pair-0" in text and "b/pair-0" in text
    for name in "ab":
        fabricate_run(tmp_path / name / "runs" / "run", steps=2)
    text = build_comparison([tmp_path / n / "runs" / "run" for n in "ab"]).read_text("utf-8")
    assert "a/runs/run" in text and "b/runs/run" in text


@pytest.mark.parametrize("name", ["пара" * 29, "評価" * 40, "a" + "é" * 120])
def test_runs_with_long_names_in_any_script_are_compared(tmp_path: Path, name: str) -> None:
    runs_ = [fabricate_run(tmp_path / f"{name}{end}", steps=1).path for end in "01"]
    page = build_comparison(runs_)
    assert page.is_file()
    begun = page.stem.removeprefix("comparison_").rpartition("_")[0]
    assert name.startswith(begun) and len(begun.encode()) in (98, 99, 100)


def test_of_many_steps_the_report_says_that_it_shows_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.report.run_page._MOST_STEPS", 3)
    run = fabricate_run(tmp_path / "run", steps=4, tasks_per_step=1)
    text = build_report(run.path).read_text(encoding="utf-8")
    assert "the latest 3 of 4 steps" in text


@given(st.characters())
def test_what_cannot_be_seen_is_spelled_out(character: str) -> None:
    shown = visible(f"a{character}b")
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    assert (shown != f"a{character}b") == (hidden and character not in "\n\t")


def test_the_sittings_of_an_experiment_are_all_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for commit in ("aaa", "bbb", "bbb", "ccc", "aaa"):
        with_what = {"machine": None, "version": "1", "commit": commit}
        monkeypatch.setattr(runs, "made_with", lambda told=with_what: dict(told))
        runs._add_time(tmp_path, "pair-0", 2.0)
    times = runs.read_times(tmp_path)
    assert times["runs"] == {"pair-0": 10.0}
    assert made_facts(times)["commit"] == "bbb, then ccc, then aaa"
    write_object(tmp_path / "results.json", dict(made_up([], ("base", "pair"))))
    text = write_document(tmp_path / "page.md", [tmp_path]).read_text(encoding="utf-8")
    assert "| commit | bbb, then ccc, then aaa |" in text


def test_no_commit_is_taken_from_a_repository_that_does_not_hold_the_code(tmp_path: Path) -> None:
    copy = tmp_path / "site" / "made.py"
    copy.parent.mkdir()
    copy.write_bytes(Path(made.__file__).read_bytes())
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "theirs"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    told = "import runpy; print(runpy.run_path('site/made.py')['_commit']())"
    said = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == "None"
    subprocess.run([*git, "add", "."], cwd=tmp_path, check=True)
    said = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert re.fullmatch("[0-9a-f]{40} with changes", said.stdout.strip())


def test_arms_may_be_called_like_a_column() -> None:
    rows = [
        {"arm": arm, "family": "kind.f0", "group": "heldout_params", "passed": 3, "episodes": 8}
        for arm in ("on", "family")
    ]
    (row,) = family_rows({"families": rows})
    assert list(row) == ["family", "on", "arm on", "arm family"]
    assert (row["family"], row["arm on"]) == ("kind.f0", "3 of 8")


def test_who_counts_in_an_untrained_arm_is_told() -> None:
    results: dict[str, Any] = dict(made_up([], ("base", "pair")))
    results["arms"][0]["plays"] = "coder"
    assert [row["evaluated"] for row in arm_rows(results)] == ["untrained, as coder", "as pair"]


def test_arms_with_fewer_episodes_are_not_said_to_have_all() -> None:
    assert episodes_text({"episodes": 400}) == "400"
    assert episodes_text({"episodes": 400, "fewest_episodes": 100}) == "100 to 400"


def test_a_loss_is_no_percentage(tmp_path: Path) -> None:
    curve = {"0": [0.034, -0.1], "1": [0.5, None]}

    def of(key: str) -> Any:
        """The layout of the figure of a curve."""
        results: dict[str, Any] = dict(made_up([], ("base", "pair")))
        results["curves"] = {"pair": {key: curve}}
        text = build_page(tmp_path, results, {"runs": {}}).read_text(encoding="utf-8")
        figures = [json.loads(found) for found in re.findall(r'>(\{"data.*?\})</script>', text)]
        drawn = [figure for figure in figures if figure["data"][0]["type"] == "scatter"]
        assert len(drawn) == 1 and ("~%" in text) == ("~%" in json.dumps(drawn))
        return drawn[0]["layout"]

    assert "%" not in of("loss/coder")["yaxis"].get("tickformat", "")
    assert of("pass_rate/draft")["yaxis"]["tickformat"] == "~%"  # what it looks like where it is


MARKUP = '<a href="https://elsewhere.example">here</a>\u202e'


def shown_names(page: Path) -> set[str]:
    """Texts in the data of a page's charts, the templates of what hovers left out."""
    figures = re.findall(r'>(\{"data.*?\})</script>', page.read_text(encoding="utf-8"))
    found: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            collect([one for key, one in value.items() if key != "hovertemplate"])
        elif isinstance(value, list):
            for one in value:
                collect(one)
        elif isinstance(value, str):
            found.add(value)

    collect([json.loads(figure)["data"] for figure in figures])
    return found


def assert_plain(page: Path, *expected: str) -> None:
    shown = shown_names(page)
    for text in expected:
        assert any(text in one for one in shown), text
    assert [one for one in shown if re.search("[<>\u202e]", one.replace("<br>", ""))] == []


def test_names_with_markup_are_plain_in_charts(tmp_path: Path) -> None:
    """Plotly reads links, and more of HTML, in names and labels."""
    runs_ = []
    for name in ("a", "b"):
        run = fabricate_run(tmp_path / name, steps=2)
        record = run.read_config()
        record["config"]["name"] = f"run {name} {MARKUP}"
        record["models"] = {f"role {MARKUP}": model for model in record["models"].values()}
        run.write_config(record)
        more = {f"action/coder/act {MARKUP}": 0.5, f"component/draft/part {MARKUP}": 1.0}
        for line in run.read_metrics():
            more[f"loss/role {MARKUP}"] = 0.1
            run.write_step(line["step"], line | more, {}, run.read_rounds("step_00001"))
        for which in ("before", "after"):
            table = run.read_eval(which)
            assert table is not None
            for number, episode in enumerate(table["episodes"]):
                episode["split"] = (f"split {MARKUP}", "heldout_params")[number % 2]
            write_object(run.path / "eval" / f"{which}.json", table)
        runs_.append(run.path)
    plain = "‹a href="
    parts = [f"{part} {plain}" for part in ("run a", "role", "act", "part")]
    assert_plain(build_report(runs_[0]), *parts, f"<br>split {plain}")
    assert_plain(build_comparison(runs_), f"run a {plain}", f"run b {plain}")


def test_names_of_arms_and_groups_with_markup_are_plain_in_charts(tmp_path: Path) -> None:
    row = {
        **{"arm": f"pair {MARKUP}", "against": "base", "group": f"group {MARKUP}", "p_holm": 0.5},
        **{"value": 0.1, "low": 0.0, "high": 0.2, "clusters": 9, "by_seed": [0.1], "pairs": 9},
        **{"verdict": NOT_TOLD_APART, "why_not": ""},
    }
    results: dict[str, Any] = dict(made_up([row], ("base", f"pair {MARKUP}")))
    seeds = {"0": {name: [0.1, 0.5, 0.2] for name in MEASURES}}
    results["episodes"] = {f"pair {MARKUP}": seeds}
    page = build_page(tmp_path, results, {"runs": {f"pair {MARKUP}-0": 60.0}})
    assert_plain(page, "pair ‹a href=", "<br>group ‹a href=")
    assert "\u202e" not in page.read_text(encoding="utf-8")
