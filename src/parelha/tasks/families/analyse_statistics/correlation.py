"""Correlation and covariance of columns of a DataFrame, and of a Series with itself."""

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.analyse_statistics.correlation_advanced import ADVANCED
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = float("nan")


def _frame(x: list[float], y: list[float]) -> Args:
    return (pd.DataFrame({"x": x, "y": y}, dtype=float),)


def _related(rng: Random, size: int) -> Args:
    """Two columns that rise or fall together, more or less."""
    x = distinct(rng, size, 0, 60)
    slope = rng.choice((-2.0, -0.5, 0.5, 2.0))
    return _frame(x, [round(slope * value + rng.gauss(0.0, 15.0), 1) for value in x])


def _plain_edges(rng: Random) -> list[Args]:
    x = distinct(rng, 6)
    return [
        _frame(x[:2], [1.0, 4.0]),
        _frame(x, [3.0 - 2.0 * value for value in x]),
        _frame([1.0, 2.0, 3.0, 4.0, 5.0], [4.0, 1.0, 0.0, 1.0, float(rng.randint(3, 9))]),
    ]


def _missing_edges(rng: Random) -> list[Args]:
    x, y = distinct(rng, 6), numbers(rng, 6)
    return [
        _frame([], []),
        _frame([NAN, *x[1:]], [*y[:4], NAN, y[5]]),
        _frame([1.0, NAN, 3.0], [NAN, 2.0, float(rng.randint(1, 9))]),
        _frame([NAN, 4.0], [float(rng.randint(1, 9)), NAN]),
    ]


def _flat_edges(rng: Random) -> list[Args]:
    y = numbers(rng, 4)
    return [
        *_missing_edges(rng),
        _frame([7.0] * 4, y),
        _frame([7.0, 7.0, NAN, 9.0], [1.0, float(rng.randint(2, 9)), 3.0, NAN]),
        _frame([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]),
    ]


def _columns(df: pd.DataFrame) -> tuple[Any, Any]:
    table = df.to_numpy()
    kept = table[~np.isnan(table).any(axis=1)]
    return kept[:, 0], kept[:, 1]


def _is_flat(x: Any) -> bool:
    return len(x) < 2 or bool((x == x[0]).all())


def _pearson_oracle(df: pd.DataFrame) -> object:
    x, y = _columns(df)
    return 0.0 if _is_flat(x) or _is_flat(y) else float(stats.pearsonr(x, y).statistic)


