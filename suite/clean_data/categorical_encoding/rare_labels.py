"""Return the columns and the one-hot rows, rare labels put together."""

from collections import Counter
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def encode(labels: list[str | None], minimum: int) -> object:
    """Return the columns and the one-hot rows, rare labels put together."""
    plain = [None if v is None else v.strip().lower() for v in labels]
    counts = Counter(label for label in plain if label is not None)
    names = sorted(name for name in counts if counts[name] >= minimum)
    column = {name: place for place, name in enumerate(names)}
    names.append("other")
    matrix = np.zeros((len(labels), len(names)), dtype=int)
    for row, label in enumerate(plain):
        if label is not None:
            matrix[row, column.get(label, -1)] = 1
    return names, matrix


def ordinary(rng: Random, size: int) -> Args:
    labels: list[str | None] = []
    for _ in range(size):
        name = f"k{int(rng.paretovariate(1.2)) % 15}"
        labels.append(rng.choice([name, name.upper(), f" {name}", name, name, None]))
    return labels, rng.choice([2, 3, max(2, size // 20)])


def edges(rng: Random) -> list[Args]:
    return [
        ([None], 1),
        (["a"], rng.randint(2, 5)),
        (["b", " B", "a", "A ", "c", None], 2),
        (["b", "a", "c", "a", "b"], 1),
        ([rng.choice("ab"), "", " ", "ab", None], 2),
    ]


def oracle(labels: list[str | None], minimum: int) -> object:
    column = pd.Series(labels, dtype=object).dropna().astype(str).str.strip().str.lower()
    folded = column.reindex(range(len(labels)))
    counts = column.value_counts()
    kept = sorted(str(name) for name in counts[counts >= minimum].index)
    grouped = folded.where(folded.isin(kept) | folded.isna(), "other")
    names = kept if "other" in kept else [*kept, "other"]
    matrix = np.stack([(grouped == name).to_numpy(dtype=float) for name in names], axis=1)
    return names, matrix.astype(np.int64)
