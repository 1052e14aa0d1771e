"""Return the code of each label, by the order of the alphabet."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import COLOURS, draw_labels


def encode(labels: list[str]) -> np.ndarray:
    """Return the code of each label, by the order of the alphabet."""
    code = {label: i for i, label in enumerate(sorted(set(labels)))}
    return np.array([code[label] for label in labels], dtype=int)


def encode_level_2(labels: list[str | None]) -> np.ndarray:
    """Return the code of each label, by the order of the alphabet."""
    known = sorted({label for label in labels if label is not None})
    code = {label: i for i, label in enumerate(known)}
    codes = [-1 if v is None else code[v] for v in labels]
    return np.array(codes, dtype=int)


ordinary = draw_labels


def edges(rng: Random) -> list[Args]:
    return [([],), ([rng.choice(COLOURS)] * 3,), (["b", "c", "a", "", "b"],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, "red", None, "blue"],),
        ([None] * rng.randint(1, 4),),
        (["", None, "None", rng.choice(COLOURS)],),
    ]


def oracle(labels: list[str | None]) -> object:
    return pd.factorize(pd.Series(labels, dtype=object), sort=True)[0].astype(np.int64)


def mistake_in_order_of_appearance(labels: list[str]) -> np.ndarray:
    code = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return np.array([code[label] for label in labels], dtype=int)