_PEARSON = levels(
    "pearson",
    doc="Return the Pearson correlation of two columns.",
    ask=text(
        en="""Return the Pearson correlation coefficient of the columns "x" and "y" of the pandas
        DataFrame `df`.""",
        pt="""Retorne o coeficiente de correlação de Pearson das colunas "x" e "y" do DataFrame `df`
        do pandas.""",
    ),
    signature="def pearson(df: pd.DataFrame) -> float:",
    ordinary=_related,
    easy=Level(
        contract=text(
            "There are at least two rows, and neither column is constant.",
            "Há pelo menos duas linhas, e nenhuma das colunas é constante.",
        ),
        imports="import pandas as pd",
        body='return float(df["x"].corr(df["y"]))',
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""Use only the rows without NaN in either column. If fewer than two such rows
            remain, or a column has only one distinct value in them, return 0.0.""",
            pt="""Use só as linhas sem NaN em nenhuma das colunas. Se restam menos de duas linhas
            assim, ou se nelas uma coluna tem um único valor distinto, retorne 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        rows = df.dropna()
        if rows["x"].nunique() < 2 or rows["y"].nunique() < 2:
            return 0.0
        return float(rows["x"].corr(rows["y"]))
        """,
        edges=_flat_edges,
    ),
    oracle=_pearson_oracle,
)


def _covariance_oracle(df: pd.DataFrame) -> object:
    x, y = _columns(df)
    return float(np.cov(x, y, ddof=0)[0, 1]) if len(x) else 0.0


_COVARIANCE = levels(
    "covariance",
    doc="Return the population covariance of two columns.",
    ask=text(
        en="""Compute the population covariance of the columns "x" and "y" of the DataFrame `df`:
        the mean of the products of their deviations from the column means (divide by n, not by
        n - 1).""",
        pt="""Calcule a covariância populacional das colunas "x" e "y" do DataFrame `df`: a média
        dos produtos dos desvios em relação às médias das colunas (divida por n, não por n - 1).""",
    ),
    signature="def covariance(df: pd.DataFrame) -> float:",
    ordinary=_related,
    easy=Level(
        contract=text("The table has one row or more.", "A tabela tem uma linha ou mais."),
        imports="import pandas as pd",
        body="""
        x, y = df["x"], df["y"]
        return float((x * y).mean() - x.mean() * y.mean())
        """,
        edges=lambda rng: [*_plain_edges(rng), _frame([3.0], numbers(rng, 1))],
    ),
    hard=Level(
        contract=text(
            en="""Rows in which x or y is NaN are ignored, also for the means. With no complete row
            the covariance is 0.0.""",
            pt="""Linhas em que x ou y é NaN são ignoradas, também nas médias. Sem nenhuma linha
            completa, a covariância é 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        rows = df.dropna()
        if rows.empty:
            return 0.0
        x, y = rows["x"], rows["y"]
        return float((x * y).mean() - x.mean() * y.mean())
        """,
        edges=_missing_edges,
    ),
    oracle=_covariance_oracle,
)


def _spearman_oracle(df: pd.DataFrame) -> object:
    x, y = _columns(df)
    return 0.0 if _is_flat(x) or _is_flat(y) else float(stats.spearmanr(x, y).statistic)


def _tied_edges(rng: Random) -> list[Args]:
    return [
        *_flat_edges(rng),
        _frame([1.0, 1.0, 2.0, 5.0, 5.0], numbers(rng, 5)),
        _frame([4.0, 9.0, 2.0, NAN, 6.0], [1.0, NAN, 8.0, 2.0, float(rng.randint(3, 7))]),
    ]


_SPEARMAN = levels(
    "spearman",
    doc="Return the Spearman rank correlation of two columns.",
    ask=text(
        en="""Return the rank correlation of Spearman for the columns "x" and "y" of `df`, a pandas
        DataFrame: replace the values of each column by their ranks (1 for the smallest) and take
        the Pearson correlation of the ranks.""",
        pt="""Retorne a correlação de postos de Spearman para as colunas "x" e "y" de `df`, um
        DataFrame do pandas: troque os valores de cada coluna pelos seus postos (1 para o menor) e
        tome a correlação de Pearson dos postos.""",
    ),
    signature="def spearman(df: pd.DataFrame) -> float:",
    ordinary=lambda rng, size: _frame(distinct(rng, size), distinct(rng, size)),
    easy=Level(
        contract=text(
            "No value occurs twice in a column, and there are two rows or more.",
            "Nenhum valor se repete em uma coluna, e há duas linhas ou mais.",
        ),
        imports="import pandas as pd",
        body='return float(df["x"].rank().corr(df["y"].rank()))',
        edges=lambda rng: [
            _frame(distinct(rng, 2), [1.0, 4.0]),
            _frame([1.0, 2.0, 3.0, 4.0], [1.0, 8.0, 27.0, float(rng.randint(64, 99))]),
            _frame([1.0, 2.0, 3.0], [0.5, -8.0, -float(rng.randint(10, 99))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Equal values share the mean of their ranks. A row with NaN is dropped before the
            ranks are given. If a column has fewer than two distinct values then, answer 0.0.""",
            pt="""Valores iguais dividem a média dos seus postos. Uma linha com NaN é descartada
            antes de se darem os postos. Se então uma coluna tem menos de dois valores distintos,
            o resultado é 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        rows = df.dropna()
        if rows["x"].nunique() < 2 or rows["y"].nunique() < 2:
            return 0.0
        return float(rows["x"].rank().corr(rows["y"].rank()))
        """,
        edges=_tied_edges,
    ),
    oracle=_spearman_oracle,
)


