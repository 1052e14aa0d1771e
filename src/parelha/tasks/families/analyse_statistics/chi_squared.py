"""Contingency tables and the chi-squared statistic."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pandas as pd
from scipy import stats

from parelha.tasks.families.analyse_statistics.chi_squared_advanced import ADVANCED
from parelha.tasks.families.analyse_statistics.chi_squared_heldout import (
    HELDOUT,
    as_table,
    counts_of,
    tables,
)
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _dice(rng: Random, size: int) -> Args:
    """Counts, and expected shares in tenths that sum to one."""
    number = min(size, 6)
    tenths = [1] * number
    for _ in range(10 - number):
        tenths[rng.randrange(number)] += 1
    return [rng.randint(0, 40) for _ in range(number)], [count / 10 for count in tenths]


def _fit_oracle(observed: list[int], shares: list[float]) -> object:
    pairs = [(o, share) for o, share in zip(observed, shares, strict=True) if share or o]
    if not sum(observed):
        return 0.0
    if any(share == 0 for _, share in pairs):
        return float("inf")
    total = sum(observed)
    return float(stats.chisquare([o for o, _ in pairs], [s * total for _, s in pairs]).statistic)


_FIT = levels(
    "goodness_of_fit",
    doc="Return the chi-squared statistic of counts against shares.",
    ask=text(
        en="""observed[i] is the count of category i, and shares[i] is the share of all counts that
        we expect in it; the shares sum to 1. Return the chi-squared statistic: the sum of (observed
        - expected)**2 / expected, where the expected count is the share times the total.""",
        pt="""observed[i] é a contagem da categoria i, e shares[i] é a fração de todas as contagens
        que esperamos nela; as frações somam 1. Retorne a estatística qui-quadrado: a soma de
        (observado - esperado)**2 / esperado, em que a contagem esperada é a fração vezes o
        total.""",
    ),
    signature="def goodness_of_fit(observed: list[int], shares: list[float]) -> float:",
    ordinary=_dice,
    easy=Level(
        contract=text(
            "No share is zero, and something was observed.",
            "Nenhuma fração é zero, e algo foi observado.",
        ),
        body="""
        total = sum(observed)
        pairs = zip(observed, shares)
        return sum((o - s * total) ** 2 / (s * total) for o, s in pairs)
        """,
        edges=lambda rng: [
            ([0, rng.randint(1, 30)], [0.5, 0.5]),
            ([30, 10], [0.75, 0.25]),
            ([0, 0, 1, rng.randint(2, 9)], [0.1, 0.2, 0.3, 0.4]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A category with the share 0 adds nothing if it was not observed, and makes the
            statistic infinite if it was. Without any observation the statistic is 0.0.""",
            pt="""Uma categoria com a fração 0 não acrescenta nada se não foi observada, e torna a
            estatística infinita se foi. Sem nenhuma observação, a estatística é 0.0.""",
        ),
        body="""
        total = sum(observed)
        statistic = 0.0
        for count, share in zip(observed, shares):
            if share > 0 and total > 0:
                statistic += (count - share * total) ** 2 / (share * total)
            elif count > 0:
                return float("inf")
        return statistic
        """,
        edges=lambda rng: [
            ([], []),
            ([0, 0], [0.5, 0.5]),
            ([rng.randint(1, 9), 0, 5], [0.5, 0.0, 0.5]),
            ([4, rng.randint(1, 9), 5], [0.5, 0.0, 0.5]),
            ([rng.randint(2, 9), 1], [1.0, 0.0]),
        ],
    ),
    oracle=_fit_oracle,
)


def _answers(rng: Random, size: int) -> Args:
    regions = [rng.choice(["north", "south", "são"]) for _ in range(size)]
    return _survey(regions, [rng.choice(["yes", "no"]) for _ in range(size)])


def _survey(regions: Sequence[str | None], answers: Sequence[str | None]) -> Args:
    columns: dict[str, Any] = {"region": regions, "answer": answers}
    return (pd.DataFrame({name: pd.Series(own, dtype=object) for name, own in columns.items()}),)


def _crosstab_oracle(df: pd.DataFrame) -> object:
    counted = df.dropna().groupby(["region", "answer"]).size().unstack(fill_value=0)
    return counted.astype("int64")


