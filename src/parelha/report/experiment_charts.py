"""Charts of an experiment: curves of all arms with bands over seeds, and differences."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from parelha.report.charts import BAD, DRAFT, FINAL, Figure, add_band, axes, colors
from parelha.report.statistics import Estimate


def curves(
    arms: Mapping[str, Mapping[str, Sequence[float | None]]], y_title: str, form: str
) -> Figure | None:
    """One line for each arm, the mean of its seeds; bands from the lowest to the highest."""
    figure = go.Figure()
    for (name, by_seed), color in zip(arms.items(), colors(len(arms)), strict=True):
        found = []
        for step in range(max(map(len, by_seed.values()), default=0)):
            values = [v[step] for v in by_seed.values() if step < len(v)]
            kept = [value for value in values if value is not None]
            if kept:
                several = len(kept) > 1
                low, high = (min(kept), max(kept)) if several else (None, None)
                estimate = Estimate(sum(kept) / len(kept), low, high, len(kept))
                found.append((str(step + 1), float(step + 1), estimate))
        if found:
            add_band(figure, name, color, found, form)
    return axes(figure, "step", y_title, form)


def forest(rows: Sequence[tuple[str, Estimate, Sequence[float], bool]]) -> Figure | None:
    """Differences with their intervals, one row each; small marks are the seeds'.

    Args:
        rows: label, estimate on the scale 0 to 1, the seeds' own, whether the two are told apart.
    """
    figure = go.Figure()
    figure.add_vline(x=0, line={"width": 1, "dash": "dot", "color": DRAFT})
    for label, estimate, by_seed, apart in rows:
        color = DRAFT if not apart else FINAL if estimate.value > 0 else BAD
        interval: dict[str, Any] = {}
        if estimate.low is not None and estimate.high is not None:
            interval = {
                "error_x": {
                    "array": [estimate.high - estimate.value],
                    "arrayminus": [estimate.value - estimate.low],
                    "color": color,
                    "thickness": 2,
                    "width": 5,
                }
            }
        figure.add_scatter(
            x=list(by_seed),
            y=[label] * len(by_seed),
            mode="markers",
            marker={"color": color, "size": 6, "symbol": "line-ns-open"},
            showlegend=False,
            hovertemplate="one seed: %{x:+.1%}<extra></extra>",
        )
        figure.add_scatter(
            x=[estimate.value],
            y=[label],
            mode="markers",
            marker={"color": color, "size": 10},
            showlegend=False,
            hovertemplate="%{x:+.1%}<extra></extra>",
            **interval,
        )
    figure.update_layout(height=90 + 50 * len(rows), hovermode="closest")
    figure.update_xaxes(tickformat="+.0%", nticks=5, tickangle=0)
    figure.update_yaxes(autorange="reversed", automargin=True)  # the first row on top
    return axes(figure, "difference in percentage points", "")


def bars(values: Mapping[str, float], y_title: str, form: str) -> Figure | None:
    """One bar for each name."""
    if not any(values.values()):
        return None
    figure = go.Figure()
    figure.add_bar(
        x=list(values),
        y=list(values.values()),
        marker={"color": FINAL},
        showlegend=False,
        hovertemplate=f"%{{y:{form}}}<extra></extra>",
    )
    figure.update_xaxes(type="category")
    return axes(figure, "", y_title)
