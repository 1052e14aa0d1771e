"""Figures that somebody else measured, beside those of one of an experiment's arms.

A file of them is TOML, so that it says where each comes from; nothing of it is a result.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Literal

import scipy.stats
from pydantic import model_validator

from parelha.config_base import Section, Size
from parelha.config_file import checked, read_toml
from parelha.report.statistics import CONFIDENCE, Estimate
from parelha.report.summary import signed

Measure = Literal["reward", "pylint", "flake8", "mypy"]
MEASURES: dict[Measure, str] = {
    "reward": "reward of a draft",
    "pylint": "pylint's score",
    "flake8": "distinct flake8 codes",
    "mypy": "lines of mypy that count",
}


class Given(Section):
    """A mean over episodes; without a standard deviation it is taken as exact."""

    mean: float
    sd: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _mean_alone(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"mean": value}


class Reference(Section):
    """What an arm is compared with."""

    title: str
    """What was measured, such as "the deck's run of ..."."""
    source: str
    """Where the figures stand."""
    arm: str
    """Whose figures are compared."""
    episodes: Size
    """Behind each figure."""
    figures: dict[Measure, Given]


def read_reference(path: Path) -> Reference:
    """Read a file of figures; raises UsageError with one line on what is wrong with it."""
    return checked(Reference, read_toml(path), f"{path}: ")


def beside(reference: Reference, measured: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The figures of an arm beside the reference's, for ``results.json``."""
    rows = []
    for name, theirs in reference.figures.items():
        ours = measured.get(name, ())
        if len(ours) < 2:
            continue
        difference = welch(ours, theirs, reference.episodes)
        rows.append(
            {
                "measure": name,
                "mean": fmean(ours),
                "sd": stdev(ours),
                "episodes": len(ours),
                "theirs": theirs.mean,
                "their_sd": theirs.sd,
                "difference": difference.value,
                "low": difference.low,
                "high": difference.high,
            }
        )
    return {
        "title": reference.title,
        "source": reference.source,
        "arm": reference.arm,
        "episodes": reference.episodes,
        "rows": rows,
    }


def welch(ours: Sequence[float], theirs: Given, episodes: int) -> Estimate:
    """Our mean above theirs, with its interval (Welch, Biometrika 34, 1947).

    Of theirs without a standard deviation the mean is taken as exact: the interval is ours alone.
    Where ours do not differ either there is none: that they agree says nothing of their spread.
    """
    value, n = fmean(ours) - theirs.mean, len(ours)
    own = stdev(ours) ** 2 / n
    other = (theirs.sd or 0.0) ** 2 / episodes
    spread = math.sqrt(own + other)
    if spread == 0.0:
        return Estimate(value, None, None, n)
    share = own / (own + other)  # of the variance; the squares of tiny ones would be 0
    freedom = 1 / (share**2 / (n - 1) + (1 - share) ** 2 / max(episodes - 1, 1))
    half = float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * spread
    return Estimate(value, value - half, value + half, n)


def is_alike(row: Mapping[str, Any]) -> bool:
    """Whether the interval of the difference holds 0, or there is none."""
    return row["low"] is None or bool(row["low"] <= 0.0 <= row["high"])


def interval_text(row: Mapping[str, Any]) -> str:
    """The interval of the difference, or that there is none."""
    if row["low"] is None:
        return "no interval"
    return f"{signed(row['low'], 2)} to {signed(row['high'], 2)}"


def sentence(found: Mapping[str, Any] | None) -> str:
    """What the comparison says; "" where there is none."""
    if not found:
        return ""
    if not found["rows"]:
        return f"Nothing was measured yet to be compared with {found['title']}."
    told = []
    for row in found["rows"]:
        alike = "not told apart" if is_alike(row) else "different"
        theirs = f"{row['theirs']:.3g}" + (
            f" (sd {row['their_sd']:.3g})" if row["their_sd"] else ""
        )
        told.append(
            f"{MEASURES[row['measure']]} {row['mean']:.3f} (sd {row['sd']:.2f}) against {theirs}, "
            f"difference {signed(row['difference'], 2)} ({interval_text(row)}): {alike}"
        )
    count = found["rows"][0]["episodes"]
    return (
        f"Beside {found['title']}, the {count} episodes of {found['arm']}: {'; '.join(told)}. "
        "Intervals are of the luck of sampling on these tasks alone."
    )
