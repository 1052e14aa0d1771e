"""Levels 3 and 4 of Tukey's fences: box plots of groups, and mild and extreme outliers."""

import math
from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import with_outliers
from parelha.tasks.family import Args, Variant, advanced, text

# Quarters of an integer are exact in binary, so that a value on a fence is on it in any program.


def _groups(rng: Random, size: int) -> Args:
    names = [f"g{number}" for number in range(1, 3 + size // 30)]
    values = [float(round(value)) for value in with_outliers(rng, max(size, 4), 1 + size // 12)]
    rows: list[tuple[str, float | None]] = [(rng.choice(names), value) for value in values]
    return ([(name, None if rng.random() < 0.05 else value) for name, value in rows],)


def _boxes_oracle(rows: list[tuple[str, float | None]]) -> object:
    boxes = {}
    for name in {name for name, _ in rows}:
        values = np.array([v for other, v in rows if other == name and v is not None])
        if len(values) == 0:
            continue
        first, third = np.percentile(values, [25, 75])
        reach = 1.5 * (third - first)
        inside = values[(values >= first - reach) & (values <= third + reach)]
        boxes[name] = (float(inside.min()), float(inside.max()), len(values) - len(inside))
    return boxes


_BOXES = advanced(
    "box_plot",
    3,
    doc="Return the whiskers and the number of outliers of each group.",
    ask=text(
        """Prepare a box plot for each group of `rows`, a list of tuples (group, value). Leave out
        rows whose value is None. For the values of a group, Q1 and Q3 are the quantiles 0.25 and
        0.75; the quantile q of n sorted values is at position q*(n-1), counted from 0, with linear
        interpolation between two positions. The fences are Q1 - 1.5*(Q3 - Q1) and
        Q3 + 1.5*(Q3 - Q1); values beyond a fence are outliers, a value on a fence is none. The
        whiskers are the smallest and the largest value that is no outlier, so they are values and
        not fences. Return a dict from group to the tuple (lower whisker, upper whisker, number of
        outliers). Groups without any value do not appear.""",
        """Prepare um diagrama de caixa para cada grupo de `rows`, uma lista de tuplas (grupo,
        valor). Deixe de fora as linhas cujo valor é None. Para os valores de um grupo, Q1 e Q3 são
        os quantis 0.25 e 0.75; o quantil q de n valores ordenados fica na posição q*(n-1), contada
        a partir de 0, com interpolação linear entre duas posições. As cercas são
        Q1 - 1.5*(Q3 - Q1) e Q3 + 1.5*(Q3 - Q1); valores além de uma cerca são outliers, um valor
        na cerca não é. Os bigodes são o menor e o maior valor que não são outliers; são, portanto,
        valores, e não cercas. Retorne um dicionário do grupo para a tupla (bigode inferior, bigode
        superior, quantidade de outliers). Grupos sem nenhum valor não aparecem.""",
    ),
    signature="def boxes(rows: list[tuple[str, float | None]]) -> dict[str, object]:",
    ordinary=_groups,
    imports="from statistics import quantiles",
    body="""
    groups: dict[str, list[float]] = {}
    for name, value in rows:
        if value is not None:
            groups.setdefault(name, []).append(value)
    result: dict[str, object] = {}
    for name, values in groups.items():
        # Of a single value, which `quantiles` refuses, two make the same.
        sample = values if len(values) > 1 else values * 2
        first, _, third = quantiles(sample, method="inclusive")
        reach = 1.5 * (third - first)
        inside = [v for v in values if first - reach <= v <= third + reach]
        result[name] = (min(inside), max(inside), len(values) - len(inside))
    return result
    """,
    edges=lambda rng: [
        (rows,)
        for rows in (
            [],
            [("a", None), ("b", float(rng.randint(1, 9))), ("a", None)],
            [("a", 1.0), ("a", 2.0), ("a", 1.0), ("a", 3.0), ("a", float(rng.randint(40, 90)))],
            [("a", 1.0), ("a", 2.0), ("a", 1.0), ("a", 3.0), ("a", -float(rng.randint(40, 90)))],
            # Quartiles 1 and 5: the last value is exactly on the upper, then on the lower fence.
            [("a", value) for value in (1.0, 1.0, 1.0, 5.0, 11.0)] + [("b", 3.0), ("b", 7.0)],
            [("a", value) for value in (9.0, 9.0, 9.0, 5.0, -1.0)] + [("b", 3.0), ("b", 7.0)],
        )
    ],
    oracle=_boxes_oracle,
)


def _graded(rng: Random, size: int) -> Args:
    values: list[Any] = [float(rng.randint(40, 60)) for _ in range(size)]
    for _ in range(1 + size // 15):
        values[rng.randrange(size)] = rng.choice((None, 15.0, 20.0, 84.0, 88.0, 130.0, -30.0))
    return (values,)


def _grades_oracle(values: list[float | None]) -> object:
    data = np.array([math.nan if value is None else value for value in values], dtype=float)
    if np.isnan(data).all():
        return ["missing"] * len(values)
    first, third = np.nanpercentile(data, [25, 75])
    spread = third - first
    grades = np.full(len(data), "ok", dtype=object)
    for factor, name in ((1.5, "mild"), (3.0, "extreme")):
        grades[(data < first - factor * spread) | (data > third + factor * spread)] = name
    grades[np.isnan(data)] = "missing"
    return [str(grade) for grade in grades]


_GRADES = advanced(
    "grades",
    4,
    doc="Return a word for each value: ok, mild, extreme or missing.",
    ask=text(
        """Grade each of the `values`, of which there may be thousands. None is graded "missing"
        and left out of the quartiles. Q1 and Q3 are the quantiles 0.25 and 0.75 of the other
        values (with numpy's default interpolation) and d = Q3 - Q1. A value below Q1 - 3*d or
        above Q3 + 3*d is "extreme"; of the rest, a value below Q1 - 1.5*d or above Q3 + 1.5*d is
        "mild"; all others are "ok", those exactly on a limit of 1.5*d included, while a value
        exactly on a limit of 3*d is "mild" unless d is 0. Return the list of grades in the order
        of the values.""",
        """Classifique cada um dos `values`, que podem ser milhares. None recebe a nota "missing" e
        fica fora dos quartis. Q1 e Q3 são os quantis 0.25 e 0.75 dos outros valores (com a
        interpolação padrão do numpy) e d = Q3 - Q1. Um valor abaixo de Q1 - 3*d ou acima de
        Q3 + 3*d é "extreme"; dos demais, um valor abaixo de Q1 - 1.5*d ou acima de Q3 + 1.5*d é
        "mild"; todos os outros são "ok", inclusive os que estão exatamente em um limite de 1.5*d,
        enquanto um valor exatamente em um limite de 3*d é "mild", a menos que d seja 0. Retorne a
        lista das notas na ordem dos valores.""",
    ),
    signature="def grade(values: list[float | None]) -> list[str]:",
    ordinary=_graded,
    imports="import numpy as np",
    body="""
    known = [value for value in values if value is not None]
    if not known:
        return ["missing"] * len(values)
    first, third = (float(q) for q in np.quantile(known, [0.25, 0.75]))
    spread = third - first
    grades = []
    for value in values:
        if value is None:
            grades.append("missing")
            continue
        beyond = max(first - value, value - third)
        if beyond > 3 * spread:
            grades.append("extreme")
        else:
            grades.append("mild" if beyond > 1.5 * spread else "ok")
    return grades
    """,
    edges=lambda rng: [
        ([],),
        ([None] * rng.randint(1, 4),),
        ([4.0, None, 4.0, 4.0, 4.0, float(rng.randint(5, 9))],),
        ([1.0, 1.0, 1.0, 5.0, 11.0, None],),
        ([1.0, 1.0, 1.0, 5.0, 17.0, None],),
        ([9.0, 9.0, 9.0, 5.0, -7.0, None],),
        ([9.0, 9.0, 9.0, 5.0, -float(rng.randint(8, 20)), None],),
    ],
    oracle=_grades_oracle,
)

ADVANCED: tuple[Variant, ...] = (_BOXES, _GRADES)
