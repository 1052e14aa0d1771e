"""Categorical encoding with numpy: codes, one-hot rows, ordinals, shares and target means."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from parelha.tasks.draws import numbers
from parelha.tasks.families.clean_data.categorical_encoding_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

_COLOURS = ("red", "green", "blue", "black", "white")


def _labels(rng: Random, size: int) -> Args:
    return (rng.choices(_COLOURS[: rng.randint(2, 5)], k=size),)


def _codes_oracle(labels: list[str | None]) -> object:
    return pd.factorize(pd.Series(labels, dtype=object), sort=True)[0].astype(np.int64)


_CODES = levels(
    "codes",
    doc="Return the code of each label, by the order of the alphabet.",
    ask=text(
        en="""Encode the `labels` as whole numbers: the different labels in alphabetical order get
        the codes 0, 1, 2 and so on. Return the codes of the labels as a numpy array of ints.""",
        pt="""Codifique os `labels` como números inteiros: os rótulos diferentes, em ordem
        alfabética, recebem os códigos 0, 1, 2 e assim por diante. Retorne os códigos dos rótulos
        como um array numpy de ints.""",
    ),
    signature="def encode(labels: list[str]) -> np.ndarray:",
    ordinary=_labels,
    easy=Level(
        contract=text("", ""),
        imports="import numpy as np",
        body="""
        code = {label: i for i, label in enumerate(sorted(set(labels)))}
        return np.array([code[label] for label in labels], dtype=int)
        """,
        edges=lambda rng: [([],), ([rng.choice(_COLOURS)] * 3,), (["b", "B", "a", "", "b"],)],
    ),
    hard=Level(
        signature="def encode(labels: list[str | None]) -> np.ndarray:",
        contract=text(
            en="""A missing label (None) gets the code -1.""",
            pt="""Um rótulo ausente (None) recebe o código -1.""",
        ),
        imports="import numpy as np",
        body="""
        known = sorted({label for label in labels if label is not None})
        code = {label: i for i, label in enumerate(known)}
        codes = [-1 if v is None else code[v] for v in labels]
        return np.array(codes, dtype=int)
        """,
        edges=lambda rng: [
            ([None, "red", None, "blue"],),
            ([None] * rng.randint(1, 4),),
            (["", None, "None", rng.choice(_COLOURS)],),
        ],
    ),
    oracle=_codes_oracle,
)


def _with_categories(rng: Random, size: int) -> Args:
    categories = rng.sample(_COLOURS, rng.randint(2, 4))
    return rng.choices(categories, k=size), categories


def _one_hot_oracle(labels: list[str], categories: list[str]) -> object:
    if not labels or not categories:
        return NotImplemented
    encoder = OneHotEncoder(
        categories=[np.array(categories, dtype=object)],
        sparse_output=False,
        handle_unknown="ignore",
    )
    return encoder.fit_transform(np.array(labels, dtype=object).reshape(-1, 1)).astype(np.int64)


_ONE_HOT = levels(
    "one_hot",
    doc="Return the labels as one-hot rows.",
    ask=text(
        en="""Return the one-hot encoding of `labels` as a numpy array of ints with one row per
        label and one column per category, in the order of `categories`: 1 in the column of the
        label's category, 0 in the others.""",
        pt="""Retorne a codificação one-hot de `labels` como um array numpy de ints com uma linha
        por rótulo e uma coluna por categoria, na ordem de `categories`: 1 na coluna da categoria do
        rótulo, 0 nas outras.""",
    ),
    signature="def one_hot(labels: list[str], categories: list[str]) -> np.ndarray:",
    ordinary=_with_categories,
    easy=Level(
        contract=text(
            "There is at least one label, and every label is in `categories`.",
            "Há pelo menos um rótulo, e todo rótulo está em `categories`.",
        ),
        imports="import numpy as np",
        body="""
        rows = [[int(label == c) for c in categories] for label in labels]
        return np.array(rows, dtype=int)
        """,
        edges=lambda rng: [
            (["red"], ["red"]),
            (["b", "a"], ["b", "c", "a"]),
            ([rng.choice(_COLOURS)] * 3, list(_COLOURS)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A label that is no category gives a row of zeros. Without labels the array has the
            shape (0, number of categories).""",
            pt="""Um rótulo que não é categoria dá uma linha de zeros. Sem rótulos, o array tem o
            formato (0, número de categorias).""",
        ),
        imports="import numpy as np",
        body="""
        encoded = np.zeros((len(labels), len(categories)), dtype=int)
        for row, label in enumerate(labels):
            if label in categories:
                encoded[row, categories.index(label)] = 1
        return encoded
        """,
        edges=lambda rng: [
            ([], ["a", "b", "c"][: rng.randint(1, 3)]),
            (["Red", "red", ""], ["red", "blue"]),
            (["x", "y"], list(_COLOURS[: rng.randint(1, 5)])),
        ],
    ),
    oracle=_one_hot_oracle,
)

_SIZES = ("small", "medium", "large", "huge")


def _ordered(rng: Random, size: int) -> Args:
    return rng.choices(_SIZES, k=size), list(_SIZES)


def _ordinal_oracle(answers: list[str], scale: list[str]) -> object:
    if not answers:
        return np.zeros(0)
    encoder = OrdinalEncoder(
        categories=[np.array(scale, dtype=object)],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
    )
    folded = [answer.strip().lower() for answer in answers]
    return encoder.fit_transform(np.array(folded, dtype=object).reshape(-1, 1))[:, 0] + 1.0


_ORDINAL = levels(
    "ordinal",
    doc="Return the rank of each answer on a scale, from 1.",
    ask=text(
        en="""The `answers` come from an ordered `scale`, whose lowest step is listed first. Return
        a numpy array of floats with the position of each answer on the scale, counted from
        1.0.""",
        pt="""As respostas em `answers` vêm de uma escala ordenada `scale`, cujo degrau mais baixo é
        listado primeiro. Retorne um array numpy de floats com a posição de cada resposta na escala,
        contada a partir de 1.0.""",
    ),
    signature="def ranks(answers: list[str], scale: list[str]) -> np.ndarray:",
    ordinary=_ordered,
    easy=Level(
        contract=text("Every answer is on the scale.", "Toda resposta está na escala."),
        imports="import numpy as np",
        body="return np.array([scale.index(a) + 1.0 for a in answers])",
        edges=lambda rng: [
            ([], ["low", "high"]),
            (["low", "high", "low"], ["low", "high"]),
            ([rng.choice(_SIZES)], list(_SIZES)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""The scale is in lower case; an answer may be in upper case or have white space
            around it. An answer that is not on the scale gives NaN.""",
            pt="""A escala está em minúsculas; uma resposta pode estar em maiúsculas ou ter espaços
            em branco ao redor. Uma resposta que não está na escala dá NaN.""",
        ),
        imports="import numpy as np",
        body="""
        step = {name: float(i) for i, name in enumerate(scale, start=1)}
        plain = [answer.strip().lower() for answer in answers]
        return np.array([step.get(name, np.nan) for name in plain])
        """,
        edges=lambda rng: [
            (["HIGH", " low ", "Low\t"], ["low", "high"]),
            (["", "unknown", rng.choice(_SIZES)], list(_SIZES)),
            (["low", "lower", "lo"], ["lo", "low"][:: rng.choice([1, -1])]),
        ],
    ),
    oracle=_ordinal_oracle,
)


