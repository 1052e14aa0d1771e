"""The results of an experiment as one HTML page that opens offline."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parelha.errors import UsageError
from parelha.experiment.claims import claims, group_text
from parelha.experiment.compare import NOT_TOLD_APART, estimate_of
from parelha.experiment.episodes import pooled
from parelha.experiment.results import CURVES
from parelha.experiment.runs import RESULTS, read_times
from parelha.experiment.stored import Results, read_stored
from parelha.experiment.tables import facts, titled_tables
from parelha.report import episode_charts as pictured
from parelha.report import experiment_charts as charts
from parelha.report.page import Chart, Section, Table, drawn, write_page

PAGE = "experiment.html"


def build_page(
    folder: Path, results: Mapping[str, Any], times: Mapping[str, Any], single_file: bool = False
) -> Path:
    """Write the page into the experiment's folder and return its path.

    The charting library stands beside it, for the reports of the runs as well; with `single_file`
    the page holds it.

    Raises:
        UsageError: it cannot be written.
    """
    context = {
        "kind": "Experiment",
        "title": results["name"],
        "headline": claims(results),
        "facts": list(facts(results, times).items()),
        "tables": [Table(*one) for one in titled_tables(results, times)],
        "sections": [section for section in _sections(results, times) if section.charts],
        "config": json.dumps({"models": results["models"], "arms": results["arms"]}, indent=2),
    }
    return write_page(folder / PAGE, context, shelf=folder, single_file=single_file)


def rebuild_page(folder: Path, single_file: bool = False) -> Path:
    """Write the page again from the results in the experiment's folder.

    Raises:
        UsageError: they are not there or damaged, or the page cannot be written.
    """
    results = read_stored(folder / RESULTS, Results)
    if results is None:
        raise UsageError(f"{folder} holds no {RESULTS}: `parelha experiment FILE` makes it")
    return build_page(folder, results, read_times(folder), single_file)


def _sections(results: Mapping[str, Any], times: Mapping[str, Any]) -> list[Section]:
    rows = [
        (
            f"{row['arm']} against {row['against']}\n{group_text(row['group'])}",
            estimate_of(row),
            row["by_seed"],
            row["verdict"] != NOT_TOLD_APART,
        )
        for row in results["differences"]
    ]
    lines = []
    for number, (key, title) in enumerate(CURVES.items()):
        curves = results["curves"].items()
        arms = {name: found[key] for name, found in curves if found.get(key)}
        form = ".0%" if key.startswith(("pass_rate/", "share/")) else "+.3f"
        lines.append(Chart(title.capitalize(), charts.curves(arms, title, form), wide=not number))
    tokens = {arm["arm"]: arm["new_tokens"] / max(arm["done"], 1) for arm in results["arms"]}
    minutes: dict[str, float] = {}
    for run in results["runs"]:
        arm = run["arm"]
        minutes[arm] = minutes.get(arm, 0.0) + times["runs"].get(run["run"], 0.0) / 60
    return [
        _episodes(results.get("episodes") or {}),
        Section(
            "Differences on held-out tasks",
            drawn([Chart("", charts.forest(rows), wide=True)]),
            "Final pass rate: points with 95 % intervals over families, small marks for each seed; "
            "grey where the two are not told apart.",
        ),
        Section(
            "Training",
            drawn(lines),
            "Means over seeds; bands reach from the lowest seed to the highest.",
        ),
        Section(
            "What it took",
            drawn(
                [
                    Chart("New tokens of a run's training", charts.bars(tokens, "tokens", ",.0f")),
                    Chart("Time of an arm's runs", charts.bars(minutes, "minutes", ".1f")),
                ]
            ),
        ),
    ]


def _episodes(found: Mapping[str, Mapping[str, Any]]) -> Section:
    """Every picture of the deck, for each arm."""
    arms = {name: pooled(by_seed) for name, by_seed in found.items() if by_seed}
    rewards = {name: series["reward"] for name, series in arms.items() if series["reward"]}
    pictures = [
        Chart("Reward of each episode", pictured.each(rewards), "Lines: means of 25.", wide=True),
        Chart("Cumulative reward", pictured.cumulative(rewards)),
        Chart("Histogram of rewards", pictured.histogram(rewards)),
        Chart("Box plot", pictured.boxes(rewards)),
        Chart("Violin plot", pictured.violins(rewards)),
        *(
            Chart(f"Heat map: {name}", pictured.heat(series), "Correlations over episodes.")
            for name, series in arms.items()
        ),
    ]
    return Section(
        "Episodes",
        drawn(pictures),
        "The last program of each episode: of training, or of evaluation where an arm is not "
        "trained. Arms with different rewards have scales of their own.",
    )
