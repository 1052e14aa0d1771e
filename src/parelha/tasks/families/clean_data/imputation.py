"""Imputation: filling missing values by mean, median, neighbours or the most frequent value."""

from random import Random

import pandas as pd

from parelha.tasks.draws import numbers, sprinkle
from parelha.tasks.families.clean_data.imputation_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Gappy = list[float | None]


def _gappy(rng: Random, size: int) -> Args:
    return (sprinkle(rng, numbers(rng, max(3, size - 2)), None, rng.randint(1, 3)),)


def _gap_edges(rng: Random) -> list[Args]:
    """Gaps at either end, in a run, none at all; zeros among the values."""
    one, two, three = numbers(rng, 3)
    return [
        ([one, None],),
        ([None, None, two, None],),
        ([one, two, three],),
        ([0.0, None, two, 0.0, None],),
    ]


def _empty_edges(rng: Random) -> list[Args]:
    return [([],), ([None],), ([None] * rng.randint(2, 4),)]


def _series(values: Gappy) -> "pd.Series[float]":
    return pd.Series(values, dtype=float)


def _filled(values: Gappy, fill: float) -> list[float]:
    """Fill by pandas; zero where nothing is known."""
    return [float(v) for v in _series(values).fillna(fill).fillna(0.0)]


_MEAN = levels(
    "mean",
    doc="Return the values with gaps filled by the mean.",
    ask=text(
        en="""In `values`, None marks a missing number. Replace each None by the mean of the known
        numbers and return the completed list.""",
        pt="""Em `values`, None indica um número ausente. Substitua cada None pela média dos números
        conhecidos e retorne a lista completa.""",
    ),
    signature="def fill_with_mean(values: list[float | None]) -> list[float]:",
    ordinary=_gappy,
    easy=Level(
        contract=text("At least one number is known.", "Pelo menos um número é conhecido."),
        body="""
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known)
        return [mean if value is None else value for value in values]
        """,
        edges=_gap_edges,
    ),
    hard=Level(
        contract=text(
            en="""If no number is known, fill with 0.0. An empty list gives an empty list.""",
            pt="""Se nenhum número é conhecido, preencha com 0.0. Uma lista vazia dá uma lista
            vazia.""",
        ),
        body="""
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known) if known else 0.0
        return [mean if value is None else value for value in values]
        """,
        edges=_empty_edges,
    ),
    oracle=lambda values: _filled(values, _series(values).mean()),
)

_MEDIAN = levels(
    "median",
    doc="Return the values with gaps filled by the median.",
    ask=text(
        en="""Fill the gaps in `values`: every None becomes the median of the known numbers (the
        middle one after sorting, or the mean of the two middle ones). Return the new list.""",
        pt="""Preencha as lacunas em `values`: cada None vira a mediana dos números conhecidos (o do
        meio depois de ordenar, ou a média dos dois do meio). Retorne a nova lista.""",
    ),
    signature="def fill_with_median(values: list[float | None]) -> list[float]:",
    ordinary=_gappy,
    easy=Level(
        contract=text("Not all values are None.", "Nem todos os valores são None."),
        imports="from statistics import median",
        body="""
        middle = median(value for value in values if value is not None)
        return [middle if value is None else value for value in values]
        """,
        edges=_gap_edges,
    ),
    hard=Level(
        contract=text(
            en="""When there is no known number at all, every None becomes 0.0; nothing in gives
            nothing out.""",
            pt="""Quando não há nenhum número conhecido, todo None vira 0.0; se não entra nada, não
            sai nada.""",
        ),
        imports="from statistics import median",
        body="""
        known = [value for value in values if value is not None]
        middle = median(known) if known else 0.0
        return [middle if value is None else value for value in values]
        """,
        edges=_empty_edges,
    ),
    oracle=lambda values: _filled(values, _series(values).median()),
)


def _known_first(rng: Random, size: int) -> Args:
    gappy = sprinkle(rng, numbers(rng, max(2, size - 3)), None, rng.randint(1, 3))
    return (numbers(rng, 1) + gappy,)


