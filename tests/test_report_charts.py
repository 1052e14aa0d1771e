"""What the charts of a run are drawn from."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha.report.charts import action_shares
from parelha.report.records import Run, read_run
from tests.fabricate import fabricate_run


def drawn(run: Run, agent: str) -> dict[str, dict[str, float]]:
    """Return the shares of each action by step."""
    figure = action_shares(run, agent)
    assert figure is not None
    return {one.name: dict(zip(one.x, one.y, strict=True)) for one in figure.data}


def run_of(metrics: list[dict[str, Any]]) -> Run:
    return Run(Path("run"), {"config": {}}, metrics, [], [], None, None)


def test_tools_that_nobody_chose_are_no_actions_of_the_reviewer(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run")
    rounds = run.read_rounds("step_00002")
    reviews = [line for line in rounds if line["kind"] == "review"]
    assert any(line["tool_calls"] for line in reviews)  # as where tools always are run
    shares = drawn(read_run(run.path), "reviewer")
    assert set(shares) == {"approve", "propose refactoring"}
    approved = sum(line["action"] == "approve" for line in reviews) / len(reviews)
    assert shares["approve"]["2"] == pytest.approx(approved)
    assert set(drawn(read_run(run.path), "coder")) == {
        "clean data",
        "analyse statistics",
        "detect outliers",
        "build model",
    }


def test_tools_that_the_reviewer_chose_are_its_actions() -> None:
    chosen = {"execute": 0.5, "approve": 0.375, "propose_refactoring": 0.125}
    metrics = {f"action/reviewer/{name}": share for name, share in chosen.items()}
    shares = drawn(run_of([{"step": 1}, {"step": 2, **metrics}]), "reviewer")
    # A step without a choice is left out.
    assert shares == {name.replace("_", " "): {"2": share} for name, share in chosen.items()}
    assert action_shares(run_of([{"step": 1}]), "reviewer") is None


def test_spans_of_steps_are_the_means_of_those_with_a_choice() -> None:
    records: list[dict[str, Any]] = [{"step": step} for step in range(1, 301)]
    records[0]["action/coder/a"] = 1.0
    records[1] |= {"action/coder/a": 0.5, "action/coder/b": 0.5}
    records[299]["action/coder/b"] = 1.0
    assert drawn(run_of(records), "coder") == {
        "a": {"1–3": 0.75, "298–300": 0.0},
        "b": {"1–3": 0.25, "298–300": 1.0},
    }
