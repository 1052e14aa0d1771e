"""Charts of single episodes, arms beside each other: the pictures of the deck and its notebooks.

Every function takes the rewards of each arm (or run, or half of one), in order, and gives None
where there is nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
import plotly.graph_objects as go

from parelha.report.charts import DRAFT, FINAL, Figure, axes, colors

_SPAN = 25  # episodes of a running mean
_BINS = 24
_MOST_POINTS = 2000  # of a line

Rewards = Mapping[str, Sequence[float]]


def each(arms: Rewards) -> Figure | None:
    """A mark for each episode, and a line through running means."""
    figure = go.Figure()
    for (name, values), color in zip(arms.items(), colors(len(arms)), strict=True):
        numbers = list(range(1, len(values) + 1))
        figure.add_scatter(
            x=numbers,
            y=list(values),
            mode="markers",
            marker={"color": color, "size": 4, "opacity": 0.4},
            legendgroup=name,
            showlegend=False,
            hovertemplate="episode %{x}: %{y:.2f}<extra></extra>",
        )
        span = min(_SPAN, len(values))
        means = np.convolve(values, np.full(span, 1.0 / span), "valid").tolist()
        figure.add_scatter(
            x=numbers[span - 1 :],
            y=means,
            name=name,
            mode="lines",
            legendgroup=name,
            line={"color": color, "width": 2},
            hovertemplate="%{y:.2f}",
        )
    return axes(figure, "episode", "reward")


def cumulative(arms: Rewards) -> Figure | None:
    """The deck's curve, rewards summed up; a dotted line where they had stayed the same."""
    figure = go.Figure()
    for (name, values), color in zip(arms.items(), colors(len(arms)), strict=True):
        if not values:
            continue
        totals = list(accumulate(values, initial=0.0))
        every = -(-len(totals) // _MOST_POINTS)
        kept = [n for n in range(1, len(totals)) if n % every == 0 or n == len(values)]
        figure.add_scatter(
            x=kept,
            y=[totals[n] for n in kept],
            name=name,
            mode="lines",
            line={"color": color},
            hovertemplate="episode %{x}: %{y:.1f}",
        )
        if len(arms) == 1:
            figure.add_scatter(
                x=[0, len(values)],
                y=[0.0, totals[-1]],
                name="if nothing had changed",
                mode="lines",
                line={"color": DRAFT, "dash": "dot"},
                hoverinfo="skip",
            )
    return axes(figure, "episode", "cumulative reward")


def histogram(arms: Rewards) -> Figure | None:
    """How often each reward occurred, as shares: arms may have different numbers of episodes."""
    everything = [value for values in arms.values() for value in values]
    if not everything:
        return None
    width = max((max(everything) - min(everything)) / _BINS, 0.02)
    figure = go.Figure()
    for (name, values), color in zip(arms.items(), colors(len(arms)), strict=True):
        figure.add_histogram(
            x=list(values),
            name=name,
            histnorm="probability",
            marker={"color": color},
            xbins={
                "start": min(everything) - width / 2,
                "end": max(everything) + width,
                "size": width,
            },
            hovertemplate="reward %{x}: %{y:.0%}",
        )
    figure.update_layout(barmode="group", bargap=0.08, hovermode="closest")
    figure.update_yaxes(tickformat=".0%")
    return axes(figure, "reward", "share of episodes")


def boxes(arms: Rewards) -> Figure | None:
    """Quartiles, whiskers and what lies beyond."""
    figure = go.Figure()
    for (name, values), color in zip(arms.items(), colors(len(arms)), strict=True):
        figure.add_box(y=list(values), name=name, marker={"color": color, "size": 4})
    return axes(figure, "", "reward")


def violins(arms: Rewards) -> Figure | None:
    """The density of rewards, with its mean."""
    figure = go.Figure()
    for (name, values), color in zip(arms.items(), colors(len(arms)), strict=True):
        figure.add_violin(
            y=list(values), name=name, line={"color": color}, meanline={"visible": True}
        )
    return axes(figure, "", "reward")


def heat(series: Mapping[str, Sequence[float]]) -> Figure | None:
    """Pearson's correlations of what was measured of each episode; blank where one is constant."""
    names = list(series)
    if not names or len(series[names[0]]) < 3:
        return None
    cells = [[_correlation(series[a], series[b]) for b in names] for a in names]
    figure = go.Figure()
    figure.add_heatmap(
        x=names,
        y=names,
        z=cells,
        zmin=-1,
        zmax=1,
        colorscale=[[0.0, "#d1495b"], [0.5, "#f4f4f4"], [1.0, FINAL]],
        text=[["–" if cell is None else f"{cell:.2f}" for cell in row] for row in cells],
        texttemplate="%{text}",
        textfont={"color": "#222222"},
        colorbar={"outlinecolor": DRAFT},
        hovertemplate="%{x}, %{y}: %{text}<extra></extra>",
    )
    figure.update_layout(hovermode="closest")
    figure.update_yaxes(autorange="reversed")
    return axes(figure, "", "")


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    a, b = np.asarray(one, float), np.asarray(other, float)
    if np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12:
        return None
    return float(np.corrcoef(a, b)[0, 1])
