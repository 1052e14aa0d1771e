"""Levels 3 and 4 of capping at percentiles: by group, in logarithms, by the day before."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.family import Args, Variant, advanced, text

Row = tuple[str, float]


def _amount(rng: Random) -> float:
    """Return a number around 40; one in twelve is far above."""
    far = rng.uniform(60.0, 300.0) if rng.random() < 1 / 12 else 0.0
    return round(rng.gauss(40.0, 6.0) + far, 1)


def _regions(rows: list[Row]) -> Args:
    frame = pd.DataFrame(
        {
            "region": pd.Series([row[0] for row in rows], dtype="str"),
            "amount": pd.Series([row[1] for row in rows], dtype="float64"),
        }
    )
    frame.index = pd.Index([3 * place + 7 for place in range(len(rows))], dtype="int64")
    return (frame,)


def _region_rows(rng: Random, size: int) -> list[Row]:
    names = [f"R{number}" for number in range(1, 3 + size // 20)]
    rows = [(rng.choice(names), _amount(rng)) for _ in range(size)]
    return [(name, math.nan if rng.random() < 0.06 else amount) for name, amount in rows]


def _excess_oracle(df: pd.DataFrame) -> object:
    amounts: dict[str, list[float]] = {}
    for name, amount in zip(df["region"].tolist(), df["amount"].tolist(), strict=True):
        amounts.setdefault(name, [])
        if not math.isnan(amount):
            amounts[name].append(amount)
    cut = {}
    for name, known in amounts.items():
        if len(known) >= 5:
            excess = np.asarray(known) - np.quantile(known, 0.9)
            cut[name] = float(excess[excess > 0].sum())
    names = sorted(cut, key=lambda name: (-cut[name], name))
    return pd.DataFrame(
        {
            "region": pd.Series(names, dtype="str"),
            "excess": pd.Series([cut[name] for name in names], dtype="float64"),
        }
    )


_EXCESS = advanced(
    "excess",
    3,
    doc="Return how much capping takes from each region, the most first.",
    ask=text(
        """The DataFrame `df` has columns `region` and `amount`. Leave out rows without an amount,
        then regions with fewer than five rows left. In each remaining region amounts above the
        quantile 0.9 of the region (linear interpolation, as in pandas) are to be capped at that
        quantile; the excess of the region is the sum of what the capping takes away. Return a
        DataFrame with the columns `region` and `excess`, one row per remaining region, the largest
        excess first, and with the index 0, 1, 2 and so on.""",
        """O DataFrame `df` tem as colunas `region` e `amount`. Deixe de fora as linhas sem valor e,
        depois, as regiões que ficaram com menos de cinco linhas. Em cada região restante, valores
        acima do quantil 0.9 da região (interpolação linear, como no pandas) devem ser limitados a
        esse quantil; o excesso da região é a soma do que essa limitação retira. Retorne um
        DataFrame com as colunas `region` e `excess`, uma linha por região restante, o maior
        excesso primeiro, e com o índice 0, 1, 2 e assim por diante.""",
    ),
    signature="def capped_excess(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=lambda rng, size: _regions(_region_rows(rng, size)),
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["amount"])
    amounts = known.groupby("region")["amount"]
    over = (known["amount"] - amounts.transform("quantile", 0.9)).clip(lower=0)
    known = known.assign(excess=over)[amounts.transform("size") >= 5]
    excess = known.groupby("region")["excess"].sum()
    return excess.sort_values(ascending=False).reset_index()
    """,
    edges=lambda rng: [
        _regions(rows)
        for rows in (
            [],
            [("R1", 5.0), ("R1", 9.0), ("R1", math.nan), ("R2", float(rng.randint(1, 9)))],
            [("R1", float(value)) for value in (1, 2, 3, rng.randint(60, 90))],
            [("R1", float(value)) for value in (1, 2, 3, 4, rng.randint(60, 90))],
            [("R2", float(value)) for value in (4, 4, 4, 4, 4, rng.randint(60, 90))]
            + [("R1", float(value)) for value in (1, 2, 3, -4, 100 + rng.randint(60, 90))],
            [("R3", math.nan), ("R3", 1.0), ("R3", 2.5), ("R3", 2.0), ("R3", 4.0)],
        )
    ],
    oracle=_excess_oracle,
)


