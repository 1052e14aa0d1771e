"""Charts of a run as Plotly figures; colours that read on light and on dark, titles in HTML.

Every function gives None where there is nothing to draw.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import plotly.graph_objects as go

from parelha.files import Line
from parelha.report.records import Run
from parelha.report.statistics import MIN_CLUSTERS, Estimate, clustered_mean, clustered_share

DRAFT, FINAL, REVIEW = "#8b93a7", "#3b78e0", "#d9822b"
GOOD, BAD, VIOLET = "#2f9e74", "#d1495b", "#8a63d2"
WHEEL = (FINAL, REVIEW, GOOD, VIOLET, DRAFT, BAD, "#1fa3b5", "#b5a11f")
MAX_BINS = 100

# (step, cluster when there are enough trees, cluster when not, value)
Unit = tuple[int, Hashable, Hashable, float]
_Measured = tuple[int, Hashable, Hashable, float | None]
_Series = tuple[str, str, Sequence[_Measured]]  # name, colour, what was measured
Figure = Any  # plotly ships no types


def rewards_per_step(run: Run) -> Figure | None:
    """Mean reward of drafts, final programs and reviews, with bands."""
    drafts = [(e.step, e.tree, e.branch, p.reward) for e, p in run.drafts]
    reviews = [(e.step, e.tree, e.branch, r.reward) for e in run.episodes for r in e.reviews]
    series: list[_Series] = [
        ("draft", DRAFT, drafts),
        ("final program", FINAL, _final_rewards(run)),
        ("review", REVIEW, reviews),
    ]
    return _curves(series, "mean reward", "+.2f")


def passes_per_step(run: Run) -> Figure | None:
    """Share of drafts and of episodes whose last program passes every hidden case."""
    drafts = [
        (e.step, e.tree, e.branch, float(p.passed)) for e, p in run.drafts if p.share is not None
    ]
    finals = _final_passes(run)
    series: list[_Series] = [("draft", DRAFT, drafts), ("final program", FINAL, finals)]
    return _curves(series, "pass rate", ".0%")


def compared_rewards(runs: Sequence[Run]) -> Figure | None:
    """Final programs' mean reward per step, one line and band per run."""
    named = zip(runs, colors(len(runs)), strict=True)
    series = [(run.name, color, _final_rewards(run)) for run, color in named]
    return _curves(series, "mean reward of final programs", "+.2f")


def compared_passes(runs: Sequence[Run]) -> Figure | None:
    """Final pass rate per step, one line and band per run."""
    named = zip(runs, colors(len(runs)), strict=True)
    series = [(run.name, color, _final_passes(run)) for run, color in named]
    return _curves(series, "final pass rate", ".0%")


def reward_boxes(run: Run) -> Figure | None:
    """Spread of the final programs' reward, by step."""
    figure = go.Figure()
    graded = [e for e in run.episodes if e.final.reward is not None]
    for step, episodes in _binned(graded, lambda e: e.step, 24):
        rewards = [e.final.reward for e in episodes]
        figure.add_box(
            y=rewards,
            name=step,
            marker={"color": FINAL, "size": 4},
            line={"width": 1.3},
            showlegend=False,
            boxpoints="outliers" if len(rewards) > 12 else "all",
        )
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(type="category")
    return axes(figure, "step", "reward of the final program")


def action_shares(run: Run, agent: str) -> Figure | None:
    """How often an agent chose each action where it had the choice, by step; spans are means.

    Rounds do not tell: on their record a tool that was run unasked, or a verdict that alone was
    legal, is like one that was chosen.
    """
    names: dict[str, list[float]] = {}
    x: list[str] = []
    for step, records in _binned(run.metrics, lambda m: m["step"], MAX_BINS):
        chosen = [shares for m in records if (shares := _action_shares(m, agent))]
        if not chosen:
            continue
        for name in {*names, *(name for shares in chosen for name in shares)}:
            row = names.setdefault(name, [0.0] * len(x))
            row.append(sum(shares.get(name, 0.0) for shares in chosen) / len(chosen))
        x.append(step)
    figure = go.Figure()
    for name, color in zip(sorted(names), colors(len(names)), strict=True):
        figure.add_bar(
            x=x,
            y=names[name],
            name=name.replace("_", " "),
            marker={"color": color},
            hovertemplate="%{y:.0%}",
        )
    figure.update_layout(barmode="stack", bargap=0.15)
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, 1])
    return axes(figure, "step", "share of choices", ".0%")


def metric_lines(
    records: Sequence[Line], keys: dict[str, str], y_title: str, form: str = ".3g"
) -> Figure | None:
    """Columns of ``metrics.jsonl`` or ``timings.jsonl`` as they are, a line each: key to label."""
    figure = go.Figure()
    for (key, label), color in zip(keys.items(), colors(len(keys)), strict=True):
        if any(r.get(key) is not None for r in records):
            figure.add_scatter(
                x=[r["step"] for r in records],
                # A step in which it was not measured leaves a gap, and a mark shows a lonely one.
                y=[r.get(key) for r in records],
                name=label,
                mode="lines+markers",
                marker={"size": 6 if len(records) <= 40 else 3},
                line={"color": color},
                hovertemplate=f"%{{y:{form}}}",
            )
    return axes(figure, "step", y_title, form)


