"""Decision stumps: one feature, one threshold, two leaves; ties by stated rules."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy.stats import mode

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import stump_advanced, stump_heldout
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Whole xs and thresholds at .5 keep every x off the threshold, unless an edge case puts it there.


def _binary(rng: Random, size: int) -> Args:
    xs = distinct(rng, size, 0, 30)
    cut = rng.randint(8, 22)
    return xs, [int(x > cut) if rng.random() < 0.8 else rng.randint(0, 1) for x in xs]


_PREDICT = levels(
    "predict",
    doc="Return the prediction of a decision stump for every x.",
    ask=text(
        en="""A decision stump predicts `left` for x <= cut and `right` for larger x. Return the
        list of its predictions for `xs`.""",
        pt="""Um toco de decisão prevê `left` para x <= cut e `right` para x maior. Retorne a lista
        das previsões dele para `xs`.""",
    ),
    signature="def predict(xs: list[float], cut: float, left: str, right: str) -> list[str]:",
    ordinary=lambda rng, size: (numbers(rng, size, 0, 9, 0), float(rng.randint(2, 7)), "no", "yes"),
    easy=Level(
        contract=text("", ""),
        body="return [left if x <= cut else right for x in xs]",
        edges=lambda rng: [
            ([], 1.0, "a", "b"),
            ([3.0, 3.5, 2.5], 3.0, "low", "high"),
            ([-1.0, 0.0, 1.0], 0.0, "b", "a"),
        ],
    ),
    hard=Level(
        contract=text(
            "An x that is NaN is predicted as an empty string.",
            "Para um x que é NaN, a previsão é uma string vazia.",
        ),
        imports="import math",
        body="""
        result = []
        for x in xs:
            label = left if x <= cut else right
            result.append("" if math.isnan(x) else label)
        return result
        """,
        edges=lambda rng: [
            ([math.nan, 1.0, 9.0], float(rng.randint(2, 7)), "x", "y"),
            ([math.nan], 3.0, "x", "y"),
            ([math.inf, -math.inf], float(rng.randint(2, 7)), "x", "y"),
        ],
    ),
    oracle=lambda xs, cut, left, right: [
        str(label)
        for label in np.select(
            [np.isnan(xs), np.greater(xs, cut)], ["", right], default=left
        ).tolist()
    ],
)


def _gini_oracle(labels: list[str | None]) -> object:
    shares = pd.Series(labels, dtype=object).value_counts(normalize=True).to_numpy()
    return float(shares @ (1.0 - shares)) if len(shares) else 0.0


_GINI = levels(
    "gini",
    doc="Return the Gini impurity of labels.",
    ask=text(
        en="""Return the Gini impurity of a leaf with the given `labels`: 1 minus the sum, over the
        different labels, of the squared share of each.""",
        pt="""Retorne a impureza de Gini de uma folha com os rótulos `labels`: 1 menos a soma, sobre
        os rótulos diferentes, do quadrado da parcela de cada um.""",
    ),
    signature="def gini(labels: list[str]) -> float:",
    ordinary=lambda rng, size: ([rng.choice("abc") for _ in range(size)],),
    easy=Level(
        contract=text("There is at least one label.", "Há pelo menos um rótulo."),
        body="""
        n = len(labels)
        return 1 - sum((labels.count(a) / n) ** 2 for a in set(labels))
        """,
        edges=lambda rng: [
            (["a"],),
            (["a", "b"] * rng.randint(2, 9),),
            (["a", "A", "b", "c"],),
        ],
    ),
    hard=Level(
        signature="def gini(labels: list[str | None]) -> float:",
        contract=text(
            "None is not counted as a label. A leaf without labels has the impurity 0.0.",
            "None não conta como rótulo. Uma folha sem rótulos tem impureza 0.0.",
        ),
        body="""
        known = [label for label in labels if label is not None]
        if not known:
            return 0.0
        n = len(known)
        return 1 - sum((known.count(a) / n) ** 2 for a in set(known))
        """,
        edges=lambda rng: [
            ([],),
            ([None, None],),
            ([None, "b", "a", *(rng.choice("abc") for _ in range(3))],),
            (["a", None],),
        ],
    ),
    oracle=_gini_oracle,
)


def _errors_oracle(xs: list[float], ys: list[int], threshold: float) -> object:
    sides: list[list[int]] = [[], []]
    for x, y in zip(xs, ys, strict=True):
        if not math.isnan(x):
            sides[int(x > threshold)].append(y)
    # The mode takes the smallest of the most frequent; either choice has as many errors.
    return sum(int(np.sum(np.array(own) != mode(own).mode)) for own in sides if own)


_ERRORS = levels(
    "errors",
    doc="Return the number of training errors of a split.",
    ask=text(
        en="""A threshold splits the points by `xs`: x <= threshold goes left, all others right.
        Each side predicts the more frequent of its labels, 0 or 1. Return how many of the labels
        `ys` are predicted wrongly.""",
        pt="""Um limiar divide os pontos por `xs`: x <= threshold vai para a esquerda, os outros
        para a direita. Cada lado prevê o mais frequente dos seus rótulos, 0 ou 1. Retorne quantos
        dos rótulos `ys` são previstos errado.""",
    ),
    signature="def errors(xs: list[float], ys: list[int], threshold: float) -> int:",
    ordinary=lambda rng, size: (*_binary(rng, size), rng.randint(4, 26) + 0.5),
    easy=Level(
        contract=text("No x is missing.", "Nenhum x está faltando."),
        body="""
        left = [y for x, y in zip(xs, ys) if x <= threshold]
        right = [y for x, y in zip(xs, ys) if x > threshold]
        return sum(min(s.count(0), s.count(1)) for s in (left, right))
        """,
        edges=lambda rng: [
            ([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], 2.0),
            ([5.0, 6.0, 7.0], [1, 0, 1], float(rng.randint(8, 30))),
            ([1.0, 1.0, 1.0, 3.0, 4.0, 4.0], [0, 1, 0, 1, 1, 0], 1.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A NaN x goes to neither side and its label is no error. Empty sides make no
            errors.""",
            pt="""Um x NaN não vai para nenhum lado e o rótulo dele não é erro. Lados vazios não têm
            erros.""",
        ),
        body="""
        left = [y for x, y in zip(xs, ys) if x <= threshold]
        right = [y for x, y in zip(xs, ys) if x > threshold]
        return sum(min(s.count(0), s.count(1)) for s in (left, right))
        """,
        edges=lambda rng: [
            ([], [], float(rng.randint(1, 9))),
            ([math.nan, 1.0, 2.0, math.nan, 3.0], [0, 1, 1, 0, 1], 2.5),
            ([math.nan, 5.0, 6.0, 7.0], [1, 0, 1, 0], float(rng.randint(1, 4))),
        ],
    ),
    oracle=_errors_oracle,
)