def _prices_draw(rng: Random, size: int) -> Args:
    prices = [round(math.exp(rng.gauss(2.0, 1.0)), 2) for _ in range(size)]
    for _ in range(size // 10):
        prices[rng.randrange(size)] = rng.choice((0.0, -1.0, math.nan))
    return pd.Series([5.0, *prices[1:]], dtype="float64"), rng.choice((0.05, 0.1, 0.2))


def _prices_oracle(prices: pd.Series, tail: float) -> object:
    known = np.log([price for price in prices.tolist() if price > 0])
    if len(known) == 0:
        return 0.0
    low, high = stats.mstats.mquantiles(known, [tail, 1 - tail], alphap=1, betap=1)
    return float(np.exp(np.clip(known, low, high).mean()))


_PRICES = advanced(
    "geometric",
    3,
    heldout=True,
    doc="Return the geometric mean of prices capped in logarithms.",
    ask=text(
        """Typical price on a logarithmic scale. From the pandas Series `prices` keep only those
        that are known and positive, and take natural logarithms. Cap the logarithms from below at
        their own quantile `tail` and from above at their own quantile 1 - `tail` (linearly
        interpolated between logarithms, not between prices). The answer is the exponential of the
        mean of the capped logarithms, or 0.0 where nothing was kept.""",
        """Preço típico em escala logarítmica. Da Series do pandas `prices`, fique só com os preços
        conhecidos e positivos e tome logaritmos naturais. Limite os logaritmos por baixo ao quantil
        `tail` deles próprios e por cima ao quantil 1 - `tail` deles próprios (com interpolação
        linear entre logaritmos, não entre preços). A resposta é a exponencial da média dos
        logaritmos limitados, ou 0.0 onde nada restou.""",
    ),
    signature="def typical_price(prices: pd.Series, tail: float) -> float:",
    ordinary=_prices_draw,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    logs = pd.Series(np.log(prices[prices > 0]))
    if logs.empty:
        return 0.0
    low, high = float(logs.quantile(tail)), float(logs.quantile(1 - tail))
    capped = logs.clip(low, high)
    return float(np.exp(capped.mean()))
    """,
    edges=lambda rng: [
        (pd.Series(values, dtype="float64"), tail)
        for values, tail in (
            ([], 0.1),
            ([math.nan, -float(rng.randint(1, 9)), 0.0], 0.1),
            ([float(rng.randint(1, 90)), 0.0], 0.25),
            ([1.0, 10.0, 100.0, float(rng.randint(1000, 9000))], 0.2),
            ([0.001, 2.0, 3.0, math.nan, float(rng.randint(4, 9))], 0.1),
            ([2.0, 2.0, -5.0, 2.0, float(rng.randint(10, 90))], 0.0),
        )
    ],
    oracle=_prices_oracle,
)


def _days(rows: list[tuple[int, float]]) -> Args:
    return (
        pd.DataFrame(
            {
                "day": pd.Series([row[0] for row in rows], dtype="int64"),
                "amount": pd.Series([row[1] for row in rows], dtype="float64"),
            }
        ),
    )


def _day_rows(rng: Random, size: int) -> list[tuple[int, float]]:
    days = rng.sample(range(1, 200), 2 + size // 50)
    return [(rng.choice(days), _amount(rng)) for _ in range(size)]


def _yesterday_oracle(df: pd.DataFrame) -> object:
    totals, limit = {}, math.inf
    for day in sorted(set(df["day"].tolist())):
        amounts = df["amount"].to_numpy()[df["day"].to_numpy() == day]
        totals[day] = float(np.minimum(amounts, limit).sum())
        limit = float(np.quantile(amounts, 0.95))
    return totals


_YESTERDAY = advanced(
    "day_before",
    4,
    doc="Return the total of each day, capped by what the day before shows.",
    ask=text(
        """`df` is a DataFrame with the columns `day` (whole numbers, in no particular order, some
        missing) and `amount`, thousands of rows. The amounts of a day are capped at the quantile
        0.95 of the amounts of the day before it: the nearest smaller day number that occurs in
        `df`, with its amounts as they stand there, not capped ones. Quantiles interpolate
        linearly. The amounts of the first day are not capped. Return a dict from every day to the
        sum of its amounts after capping.""",
        """`df` é um DataFrame com as colunas `day` (números inteiros, sem ordem definida, alguns
        ausentes) e `amount`, com milhares de linhas. Os valores de um dia são limitados ao quantil
        0.95 dos valores do dia anterior a ele: o número de dia menor mais próximo que aparece em
        `df`, com seus valores como estão lá, e não já limitados. Os quantis interpolam
        linearmente. Os valores do primeiro dia não são limitados. Retorne um dicionário de cada
        dia para a soma dos seus valores depois da limitação.""",
    ),
    signature="def totals_by_day(df: pd.DataFrame) -> dict[int, float]:",
    ordinary=lambda rng, size: _days(_day_rows(rng, size)),
    imports="import math\n\nimport pandas as pd",
    body="""
    limits = df.groupby("day")["amount"].quantile(0.95)
    before = dict(zip(limits.index, [math.inf, *limits]))
    capped = df["amount"].clip(upper=df["day"].map(before))
    totals = capped.groupby(df["day"]).sum()
    return {int(str(day)): float(total) for day, total in totals.items()}
    """,
    edges=lambda rng: [
        _days(rows)
        for rows in (
            [],
            [(4, float(rng.randint(1, 99)))],
            [(4, 10.0), (4, 90.0), (2, float(rng.randint(20, 30)))],
            [(1, 10.0), (2, 50.0), (3, float(rng.randint(60, 99))), (2, 20.0)],
            [(9, 10.0), (1, 5.0), (9, float(rng.randint(60, 99))), (1, 20.0), (5, -3.0)],
            [(7, -9.0), (7, 1.0), (8, float(rng.randint(60, 99))), (8, -20.0)],
        )
    ],
    oracle=_yesterday_oracle,
)

ADVANCED: tuple[Variant, ...] = (_EXCESS, _PRICES, _YESTERDAY)
