"""Return the values with gaps filled by the mean."""

from ._shared import draw_gappy, empty_edges, filled_of, gap_edges, series


def fill_with_mean(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the mean."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known)
    return [mean if value is None else value for value in values]


def fill_with_mean_level_2(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the mean."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else 0.0
    return [mean if value is None else value for value in values]


ordinary = draw_gappy
edges = gap_edges
edges_level_2 = empty_edges


def oracle(values: list[float | None]) -> object:
    return filled_of(values, series(values).mean())


def mistake_counts_gaps_as_zero(values: list[float | None]) -> list[float]:
    m = sum(v or 0 for v in values) / len(values)
    return [m if v is None else v for v in values]
