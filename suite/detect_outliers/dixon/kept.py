"""Return the assay without the result that fails the Q test."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import draw_assay, easy_lists, flat_lists, ratio_of, suspect_oracle


def q_test(assay: list[float], table: dict[int, float]) -> list[float]:
    """Return the assay without the result that fails the Q test."""
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    doubtful = ordered[0] if low_gap > high_gap else ordered[-1]
    if max(low_gap, high_gap) > table[len(assay)] * (ordered[-1] - ordered[0]):
        place = assay.index(doubtful)
        return assay[:place] + assay[place + 1:]
    return list(assay)


def q_test_level_2(assay: list[float], table: dict[int, float]) -> list[float]:
    """Return the assay without the result that fails the Q test."""
    if len(assay) not in table:
        return list(assay)
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    doubtful = ordered[0] if low_gap > high_gap else ordered[-1]
    if max(low_gap, high_gap) > table[len(assay)] * (ordered[-1] - ordered[0]):
        place = assay.index(doubtful)
        return assay[:place] + assay[place + 1:]
    return list(assay)


_TABLE = {3: 0.941, 4: 0.765, 5: 0.642, 6: 0.56, 7: 0.507, 8: 0.468, 9: 0.437, 10: 0.412}


def ordinary(rng: Random, size: int) -> Args:
    """An assay and critical values by its size; some of the table is left out."""
    lowered = rng.choice((0.3, 0.6, 1.0))
    table = {n: round(lowered * q + 0.0007, 4) for n, q in _TABLE.items()}
    return draw_assay(rng, min(size, 10)), table


def edges(rng: Random) -> list[Args]:
    return [
        (values, {n: round(q * share, 4) for n, q in _TABLE.items()})
        for values, share in zip(
            easy_lists(rng), (0.9, 1.001, 0.5, 1.1, 0.4, 0.4, 0.1), strict=True
        )
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((values, {3: 0.5, 4: 0.5}) for values in flat_lists(rng)[::3]),
        ([3.0, 1.0, 2.0], {3: 0.5}),
        ([3.0, 8.0, 1.0, 8.0, float(rng.randint(40, 60))], {4: 0.1, 6: 0.1}),
    ]


def oracle(assay: list[float], table: dict[int, float]) -> object:
    if ratio_of(assay) <= table.get(len(assay), 1.0):
        return assay
    place = assay.index(suspect_oracle(assay))  # type: ignore[arg-type]
    return assay[:place] + assay[place + 1 :]


def mistake_removes_both(assay: list[float], table: dict[int, float]) -> list[float]:
    s = sorted(assay)
    q = max(s[1] - s[0], s[-1] - s[-2]) / (s[-1] - s[0])
    return s[1:-1] if q > table[len(s)] else assay
