"""Analysis of variance and its relatives: do the means of several groups differ?"""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.families.analyse_statistics.anova_advanced import ADVANCED
from parelha.tasks.families.analyse_statistics.anova_robust import ROBUST
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN, INF = float("nan"), float("inf")
Groups = list[list[float]]
Named = dict[str, list[float]]


def _whole(rng: Random, size: int) -> list[float]:
    return [float(rng.randint(0, 30)) for _ in range(size)]


def _groups(rng: Random, size: int) -> Args:
    """Two to four groups of whole numbers, of different sizes, none of them flat."""
    number = rng.randint(2, 4)
    groups = []
    for _ in range(number):
        base = rng.randint(0, 15)
        own = max(2, size // number + rng.randint(-1, 2))
        groups.append([base + float(rng.randint(0, 12)) for _ in range(own)])
        groups[-1][0] = groups[-1][1] + float(rng.randint(1, 6))
    return (groups,)


def _named(rng: Random, size: int) -> Args:
    groups = _groups(rng, size)[0]
    assert isinstance(groups, list)
    names = rng.sample(["oats", "wheat", "rye", "maize", "spelt"], len(groups))
    return (dict(zip(names, groups, strict=True)),)


def _f_edges(rng: Random) -> list[Args]:
    return [
        ([[1.0, 2.0], [float(rng.randint(3, 9)), 4.0]],),
        ([[5.0], [1.0, 2.0, 4.0], [float(rng.randint(0, 30))]],),
        ([[0.0, 8.0], [4.0, 4.0], [2.0, 6.0]],),
    ]


def _f_oracle(groups: Groups) -> object:
    kept = [group for group in groups if group]
    if len(kept) < 2 or sum(map(len, kept)) <= len(kept):
        return NAN
    if all(len(set(group)) == 1 for group in kept):
        return INF
    return float(stats.f_oneway(*kept).statistic)


_F = levels(
    "f_statistic",
    doc="Return the F statistic of a one-way analysis of variance.",
    ask=text(
        en="""Return the F statistic of a one-way analysis of variance of `groups`, a list of k
        lists with n numbers in all. F = (between / (k - 1)) / (within / (n - k)), where `between`
        is the sum over the groups of size * (group mean - overall mean)**2, and `within` the sum of
        (number - mean of its group)**2.""",
        pt="""Retorne a estatística F de uma análise de variância com um fator para `groups`, uma
        lista de k listas com n números ao todo. F = (entre / (k - 1)) / (dentro / (n - k)), em que
        "entre" é a soma sobre os grupos de tamanho * (média do grupo - média geral)**2, e "dentro"
        é a soma de (número - média do seu grupo)**2.""",
    ),
    signature="def f_statistic(groups: list[list[float]]) -> float:",
    ordinary=_groups,
    easy=Level(
        contract=text(
            "There are two groups or more, none is empty, and `within` is not zero.",
            "Há dois grupos ou mais, nenhum vazio, e a soma dentro deles não é zero.",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        k, n = len(groups), sum(len(group) for group in groups)
        centre = sum(sum(group) for group in groups) / n
        between = sum(len(g) * (mean(g) - centre) ** 2 for g in groups)
        within = sum(len(g) * pvariance(g) for g in groups)
        return (between / (k - 1)) / (within / (n - k))
        """,
        edges=_f_edges,
    ),
    hard=Level(
        contract=text(
            en="""Empty groups do not count. With fewer than two groups, or with no group of more
            than one number, F is NaN. Otherwise, if the numbers within each group are all equal, F
            is infinite.""",
            pt="""Grupos vazios não contam. Com menos de dois grupos, ou sem nenhum grupo de mais de
            um número, F é NaN. Senão, se os números dentro de cada grupo são todos iguais, F é
            infinito.""",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        groups = [group for group in groups if group]
        k, n = len(groups), sum(len(group) for group in groups)
        if k < 2 or n == k:
            return float("nan")
        centre = sum(sum(group) for group in groups) / n
        between = sum(len(g) * (mean(g) - centre) ** 2 for g in groups)
        within = sum(len(g) * pvariance(g) for g in groups)
        if within == 0:
            return float("inf")
        return (between / (k - 1)) / (within / (n - k))
        """,
        edges=lambda rng: [
            ([],),
            ([_whole(rng, 4), []],),
            ([_whole(rng, 1), _whole(rng, 1)],),
            ([[3.0, 3.0], [7.0] * rng.randint(1, 4)],),
            ([[2.0], [float(rng.randint(3, 30))] * 3, [0.5, 0.5]],),
            ([[], [1.0, 2.0], [float(rng.randint(3, 30)), 4.0], []],),
        ],
    ),
    oracle=_f_oracle,
)


def _squares_oracle(groups: Named) -> object:
    everything = np.array([x for own in groups.values() for x in own], dtype=float)
    if len(everything) == 0:
        return (0.0, 0.0)
    fitted = np.concatenate([np.full(len(own), np.mean(own)) for own in groups.values() if own])
    return (
        float(((fitted - everything.mean()) ** 2).sum()),
        float(((everything - fitted) ** 2).sum()),
    )


def _named_edges(rng: Random) -> list[Args]:
    return [
        ({"oats": [1.0, 2.0], "rye": [float(rng.randint(3, 9)), 4.0]},),
        ({"oats": _whole(rng, 3)},),
        ({"rye": [6.0], "oats": [2.0, float(rng.randint(3, 30)), 4.0]},),
    ]


_SQUARES = levels(
    "sums_of_squares",
    doc="Return the sums of squares between and within groups.",
    ask=text(
        en="""`groups` maps the name of each group to its numbers. Split the variation in two and
        return the tuple (between, within): `between` sums size * (group mean - mean of all
        numbers)**2 over the groups, and `within` sums the squared distance of every number to the
        mean of its own group.""",
        pt="""`groups` associa o nome de cada grupo aos seus números. Divida a variação em duas e
        retorne a tupla (entre, dentro): "entre" soma tamanho * (média do grupo - média de todos os
        números)**2 sobre os grupos, e "dentro" soma a distância ao quadrado de cada número até a
        média do próprio grupo.""",
    ),
    signature="def sums_of_squares(groups: dict[str, list[float]]) -> tuple[float, float]:",
    ordinary=_named,
    easy=Level(
        contract=text("Every group has a number.", "Todo grupo tem algum número."),
        imports="from statistics import mean",
        body="""
        centre = mean(x for group in groups.values() for x in group)
        between = within = 0.0
        for group in groups.values():
            between += len(group) * (mean(group) - centre) ** 2
            within += sum((x - mean(group)) ** 2 for x in group)
        return between, within
        """,
        edges=_named_edges,
    ),
    hard=Level(
        contract=text(
            en="""Groups may be empty and then add nothing. Without any number both sums are
            0.0.""",
            pt="""Grupos podem ser vazios e então não acrescentam nada. Sem nenhum número, as duas
            somas são 0.0.""",
        ),
        imports="from statistics import mean",
        body="""
        numbers = [x for group in groups.values() for x in group]
        between = within = 0.0
        for group in groups.values():
            if group:
                between += len(group) * (mean(group) - mean(numbers)) ** 2
                within += sum((x - mean(group)) ** 2 for x in group)
        return between, within
        """,
        edges=lambda rng: [
            ({},),
            ({"rye": []},),
            ({"rye": [], "oats": _whole(rng, 3), "maize": _whole(rng, 2)},),
        ],
    ),
    oracle=_squares_oracle,
)


def _eta_oracle(groups: Named) -> object:
    kept = [own for own in groups.values() if own]
    flat = len({x for own in kept for x in own}) < 2
    if flat:
        return 0.0
    between, within = np.array(_squares_oracle(groups))
    return float(between / (between + within))


_ETA = levels(
    "eta_squared",
    doc="Return the share of the variation that the groups explain.",
    ask=text(
        en="""Eta squared is the share of the total variation that the groups explain: the sum of
        size * (group mean - grand mean)**2 over the groups, divided by the sum of (number - grand
        mean)**2 over all numbers. Return it for the dictionary `groups` from name to numbers.""",
        pt="""O eta ao quadrado é a parte da variação total que os grupos explicam: a soma de
        tamanho * (média do grupo - média geral)**2 sobre os grupos, dividida pela soma de (número -
        média geral)**2 sobre todos os números. Retorne-o para o dicionário `groups` de nome para
        números.""",
    ),
    signature="def eta_squared(groups: dict[str, list[float]]) -> float:",
    ordinary=_named,
    easy=Level(
        contract=text(
            "No group is empty, and the numbers are not all the same.",
            "Nenhum grupo é vazio, e os números não são todos iguais.",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        numbers = [x for group in groups.values() for x in group]
        centre = mean(numbers)
        explained = 0.0
        for group in groups.values():
            explained += len(group) * (mean(group) - centre) ** 2
        return explained / (len(numbers) * pvariance(numbers))
        """,
        edges=_named_edges,
    ),
    hard=Level(
        contract=text(
            en="""Empty groups are skipped. If all numbers are the same, or there are none, return
            0.0.""",
            pt="""Grupos vazios são pulados. Se todos os números são iguais, ou se não há nenhum,
            retorne 0.0.""",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        numbers = [x for group in groups.values() for x in group]
        if len(set(numbers)) < 2:
            return 0.0
        centre = mean(numbers)
        explained = 0.0
        for group in filter(None, groups.values()):
            explained += len(group) * (mean(group) - centre) ** 2
        return explained / (len(numbers) * pvariance(numbers))
        """,
        edges=lambda rng: [
            ({},),
            ({"rye": [], "oats": [float(rng.randint(0, 9))]},),
            ({"rye": [4.0, 4.0], "oats": [4.0]},),
            ({"rye": [4.0, 4.0], "oats": [], "maize": [float(rng.randint(5, 9))]},),
        ],
    ),
    oracle=_eta_oracle,
)


_MISTAKES = (
    Mistake(
        "f_statistic",
        """
        m = [sum(g) / len(g) for g in groups]
        return pvariance(m) / (sum(pvariance(g) for g in groups) / len(groups))
        """,
        imports="from statistics import pvariance",
    ),
    Mistake(
        "sums_of_squares",
        """
        b = pvariance([sum(g) / len(g) for g in groups.values()])
        return b * len(groups), sum(len(g) * pvariance(g) for g in groups.values())
        """,
        imports="from statistics import pvariance",
    ),
    Mistake(
        "eta_squared",
        """
        a = [x for g in groups.values() for x in g]
        return pvariance([sum(g) / len(g) for g in groups.values()]) / pvariance(a)
        """,
        imports="from statistics import pvariance",
    ),
)

FAMILY = Family(
    "analyse_statistics.anova",
    CoderAction.ANALYSE_STATISTICS,
    (*_F, *_SQUARES, *_ETA, *ROBUST, *ADVANCED),
    mistakes=_MISTAKES,
)
