"""Return the rank of each answer on a scale, from 1."""

from random import Random

import numpy as np
from sklearn.preprocessing import OrdinalEncoder

from parelha.tasks.draws import Args


def ranks(answers: list[str], scale: list[str]) -> np.ndarray:
    """Return the rank of each answer on a scale, from 1."""
    return np.array([scale.index(a) + 1.0 for a in answers])


def ranks_level_2(answers: list[str], scale: list[str]) -> np.ndarray:
    """Return the rank of each answer on a scale, from 1."""
    step = {name: float(i) for i, name in enumerate(scale, start=1)}
    plain = [answer.strip().lower() for answer in answers]
    return np.array([step.get(name, np.nan) for name in plain])


_SIZES = ("small", "medium", "large", "huge")


def ordinary(rng: Random, size: int) -> Args:
    return rng.choices(_SIZES, k=size), list(_SIZES)


def edges(rng: Random) -> list[Args]:
    return [
        ([], ["low", "high"]),
        (["low", "high", "low"], ["low", "high"]),
        ([rng.choice(_SIZES)], list(_SIZES)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["HIGH", " low ", "Low\t"], ["low", "high"]),
        (["", "unknown", rng.choice(_SIZES)], list(_SIZES)),
        (["low", "lower", "lo"], ["lo", "low"][:: rng.choice([1, -1])]),
    ]


def oracle(answers: list[str], scale: list[str]) -> object:
    if not answers:
        return np.zeros(0)
    encoder = OrdinalEncoder(
        categories=[np.array(scale, dtype=object)],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
    )
    folded = [answer.strip().lower() for answer in answers]
    return encoder.fit_transform(np.array(folded, dtype=object).reshape(-1, 1))[:, 0] + 1.0


def mistake_counts_from_zero(answers: list[str], scale: list[str]) -> np.ndarray:
    return np.array([float(scale.index(a)) for a in answers])
