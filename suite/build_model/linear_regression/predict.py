"""Return the prediction of the least-squares line at a new x."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import degenerate_edges, easy_edges, fit, points


def predict(xs: list[float], ys: list[float], new_x: float) -> float:
    """Return the prediction of the least-squares line at a new x."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    slope = top / sum((x - mean_x) ** 2 for x in xs)
    return mean_y + slope * (new_x - mean_x)


def predict_level_2(xs: list[float], ys: list[float], new_x: float) -> float:
    """Return the prediction of the least-squares line at a new x."""
    if not xs:
        return 0.0
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs)
    slope = top / bottom if min(xs) < max(xs) else 0.0
    return mean_y + slope * (new_x - mean_x)


def ordinary(rng: Random, size: int) -> Args:
    return (*points(rng, size), round(rng.uniform(-10.0, 40.0), 1))


def edges(rng: Random) -> list[Args]:
    return [(*args, 7.5) for args in easy_edges(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [(*args, 2.5) for args in degenerate_edges(rng)]


def oracle(xs: list[float], ys: list[float], new_x: float) -> object:
    slope, intercept = fit(xs, ys)
    return slope * new_x + intercept
