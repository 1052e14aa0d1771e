"""Analysis of variance at levels 3 and 4: from raw records, by factor, with repeated measures."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

NAN = float("nan")


def _plots(rng: Random, size: int) -> Args:
    """Yields of plots by treatment, with gaps, impossible values and small treatments."""
    names = [f"t{k}" for k in range(3 + min(size // 15, 5))]
    treatments = [rng.choice(names) for _ in range(size)]
    yields = [round(rng.gauss(30.0 + 2 * names.index(name), 6.0), 1) for name in treatments]
    for place in rng.sample(range(size), size // 6):
        yields[place] = rng.choice((NAN, -1.0, -9.0))
    return [*treatments, "rare", "rare", "once"], [*yields, *numbers(rng, 3, 10.0)]


def _plots_oracle(treatments: list[str], yields: list[float]) -> object:
    table = pd.DataFrame({"name": pd.Series(treatments, dtype=object), "x": yields}, dtype=object)
    table["x"] = table["x"].astype(float)
    table = table[table["x"] >= 0]
    groups: list[Any] = [own["x"].to_numpy() for _, own in table.groupby("name") if len(own) > 2]
    if len(groups) < 2:
        return [0.0, 0.0, 0.0]
    total = sum(map(len, groups))
    return [
        float(len(groups) - 1),
        float(total - len(groups)),
        float(stats.f_oneway(*groups).statistic),
    ]


_PLOTS = advanced(
    "from_records",
    3,
    doc="Return degrees of freedom and F of the cleaned records.",
    ask=text(
        en="""yields[i] was harvested on a plot with the treatment treatments[i]. First discard
        yields that are NaN or negative. Then discard the treatments that have fewer than three
        yields left. On what remains, k treatments with n yields, make a one-way analysis of
        variance and return the list of floats [k - 1, n - k, F] with F = (b / (k - 1)) / (w / (n -
        k)); b is the sum over the treatments of (number of yields) * (mean of the treatment - mean
        of all remaining yields)**2 and w the sum of (yield - mean of its treatment)**2. If fewer
        than two treatments remain, return [0.0, 0.0, 0.0]. You may rely on w being positive.""",
        pt="""yields[i] foi colhido em um lote com o tratamento treatments[i]. Primeiro descarte as
        colheitas que são NaN ou negativas. Depois descarte os tratamentos que ficaram com menos de
        três colheitas. No que resta, k tratamentos com n colheitas, faça uma análise de variância
        com um fator e retorne a lista de floats [k - 1, n - k, F] com F = (b / (k - 1)) / (w / (n -
        k)); b é a soma sobre os tratamentos de (número de colheitas) * (média do tratamento - média
        de todas as colheitas restantes)**2 e w a soma de (colheita - média do seu tratamento)**2.
        Se restam menos de dois tratamentos, retorne [0.0, 0.0, 0.0]. Pode contar com w
        positivo.""",
    ),
    signature="def analyse(treatments: list[str], yields: list[float]) -> list[float]:",
    ordinary=_plots,
    imports="from statistics import fmean",
    body="""
    groups: dict[str, list[float]] = {}
    for name, value in zip(treatments, yields):
        if value >= 0:
            groups.setdefault(name, []).append(value)
    large = [own for own in groups.values() if len(own) >= 3]
    if len(large) < 2:
        return [0.0, 0.0, 0.0]
    k, n = len(large), sum(len(own) for own in large)
    centre = sum(sum(own) for own in large) / n
    between = within = 0.0
    for own in large:
        mean = fmean(own)
        between += len(own) * (mean - centre) ** 2
        within += sum((value - mean) ** 2 for value in own)
    f = (between / (k - 1)) / (within / (n - k))
    return [float(k - 1), float(n - k), f]
    """,
    edges=lambda rng: [
        ([], []),
        (["a"] * 4, numbers(rng, 4, 1.0)),
        (["a", "b"] * 3, [*numbers(rng, 5, 1.0), NAN]),
        (["a", "b"] * 3, [0.0, *numbers(rng, 5, 1.0)]),
        (["a", "b"] * 4, [-0.5, *numbers(rng, 6, 1.0), NAN]),
        (["a", "b", "c"] * 3 + ["d", "d"], numbers(rng, 11, 1.0)),
    ],
    oracle=_plots_oracle,
)


def _factors(rng: Random, size: int) -> Args:
    """A response and columns of labels, some of which move it."""
    response: list[float] = []
    columns: dict[str, list[str]] = {}
    for name in rng.sample(("site", "nurse", "drug", "batch", "diet"), 4):
        labels = [f"{name[0]}{k}" for k in range(rng.randint(2, 6))]
        columns[name] = [rng.choice(labels) for _ in range(size)]
    leading = list(columns.values())
    for one, two in zip(leading[0], leading[1], strict=True):
        response.append(round(rng.gauss(4.0 * int(one[1]) + int(two[1]), 9.0), 2))
    for place in rng.sample(range(size), size // 12):
        response[place] = NAN
    columns["room"] = ["r1"] * size
    columns["person"] = [f"p{k}" for k in range(size)]
    return response, columns


def _factors_oracle(y: list[float], factors: dict[str, list[str]]) -> object:
    answer = {}
    for name, labels in factors.items():
        table = pd.DataFrame({"y": y, "label": labels})
        groups: list[Any] = [own["y"].to_numpy() for _, own in table.dropna().groupby("label")]
        if 1 < len(groups) < sum(map(len, groups)):
            answer[name] = float(stats.f_oneway(*groups).statistic)
    return answer


_FACTORS = advanced(
    "by_factor",
    4,
    doc="Return the F statistic of the response for each factor.",
    ask=text(
        en="""`factors` maps the name of each factor to a list of labels, one for each value in
        `y`. Values that are NaN are left out together with their labels. Return a
        dictionary from factor to the F statistic of a one-way analysis of variance of the response
        by this factor alone: (b / (k - 1)) / (w / (n - k)) with k the number of different labels
        left, n the number of values left, b the sum of squares between labels (size of the label *
        squared difference of its mean to the overall mean) and w the sum of squares within labels,
        which is positive. A factor is not in the dictionary if k is less than 2 or if k equals n.
        Both the values and the labels of a factor can number thousands: pass over the values a
        fixed number of times, not once per label.""",
        pt="""`factors` associa o nome de cada fator a uma lista de rótulos, um para cada valor de
        `y`. Valores que são NaN ficam de fora junto com os seus rótulos. Retorne um
        dicionário do fator para a estatística F de uma análise de variância da resposta só por esse
        fator: (b / (k - 1)) / (w / (n - k)) com k o número de rótulos diferentes que restam, n o
        número de valores que restam, b a soma de quadrados entre rótulos (tamanho do rótulo *
        diferença ao quadrado entre a sua média e a média geral) e w a soma de quadrados dentro dos
        rótulos, que é positiva. Um fator não aparece no dicionário se k é menor que 2 ou se k é
        igual a n. Tanto os valores quanto os rótulos de um fator podem ser milhares: percorra os
        valores um número fixo de vezes, e não uma vez por rótulo.""",
    ),
    signature="def anova(y: list[float], factors: dict[str, list[str]]) -> dict[str, float]:",
    ordinary=_factors,
    imports="import math",
    body="""
    known = [x for x in y if not math.isnan(x)]
    centre = sum(known) / max(len(known), 1)
    squares = sum((x - centre) ** 2 for x in known)
    result = {}
    for name, labels in factors.items():
        counts: dict[str, int] = {}
        sums: dict[str, float] = {}
        for x, label in zip(y, labels):
            if not math.isnan(x):
                counts[label] = counts.get(label, 0) + 1
                sums[label] = sums.get(label, 0.0) + x - centre
        if 1 < len(counts) < len(known):
            between = sum(s * s / counts[label] for label, s in sums.items())
            within = (squares - between) / (len(known) - len(counts))
            result[name] = between / (len(counts) - 1) / within
    return result
    """,
    edges=lambda rng: [
        ([], {}),
        ([NAN, NAN], {"site": ["a", "b"]}),
        (numbers(rng, 4), {"site": ["a"] * 4, "drug": ["x", "y", "x", "y"]}),
        ([1.0, 2.0, NAN, 5.0], {"site": ["a", "b", "c", "a"], "diet": list("wxyz")}),
        (numbers(rng, 3), {"site": ["a", "b", "c"], "diet": ["u", "u", "v"]}),
        ([NAN, *numbers(rng, 4)], {"site": ["z", "a", "a", "b", "b"]}),
    ],
    oracle=_factors_oracle,
)


def _tasters(rng: Random, size: int) -> Args:
    """Scores of the same dishes by several judges; some judges left a gap."""
    num_dishes = rng.randint(3, 5)
    scores = {}
    for place in range(max(4, size // num_dishes)):
        own = [float(rng.randint(0, 10) + dish) for dish in range(num_dishes)]
        if rng.random() < 0.15:
            own[rng.randrange(num_dishes)] = NAN
        scores[f"judge {place}"] = own
    return ({**scores, "judge x": numbers(rng, num_dishes), "judge y": numbers(rng, num_dishes)},)


def _tasters_oracle(scores: dict[str, list[float]]) -> object:
    table = np.array([own for own in scores.values() if not np.isnan(own).any()], dtype=float)
    if len(table) < 2 or table.shape[1] < 2:
        return 0.0
    num_judges, num_dishes = table.shape
    judges = np.repeat(np.eye(num_judges), num_dishes, axis=0)
    dishes = np.tile(np.eye(num_dishes), (num_judges, 1))

    def residue(design: Any) -> float:
        fitted = design @ np.linalg.lstsq(design, table.ravel(), rcond=None)[0]
        return float(((table.ravel() - fitted) ** 2).sum())

    both = residue(np.hstack([judges, dishes]))
    freedom = (num_judges - 1) * (num_dishes - 1)
    return (residue(judges) - both) / (num_dishes - 1) / (both / freedom)


_TASTERS = advanced(
    "repeated_measures",
    3,
    heldout=True,
    doc="Return the F of a repeated-measures analysis of variance.",
    ask=text(
        en="""Every judge tasted the same dishes: `scores` maps a judge to his or her scores, in the
        order of the dishes. Judges differ in how strict they are, so that has to be taken out. Let
        judges with a NaN score go. With J judges and D dishes left, let m be the mean of all J * D
        scores. A = J times the sum over the dishes of (mean of the dish - m)**2. E = the sum over
        all scores of (score - mean of its judge - mean of its dish + m)**2, which will not be zero.
        The result is A * (J - 1) / E. Fewer than two judges, or fewer than two dishes, result in
        0.0.""",
        pt="""Todos os jurados provaram os mesmos pratos: `scores` associa um jurado às suas notas,
        na ordem dos pratos. Os jurados diferem no rigor, e isso tem de ser descontado. Dispense os
        jurados com alguma nota NaN. Com J jurados e D pratos restantes, seja m a média de todas as
        J * D notas. A = J vezes a soma sobre os pratos de (média do prato - m)**2. E = a soma sobre
        todas as notas de (nota - média do seu jurado - média do seu prato + m)**2, que não será
        zero. O resultado é A * (J - 1) / E. Menos de dois jurados, ou menos de dois pratos, dão
        0.0.""",
    ),
    signature="def repeated(scores: dict[str, list[float]]) -> float:",
    ordinary=_tasters,
    imports="import math\nfrom statistics import fmean",
    body="""
    rows = [own for own in scores.values() if not any(map(math.isnan, own))]
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0.0
    dishes = [fmean(column) for column in zip(*rows)]
    m = fmean(dishes)
    among = len(rows) * sum((dish - m) ** 2 for dish in dishes)
    error = 0.0
    for row in rows:
        shift = fmean(row) - m
        error += sum((x - shift - d) ** 2 for x, d in zip(row, dishes))
    return among * (len(rows) - 1) / error
    """,
    edges=lambda rng: [
        ({},),
        ({"ana": numbers(rng, 3)},),
        ({"ana": numbers(rng, 1), "rui": numbers(rng, 1)},),
        ({"ana": [1.0, NAN], "rui": [2.0, float(rng.randint(3, 9))]},),
        ({"ana": numbers(rng, 2), "rui": numbers(rng, 2)},),
        ({"ana": numbers(rng, 4), "rui": [1.0, 2.0, NAN, 4.0], "eva": numbers(rng, 4)},),
    ],
    oracle=_tasters_oracle,
)


ADVANCED: tuple[Variant, ...] = (_PLOTS, _FACTORS, _TASTERS)