_CROSSTAB = levels(
    "crosstab",
    doc="Return the table of counts by region and answer.",
    ask=text(
        en="""The DataFrame `df` has the columns "region" and "answer". Return the contingency table
        as a DataFrame, as pd.crosstab makes it: one row per region, one column per answer, both in
        alphabetical order, with the number of cases in each cell.""",
        pt="""O DataFrame `df` tem as colunas "region" e "answer". Retorne a tabela de contingência
        como um DataFrame, como faz pd.crosstab: uma linha por região, uma coluna por resposta, as
        duas em ordem alfabética, com o número de casos em cada célula.""",
    ),
    signature="def contingency(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_answers,
    easy=Level(
        contract=text("The table has rows, without gaps.", "A tabela tem linhas, sem lacunas."),
        imports="import pandas as pd",
        body='return pd.crosstab(df["region"], df["answer"])',
        edges=lambda rng: [
            _survey(["a", "a", "b"], ["yes", "yes", rng.choice(["no", "x"])]),
            _survey(["b", "a", "c"], [rng.choice(["yes", "no", "x"])] * 3),
            _survey([rng.choice("abc")], ["yes"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""None marks a gap: a case with a gap in either column is not counted. Some case is
            always complete. The answers "yes" and "no" always get a column, with zeros if
            need be.""",
            pt="""None marca uma lacuna: um caso com lacuna em qualquer das colunas não é contado.
            Sempre há algum caso completo. As respostas "yes" e "no" sempre ganham uma coluna, com
            zeros se preciso.""",
        ),
        imports="import pandas as pd",
        body="""
        rows = df.dropna()
        table = pd.crosstab(rows["region"], rows["answer"])
        names = table.columns.union(["no", "yes"]).rename("answer")
        return table.reindex(columns=names, fill_value=0)
        """,
        edges=lambda rng: [
            _survey(["b", "a", None], ["maybe", rng.choice(["maybe", "zero"]), "yes"]),
            _survey(["a", "b", "c"], [None, "no", rng.choice(["no", "yes"])]),
            _survey([None, "a", "a"], ["no", None, rng.choice(["yes", "later"])]),
            _survey(["d", None, "d", "c"], ["no", "no", None, rng.choice(["no", "maybe"])]),
        ],
    ),
    oracle=lambda df: (
        _crosstab_oracle(df) if {"yes", "no"} <= set(df.dropna()["answer"]) else NotImplemented
    ),
)


def _independence_oracle(table: pd.DataFrame) -> object:
    counts = table.to_numpy()
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)] if counts.size else counts
    if min(counts.shape) < 2:
        return 0.0
    return float(stats.chi2_contingency(counts, correction=False).statistic)


_INDEPENDENCE = levels(
    "independence",
    doc="Return Pearson's chi-squared statistic of a table.",
    ask=text(
        en="""`table` is a DataFrame of counts, one row per group and one column per answer. Return
        Pearson's chi-squared statistic of independence, the sum over all cells of (count -
        expected)**2 / expected, where expected = row total * column total / grand total. Make no
        continuity correction.""",
        pt="""`table` é um DataFrame de contagens, uma linha por grupo e uma coluna por resposta.
        Retorne a estatística qui-quadrado de independência de Pearson, a soma sobre todas as
        células de (contagem - esperado)**2 / esperado, em que esperado = total da linha * total da
        coluna / total geral. Não faça correção de continuidade.""",
    ),
    signature="def chi_squared(table: pd.DataFrame) -> float:",
    ordinary=tables,
    easy=Level(
        contract=text(
            "No row and no column consists of zeros only.",
            "Nenhuma linha e nenhuma coluna tem só zeros.",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        counts = table.to_numpy(dtype=float)
        rows, columns = counts.sum(axis=1), counts.sum(axis=0)
        expected = np.outer(rows, columns) / counts.sum()
        return float(((counts - expected) ** 2 / expected).sum())
        """,
        edges=lambda rng: [
            as_table([[0, rng.randint(1, 9)], [7, 0]]),
            as_table([[1, 2], [rng.randint(10, 20), 40]]),
            as_table(counts_of(rng, 1, 3)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""First remove rows and columns that hold only zeros. If fewer than two rows or
            fewer than two columns are left, return 0.0.""",
            pt="""Primeiro remova as linhas e as colunas que só têm zeros. Se sobram menos de duas
            linhas ou menos de duas colunas, retorne 0.0.""",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        counts = table.to_numpy(dtype=float)
        counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
        rows, columns = counts.sum(axis=1), counts.sum(axis=0)
        expected = np.outer(rows, columns) / counts.sum()
        return float(((counts - expected) ** 2 / expected).sum())
        """,
        edges=lambda rng: [
            as_table([[0, 0], [0, 0]]),
            as_table([[0, 0, 0], [*counts_of(rng, 1, 3)[0]], [4, 0, 9]]),
            as_table([[3, 0, rng.randint(1, 9)], [5, 0, 1]]),
            as_table([[rng.randint(1, 9), 0], [5, 0]]),
            as_table([[1, rng.randint(1, 5)], [0, 1]]),
        ],
    ),
    oracle=_independence_oracle,
)


_MISTAKES = (
    Mistake(
        "goodness_of_fit",
        "return sum((o - s * sum(observed)) ** 2 for o, s in zip(observed, shares))",
    ),
    Mistake(
        "crosstab",
        'return pd.crosstab(df["answer"], df["region"])',
        imports="import pandas as pd",
    ),
    Mistake(
        "independence",
        """
        e = table.to_numpy().mean()
        return float(((table.to_numpy() - e) ** 2 / e).sum())
        """,
        imports="import pandas as pd",
    ),
)

FAMILY = Family(
    "analyse_statistics.chi_squared",
    CoderAction.ANALYSE_STATISTICS,
    (*_FIT, *_CROSSTAB, *_INDEPENDENCE, *HELDOUT, *ADVANCED),
    mistakes=_MISTAKES,
)
