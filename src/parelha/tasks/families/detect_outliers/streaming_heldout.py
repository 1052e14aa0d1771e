"""The held-out parameterisations of `streaming`: smoothed levels, and summaries merged."""

from random import Random

import numpy as np

from parelha.tasks.draws import numbers, with_outliers
from parelha.tasks.family import Args, Level, Variant, levels, text


def _surprise_oracle(load: list[float], alpha: float) -> object:
    if not load:
        return []
    weights = [alpha * (1 - alpha) ** age for age in range(len(load))]
    surprises = [0.0]
    for place in range(1, len(load)):
        level = load[0] * (1 - alpha) ** (place - 1)
        level += sum(weights[place - 1 - i] * load[i] for i in range(1, place))
        surprises.append(load[place] - level)
    return surprises


_SURPRISE_BODY = """
level = load[0]
surprises = []
for current in load:
    surprises.append(current - level)
    level += alpha * (current - level)
return surprises
"""
_SURPRISE = levels(
    "surprise",
    heldout=True,
    doc="Return how much each load differs from its smoothed past.",
    ask=text(
        """A monitor keeps a level. It starts at the first `load`; upon each load it notes the
        surprise (load minus level) and then moves the level towards the load by the fraction
        `alpha` of that surprise. Give the list of all surprises.""",
        """Um monitor mantém um nível. Ele começa na primeira carga (`load`); a cada carga, anota a
        surpresa (carga menos nível) e depois aproxima o nível da carga pela fração `alpha` dessa
        surpresa. Devolva a lista de todas as surpresas.""",
    ),
    signature="def surprises_of(load: list[float], alpha: float) -> list[float]:",
    ordinary=lambda rng, size: (with_outliers(rng, max(size, 4)), rng.choice((0.1, 0.25, 0.6))),
    easy=Level(
        contract=text("Some load is always given.", "Sempre há alguma carga."),
        body=_SURPRISE_BODY,
        edges=lambda rng: [
            ([3.0, float(rng.randint(5, 60))], 0.3),
            (numbers(rng, 3, -50.0, -1.0), 0.3),
            ([2.0, 2.0, 2.0, float(rng.randint(20, 60)), 2.0], 0.7),
        ],
    ),
    hard=Level(
        contract=text(
            "An `alpha` of 0 or 1 is allowed. From no load comes no surprise.",
            "São permitidos `alpha` 0 e `alpha` 1. De nenhuma carga não vem surpresa.",
        ),
        body="if not load:\n    return []\n" + _SURPRISE_BODY.strip(),
        edges=lambda rng: [
            ([], 0.5),
            ([float(rng.randint(1, 9))], 0.5),
            ([4.0, 6.0, float(rng.randint(9, 30))], 0.0),
            ([4.0, 6.0, float(rng.randint(9, 30)), 1.0], 1.0),
        ],
    ),
    oracle=_surprise_oracle,
)


def _parts(rng: Random, size: int) -> Args:
    sizes = [rng.randint(1, 6) for _ in range(max(2, size // 2))]
    return ([_summary(numbers(rng, length, 0.0, 90.0)) for length in sizes],)


def _summary(values: list[float]) -> tuple[int, float, float]:
    return len(values), float(np.mean(values)), float(np.var(values) * len(values))


def _merge_oracle(parts: list[tuple[int, float, float]]) -> object:
    """Merge by raw moments."""
    count = sum(part[0] for part in parts)
    if count == 0:
        return (0, 0.0, 0.0)
    mean = sum(part[0] * part[1] for part in parts) / count
    return (count, mean, sum(part[2] + part[0] * (part[1] - mean) ** 2 for part in parts))


_MERGE_BODY = """
count, mean, m2 = 0, 0.0, 0.0
for n, other, squares in parts:
    {}gap = other - mean
    m2 += squares + gap * gap * count * n / (count + n)
    count += n
    mean += gap * n / count
return count, mean, m2
"""
_MERGE = levels(
    "merge",
    heldout=True,
    doc="Return the summary of several streams taken together.",
    ask=text(
        """Several machines each saw a part of one stream and summed it up as a tuple
        (n, mean, m2): how many numbers, their mean, and the sum of their squared differences from
        that mean. Merge the summaries in `parts` into the tuple of the whole stream, whose numbers
        are gone.""",
        """Várias máquinas viram, cada uma, uma parte de um mesmo fluxo e a resumiram em uma tupla
        (n, média, m2): quantos números, a média deles e a soma dos quadrados das diferenças até
        essa média. Junte os resumos de `parts` na tupla do fluxo inteiro, cujos números já não
        existem.""",
    ),
    signature="def merge(parts: list[tuple[int, float, float]]) -> tuple[int, float, float]:",
    ordinary=_parts,
    easy=Level(
        contract=text("No part is without numbers.", "Nenhuma parte está sem números."),
        body=_MERGE_BODY.format(""),
        edges=lambda rng: [
            ([(1, float(rng.randint(1, 9)), 0.0), (1, 4.5, 0.0)],),
            ([(3, 2.0, 6.0), (1, float(-rng.randint(1, 9)), 0.0), (4, 2.0, 8.5)],),
            ([(5, float(rng.randint(1, 9)), 12.5)],),
        ],
    ),
    hard=Level(
        contract=text(
            """A part may be (0, 0.0, 0.0), and so is the whole when no numbers were seen
            anywhere.""",
            """Uma parte pode ser (0, 0.0, 0.0), e assim é o todo quando nenhum número foi visto em
            lugar algum.""",
        ),
        body=_MERGE_BODY.format("if n == 0:\n        continue\n    "),
        edges=lambda rng: [
            ([],),
            ([(0, 0.0, 0.0), (0, 0.0, 0.0)],),
            ([(0, 0.0, 0.0), (2, float(rng.randint(1, 9)), 2.0), (0, 0.0, 0.0), (1, 3.0, 0.0)],),
            ([(4, -2.5, 9.0), (0, 0.0, 0.0), (1, float(rng.randint(1, 9)), 0.0)],),
        ],
    ),
    oracle=_merge_oracle,
)

HELDOUT: tuple[Variant, ...] = (*_SURPRISE, *_MERGE)
