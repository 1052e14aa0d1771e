"""Return how often each repeated code occurs."""

import pandas as pd

from ._shared import code_edges, draw_codes, unknown_edges


def repeated(codes: list[int]) -> dict[int, int]:
    """Return how often each repeated code occurs."""
    counts: dict[int, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return {code: count for code, count in counts.items() if count > 1}


def repeated_level_2(codes: list[int | None]) -> dict[int, int]:
    """Return how often each repeated code occurs."""
    counts: dict[int, int] = {}
    for code in codes:
        if code is not None:
            counts[code] = counts.get(code, 0) + 1
    return {code: count for code, count in counts.items() if count > 1}


ordinary = draw_codes
edges = code_edges
edges_level_2 = unknown_edges


def oracle(codes: list[int | None]) -> object:
    counts = pd.Series(codes, dtype="Int64").value_counts()
    return {code: int(count) for code, count in counts.items() if count > 1}
