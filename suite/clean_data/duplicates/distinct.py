"""Return each code once, in order of first appearance."""

import pandas as pd

from ._shared import code_edges, draw_codes, unknown_edges


def distinct(codes: list[int]) -> list[int]:
    """Return each code once, in order of first appearance."""
    return list(dict.fromkeys(codes))


def distinct_level_2(codes: list[int | None]) -> list[int]:
    """Return each code once, in order of first appearance."""
    known = [code for code in codes if code is not None]
    return list(dict.fromkeys(known))


ordinary = draw_codes
edges = code_edges
edges_level_2 = unknown_edges


def oracle(codes: list[int | None]) -> object:
    return [int(code) for code in pd.Series(codes, dtype="Int64").dropna().unique()]


def mistake_sorts(codes: list[int]) -> list[int]:
    return sorted(set(codes))