_FORWARD = levels(
    "forward_fill",
    doc="Return the values with gaps filled by the last known value.",
    ask=text(
        en="""A sensor writes None when it fails. Replace each None in `values` by the last number
        before it and return the result.""",
        pt="""Um sensor grava None quando falha. Substitua cada None de `values` pelo último número
        antes dele e retorne o resultado.""",
    ),
    signature="def forward_fill(values: list[float | None]) -> list[float]:",
    ordinary=_known_first,
    easy=Level(
        contract=text(
            "The first value is always a number.", "O primeiro valor é sempre um número."
        ),
        body="""
        filled: list[float] = []
        for value in values:
            filled.append(filled[-1] if value is None else value)
        return filled
        """,
        edges=lambda rng: [
            (numbers(rng, 1),),
            (numbers(rng, 4),),
            ([*numbers(rng, 1), None, None, None],),
            ([0.0, None, *numbers(rng, 1), 0.0, None],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A None with no number before it becomes 0.0. The list may be empty.""",
            pt="""Um None sem nenhum número antes dele vira 0.0. A lista pode estar vazia.""",
        ),
        body="""
        filled: list[float] = []
        last = 0.0
        for value in values:
            last = last if value is None else value
            filled.append(last)
        return filled
        """,
        edges=lambda rng: [*_empty_edges(rng), ([None, None, *numbers(rng, 1), None],)],
    ),
    oracle=lambda values: [float(v) for v in _series(values).ffill().fillna(0.0)],
)


def _two_columns(rng: Random, size: int) -> Args:
    values = [*numbers(rng, 2), *sprinkle(rng, numbers(rng, max(2, size - 3)), None, 2)]
    return values, ["a", "b", *(rng.choice("ab") for _ in values[2:])]


def _group_oracle(values: Gappy, groups: list[str]) -> object:
    frame = pd.DataFrame({"value": _series(values), "group": pd.Series(groups, dtype=object)})
    means = frame.groupby("group")["value"].transform("mean")
    return [float(v) for v in frame["value"].fillna(means).fillna(frame["value"].mean())]


_GROUP_MEAN = levels(
    "group_mean",
    doc="Return the values with gaps filled by the mean of their group.",
    ask=text(
        en="""The value values[i] belongs to the group groups[i]. Replace each None in `values` by
        the mean of the known values of the same group, and return the list.""",
        pt="""O valor values[i] pertence ao grupo groups[i]. Substitua cada None em `values` pela
        média dos valores conhecidos do mesmo grupo e retorne a lista.""",
    ),
    signature="def fill_gaps(values: list[float | None], groups: list[str]) -> list[float]:",
    ordinary=_two_columns,
    easy=Level(
        contract=text("Every group has a known value.", "Todo grupo tem algum valor conhecido."),
        body="""
        filled = []
        for value, group in zip(values, groups):
            if value is None:
                pairs = zip(values, groups)
                known = [v for v, g in pairs if g == group and v is not None]
                value = sum(known) / len(known)
            filled.append(value)
        return filled
        """,
        edges=lambda rng: [
            ([], []),
            (numbers(rng, 3), ["a", "b", "a"]),
            ([None, *numbers(rng, 1), None], ["x", "x", "x"]),
            ([None, *numbers(rng, 2), None, 0.0], ["a", "b", "a", "b", "a"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If nothing is known in the group, take the mean of all known values instead. At
            least one value is known.""",
            pt="""Se nada é conhecido no grupo, use no lugar a média de todos os valores conhecidos.
            Há pelo menos um valor conhecido.""",
        ),
        body="""
        filled = []
        every = [v for v in values if v is not None]
        for value, group in zip(values, groups):
            if value is None:
                pairs = zip(values, groups)
                known = [v for v, g in pairs if g == group and v is not None]
                known = known or every
                value = sum(known) / len(known)
            filled.append(value)
        return filled
        """,
        edges=lambda rng: [
            ([None, *numbers(rng, 2)], ["a", "b", "b"]),
            ([None, 0.0, *numbers(rng, 1), None], ["a", "b", "c", "c"]),
            ([*numbers(rng, 1), None, None], ["A", "a", "b"]),
        ],
    ),
    oracle=_group_oracle,
)


def _both_ends_known(rng: Random, size: int) -> Args:
    inner = sprinkle(rng, numbers(rng, max(1, size - 4)), None, 2)
    return ([*numbers(rng, 1), *inner, *numbers(rng, 1)],)


_INTERPOLATE = levels(
    "interpolate",
    heldout=True,
    doc="Return the readings with gaps filled by straight lines.",
    ask=text(
        en="""Hourly `readings` have holes, written as None. Close every hole by linear
        interpolation: the filled readings go in equal steps from the reading before the hole to
        the one after it.""",
        pt="""As `readings` (leituras) de cada hora têm buracos, escritos como None. Feche cada
        buraco por interpolação linear: as leituras preenchidas vão em passos iguais da leitura
        anterior ao buraco até a posterior.""",
    ),
    signature="def interpolate(readings: list[float | None]) -> list[float]:",
    ordinary=_both_ends_known,
    easy=Level(
        contract=text(
            "Neither end of the list is a hole.", "Nenhuma das pontas da lista é um buraco."
        ),
        body="""
        points = [(i, x) for i, x in enumerate(readings) if x is not None]
        filled = [points[0][1]]
        for (start, left), (stop, right) in zip(points, points[1:]):
            step = (right - left) / (stop - start)
            filled += [left + step * k for k in range(1, stop - start + 1)]
        return filled
        """,
        edges=lambda rng: [
            (numbers(rng, 1),),
            (numbers(rng, 3),),
            ([*numbers(rng, 1), None, None, None, *numbers(rng, 1)],),
            ([1.0, None, 1.0, None, *numbers(rng, 1)],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Holes at the ends repeat the nearest reading. There is always some reading.""",
            pt="""Buracos nas pontas repetem a leitura mais próxima. Sempre existe alguma
            leitura.""",
        ),
        body="""
        points = [(i, x) for i, x in enumerate(readings) if x is not None]
        filled = [points[0][1]] * (points[0][0] + 1)
        for (start, left), (stop, right) in zip(points, points[1:]):
            step = (right - left) / (stop - start)
            filled += [left + step * k for k in range(1, stop - start + 1)]
        return filled + [points[-1][1]] * (len(readings) - len(filled))
        """,
        edges=lambda rng: [
            ([None, *numbers(rng, 1), None, None],),
            ([None, None, *numbers(rng, 2)],),
            ([*numbers(rng, 1), None, *numbers(rng, 1), None],),
        ],
    ),
    oracle=lambda readings: [float(v) for v in _series(readings).interpolate().ffill().bfill()],
)


def _labels(rng: Random, size: int) -> Args:
    names = ["red", "blue", "green"]
    labels: list[str | None] = [rng.choice(names[:2]) for _ in range(max(3, size - 2))]
    labels += [names[0]] * 2 if labels.count("red") >= labels.count("blue") else [names[1]] * 2
    labels += [None] * rng.randint(1, 2)
    rng.shuffle(labels)
    return (labels,)


def _mode_oracle(labels: list[str | None]) -> object:
    known = [label for label in labels if label is not None]
    if not known:
        return NotImplemented
    fill = min(pd.Series(known).mode(), key=known.index)
    return [fill if label is None else label for label in labels]


_MODE = levels(
    "most_frequent",
    heldout=True,
    doc="Return the labels with gaps filled by the commonest label.",
    ask=text(
        en="""Some people left the question about their favourite colour blank. Complete `labels`
        by writing the most common answer wherever there is None.""",
        pt="""Algumas pessoas deixaram em branco a pergunta sobre a cor favorita. Complete `labels`
        escrevendo a resposta mais comum onde houver None.""",
    ),
    signature="def complete(labels: list[str | None]) -> list[str]:",
    ordinary=_labels,
    easy=Level(
        contract=text(
            "One answer is more common than any other.",
            "Uma das respostas é mais comum que qualquer outra.",
        ),
        body="""
        known = [label for label in labels if label is not None]
        fill = max(known, key=known.count)
        return [fill if label is None else label for label in labels]
        """,
        edges=lambda rng: [
            (["red"],),
            ([None, rng.choice(["red", "blue", "ochre"]), None],),
            (["red", "blue", "blue"],),
            (["", "", None, rng.choice(["red", "blue"])],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Should several answers be equally common, use the one that was given first;
            should there be none, write "unknown".""",
            pt="""Se várias respostas forem igualmente comuns, use a que foi dada primeiro; se não
            houver nenhuma, escreva "unknown".""",
        ),
        body="""
        known = [label for label in labels if label is not None]
        fill = max(known, key=known.count, default="unknown")
        return [fill if label is None else label for label in labels]
        """,
        edges=lambda rng: [
            ([],),
            ([None] * rng.randint(1, 9),),
            (["red", "blue", None, "blue", "red"],),
            (["blue", "red", None],),
            (["z", "a", "b", None],),
        ],
    ),
    oracle=_mode_oracle,
)


_MISTAKES = (
    Mistake(
        "mean",
        """
        m = sum(v or 0 for v in values) / len(values)
        return [m if v is None else v for v in values]
        """,
    ),
    Mistake(
        "median",
        """
        k = sorted(v for v in values if v is not None)
        return [k[len(k) // 2] if v is None else v for v in values]
        """,
    ),
    Mistake(
        "forward_fill",
        "return [v or values[max(i - 1, 0)] for i, v in enumerate(values)]",
    ),
)

FAMILY = Family(
    "clean_data.imputation",
    CoderAction.CLEAN_DATA,
    (*_MEAN, *_MEDIAN, *_FORWARD, *_GROUP_MEAN, *_INTERPOLATE, *_MODE, *ADVANCED),
    mistakes=_MISTAKES,
)