def _strengths(df: pd.DataFrame) -> dict[str, float]:
    found = {}
    for name in df.columns.drop("target"):
        if not _is_flat(df[name].to_numpy()):
            r = np.corrcoef(df[name].to_numpy(), df["target"].to_numpy())[0, 1]
            found[str(name)] = abs(float(r))
    return found


def _candidates(rng: Random, size: int) -> Args:
    """A target and three columns; no two of them are equally strongly related to it."""
    while True:
        table = {name: numbers(rng, size) for name in ("width", "depth", "age", "target")}
        frame = pd.DataFrame(table, dtype=float)
        strengths = sorted(_strengths(frame).values())
        if all(high - low > 1e-4 for low, high in pairwise(strengths)):
            return (frame,)


def _table(**columns: list[float]) -> Args:
    return (pd.DataFrame(columns, dtype=float),)


def _strongest_edges(flat: bool) -> Edges:
    def edges(rng: Random) -> list[Args]:
        value = float(rng.randint(5, 30))
        if flat:
            return [
                _table(target=[1.0, 2.0, value]),
                _table(a=[value] * 3, target=[1.0, 2.0, 4.0]),
                _table(a=[2.0] * 4, b=[1.0, value, 0.0, 3.0], target=[1.0, 2.0, 4.0, 3.0]),
                _table(b=[1.0, 2.0, value], c=[0.0] * 3, target=[1.0, 4.0, 2.0]),
                _table(
                    a=[1.0, value, 2.0, 0.0], b=[0.0, 1.0, 0.0, 1.0], target=[2.0, 5.0, 3.0, 6.0]
                ),
            ]
        return [
            _table(a=[1.0, 2.0, value], b=[3.0, 2.0, 1.0], target=[1.0, 2.0, 3.0]),
            _table(target=[4.0, 1.0, 2.0], z=[value, 1.0, 2.0]),
            _table(a=[1.0, 2.0, 2.0], target=[1.0, 2.0, 3.0], b=[1.0, 2.0, value]),
        ]

    return edges


_STRONGEST = levels(
    "strongest",
    heldout=True,
    doc="Return the column most strongly correlated with the target.",
    ask=text(
        en="""Which column of the DataFrame `df` goes most closely with its column "target", be it
        in the same or in the opposite direction? Answer with the name of the column, other than
        "target", whose linear correlation with it is largest in absolute value.""",
        pt="""Qual coluna do DataFrame `df` acompanha mais de perto a coluna "target", seja no mesmo
        sentido ou no sentido oposto? Responda com o nome da coluna, fora a própria "target", cuja
        correlação linear com ela é a maior em valor absoluto.""",
    ),
    signature="def strongest(df: pd.DataFrame) -> str:",
    ordinary=_candidates,
    easy=Level(
        contract=text(
            "No two columns are equally close, and all of them vary.",
            "Não há duas colunas igualmente próximas, e todas variam.",
        ),
        imports="import pandas as pd",
        body="""
        others = df.drop(columns="target")
        return str(others.corrwith(df["target"]).abs().idxmax())
        """,
        edges=_strongest_edges(flat=False),
    ),
    hard=Level(
        contract=text(
            en="""A column that never varies is out of the question, though "target" does vary. If
            no column comes into question, answer with an empty string.""",
            pt="""Uma coluna que nunca varia fica fora da escolha, embora "target" varie. Se nenhuma
            coluna entra na escolha, responda com uma string vazia.""",
        ),
        imports="import pandas as pd",
        body="""
        others = df.drop(columns="target")
        others = others.loc[:, others.nunique() > 1]
        if others.shape[1] == 0:
            return ""
        return str(others.corrwith(df["target"]).abs().idxmax())
        """,
        edges=_strongest_edges(flat=True),
    ),
    oracle=lambda df: max(_strengths(df), key=_strengths(df).__getitem__, default=""),
)