def _frequency_oracle(answers: list[str]) -> object:
    column = pd.Series(answers, dtype=object)
    shares = column.map(column.value_counts(normalize=True)).astype(float)
    return shares.fillna(0.0).to_numpy()


_FREQUENCY = levels(
    "frequency",
    heldout=True,
    doc="Return for each visit the share of visits from the same place.",
    ask=text(
        en="""Frequency encoding swaps every entry of `places` for the fraction of entries that are
        equal to it, so that a place that makes up a quarter of the list turns into 0.25. Deliver a
        float array.""",
        pt="""A codificação por frequência troca cada entrada de `places` pela fração de entradas
        iguais a ela, de modo que um lugar que ocupa um quarto da lista se transforma em 0.25.
        Entregue um array de floats.""",
    ),
    signature="def shares(places: list[str]) -> np.ndarray:",
    ordinary=_labels,
    easy=Level(
        contract=text("", ""),
        imports="import numpy as np",
        body="""
        n = len(places)
        return np.array([places.count(place) / n for place in places])
        """,
        edges=lambda rng: [
            ([],),
            ([rng.choice(_COLOURS)],),
            (["a", "A", "a", ""],),
        ],
    ),
    hard=Level(
        signature="def shares(places: list[str | None]) -> np.ndarray:",
        contract=text(
            en="""Unknown places (None) turn into 0.0, and fractions refer to the known entries
            alone.""",
            pt="""Lugares desconhecidos (None) se transformam em 0.0, e as frações se referem apenas
            às entradas conhecidas.""",
        ),
        imports="from collections import Counter\n\nimport numpy as np",
        body="""
        counts = Counter(places)
        counts[None] = 0
        known = max(counts.total(), 1)
        return np.array([counts[place] / known for place in places])
        """,
        edges=lambda rng: [
            ([None] * rng.randint(1, 4),),
            ([None, "a", "b", "a", None],),
            (["None", None, rng.choice(_COLOURS)],),
        ],
    ),
    oracle=_frequency_oracle,
)


