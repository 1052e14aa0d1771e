"""Parameterisations of the family pca that are kept for evaluation."""

import math
from itertools import accumulate
from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import numbers, redraw
from parelha.tasks.family import Args, Level, Variant, levels, text

Vector = npt.NDArray[np.float64]
SHARES = (0.5, 0.7, 0.85, 0.95)


def _project_args(rng: Random, size: int) -> Args:
    x = np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(size)])
    arrow = [rng.choice([-2.0, 1.0, 3.0]), rng.choice([0.5, 4.0])]
    return x, np.array(numbers(rng, 2, -9.0, 9.0)), np.array(arrow)


def _project_oracle(x: Vector, origin: Vector, arrow: Vector) -> object:
    length = math.hypot(*arrow)
    found = []
    for place in x:
        steps = [0.0 if math.isnan(p) else p - o for p, o in zip(place, origin, strict=True)]
        total = math.fsum(s * a for s, a in zip(steps, arrow, strict=True))
        found.append(total / length if length else 0.0)
    return np.array(found)


_PROJECT = levels(
    "projection",
    heldout=True,
    doc="Return where the places lie along an arrow.",
    ask=text(
        en="""How far along the direction `arrow` does each place, a row of the array `x`, lie, seen
        from `origin`? For every place sum (place - origin) * arrow over the coordinates and divide
        by the length of the arrow (the root of its sum of squares). Answer with an array.""",
        pt="""Quão longe na direção `arrow` (seta) fica cada lugar, uma linha do array `x`, visto de
        `origin`? Para cada lugar, some (lugar - origem) * seta sobre as coordenadas e divida pelo
        comprimento da seta (a raiz da sua soma de quadrados). Responda com um array.""",
    ),
    signature="def along(x: np.ndarray, origin: np.ndarray, arrow: np.ndarray) -> np.ndarray:",
    ordinary=_project_args,
    easy=Level(
        contract=text(
            "The arrow has a length above zero.", "A seta tem um comprimento acima de zero."
        ),
        imports="import numpy as np",
        body="return np.asarray((x - origin) @ arrow / np.linalg.norm(arrow))",
        edges=lambda rng: [
            (np.zeros((0, 2)), np.array([1.0, 2.0]), np.array([3.0, 4.0])),
            (np.array([numbers(rng, 3)]), np.array([0.0, 1.0, 0.0]), np.array([2.0, 3.0, 6.0])),
            (
                np.array([[1.0, 2.0], [5.0, 5.0]]),
                np.array([1.0, 2.0]),
                np.array([3.0, float(rng.randint(1, 9))]),
            ),
        ],
    ),
    hard=Level(
        contract=text(
            en="""An unknown coordinate, NaN, is taken to be at the origin's. An arrow of length
            zero leads nowhere: every entry is 0.0.""",
            pt="""Uma coordenada desconhecida, NaN, é considerada igual à da origem. Uma seta de
            comprimento zero não leva a lugar nenhum: todo elemento é 0.0.""",
        ),
        imports="import numpy as np",
        body="""
        length = np.linalg.norm(arrow)
        if length == 0:
            return np.zeros(len(x))
        return np.asarray(np.nan_to_num(x - origin) @ arrow / length)
        """,
        edges=lambda rng: [
            (np.array([numbers(rng, 2)] * 2), np.array([1.0, 2.0]), np.zeros(2)),
            (
                np.array([[np.nan, 7.0], [float(rng.randint(1, 9)), np.nan]]),
                np.array([1.0, 2.0]),
                np.array([3.0, 4.0]),
            ),
            (np.array([[np.nan, np.nan]]), np.array(numbers(rng, 2)), np.array([3.0, 4.0])),
        ],
    ),
    oracle=_project_oracle,
)


def _clear(variances: list[float]) -> bool:
    """Whether no running share lies on one of the shares that are asked for."""
    total = sum(variances)
    running = accumulate(sorted(variances, reverse=True))
    return all(abs(part / total - share) > 1e-6 for part in running for share in SHARES)


def _needed_args(rng: Random, size: int) -> Args:
    variances = redraw(lambda: numbers(rng, size, 0.1, 9.0), _clear)
    return sorted(variances, reverse=True), rng.choice(SHARES)


def _needed_oracle(variances: list[float], share: float) -> object:
    known = np.sort(np.nan_to_num(variances))[::-1]
    if not known.sum():
        return 0
    return int(np.searchsorted(np.cumsum(known) / known.sum(), share) + 1)


_NEEDED = levels(
    "components_needed",
    heldout=True,
    doc="Return how many components reach a share of the variance.",
    ask=text(
        en="""`variances` lists what each component of a PCA explains. How many components, taken
        from the largest on, are needed until together they explain at least the fraction `share` of
        the sum?""",
        pt="""`variances` lista o que cada componente de uma PCA explica. Quantas componentes, a
        partir da maior, são necessárias até que juntas expliquem pelo menos a fração `share` da
        soma?""",
    ),
    signature="def needed(variances: list[float], share: float) -> int:",
    ordinary=_needed_args,
    easy=Level(
        contract=text(
            "They are positive and sorted from large to small; 0 < share < 1.",
            "Elas são positivas e ordenadas da maior para a menor; 0 < share < 1.",
        ),
        body="""
        total = 0.0
        for count, variance in enumerate(variances, start=1):
            total += variance
            if total >= share * sum(variances):
                return count
        return len(variances)
        """,
        edges=lambda rng: [
            ([float(rng.randint(1, 9))], 0.9),
            ([2.0, 1.0, 1.0], 0.5),
            ([3.0, 3.0, 1.0, 1.0], 0.75),
        ],
    ),
    hard=Level(
        contract=text(
            en="""They come in any order; NaN stands for a component that explains nothing; 0 <
            share < 1. Say 0 if nothing is explained at all.""",
            pt="""Elas vêm em qualquer ordem; NaN indica uma componente que não explica nada; 0 <
            share < 1. Diga 0 se nada é explicado.""",
        ),
        imports="import math",
        body="""
        known = [v for v in variances if not math.isnan(v)]
        total = 0.0
        for count, variance in enumerate(sorted(known, reverse=True), start=1):
            total += variance
            if total >= share * sum(known) > 0:
                return count
        return 0
        """,
        edges=lambda rng: [
            ([], 0.5),
            ([0.0, 0.0, math.nan], 0.9),
            ([1.0, 1.0, 2.0], 0.5),
            ([math.nan, 1.0, 7.0, float(rng.randint(20, 30))], 0.9),
            ([2.0, math.nan, 6.0], 0.75),
        ],
    ),
    oracle=_needed_oracle,
)

HELDOUT: tuple[Variant, ...] = (*_PROJECT, *_NEEDED)