def _houses(rng: Random, size: int) -> Args:
    rooms = [1, 9, *(rng.randint(1, 9) for _ in range(size - 2))]
    rows = {"rooms": rooms, "price": [round(50.0 * r + rng.uniform(0, 40), 1) for r in rooms]}
    return pd.DataFrame(rows), rng.randint(3, 6) + 0.5


def _house_frame(rooms: list[float], price: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"rooms": rooms, "price": price}, dtype="float64")


def _leaf_oracle(df: pd.DataFrame, threshold: float) -> object:
    known = df.dropna()
    left = known["rooms"].to_numpy() <= threshold
    price = known["price"].to_numpy()
    return tuple(float(np.mean(price[side])) if side.any() else 0.0 for side in (left, ~left))


_LEAVES = levels(
    "leaf_means",
    doc="Return the means of both leaves of a regression stump.",
    ask=text(
        en="""A regression stump splits the rows of the DataFrame `df` by `rooms`: rooms <=
        threshold is the left leaf, more rooms the right one. Return (mean price left, mean price
        right) of the column `price`.""",
        pt="""Um toco de regressão divide as linhas do DataFrame `df` por `rooms`: rooms <=
        threshold é a folha esquerda, mais cômodos a direita. Retorne (preço médio à esquerda, preço
        médio à direita) da coluna `price`.""",
    ),
    signature="def leaves(df: pd.DataFrame, threshold: float) -> tuple[float, float]:",
    ordinary=_houses,
    easy=Level(
        contract=text("Neither leaf is empty.", "Nenhuma das folhas está vazia."),
        imports="import pandas as pd",
        body="""
        left = df["rooms"] <= threshold
        price = df["price"]
        return float(price[left].mean()), float(price[~left].mean())
        """,
        edges=lambda rng: [
            (_house_frame([1.0, 2.0], numbers(rng, 2)), 1.5),
            (_house_frame([2.0, 3.0, 4.0], numbers(rng, 3)), 3.0),
            (_house_frame([9.0, 1.0, 2.0, 8.0], numbers(rng, 4)), 2.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Rows with a NaN in either column belong to no leaf. The mean of an empty leaf is
            0.0.""",
            pt="""Linhas com NaN em uma das colunas não pertencem a nenhuma folha. A média de uma
            folha vazia é 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        known = df.dropna(subset=["rooms", "price"])
        left = known["rooms"] <= threshold
        means = [known["price"][side].mean() for side in (left, ~left)]
        low, high = [0.0 if pd.isna(mean) else float(mean) for mean in means]
        return low, high
        """,
        edges=lambda rng: [
            (_house_frame([], []), 1.5),
            (_house_frame([1.0, 2.0], numbers(rng, 2)), 7.5),
            (_house_frame([4.0, 5.0], numbers(rng, 2)), 1.5),
            (_house_frame([1.0, math.nan, 6.0, 7.0], numbers(rng, 4)), 3.5),
            (_house_frame([1.0, 2.0, 6.0], [math.nan, *numbers(rng, 2)]), 3.5),
        ],
    ),
    oracle=_leaf_oracle,
)


_MISTAKES = (
    Mistake("predict", "return [left if x < cut else right for x in xs]"),
    Mistake("gini", "return 1 - sum((labels.count(a) / len(labels)) ** 2 for a in labels)"),
    Mistake("errors", "return sum(int(x > threshold) != y for x, y in zip(xs, ys))"),
)

FAMILY = Family(
    "build_model.stump",
    CoderAction.BUILD_MODEL,
    (*_PREDICT, *_GINI, *_ERRORS, *_LEAVES, *stump_heldout.HELDOUT, *stump_advanced.ADVANCED),
    mistakes=_MISTAKES,
)