def _with_target(rng: Random, size: int) -> Args:
    cities = rng.choices(_COLOURS[: rng.randint(2, 4)], k=size)
    return cities, np.array(numbers(rng, size), dtype=np.float64)


def _target_oracle(cities: list[str], prices: Any) -> object:
    column = pd.Series(prices, dtype=float)
    means = column.groupby(pd.Series(cities, dtype=object)).transform("mean")
    return means.fillna(column.mean()).to_numpy()


_TARGET = levels(
    "target_mean",
    heldout=True,
    doc="Return for each house the mean price in its city.",
    ask=text(
        en="""For a model of house prices, encode each city by what houses cost there: with
        prices[i] (a numpy array) belonging to cities[i], put the average price of the same city in
        place of the city. The new column is an array of floats.""",
        pt="""Para um modelo de preços de casas, codifique cada cidade pelo que custam as casas
        nela: com prices[i] (um array numpy) pertencendo a cities[i], ponha no lugar da cidade o
        preço médio da mesma cidade. A nova coluna é um array de floats.""",
    ),
    signature="def city_means(cities: list[str], prices: np.ndarray) -> np.ndarray:",
    ordinary=_with_target,
    easy=Level(
        contract=text("", ""),
        imports="import numpy as np",
        body="""
        names = np.array(cities, dtype=object)
        means = [float(np.mean(prices[names == city])) for city in cities]
        return np.array(means)
        """,
        edges=lambda rng: [
            ([], np.array([], dtype=np.float64)),
            (["x"], np.array(numbers(rng, 1))),
            (["a", "b", "a", "A"], np.array(numbers(rng, 4))),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A price of NaN was never agreed and is not averaged; for a city without any agreed
            price put the average of all agreed prices, of which there is one at least, unless the
            lists are empty.""",
            pt="""Um preço NaN nunca foi acertado e não entra na média; para uma cidade sem nenhum
            preço acertado, ponha a média de todos os preços acertados, dos quais há pelo menos um,
            a não ser que as listas estejam vazias.""",
        ),
        imports="import numpy as np",
        body="""
        agreed = ~np.isnan(prices)
        names = np.array(cities, dtype=object)
        means = []
        for city in cities:
            chosen = (names == city) & agreed
            used = chosen if chosen.any() else agreed
            means.append(float(np.mean(prices[used])))
        return np.array(means)
        """,
        edges=lambda rng: [
            (["a", "b", "a"], np.array([np.nan, *numbers(rng, 2)])),
            (["a", "b", "b"], np.array([np.nan, *numbers(rng, 2)])),
            (["a", "b", "c", "b"], np.array([np.nan, 1.0, 5.0, float(rng.randint(6, 90))])),
        ],
    ),
    oracle=_target_oracle,
)

_MISTAKES = (
    Mistake(
        "codes",
        """
        code = {label: i for i, label in enumerate(dict.fromkeys(labels))}
        return np.array([code[label] for label in labels], dtype=int)
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "one_hot",
        """
        names = sorted(categories)
        return np.array([[int(label == c) for c in names] for label in labels])
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "ordinal",
        "return np.array([float(scale.index(a)) for a in answers])",
        imports="import numpy as np",
    ),
    Mistake(
        "frequency",
        "return np.array([float(places.count(p)) for p in places])",
        imports="import numpy as np",
    ),
)

FAMILY = Family(
    "clean_data.categorical_encoding",
    CoderAction.CLEAN_DATA,
    (*_CODES, *_ONE_HOT, *_ORDINAL, *_FREQUENCY, *_TARGET, *ADVANCED),
    mistakes=_MISTAKES,
)
