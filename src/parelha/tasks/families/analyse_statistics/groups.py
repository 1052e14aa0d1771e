"""Statistics by group: mean, total, range, share, and deviations from the group's mean."""

from random import Random

import pandas as pd

from parelha.tasks.draws import numbers, redraw
from parelha.tasks.families.analyse_statistics.groups_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

_NAMES = ("north", "south", "east", "west", "são")


def _grouped(rng: Random, size: int) -> tuple[list[str], list[float]]:
    names = rng.sample(_NAMES, 3)
    return [rng.choice(names) for _ in range(size)], numbers(rng, size)


def _positive(rng: Random, size: int) -> Args:
    return _grouped(rng, size)[0], numbers(rng, size, 1.0)


def _easy_edges(rng: Random) -> list[Args]:
    return [
        (["north"], numbers(rng, 1)),
        (["a"] * 4, numbers(rng, 4)),
        (["a", "A", "b"], numbers(rng, 3)),
        (["x", "y", "x", "y"], [0.0, 5.0, 0.0, 5.0]),
    ]


def _nan_edges(rng: Random) -> list[Args]:
    gap = float("nan")
    return [
        ([], []),
        (["a", "b", "a"], [gap, *numbers(rng, 2)]),
        (["a", "b", "a"], [gap, *numbers(rng, 1), gap]),
        (["a", "a"], [gap, gap]),
    ]


def _frame(groups: list[str], values: list[float]) -> "pd.Series[float]":
    """The values that are no NaN, with their groups as index."""
    return pd.Series(values, index=pd.Index(groups, dtype=object), dtype=float).dropna()


def _mean_oracle(groups: list[str], values: list[float]) -> object:
    return _frame(groups, values).groupby(level=0).mean().to_dict()


_MEAN = levels(
    "mean",
    doc="Return the mean of each group.",
    ask=text(
        en="""values[i] was measured in the group groups[i]. Return a dictionary from each group to
        the mean of its values.""",
        pt="""values[i] foi medido no grupo groups[i]. Retorne um dicionário de cada grupo para a
        média dos seus valores.""",
    ),
    signature="def means(groups: list[str], values: list[float]) -> dict[str, float]:",
    ordinary=_grouped,
    easy=Level(
        contract=text(
            "Both lists have the same length.", "As duas listas têm o mesmo comprimento."
        ),
        body="""
        by_group: dict[str, list[float]] = {}
        for group, value in zip(groups, values):
            by_group.setdefault(group, []).append(value)
        return {group: sum(own) / len(own) for group, own in by_group.items()}
        """,
        edges=lambda rng: [*_easy_edges(rng), ([], [])],
    ),
    hard=Level(
        contract=text(
            en="""NaN values do not count, and a group with only NaN is not in the result.""",
            pt="""Valores NaN não contam, e um grupo só com NaN não aparece no resultado.""",
        ),
        imports="import math",
        body="""
        by_group: dict[str, list[float]] = {}
        for group, value in zip(groups, values):
            if not math.isnan(value):
                by_group.setdefault(group, []).append(value)
        return {group: sum(own) / len(own) for group, own in by_group.items()}
        """,
        edges=_nan_edges,
    ),
    oracle=_mean_oracle,
)


def _totals_oracle(groups: list[str], values: list[float]) -> object:
    by_group = _frame(groups, values).groupby(level=0)
    return {str(name): (len(own), float(own.sum())) for name, own in by_group}


_TOTALS = levels(
    "count_and_total",
    doc="Return the number of values and their sum for each group.",
    ask=text(
        en="""Summarise `values` by group, where keys[i] is the group of values[i]: return a
        dictionary that maps each group to the tuple (number of values, sum of values).""",
        pt="""Resuma `values` por grupo, sendo keys[i] o grupo de values[i]: retorne um dicionário
        que associa cada grupo à tupla (quantidade de valores, soma dos valores).""",
    ),
    signature="def sums(keys: list[str], values: list[float]) -> dict[str, tuple[int, float]]:",
    ordinary=_grouped,
    easy=Level(
        contract=text("The two lists are equally long.", "As duas listas são igualmente longas."),
        body="""
        totals: dict[str, tuple[int, float]] = {}
        for key, value in zip(keys, values):
            count, total = totals.get(key, (0, 0.0))
            totals[key] = (count + 1, total + value)
        return totals
        """,
        edges=lambda rng: [*_easy_edges(rng), ([], [])],
    ),
    hard=Level(
        contract=text(
            en="""Ignore NaN values; leave groups out that have nothing else.""",
            pt="""Ignore valores NaN; deixe de fora os grupos que não têm mais nada.""",
        ),
        imports="import math",
        body="""
        totals: dict[str, tuple[int, float]] = {}
        for key, value in zip(keys, values):
            if not math.isnan(value):
                count, total = totals.get(key, (0, 0.0))
                totals[key] = (count + 1, total + value)
        return totals
        """,
        edges=_nan_edges,
    ),
    oracle=_totals_oracle,
)


