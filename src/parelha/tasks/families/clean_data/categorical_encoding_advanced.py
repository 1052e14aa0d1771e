"""Categorical encoding at levels 3 and 4: rare labels, smoothed means without leaks, hashing."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text


def _skewed(rng: Random, size: int) -> Args:
    labels: list[str | None] = []
    for _ in range(size):
        name = f"k{int(rng.paretovariate(1.2)) % 15}"
        labels.append(rng.choice([name, name.upper(), f" {name}", name, name, None]))
    return labels, rng.choice([2, 3, max(2, size // 20)])


def _rare_oracle(labels: list[str | None], minimum: int) -> object:
    column = pd.Series(labels, dtype=object).dropna().astype(str).str.strip().str.lower()
    folded = column.reindex(range(len(labels)))
    counts = column.value_counts()
    kept = sorted(str(name) for name in counts[counts >= minimum].index)
    grouped = folded.where(folded.isin(kept) | folded.isna(), "other")
    names = kept if "other" in kept else [*kept, "other"]
    matrix = np.stack([(grouped == name).to_numpy(dtype=float) for name in names], axis=1)
    return names, matrix.astype(np.int64)


_RARE = advanced(
    "rare_labels",
    3,
    doc="Return the columns and the one-hot rows, rare labels put together.",
    ask=text(
        en="""Encode `labels` one-hot with the rare labels put together. First strip each label of
        surrounding white space and bring it to lower case; None is a missing label. Labels that
        then occur at least `minimum` times get a column of their own, in alphabetical order; a last
        column "other" stands for all other labels. Return a tuple of the list of column names and a
        numpy array of ints with one row per label and one column per name: 1 in the label's column
        and 0 elsewhere, only zeros for a missing label. The column "other" is always there, even if
        it is all zeros; no label is "other" itself. There is at least one label.""",
        pt="""Codifique `labels` em one-hot, com os rótulos raros reunidos. Primeiro tire os espaços
        em branco ao redor de cada rótulo e passe-o para minúsculas; None é um rótulo ausente. Os
        rótulos que então ocorrem pelo menos `minimum` vezes ganham uma coluna própria, em ordem
        alfabética; uma última coluna "other" representa todos os outros. Retorne uma tupla da lista
        dos nomes das colunas e de um array numpy de ints com uma linha por rótulo e uma coluna por
        nome: 1 na coluna do rótulo e 0 nas demais, só zeros para um rótulo ausente. A coluna
        "other" existe sempre, mesmo que só tenha zeros; nenhum rótulo é ele mesmo "other". Há pelo
        menos um rótulo.""",
    ),
    signature="def encode(labels: list[str | None], minimum: int) -> object:",
    ordinary=_skewed,
    imports="from collections import Counter\n\nimport numpy as np",
    body="""
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
    """,
    edges=lambda rng: [
        ([None], 1),
        (["a"], rng.randint(2, 5)),
        (["b", " B", "a", "A ", "c", None], 2),
        (["b", "a", "c", "a", "b"], 1),
        ([rng.choice("ab"), "", " ", "ab", None], 2),
    ],
    oracle=_rare_oracle,
)


def _clicks(rng: Random, size: int) -> Args:
    ads = [f"ad{rng.randrange(max(2, size // 30))}" for _ in range(size)]
    clicked = np.array([float(rng.random() < 0.3) for _ in range(size)], dtype=np.float64)
    return ads, clicked, float(rng.randint(1, 10))


def _ordered_oracle(ads: list[str], clicked: np.ndarray, weight: float) -> object:
    column = pd.Series(clicked, dtype=float)
    prior = float(column.mean()) if len(column) else 0.0
    groups = column.groupby(pd.Series(ads, dtype=object))
    earlier, count = groups.cumsum() - column, groups.cumcount()
    return ((earlier + weight * prior) / (count + weight)).to_numpy(dtype=float)


_ORDERED = advanced(
    "means_so_far",
    4,
    doc="Return each row's smoothed mean of the earlier rows of its label.",
    ask=text(
        en="""Encode the labels `ads` by the target `clicked` (a numpy array of 0.0 and 1.0, as long
        as `ads`) without letting a row see its own target. The code of row i is
        (s + weight * prior) / (n + weight), where n is the number of rows before i with the same
        label, s is the sum of their targets, and prior is the mean of the whole array `clicked`.
        `weight` is greater than zero. Return the codes as a float array; no rows give an empty
        one.""",
        pt="""Codifique os rótulos `ads` pelo alvo `clicked` (um array numpy de 0.0 e 1.0, tão longo
        quanto `ads`) sem que uma linha veja o seu próprio alvo. O código da linha i é
        (s + weight * prior) / (n + weight), em que n é o número de linhas antes de i com o mesmo
        rótulo, s é a soma dos alvos delas e prior é a média de todo o array `clicked`. `weight` é
        maior que zero. Retorne os códigos como um array de floats; se não há linhas, um array
        vazio.""",
    ),
    signature="def encode(ads: list[str], clicked: np.ndarray, weight: float) -> np.ndarray:",
    ordinary=_clicks,
    imports="import numpy as np",
    body="""
    if not ads:
        return np.zeros(0)
    extra = weight * float(clicked.mean())
    seen: dict[str, tuple[float, int]] = {}
    codes = []
    for ad, target in zip(ads, clicked.tolist()):
        total, count = seen.get(ad, (0.0, 0))
        codes.append((total + extra) / (count + weight))
        seen[ad] = (total + target, count + 1)
    return np.array(codes)
    """,
    edges=lambda rng: [
        ([], np.array([], dtype=np.float64), 1.0),
        (["a"], np.array([1.0]), float(rng.randint(1, 9))),
        (["a", "a", "a"], np.array([1.0, 0.0, 1.0]), float(rng.randint(1, 9))),
        (["a", "b", "A", "b"], np.array([0.0, 1.0, 0.0, 0.0]), 0.5),
        (list("abcab"), np.zeros(5), float(rng.randint(1, 9))),
    ],
    oracle=_ordered_oracle,
)


def _baskets(rng: Random, size: int) -> Args:
    top = max(4, size // 40)
    baskets = [
        rng.choices([f"i{number}" for number in range(top)], k=rng.randint(0, 4))
        for _ in range(size)
    ]
    return baskets, np.array(numbers(rng, size, 1.0, 50.0, 0), dtype=np.float64)


def _spend_oracle(baskets: list[list[str]], spent: np.ndarray) -> object:
    frame = pd.DataFrame({"item": pd.Series(baskets, dtype=object), "spent": spent})
    unique = frame.assign(item=frame["item"].map(lambda basket: sorted(set(basket))))
    rows = unique.explode("item").dropna()
    means = rows.groupby("item")["spent"].mean()
    order = means.reset_index().sort_values(["spent", "item"], ascending=[False, True])
    return [(str(item), float(mean)) for item, mean in order.itertuples(index=False)]


_SPEND = advanced(
    "items_by_spend",
    4,
    heldout=True,
    doc="Return the items with the mean spend of the baskets that hold them.",
    ask=text(
        en="""Basket i contains the items baskets[i] and cost spent[i], an element of a numpy array.
        Rank items by the company they keep: an item's score is the average cost of the baskets in
        which it appears, however often it lies in one of them. Produce (item, score) pairs ordered
        from the highest score to the lowest, alphabetically where scores are equal. Empty baskets
        concern no item.""",
        pt="""A cesta i contém os itens baskets[i] e custou spent[i], um elemento de um array numpy.
        Classifique os itens pelas companhias que têm: a pontuação de um item é o custo médio das
        cestas em que ele aparece, não importa quantas vezes esteja em uma delas. Produza pares
        (item, pontuação) ordenados da maior pontuação para a menor, em ordem alfabética quando as
        pontuações são iguais. Cestas vazias não dizem respeito a nenhum item.""",
    ),
    signature="def rank(baskets: list[list[str]], spent: np.ndarray) -> list[object]:",
    ordinary=_baskets,
    imports="import numpy as np",
    body="""
    costs: dict[str, list[float]] = {}
    for basket, cost in zip(baskets, spent.tolist()):
        for item in set(basket):
            costs.setdefault(item, []).append(cost)
    scores = [(-float(np.mean(paid)), item) for item, paid in costs.items()]
    return [(item, -score) for score, item in sorted(scores)]
    """,
    edges=lambda rng: [
        ([], np.array([], dtype=np.float64)),
        ([[], []], np.array(numbers(rng, 2, 1.0, 9.0, 0))),
        ([["a", "a"], ["a", "b"]], np.array([float(rng.randint(1, 9)), 20.0])),
        ([["c", "b", "a"], ["d"]], np.array([5.0, 2.0])),
        ([["x"], ["y", "x"], [], ["y"]], np.array([4.0, 4.0, float(rng.randint(5, 9)), 4.0])),
    ],
    oracle=_spend_oracle,
)

ADVANCED: tuple[Variant, ...] = (_RARE, _ORDERED, _SPEND)
