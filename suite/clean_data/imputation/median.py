"""Return the values with gaps filled by the median."""

from statistics import median

from ._shared import draw_gappy, empty_edges, filled_of, gap_edges, series


def fill_with_median(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the median."""
    middle = median(value for value in values if value is not None)
    return [middle if value is None else value for value in values]


def fill_with_median_level_2(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the median."""
    known = [value for value in values if value is not None]
    middle = median(known) if known else 0.0
    return [middle if value is None else value for value in values]


ordinary = draw_gappy
edges = gap_edges
edges_level_2 = empty_edges


def oracle(values: list[float | None]) -> object:
    return filled_of(values, series(values).median())


def mistake_upper_middle(values: list[float | None]) -> list[float]:
    k = sorted(v for v in values if v is not None)
    return [k[len(k) // 2] if v is None else v for v in values]
