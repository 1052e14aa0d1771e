"""Return each score minus the mean of its class."""

import math
from random import Random

from parelha.tasks.draws import Args, numbers

from ._shared import easy_edges, grouped


def deviations(labels: list[str], scores: list[float]) -> list[float]:
    """Return each score minus the mean of its class."""
    own: dict[str, list[float]] = {}
    for label, score in zip(labels, scores):
        own.setdefault(label, []).append(score)
    means = {label: sum(ours) / len(ours) for label, ours in own.items()}
    return [score - means[label] for label, score in zip(labels, scores)]


def deviations_level_2(labels: list[str], scores: list[float]) -> list[float]:
    """Return each score minus the mean of its class."""
    own: dict[str, list[float]] = {}
    for label, score in zip(labels, scores):
        own.setdefault(label, []).append(score)
    results = []
    for label, score in zip(labels, scores):
        mean = sum(own[label]) / len(own[label])
        results.append(score - mean if len(own[label]) > 1 else math.nan)
    return results


ordinary = grouped


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([], [])]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["a", "b"], numbers(rng, 2)),
        (["a", "b", "a", "a"], numbers(rng, 4)),
        (["a", "a"], [7.0, 7.0]),
    ]
