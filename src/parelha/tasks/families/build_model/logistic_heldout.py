"""Parameterisations of the family logistic that are kept for evaluation."""

from random import Random

import numpy as np
import pandas as pd
from scipy.special import softmax
from scipy.stats.contingency import odds_ratio

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Variant, levels, text

BOTH = (False, True)


def _patients(rng: Random, size: int) -> Args:
    cells = [(True, True), (True, False), (False, True), (False, False)]
    drawn = cells + [rng.choice(cells) for _ in range(size)]
    rng.shuffle(drawn)
    return (pd.DataFrame(drawn, columns=["exposed", "ill"]),)


def _table(rows: list[tuple[bool, bool]]) -> Args:
    return (pd.DataFrame(rows, columns=["exposed", "ill"], dtype=bool),)


def _odds_oracle(df: pd.DataFrame) -> object:
    counts = pd.crosstab(df["exposed"], df["ill"])
    if counts.shape != (2, 2) or (counts == 0).any(axis=None):
        return NotImplemented
    return float(odds_ratio(counts.to_numpy(), kind="sample").statistic)


_ODDS = levels(
    "odds_ratio",
    heldout=True,
    doc="Return the odds ratio of exposed against not exposed people.",
    ask=text(
        en="""The boolean columns `exposed` and `ill` of the DataFrame `df` describe people. Divide
        the odds of illness (ill people per person not ill) among the exposed by those odds among
        the others, and report this odds ratio.""",
        pt="""As colunas booleanas `exposed` e `ill` do DataFrame `df` descrevem pessoas. Divida as
        chances de doença (doentes por pessoa não doente) entre os expostos pelas mesmas chances
        entre os outros e informe essa razão de chances.""",
    ),
    signature="def odds_ratio(df: pd.DataFrame) -> float:",
    ordinary=_patients,
    easy=Level(
        contract=text(
            "Each of the four combinations occurs.", "Cada uma das quatro combinações ocorre."
        ),
        imports="import pandas as pd",
        body="""
        ill = df.groupby("exposed")["ill"].mean()
        odds = ill / (1 - ill)
        return float(odds[True] / odds[False])
        """,
        edges=lambda rng: [
            _table([(True, True), (True, False), (False, True), (False, False)]),
            _table([(True, True)] * rng.randint(2, 9) + [(a, b) for a in BOTH for b in BOTH]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If one of the four combinations never occurs, first add 0.5 to the number of
            people in each of the four.""",
            pt="""Se uma das quatro combinações nunca ocorre, some antes 0.5 à quantidade de pessoas
            de cada uma das quatro.""",
        ),
        imports="import pandas as pd",
        body="""
        exposed, ill = df["exposed"], df["ill"]
        counts = [
            float((exposed & ill).sum()),
            float((exposed & ~ill).sum()),
            float((~exposed & ill).sum()),
            float((~exposed & ~ill).sum()),
        ]
        if 0 in counts:
            counts = [count + 0.5 for count in counts]
        return counts[0] * counts[3] / (counts[1] * counts[2])
        """,
        edges=lambda rng: [
            _table([]),
            _table([(True, True), (False, True), (False, False)]),
            _table([(True, True)] * rng.randint(2, 4) + [(True, False), (False, False)]),
            _table([(False, True)] * rng.randint(5, 9) + [(True, False), (False, False)]),
        ],
    ),
    oracle=_odds_oracle,
)


def _softmax_oracle(scores: dict[str, float]) -> object:
    known = {name: score for name, score in scores.items() if score is not None}
    if not known:
        return {}
    shares = softmax(np.array(list(known.values())))
    return {name: float(share) for name, share in zip(known, shares, strict=True)}


_SOFTMAX = levels(
    "softmax",
    heldout=True,
    doc="Return the share of every class by softmax.",
    ask=text(
        en="""Softmax turns the `scores` of several classes into shares that sum to one: the share
        of a class is exp(score) over the sum of exp(score) of all classes. Produce the dictionary
        of shares.""",
        pt="""O softmax transforma os escores `scores` de várias classes em parcelas que somam um: a
        parcela de uma classe é exp(escore) dividido pela soma de exp(escore) de todas as classes.
        Produza o dicionário de parcelas.""",
    ),
    signature="def softmax(scores: dict[str, float]) -> dict[str, float]:",
    ordinary=lambda rng, size: (
        {f"class {i}": number for i, number in enumerate(numbers(rng, size, -3.0, 3.0))},
    ),
    easy=Level(
        contract=text("Scores lie between -5 and 5.", "Os escores ficam entre -5 e 5."),
        imports="import math",
        body="""
        total = sum(math.exp(score) for score in scores.values())
        return {name: math.exp(s) / total for name, s in scores.items()}
        """,
        edges=lambda rng: [
            ({},),
            ({"only": float(rng.randint(1, 4))},),
            ({"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0},),
        ],
    ),
    hard=Level(
        signature="def softmax(scores: dict[str, float | None]) -> dict[str, float]:",
        contract=text(
            en="""Scores can be in the thousands, too large for exp: subtract the largest score from
            all beforehand, which changes no share. Classes with the score None do not appear in the
            result.""",
            pt="""Os escores podem estar nos milhares, grandes demais para exp: subtraia antes o
            maior escore de todos, o que não muda nenhuma parcela. Classes com escore None não
            aparecem no resultado.""",
        ),
        imports="import math",
        body="""
        known = {name: s for name, s in scores.items() if s is not None}
        top = max(known.values(), default=0.0)
        powers = {name: math.exp(s - top) for name, s in known.items()}
        total = sum(powers.values())
        return {name: power / total for name, power in powers.items()}
        """,
        edges=lambda rng: [
            ({"a": 5000.0, "b": 5001.0 + rng.randint(0, 3)},),
            ({"a": None},),
            ({"a": -3000.0, "b": None, "c": -3000.0 + rng.random()},),
            ({"a": 4000.0, "b": -4000.0},),
        ],
    ),
    oracle=_softmax_oracle,
)

HELDOUT: tuple[Variant, ...] = (*_ODDS, *_SOFTMAX)
