"""Scaling a column of a DataFrame: the share of each row in the total."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import PRODUCTS, numbers
from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
NAN = float("nan")


def _budget(amounts: list[float]) -> pd.DataFrame:
    names = [PRODUCTS[place % len(PRODUCTS)] for place in range(len(amounts))]
    return pd.DataFrame(
        {"item": pd.Series(names, dtype="str"), "amount": pd.Series(amounts, dtype="float64")}
    )


def _drawn(rng: Random, size: int) -> Args:
    return (_budget(numbers(rng, size, 1.0, 90.0)),)


def _share_oracle(df: pd.DataFrame) -> object:
    amounts = [0.0 if math.isnan(value) else float(value) for value in df["amount"]]
    total = sum(amounts)
    shares = [value / total if total else 0.0 for value in amounts]
    return df.assign(share=pd.Series(shares, index=df.index, dtype="float64"))


SHARE: tuple[Variant, ...] = levels(
    "share_of_total",
    doc="Return the budget with the share of each item.",
    ask=text(
        en="""The DataFrame `df` is a budget with the columns "item" and "amount". Return it with a
        third column "share" behind them: the amount of the row divided by the sum of all
        amounts.""",
        pt="""O DataFrame `df` é um orçamento com as colunas "item" e "amount". Retorne-o com uma
        terceira coluna "share" depois delas: o valor da linha dividido pela soma de todos os
        valores.""",
    ),
    signature="def with_share(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_drawn,
    easy=Level(
        contract=text("All amounts are above 0.", "Todos os valores são maiores que 0."),
        imports=_IMPORT,
        body="""return df.assign(share=df["amount"] / df["amount"].sum())""",
        edges=lambda rng: [
            (_budget(numbers(rng, 1, 1.0, 9.0)),),
            (_budget([float(rng.randint(1, 9))] * 4),),
            (_budget([1e-6, 1e6, round(rng.uniform(1.0, 9.0), 1)]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""An amount that is NaN counts as 0 in the sum and has the share 0.0, but stays NaN
            in its column. If the sum is 0, all shares are 0.0.""",
            pt="""Um valor NaN conta como 0 na soma e tem share 0.0, mas continua NaN na sua coluna.
            Se a soma é 0, todos os valores de share são 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        amount = df["amount"].fillna(0.0)
        total = float(amount.sum()) or 1.0
        return df.assign(share=amount / total)
        """,
        edges=lambda rng: [
            (_budget([]),),
            (_budget([0.0, 0.0, NAN]),),
            (_budget([NAN, round(rng.uniform(1.0, 9.0), 1), 2.0]),),
            (_budget([0.0, NAN, *numbers(rng, 3, 1.0, 9.0), 0.0]),),
        ],
    ),
    oracle=_share_oracle,
)

MISTAKES = (
    Mistake(
        "share_of_total",
        """return df.assign(share=df["amount"] / df["amount"].max())""",
        imports=_IMPORT,
    ),
    Mistake(
        "share_of_total",
        """return df.assign(share=df["amount"] / df["amount"].sum())""",
        level=2,
        imports=_IMPORT,
    ),
)