def _range_oracle(groups: list[str], values: list[float]) -> object:
    by_group = _frame(groups, values).groupby(level=0)
    return (by_group.max() - by_group.min()).to_dict()


_RANGE = levels(
    "range",
    doc="Return the largest minus the smallest value of each group.",
    ask=text(
        en="""For every group in `groups` compute the range of its numbers (the largest minus the
        smallest); values[i] belongs to groups[i]. Return a dictionary from group to range.""",
        pt="""Para cada grupo em `groups`, calcule a amplitude dos seus números (o maior menos o
        menor); values[i] pertence a groups[i]. Retorne um dicionário do grupo para a
        amplitude.""",
    ),
    signature="def ranges(groups: list[str], values: list[float]) -> dict[str, float]:",
    ordinary=_grouped,
    easy=Level(
        contract=text("There are as many groups as values.", "Há tantos grupos quantos valores."),
        body="""
        by_group: dict[str, list[float]] = {}
        for group, value in zip(groups, values):
            by_group.setdefault(group, []).append(value)
        return {group: max(own) - min(own) for group, own in by_group.items()}
        """,
        edges=lambda rng: [*_easy_edges(rng), ([], [])],
    ),
    hard=Level(
        contract=text(
            en="""NaN is no number: skip it. A group without numbers gets no entry.""",
            pt="""NaN não é um número: pule-o. Um grupo sem números fica sem entrada.""",
        ),
        imports="import math",
        body="""
        by_group: dict[str, list[float]] = {}
        for group, value in zip(groups, values):
            if not math.isnan(value):
                by_group.setdefault(group, []).append(value)
        return {group: max(own) - min(own) for group, own in by_group.items()}
        """,
        edges=_nan_edges,
    ),
    oracle=_range_oracle,
)


def _share_oracle(groups: list[str], values: list[float]) -> object:
    totals = _frame(groups, values).groupby(level=0).sum()
    whole = float(totals.sum())
    return {name: total / whole if whole else 0.0 for name, total in totals.to_dict().items()}


