"""Parameterisations of the family cross_validation that are kept for evaluation."""

from random import Random

import numpy as np
from sklearn.model_selection import LeaveOneOut

from parelha.tasks.draws import numbers, sprinkle
from parelha.tasks.family import Args, Level, Variant, levels, text


def _jackknife_oracle(sample: list[float | None]) -> object:
    known = np.array([value for value in sample if value is not None], dtype=float)
    if len(known) < 2:
        return []
    return [float(known[rest].mean()) for rest, _ in LeaveOneOut().split(known)]


_JACKKNIFE = levels(
    "jackknife",
    heldout=True,
    doc="Return the mean of a sample without each of its values.",
    ask=text(
        en="""How much does the average of `sample` hang on single values? List, for every value in
        turn, the average of all the others.""",
        pt="""Quanto a média de `sample` depende de valores isolados? Liste, para um valor de cada
        vez, a média de todos os outros.""",
    ),
    signature="def jackknife(sample: list[float]) -> list[float]:",
    ordinary=lambda rng, size: (numbers(rng, size),),
    easy=Level(
        contract=text(
            "The sample has two values at least.", "A amostra tem no mínimo dois valores."
        ),
        body="return [(sum(sample) - value) / (len(sample) - 1) for value in sample]",
        edges=lambda rng: [
            (numbers(rng, 2),),
            ([3.0, 3.0, 3.0],),
            ([0.0, 0.0, float(rng.randint(1, 9))],),
        ],
    ),
    hard=Level(
        signature="def jackknife(sample: list[float | None]) -> list[float]:",
        contract=text(
            en="""None entries are blank: they are no values and get no average. A sample with fewer
            than two values gives an empty list.""",
            pt="""Entradas None estão em branco: não são valores e não recebem média. Uma amostra
            com menos de dois valores dá uma lista vazia.""",
        ),
        body="""
        known = [value for value in sample if value is not None]
        if len(known) < 2:
            return []
        return [(sum(known) - value) / (len(known) - 1) for value in known]
        """,
        edges=lambda rng: [
            ([],),
            ([None, *numbers(rng, 1)],),
            (sprinkle(rng, numbers(rng, 3), None, 2),),
            ([None, None],),
        ],
    ),
    oracle=_jackknife_oracle,
)


def _windows_args(rng: Random, size: int) -> Args:
    return size + rng.randint(2, 20), rng.randint(2, 5), rng.randint(1, 3)


def _windows_oracle(days: int, first: int, horizon: int) -> object:
    starts = np.arange(max(first, 1), max(days - horizon, 0) + 1, horizon)
    return [(int(s), int(s) + horizon) for s in starts]


_WINDOWS = levels(
    "forward_chaining",
    heldout=True,
    doc="Return where every forward test begins and ends.",
    ask=text(
        en="""A forecaster is tested forward in time on days 0 to days - 1. The earliest test starts
        on day `first` and lasts `horizon` days; the next starts where it ends, and so on, as long
        as a whole test fits before the data end. List the pairs (start, end), the end day
        excluded.""",
        pt="""Um modelo de previsão é testado para a frente no tempo, nos dias 0 a days - 1. O teste
        mais cedo começa no dia `first` e dura `horizon` dias; o seguinte começa onde ele acaba, e
        assim por diante, enquanto um teste inteiro couber antes do fim dos dados. Liste os pares
        (início, fim), sem incluir o dia do fim.""",
    ),
    signature="def tests(days: int, first: int, horizon: int) -> list[tuple[int, int]]:",
    ordinary=_windows_args,
    easy=Level(
        contract=text(
            "Both first and horizon are 1 or more.", "Tanto first como horizon são 1 ou mais."
        ),
        body="""
        starts = range(first, days - horizon + 1, horizon)
        return [(start, start + horizon) for start in starts]
        """,
        edges=lambda rng: [
            (rng.randint(10, 30), 4, 1),
            (10, 4, 3),
            (5, 4, 2),
            (9, 1, 8),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Training needs one day at least: a first below 1 is raised to 1. A horizon below 1
            tests nothing and gives an empty list.""",
            pt="""O treino precisa de um dia no mínimo: um first abaixo de 1 é elevado a 1. Um
            horizon abaixo de 1 não testa nada e dá uma lista vazia.""",
        ),
        body="""
        if horizon < 1:
            return []
        starts = range(max(first, 1), days - horizon + 1, horizon)
        return [(start, start + horizon) for start in starts]
        """,
        edges=lambda rng: [
            (rng.randint(10, 30), 3, 0),
            (rng.randint(6, 9), 0, 2),
            (rng.randint(6, 9), -2, 3),
            (0, 1, 1),
        ],
    ),
    oracle=lambda days, first, horizon: (
        _windows_oracle(days, first, horizon) if horizon > 0 else []
    ),
)

HELDOUT: tuple[Variant, ...] = (*_JACKKNIFE, *_WINDOWS)