def seconds_per_step(run: Run) -> Figure | None:
    """Where the time of a step goes."""
    parts = {
        "generate_seconds": "generating",
        "grade_seconds": "grading",
        "update_seconds": "update",
    }
    figure = go.Figure()
    for (key, label), color in zip(parts.items(), colors(3), strict=True):
        kept = [(t["step"], t[key]) for t in run.timings if t.get(key) is not None]
        if kept:
            figure.add_bar(
                x=[step for step, _ in kept],
                y=[seconds for _, seconds in kept],
                name=label,
                marker={"color": color},
                hovertemplate="%{y:.1f} s",
            )
    figure.update_layout(barmode="stack", bargap=0.15)
    return axes(figure, "step", "seconds")


def final_rewards(run: Run) -> list[float]:
    """Reward of each episode's last program, in order; dropped samples left out."""
    return [e.final.reward for e in run.episodes if e.final.reward is not None]


def _final_rewards(run: Run) -> list[_Measured]:
    return [(e.step, e.tree, e.branch, e.final.reward) for e in run.episodes]


def _final_passes(run: Run) -> list[_Measured]:
    graded = [e for e in run.episodes if e.final.share is not None]
    return [(e.step, e.tree, e.branch, float(e.final.passed)) for e in graded]


def step_estimates(
    units: Sequence[Unit], *, are_shares: bool = False
) -> list[tuple[str, float, Estimate]]:
    """Means per step (label, position, estimate); long runs in at most `MAX_BINS` bins of steps.

    A step with `MIN_CLUSTERS` tasks or more has its band by task. With fewer, by draft: it
    then covers the luck of sampling, and not the choice of tasks.
    """
    found = []
    for label, bin_units in _binned(units, lambda u: u[0], MAX_BINS):
        values = [value for *_, value in bin_units]
        trees = [tree for _, tree, _, _ in bin_units]
        branches = [branch for _, _, branch, _ in bin_units]
        by = trees if len(set(trees)) >= MIN_CLUSTERS else branches
        estimate = (clustered_share if are_shares else clustered_mean)(values, by)
        if estimate is not None:
            position = sum(step for step, *_ in bin_units) / len(bin_units)
            found.append((label, position, estimate))
    return found


def _curves(series: Sequence[_Series], y_title: str, form: str) -> Figure | None:
    figure = go.Figure()
    for name, color, units in series:
        kept: list[Unit] = [(s, t, b, v) for s, t, b, v in units if v is not None]
        found = step_estimates(kept, are_shares=form.endswith("%"))
        if found:
            add_band(figure, name, color, found, form)
    return axes(figure, "step", y_title, form)


def add_band(
    figure: Figure,
    name: str,
    color: str,
    found: Sequence[tuple[str, float, Estimate]],
    form: str,
) -> None:
    """Draw a line through estimates at positions, and a band over their intervals."""
    banded = [(x, e.low, e.high) for _, x, e in found if e.low is not None]
    hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "mode": "lines"}
    if banded:
        x = [x for x, _, _ in banded]
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        figure.add_scatter(x=x, y=[h for *_, h in banded], legendgroup=name, **hidden)
        figure.add_scatter(
            x=x,
            y=[low for _, low, _ in banded],
            legendgroup=name,
            fill="tonexty",
            fillcolor=f"rgba({red},{green},{blue},0.15)",
            **hidden,
        )
    figure.add_scatter(
        x=[x for _, x, _ in found],
        y=[e.value for *_, e in found],
        name=name,
        legendgroup=name,
        mode="lines+markers" if len(found) <= 40 else "lines",
        line={"color": color, "width": 2},
        customdata=[_interval_text(e, form) for *_, e in found],
        hovertemplate=f"%{{y:{form}}}%{{customdata}}",
    )


def _interval_text(estimate: Estimate, form: str) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({estimate.low:{form}} to {estimate.high:{form}})"


def _action_shares(metrics: Line, agent: str) -> dict[str, float]:
    prefix = f"action/{agent}/"
    return {
        key.removeprefix(prefix): share
        for key, share in metrics.items()
        if key.startswith(prefix) and share
    }


def _binned(
    items: Sequence[Any], step_of: Callable[[Any], int], most: int
) -> list[tuple[str, list[Any]]]:
    """Items by step, or by spans of steps where there are more than `most` steps."""
    last = max(map(step_of, items), default=0)
    width = -(-last // most)
    groups: dict[int, list[Any]] = {}
    for item in items:
        groups.setdefault((step_of(item) - 1) // max(width, 1), []).append(item)
    labels = {
        g: str(g + 1) if width <= 1 else f"{g * width + 1}–{min((g + 1) * width, last)}"
        for g in groups
    }
    return [(labels[g], groups[g]) for g in sorted(groups)]


def colors(count: int) -> list[str]:
    """Colours of so many lines."""
    return [WHEEL[i % len(WHEEL)] for i in range(count)]


def axes(figure: Figure, x_title: str, y_title: str, form: str = "") -> Figure | None:
    """The figure with its axes named; `form` is that of its values. None where it is empty."""
    if not figure.data:
        return None
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title_text=x_title)
    positions = [x for trace in figure.data for x in trace.x or () if not isinstance(x, str)]
    if x_title == "step" and positions and max(positions) - min(positions) <= 12:
        figure.update_xaxes(dtick=1)  # no half steps
    figure.update_yaxes(title_text=y_title)
    if form.endswith("%"):
        figure.update_yaxes(tickformat="~%", rangemode="tozero")
    return figure