def _lagged(values: list[float], lag: int) -> Args:
    return pd.Series(values, dtype=float), lag


def _autocorrelation(s: "pd.Series[float]", lag: int) -> object:
    x = s.to_numpy()
    if lag >= len(x) or _is_flat(x):
        return 0.0
    deviations = x - x.mean()
    full = np.correlate(deviations, deviations, mode="full")[len(x) - 1 :]
    return float(full[lag] / full[0])


_AUTOCORRELATION = levels(
    "autocorrelation",
    heldout=True,
    doc="Return the autocorrelation of a series at a lag.",
    ask=text(
        en="""Does the Series `s` resemble itself `lag` steps later? With m the mean of the whole
        series, divide the sum of (s[t] - m) * (s[t + lag] - m), over every t for which both exist,
        by the sum of (s[t] - m)**2 over all t. That is the autocorrelation we ask for.""",
        pt="""A Series `s` se parece consigo mesma `lag` passos depois? Sendo m a média da série
        inteira, divida a soma de (s[t] - m) * (s[t + lag] - m), sobre todo t para o qual existem os
        dois, pela soma de (s[t] - m)**2 sobre todos os t. Essa é a autocorrelação que pedimos.""",
    ),
    signature="def autocorrelation(s: pd.Series, lag: int) -> float:",
    ordinary=lambda rng, size: _lagged(numbers(rng, size), rng.randint(1, 2)),
    easy=Level(
        contract=text(
            "The lag is at least 1 and shorter than the series, which varies.",
            "A defasagem é de pelo menos 1 e menor que a série, que varia.",
        ),
        imports="import pandas as pd",
        body="""
        d = s.to_numpy() - s.mean()
        return float((d[:-lag] * d[lag:]).sum() / (d * d).sum())
        """,
        edges=lambda rng: [
            _lagged([1.0, float(rng.randint(2, 9))], 1),
            _lagged([1.0, 5.0] * 4, rng.choice((1, 2, 3))),
            _lagged(numbers(rng, 5), 4),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A series too short for the lag, or one that never changes, gives 0.0. The lag may
            also be 0.""",
            pt="""Uma série curta demais para a defasagem, ou que nunca muda, dá 0.0. A defasagem
            também pode ser 0.""",
        ),
        imports="import pandas as pd",
        body="""
        if lag >= len(s) or s.nunique() < 2:
            return 0.0
        d = s.to_numpy() - s.mean()
        return float((d[:len(d) - lag] * d[lag:]).sum() / (d * d).sum())
        """,
        edges=lambda rng: [
            _lagged([], rng.randint(0, 2)),
            _lagged([4.0] * 5, rng.randint(1, 3)),
            _lagged(numbers(rng, 3), 3),
            _lagged(numbers(rng, 3), 5),
            _lagged(numbers(rng, 4), 0),
        ],
    ),
    oracle=_autocorrelation,
)


_IMPORT = "import pandas as pd"

_MISTAKES = (
    Mistake("pearson", 'return float(df["x"].cov(df["y"]))', _IMPORT),
    Mistake("covariance", 'return float(df["x"].cov(df["y"]))', _IMPORT),
    Mistake("spearman", 'return float(df["x"].corr(df["y"]))', _IMPORT),
    Mistake("spearman", 'return float(df["x"].rank().corr(df["y"].rank()))', _IMPORT, level=2),
)

FAMILY = Family(
    "analyse_statistics.correlation",
    CoderAction.ANALYSE_STATISTICS,
    (*_PEARSON, *_COVARIANCE, *_SPEARMAN, *_STRONGEST, *_AUTOCORRELATION, *ADVANCED),
    mistakes=_MISTAKES,
)
