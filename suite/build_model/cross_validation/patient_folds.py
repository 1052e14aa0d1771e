"""Return the fold of every row, with all rows of a patient together."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def patient_folds(df: pd.DataFrame, k: int) -> pd.Series:
    """Return the fold of every row, with all rows of a patient together."""
    sizes = df.groupby("patient").size()
    order = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    loads = [0] * k
    fold_of = {}
    for name in order:
        fold = loads.index(min(loads))
        fold_of[name] = fold
        loads[fold] += sizes[name]
    folds = df["patient"].map(fold_of).astype("float64")
    return folds.fillna(-1).astype("int64").rename("fold")


def ordinary(rng: Random, size: int) -> Args:
    num_patients = max(2, size // 4)
    names = [f"p{rng.randint(1, num_patients)}" for _ in range(size)]
    return (pd.DataFrame({"patient": names, "result": numbers(rng, size)}), rng.randint(2, 5))


def edges(rng: Random) -> list[Args]:
    def frame(names: list[str | None]) -> pd.DataFrame:
        column = pd.Series(names, dtype=object)
        return pd.DataFrame({"patient": column, "result": numbers(rng, len(names))})

    return [
        (frame([]), 3),
        (frame(["b", "a", "b", "c", "c", "a"]), 2),
        (frame(["x"] * rng.randint(2, 9)), 4),
        (frame(["a", None, "b", "b", None]), 2),
        (frame([None, None]), 2),
        (frame(["b", "a", "c", "c", "d"]).set_index(pd.Index([9, 8, 7, 9, 5])), 1),
    ]


def oracle(df: pd.DataFrame, k: int) -> object:
    loads = [0] * k
    fold_of: dict[object, int] = {}
    counts = [(-int((df["patient"] == n).sum()), str(n)) for n in df["patient"].dropna().unique()]
    for count, name in sorted(counts):
        fold = int(np.argmin(loads))
        loads[fold] -= count
        fold_of[name] = fold
    folds = [-1 if pd.isna(n) else fold_of[n] for n in df["patient"]]
    return pd.Series(folds, index=df.index, name="fold", dtype="int64")