_SHARE = levels(
    "share",
    doc="Return the share of each group in the total.",
    ask=text(
        en="""values[i] is the amount sold in region groups[i]. Return a dictionary that gives for
        each region its share of the total amount, a number from 0 to 1.""",
        pt="""values[i] é a quantia vendida na região groups[i]. Retorne um dicionário que dá para
        cada região a sua parte na quantia total, um número de 0 a 1.""",
    ),
    signature="def shares(groups: list[str], values: list[float]) -> dict[str, float]:",
    ordinary=_positive,
    easy=Level(
        contract=text("The total is greater than zero.", "O total é maior que zero."),
        body="""
        totals: dict[str, float] = {}
        for group, value in zip(groups, values):
            totals[group] = totals.get(group, 0.0) + value
        whole = sum(values)
        return {group: total / whole for group, total in totals.items()}
        """,
        edges=lambda rng: [
            (["north"], numbers(rng, 1, 1.0)),
            (["a"] * 3, numbers(rng, 3, 1.0)),
            (["a", "A", "b"], numbers(rng, 3, 1.0)),
            (["x", "y", "x"], [0.0, 5.0, 0.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""When the total is zero, every share is 0.0; without amounts the dictionary is
            empty.""",
            pt="""Quando o total é zero, todas as partes são 0.0; sem quantias, o dicionário é
            vazio.""",
        ),
        body="""
        totals: dict[str, float] = {}
        for group, value in zip(groups, values):
            totals[group] = totals.get(group, 0.0) + value
        whole = sum(values) or 1.0
        return {group: total / whole for group, total in totals.items()}
        """,
        edges=lambda rng: [([], []), (["a", "b"], [0.0, 0.0]), ([rng.choice(_NAMES)], [0.0])],
    ),
    oracle=_share_oracle,
)


def _no_ties(rng: Random, size: int) -> Args:
    teams = _grouped(rng, size)[0]
    points = redraw(
        lambda: numbers(rng, size),
        lambda values: _frame(teams, values).groupby(level=0).mean().round(6).is_unique,
    )
    return teams, points


def _best_oracle(teams: list[str], points: list[float]) -> object:
    if not teams:
        return ""
    return str(_frame(teams, points).groupby(level=0).mean().sort_index().idxmax())


_BEST = levels(
    "best",
    heldout=True,
    doc="Return the team with the highest average.",
    ask=text(
        en="""In each match a team, teams[i], won points[i] points. Which team has the highest
        average per match? Answer with its name.""",
        pt="""Em cada partida, um time, teams[i], fez points[i] pontos. Qual time tem a maior média
        por partida? Responda com o nome dele.""",
    ),
    signature="def best_team(teams: list[str], points: list[float]) -> str:",
    ordinary=_no_ties,
    easy=Level(
        contract=text(
            "At least one match was played, and no two averages are equal.",
            "Houve pelo menos uma partida, e não há duas médias iguais.",
        ),
        body="""
        scores: dict[str, list[float]] = {}
        for team, point in zip(teams, points):
            scores.setdefault(team, []).append(point)
        return max(scores, key=lambda team: sum(scores[team]) / len(scores[team]))
        """,
        edges=lambda rng: [
            (["north"], numbers(rng, 1)),
            (["a", "b", "b"], [3.0, 2.0, 2.0]),
            (["a", "b"], [-5.0, -float(rng.randint(1, 4))]),
            (["a", "a", "a", "b"], [1.0, 1.0, 9.0, 4.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""On equal averages the name that comes first in the alphabet wins. If no match was
            played, answer with an empty string.""",
            pt="""Em caso de médias iguais, ganha o nome que vem primeiro no alfabeto. Se nenhuma
            partida foi disputada, responda com uma string vazia.""",
        ),
        body="""
        scores: dict[str, list[float]] = {}
        for team, point in sorted(zip(teams, points)):
            scores.setdefault(team, []).append(point)
        means = {team: sum(own) / len(own) for team, own in scores.items()}
        return max(means, key=lambda team: means[team], default="")
        """,
        edges=lambda rng: [
            ([], []),
            (["b", "a"], [4.0, 4.0]),
            (["c", "b", "b", "a"], [2.0, 1.0, 3.0, -float(rng.randint(1, 9))]),
            (["z", "m"], [0.0, 0.0]),
        ],
    ),
    oracle=_best_oracle,
)


_DEVIATIONS = levels(
    "deviations",
    heldout=True,
    doc="Return each score minus the mean of its class.",
    ask=text(
        en="""Compare every pupil with his or her own class: subtract the average score of the class
        labels[i] from scores[i]. The answer has one number per pupil, in the given order.""",
        pt="""Compare cada aluno com a própria turma: subtraia de scores[i] a nota média da turma
        labels[i]. A resposta tem um número por aluno, na ordem dada.""",
    ),
    signature="def deviations(labels: list[str], scores: list[float]) -> list[float]:",
    ordinary=_grouped,
    easy=Level(
        contract=text("", ""),
        body="""
        own: dict[str, list[float]] = {}
        for label, score in zip(labels, scores):
            own.setdefault(label, []).append(score)
        means = {label: sum(ours) / len(ours) for label, ours in own.items()}
        return [score - means[label] for label, score in zip(labels, scores)]
        """,
        edges=lambda rng: [*_easy_edges(rng), ([], [])],
    ),
    hard=Level(
        contract=text(
            en="""In a class of one there is nobody to compare with: write NaN for that pupil.""",
            pt="""Em uma turma de um só aluno não há com quem comparar: escreva NaN para ele.""",
        ),
        imports="import math",
        body="""
        own: dict[str, list[float]] = {}
        for label, score in zip(labels, scores):
            own.setdefault(label, []).append(score)
        results = []
        for label, score in zip(labels, scores):
            mean = sum(own[label]) / len(own[label])
            results.append(score - mean if len(own[label]) > 1 else math.nan)
        return results
        """,
        edges=lambda rng: [
            (["a", "b"], numbers(rng, 2)),
            (["a", "b", "a", "a"], numbers(rng, 4)),
            (["a", "a"], [7.0, 7.0]),
        ],
    ),
)


_MISTAKES = (
    Mistake(
        "mean",
        "return dict(zip(groups, values))",
    ),
    Mistake(
        "count_and_total",
        "return {k: (len(values), sum(values)) for k in keys}",
    ),
    Mistake(
        "share",
        """
        t = sum(values)
        return {g: v / t for g, v in zip(groups, values)}
        """,
    ),
)

FAMILY = Family(
    "analyse_statistics.groups",
    CoderAction.ANALYSE_STATISTICS,
    (*_MEAN, *_TOTALS, *_RANGE, *_SHARE, *_BEST, *_DEVIATIONS, *ADVANCED),
    mistakes=_MISTAKES,
)
