"""Centres of clusters from a DataFrame of labelled points."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
NAN = float("nan")


def _points(x: list[float], y: list[float], cluster: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "x": pd.Series(x, dtype="float64"),
            "y": pd.Series(y, dtype="float64"),
            "cluster": pd.Series(cluster, dtype="int64"),
        }
    )


def _labelled(rng: Random, size: int) -> Args:
    return (
        _points(
            numbers(rng, size), numbers(rng, size), [rng.choice((2, 0, 5)) for _ in range(size)]
        ),
    )


def _means_oracle(df: pd.DataFrame) -> object:
    sums: dict[int, list[float]] = {}
    for x, y, cluster in zip(*(df[name].tolist() for name in df.columns), strict=True):
        if not math.isnan(x + y):
            own = sums.setdefault(cluster, [0.0, 0.0, 0.0])
            for place, value in enumerate((x, y, 1.0)):
                own[place] += value
    rows = {
        name: [sums[key][place] / sums[key][2] for key in sorted(sums)]
        for place, name in enumerate(("x", "y"))
    }
    index = pd.Index(sorted(sums), dtype="int64", name="cluster")
    return pd.DataFrame(rows, index=index, dtype="float64")


MEANS: tuple[Variant, ...] = levels(
    "cluster_means",
    doc="Return the mean x and y of each cluster.",
    ask=text(
        en="""The DataFrame `df` has the columns "x", "y" and "cluster". Return a DataFrame with the
        mean "x" and the mean "y" of each cluster: one row for each cluster, the columns "x" and
        "y", and as index the clusters in increasing order, with the name "cluster".""",
        pt="""O DataFrame `df` tem as colunas "x", "y" e "cluster". Retorne um DataFrame com a média
        de "x" e a média de "y" de cada cluster: uma linha para cada cluster, as colunas "x" e "y",
        e como índice os clusters em ordem crescente, com o nome "cluster".""",
    ),
    signature="def cluster_means(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_labelled,
    easy=Level(
        contract=text("", ""),
        imports=_IMPORT,
        body="""return df.groupby("cluster")[["x", "y"]].mean()""",
        edges=lambda rng: [
            (_points(numbers(rng, 1), numbers(rng, 1), [3]),),
            (_points(numbers(rng, 4), numbers(rng, 4), [9, 4, 1, 4]),),
            (_points([1e6, -1e6, 0.0], numbers(rng, 3), [0, 0, -1]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A row in which x or y is NaN counts for neither mean. A cluster without any other
            row does not appear.""",
            pt="""Uma linha em que x ou y é NaN não conta para nenhuma das duas médias. Um cluster
            sem nenhuma outra linha não aparece.""",
        ),
        imports=_IMPORT,
        body="""
        known = df.dropna(subset=["x", "y"])
        return known.groupby("cluster")[["x", "y"]].mean()
        """,
        edges=lambda rng: [
            (_points([], [], []),),
            (_points([NAN, *numbers(rng, 3)], numbers(rng, 4), [1, 1, 2, 2]),),
            (_points(numbers(rng, 4), [*numbers(rng, 3), NAN], [1, 1, 2, 2]),),
            (_points([NAN, 1.0], [2.0, float(rng.randint(1, 9))], [7, 8]),),
        ],
    ),
    oracle=_means_oracle,
)

MISTAKES = (
    Mistake(
        "cluster_means", """return df.groupby("cluster")[["x", "y"]].median()""", imports=_IMPORT
    ),
    Mistake(
        "cluster_means",
        """return df.groupby("cluster")[["x", "y"]].mean()""",
        level=2,
        imports=_IMPORT,
    ),
)
