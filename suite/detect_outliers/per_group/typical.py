"""Return the mean output of each machine without its outliers."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import Row, draw_number, frame_of_rows


def typical_output(df: pd.DataFrame) -> dict[str, float]:
    """Return the mean output of each machine without its outliers."""
    valid = df.drop_duplicates(["machine", "day"], keep="last")
    valid = valid.dropna(subset=["output"])
    outputs = valid.groupby("machine")["output"]
    first = outputs.transform("quantile", 0.25)
    third = outputs.transform("quantile", 0.75)
    reach = 1.5 * (third - first)
    kept = valid[valid["output"].between(first - reach, third + reach)]
    means = kept.groupby("machine")["output"].mean()
    return {str(machine): float(value) for machine, value in means.items()}


def _output_rows(rng: Random, size: int) -> list[Row]:
    rows = []
    for _ in range(size):
        machine = f"m{rng.randint(1, 3 + size // 60)}"
        rows.append((machine, f"d{rng.randint(1, 40):02}", draw_number(rng, 50.0)))
    return rows


def ordinary(rng: Random, size: int) -> Args:
    return (frame_of_rows(_output_rows(rng, size), ("machine", "day"), "output"),)


def edges(rng: Random) -> list[Args]:
    return [
        (frame_of_rows(rows, ("machine", "day"), "output"),)
        for rows in (
            [],
            [("m1", "d1", math.nan), ("m2", "d1", float(rng.randint(1, 9)))],
            [("m1", "d1", 5.0), ("m1", "d1", math.nan), ("m2", "d1", float(rng.randint(1, 9)))],
            [("m1", "d1", 5.0), ("m1", "d2", 7.0), ("m1", "d1", float(rng.randint(90, 99)))],
            # Quartiles 1 and 5, so that 11 is exactly on the upper limit.
            [("m1", f"d{day}", out) for day, out in enumerate((1.0, 1.0, 1.0, 5.0, 11.0))],
            [("m1", f"d{day}", out) for day, out in enumerate((11.0, 11.0, 11.0, 7.0, 1.0))],
            [("m1", f"d{day}", 4.0) for day in range(6)] + [("m1", "d9", 90.0)],
        )
    ]


def oracle(df: pd.DataFrame) -> object:
    last = {(machine, day): output for machine, day, output in df.itertuples(index=False)}
    groups: dict[str, list[float]] = {}
    for (machine, _), output in last.items():
        if not math.isnan(output):
            groups.setdefault(machine, []).append(output)
    typical = {}
    for machine, group in groups.items():
        first, third = np.percentile(group, [25, 75])
        reach = 1.5 * (third - first)
        kept = [output for output in group if first - reach <= output <= third + reach]
        typical[machine] = float(np.mean(kept))
    return typical
