"""Return the residuals of the least-squares line."""

from ._shared import degenerate_edges, easy_edges, fit, points


def residuals(xs: list[float], ys: list[float]) -> list[float]:
    """Return the residuals of the least-squares line."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    slope = top / sum((x - mean_x) ** 2 for x in xs)
    return [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys)]


def residuals_level_2(xs: list[float], ys: list[float]) -> list[float]:
    """Return the residuals of the least-squares line."""
    if not xs:
        return []
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs)
    slope = top / bottom if min(xs) < max(xs) else 0.0
    return [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys)]


ordinary = points
edges = easy_edges
edges_level_2 = degenerate_edges


def oracle(xs: list[float], ys: list[float]) -> object:
    slope, intercept = fit(xs, ys)
    return [y - slope * x - intercept for x, y in zip(xs, ys, strict=True)]
