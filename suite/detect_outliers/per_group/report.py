"""Return the groups with outliers, those with most of them first."""

import math
from random import Random
from statistics import median

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import Row, draw_number, frame_of_rows


def outlier_report(df: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with outliers, those with most of them first."""
    known = df.dropna(subset=["reading"])
    keys = ["site", "sensor"]
    readings = known.groupby(keys)["reading"]
    known = known.assign(
        size=readings.transform("size"),
        gap=(known["reading"] - readings.transform("median")).abs(),
    )
    mad = known.groupby(keys)["gap"].transform("median")
    outlier = (known["size"] >= 4) & (mad > 0) & (known["gap"] > 4 * mad)
    report = (
        known.assign(outlier=outlier)
        .groupby(keys, as_index=False)
        .agg(readings=("reading", "size"), outliers=("outlier", "sum"))
    )
    report = report[report["outliers"] > 0]
    order = ["outliers", "site", "sensor"]
    report = report.sort_values(order, ascending=[False, True, True])
    return report.reset_index(drop=True)


def _sensor_rows(rng: Random, size: int) -> list[Row]:
    rows = []
    for _ in range(size):
        site, sensor = rng.choice("ABC"), rng.choice(("s1", "s2"))
        rows.append((site, sensor, draw_number(rng, 20.0 + 9 * (site < "B"))))
    return rows


def ordinary(rng: Random, size: int) -> Args:
    return (frame_of_rows(_sensor_rows(rng, size), ("site", "sensor"), "reading"),)


def edges(rng: Random) -> list[Args]:
    base = float(rng.randint(1, 9))
    five = [base - 2, base - 1, base, base + 1, base + 2]

    def rows(site: str, values: list[float]) -> list[Row]:
        return [(site, "s1", value) for value in values]

    cases = [
        [],
        rows("A", [base] * 6 + [base + 40]),  # the MAD is zero
        rows("A", [base, base + 1, base + 50]),  # too few
        rows("B", [base, math.nan, base + 1, base + 50]),  # too few without the gap
        rows("C", [base, base + 1, base + 3, base + 50]),
        rows("A", [*five, base + 8, base + 9]) + rows("B", [*five, base + 8, base + 90]),
        rows("B", [*five, base + 50]) + rows("A", [*five, base - 50]),
    ]
    return [(frame_of_rows(case, ("site", "sensor"), "reading"),) for case in cases]


def oracle(df: pd.DataFrame) -> object:
    groups: dict[tuple[str, str], list[float]] = {}
    for site, sensor, reading in df.itertuples(index=False):
        if not math.isnan(reading):
            groups.setdefault((site, sensor), []).append(reading)
    found = []
    for (site, sensor), group in groups.items():
        away = [abs(reading - median(group)) for reading in group]
        outliers = sum(gap > 4 * median(away) for gap in away)
        if len(group) >= 4 and median(away) > 0 and outliers:
            found.append((-outliers, site, sensor, len(group)))
    return pd.DataFrame(
        {
            "site": pd.Series([row[1] for row in sorted(found)], dtype="str"),
            "sensor": pd.Series([row[2] for row in sorted(found)], dtype="str"),
            "readings": pd.Series([row[3] for row in sorted(found)], dtype="int64"),
            "outliers": pd.Series([-row[0] for row in sorted(found)], dtype="int64"),
        }
    )
