"""Models that keep the data: nearest neighbours and class means, on a line and in a plane."""

from random import Random

import numpy as np

from parelha.tasks.families.build_model import (
    nearest_neighbours_advanced,
    nearest_neighbours_heldout,
)
from parelha.tasks.families.build_model.nearest_neighbours_draws import (
    draw_labels,
    draw_query,
    even_numbers,
    near_to_far,
)
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _labelled(rng: Random, size: int) -> Args:
    return even_numbers(rng, size), draw_labels(rng, size), draw_query(rng)


def _label_oracle(xs: list[float], labels: list[str], query: float) -> object:
    return labels[int(near_to_far(xs, query)[0])] if xs else ""


_NEAREST = levels(
    "nearest_label",
    doc="Return the label of the training point nearest to the query.",
    ask=text(
        en="""Classify `query` by its nearest neighbour: return labels[i] for the i at which xs[i]
        is closest to `query` (smallest absolute difference).""",
        pt="""Classifique `query` pelo vizinho mais próximo: retorne labels[i] para o i em que xs[i]
        está mais perto de `query` (menor diferença absoluta).""",
    ),
    signature="def classify(xs: list[float], labels: list[str], query: float) -> str:",
    ordinary=_labelled,
    easy=Level(
        contract=text(
            "There is at least one x, and the nearest is unique.",
            "Há pelo menos um x, e o mais próximo é único.",
        ),
        body="""
        pairs = zip(xs, labels)
        return min(pairs, key=lambda pair: abs(pair[0] - query))[1]
        """,
        edges=lambda rng: [
            ([rng.randint(1, 9) * 2.0], ["only"], -50.0),
            ([4.0, -2.0, 6.0], ["a", "b", "c"], -2.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If several x are equally close, the first of them in the list decides. Without
            training data return an empty string.""",
            pt="""Se vários x estão igualmente perto, decide o primeiro deles na lista. Sem dados de
            treino, retorne uma string vazia.""",
        ),
        body="""
        if not xs:
            return ""
        pairs = zip(xs, labels)
        return min(pairs, key=lambda pair: abs(pair[0] - query))[1]
        """,
        edges=lambda rng: [
            ([], [], 1.0),
            ([8.0, 2.0], ["z", "a"], 5.0),
            ([3.0, 3.0, 3.0], ["b", "c", "a"], float(rng.randint(1, 9))),
        ],
    ),
    oracle=_label_oracle,
)


def _regression(rng: Random, size: int) -> Args:
    ys = [round(rng.uniform(0.0, 50.0), 1) for _ in range(size)]
    return even_numbers(rng, size), ys, draw_query(rng), rng.randint(1, 3)


def _mean_oracle(xs: list[float], ys: list[float], query: float, k: int) -> object:
    nearest = near_to_far(xs, query)[:k]
    return float(np.mean(np.asarray(ys)[nearest])) if len(nearest) else 0.0


_KNN_MEAN = levels(
    "knn_mean",
    doc="Return the mean y of the k training points nearest to x.",
    ask=text(
        en="""Predict y at `x` by k nearest neighbours: find the `k` points whose xs[i] has the
        smallest absolute difference from `x` and return the mean of their ys[i].""",
        pt="""Preveja y em `x` pelos k vizinhos mais próximos: encontre os `k` pontos cujo xs[i] tem
        a menor diferença absoluta até `x` e retorne a média dos ys[i] deles.""",
    ),
    signature="def knn(xs: list[float], ys: list[float], x: float, k: int) -> float:",
    ordinary=_regression,
    easy=Level(
        contract=text(
            "There are at least k points, k is at least 1, and no distances are equal.",
            "Há pelo menos k pontos, k é no mínimo 1 e não há distâncias iguais.",
        ),
        body="""
        nearest = sorted((abs(xi - x), yi) for xi, yi in zip(xs, ys))[:k]
        return sum(yi for _, yi in nearest) / k
        """,
        edges=lambda rng: [
            ([4.0], [round(rng.uniform(1.0, 9.0), 1)], 100.0, 1),
            ([1.0, 6.0, 3.0], [10.0, 20.0, 40.0], 3.0, 1),
            ([1.0, 5.0, 4.0], [10.0, 20.0, 40.0], 2.75, 3),
            ([-8.0, -2.0, 4.0], [1.0, 5.0, 7.0], -4.5, 2),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Of points at equal distance the one earlier in the lists comes first. With fewer
            than k points take them all; with none return 0.0.""",
            pt="""Entre pontos à mesma distância, vem primeiro o que está antes nas listas. Com
            menos de k pontos, use todos; sem nenhum, retorne 0.0.""",
        ),
        body="""
        pairs = sorted(zip(xs, ys), key=lambda pair: abs(pair[0] - x))[:k]
        return sum(y for _, y in pairs) / len(pairs) if pairs else 0.0
        """,
        edges=lambda rng: [
            ([], [], 1.0, 2),
            ([2.0, 4.0], [1.0, 5.0], 3.5, 5),
            ([1.0, 5.0, 9.0], [30.0, 10.0, float(rng.randint(40, 50))], 3.0, 1),
        ],
    ),
    oracle=_mean_oracle,
)


def _classes(rng: Random, size: int) -> Args:
    return even_numbers(rng, size), draw_labels(rng, size)


def _centroid_oracle(xs: list[float], labels: list[str | None]) -> object:
    own = np.asarray(labels, dtype=object)
    known = set(labels) - {None}
    return {label: float(np.mean(np.asarray(xs)[own == label])) for label in known}


_CENTROIDS = levels(
    "class_means",
    doc="Return the mean of each class.",
    ask=text(
        en="""Train a nearest-centroid model: for each label in `labels` compute the mean of the
        xs[i] that carry it. Return the model as a dictionary from label to mean.""",
        pt="""Treine um modelo de centroides: para cada rótulo em `labels`, calcule a média dos
        xs[i] que o levam. Retorne o modelo como um dicionário do rótulo para a média.""",
    ),
    signature="def train(xs: list[float], labels: list[str]) -> dict[str, float]:",
    ordinary=_classes,
    easy=Level(
        contract=text("", ""),
        body="""
        members: dict[str, list[float]] = {}
        for x, label in zip(xs, labels):
            members.setdefault(label, []).append(x)
        return {label: sum(own) / len(own) for label, own in members.items()}
        """,
        edges=lambda rng: [
            ([], []),
            ([1.0, 2.0, float(rng.randint(3, 99))], ["a", "b", "A"]),
            ([-1.0, 1.0, 0.0], ["a", "a", "a"]),
        ],
    ),
    hard=Level(
        signature="def train(xs: list[float], labels: list[str | None]) -> dict[str, float]:",
        contract=text(
            en="""Points whose label is None are not labelled yet and take no part.""",
            pt="""Pontos cujo rótulo é None ainda não foram rotulados e não participam.""",
        ),
        body="""
        members: dict[str, list[float]] = {}
        for x, label in zip(xs, labels):
            if label is not None:
                members.setdefault(label, []).append(x)
        return {label: sum(own) / len(own) for label, own in members.items()}
        """,
        edges=lambda rng: [
            ([5.0], [None]),
            ([1.0, 8.0, float(rng.randint(20, 99))], ["a", None, "a"]),
            ([1.0, 2.0, 3.0, 4.0], [None, "", "b", None]),
        ],
    ),
    oracle=_centroid_oracle,
)


def _model(rng: Random, size: int) -> Args:
    low = float(rng.randint(0, 10))
    model = {"low": low, "mid": low + 8.0, "high": low + 20.0}
    return model, [rng.randint(-5, 45) + 0.25 for _ in range(size)]


def _apply_oracle(model: dict[str, float], queries: list[float]) -> object:
    names = sorted(model)
    centres = np.array([model[name] for name in names])
    return [names[int(near_to_far(list(centres), query)[0])] for query in queries]


_APPLY = levels(
    "nearest_mean",
    doc="Return for each query the class with the nearest mean.",
    ask=text(
        en="""`model` gives the mean of each class. Assign every number in `queries` to the class
        whose mean is nearest and return the list of class names.""",
        pt="""`model` dá a média de cada classe. Atribua cada número de `queries` à classe cuja
        média está mais próxima e retorne a lista dos nomes das classes.""",
    ),
    signature="def assign(model: dict[str, float], queries: list[float]) -> list[str]:",
    ordinary=_model,
    easy=Level(
        contract=text(
            "There is at least one class, and the nearest mean is unique.",
            "Há pelo menos uma classe, e a média mais próxima é única.",
        ),
        body="""
        names = []
        for query in queries:
            distances = {abs(model[name] - query): name for name in model}
            names.append(distances[min(distances)])
        return names
        """,
        edges=lambda rng: [
            ({"a": 1.0, "b": 5.0}, []),
            ({"a": 1.0}, [float(rng.randint(5, 99)), -3.0]),
            ({"b": 5.0, "a": -5.0}, [-0.25, 0.25]),
            ({"x": 2.0, "y": 4.0}, [2.0, 4.0, 100.0, -100.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Where two means are equally near, choose the class whose name comes first in
            alphabetical order.""",
            pt="""Onde duas médias estão igualmente próximas, escolha a classe cujo nome vem
            primeiro em ordem alfabética.""",
        ),
        body="""
        names = []
        for query in queries:
            ranked = [(abs(model[name] - query), name) for name in model]
            names.append(min(ranked)[1])
        return names
        """,
        edges=lambda rng: [
            ({"b": 2.0, "a": 6.0}, [4.0, 3.0]),
            ({"a": 2.0, "b": 6.0}, [4.0, float(rng.randint(7, 99))]),
            ({"c": 1.0, "b": 1.0, "d": 0.0}, [1.0, 0.5]),
        ],
    ),
    oracle=_apply_oracle,
)


_MISTAKES = (
    Mistake(
        "nearest_label",
        "return min(zip(xs, labels), key=lambda p: p[0] - query)[1]",
    ),
    Mistake(
        "knn_mean",
        "return sum(ys[-k:]) / k",
    ),
    Mistake(
        "class_means",
        "return {b: sum(x for x, c in zip(xs, labels) if b == c) / len(xs) for b in labels}",
    ),
)

FAMILY = Family(
    "build_model.nearest_neighbours",
    CoderAction.BUILD_MODEL,
    (
        *(*_NEAREST, *_KNN_MEAN, *_CENTROIDS, *_APPLY),
        *nearest_neighbours_heldout.HELDOUT,
        *nearest_neighbours_advanced.ADVANCED,
    ),
    mistakes=_MISTAKES,
)
