"""Contingency tables: how strong an association is, and where; kept for evaluation."""

from random import Random

import numpy as np
import pandas as pd
from scipy.stats import contingency

from parelha.tasks.family import Args, Level, Variant, levels, text

Rows = list[list[int]]


def counts_of(rng: Random, num_rows: int, num_columns: int) -> Rows:
    """Return rows of counts from 1 to 40."""
    return [[rng.randint(1, 40) for _ in range(num_columns)] for _ in range(num_rows)]


def as_table(rows: Rows) -> Args:
    """Return a DataFrame of counts, with labels, as the only argument."""
    labels = [f"group {place}" for place in range(len(rows))]
    columns = ["yes", "no", "maybe", "later"][: len(rows[0]) if rows else 2]
    return (pd.DataFrame(rows, index=labels, columns=columns, dtype="int64"),)


def tables(rng: Random, size: int) -> Args:
    """Return a table of about `size` cells without zeros."""
    return as_table(counts_of(rng, max(2, size // 3), rng.randint(2, 4)))


def _cramer_oracle(counts: Rows) -> object:
    smaller = min(len(counts), len(counts[0]) if counts else 0)
    if smaller < 2:
        return 0.0
    return float(contingency.association(np.array(counts), method="cramer"))


_CRAMER = levels(
    "cramers_v",
    heldout=True,
    doc="Return Cramér's V of a table of counts.",
    ask=text(
        en="""How strong is the association between the rows and the columns of `counts`, a list of
        rows of whole numbers? Measure it by Cramér's V, sqrt(q / (n * (k - 1))): n is the number of
        cases, k the smaller of the numbers of rows and columns, and q the Pearson statistic, in
        which each cell contributes (c - e)**2 / e with e = (sum of its row) * (sum of its column) /
        n.""",
        pt="""Quão forte é a associação entre as linhas e as colunas de `counts`, uma lista de
        linhas de números inteiros? Meça-a pelo V de Cramér, raiz(q / (n * (k - 1))): n é o número
        de casos, k o menor entre os números de linhas e de colunas, e q a estatística de Pearson,
        para a qual cada célula contribui (c - e)**2 / e com e = (soma da sua linha) * (soma da sua
        coluna) / n.""",
    ),
    signature="def cramers_v(counts: list[list[int]]) -> float:",
    ordinary=lambda rng, size: (counts_of(rng, max(2, size // 3), rng.randint(2, 4)),),
    easy=Level(
        contract=text(
            "It is at least two by two, and every cell holds a case.",
            "Ela é de pelo menos dois por dois, e toda célula tem algum caso.",
        ),
        imports="import math",
        body="""
        n = sum(map(sum, counts))
        sums = [sum(column) for column in zip(*counts)]
        q = 0.0
        for row in counts:
            for c, total in zip(row, sums):
                e = sum(row) * total / n
                q += (c - e) ** 2 / e
        return math.sqrt(q / (n * (min(len(counts), len(sums)) - 1)))
        """,
        edges=lambda rng: [
            ([[1, 50], [50, rng.randint(1, 5)]],),
            ([[2, 4], [3, 6], [rng.randint(5, 9), 1]],),
            (counts_of(rng, 2, 4),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A table that is not at least two by two has the V 0.0, and it may have no rows at
            all. Cells may hold nothing, but never a whole row or column.""",
            pt="""Uma tabela que não é de pelo menos dois por dois tem V igual a 0.0, e pode até não
            ter linhas. Pode haver células sem nada, mas nunca uma linha ou coluna inteira.""",
        ),
        imports="import math",
        body="""
        sums = [sum(column) for column in zip(*counts)]
        k = min(len(counts), len(sums))
        if k < 2:
            return 0.0
        n, q = sum(sums), 0.0
        for row in counts:
            for c, total in zip(row, sums):
                e = sum(row) * total / n
                q += (c - e) ** 2 / e
        return math.sqrt(q / (n * (k - 1)))
        """,
        edges=lambda rng: [
            ([],),
            (counts_of(rng, 1, 3),),
            (counts_of(rng, 3, 1),),
            ([[0, rng.randint(1, 9)], [rng.randint(1, 9), 0]],),
            ([[0, 3, 5], [2, 0, rng.randint(1, 9)]],),
        ],
    ),
    oracle=_cramer_oracle,
)


def _residuals_oracle(table: pd.DataFrame) -> object:
    counts = table.to_numpy(dtype=float)
    if not counts.sum():
        return table * 0.0
    expected = contingency.expected_freq(counts)
    scale = np.sqrt(np.where(expected > 0, expected, 1.0))
    return pd.DataFrame((counts - expected) / scale, index=table.index, columns=table.columns)


_RESIDUALS = levels(
    "residuals",
    heldout=True,
    doc="Return the Pearson residuals of a table.",
    ask=text(
        en="""Which cells of the DataFrame `table` are fuller or emptier than chance would have
        them? Give a DataFrame with the same labels whose cells are the Pearson residuals: the cell
        minus its expectation, over the square root of the expectation. The expectation is what the
        totals of its row and its column, multiplied and divided by the overall total, lead one to
        expect.""",
        pt="""Quais células do DataFrame `table` estão mais cheias ou mais vazias do que o acaso as
        deixaria? Dê um DataFrame com os mesmos rótulos cujas células são os resíduos de Pearson: a
        célula menos a sua expectativa, sobre a raiz quadrada da expectativa. A expectativa é o que
        os totais da sua linha e da sua coluna, multiplicados e divididos pelo total global, fazem
        esperar.""",
    ),
    signature="def residuals(table: pd.DataFrame) -> pd.DataFrame:",
    ordinary=tables,
    easy=Level(
        contract=text(
            "Every row and every column has a case somewhere.",
            "Toda linha e toda coluna tem um caso em algum lugar.",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        cells = table.to_numpy(dtype=float)
        chance = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / cells.sum()
        gaps = (cells - chance) / np.sqrt(chance)
        return pd.DataFrame(gaps, table.index, table.columns)
        """,
        edges=lambda rng: [
            as_table([[0, rng.randint(1, 9)], [7, 0]]),
            as_table([[rng.randint(1, 99)]]),
            as_table(counts_of(rng, 4, 2)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Where the expectation is zero, write 0.0; so also everywhere in a table of
            zeros.""",
            pt="""Onde a expectativa é zero, escreva 0.0; assim também em toda parte numa tabela de
            zeros.""",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        cells = table.to_numpy(dtype=float)
        chance = np.outer(cells.sum(axis=1), cells.sum(axis=0))
        chance = chance / max(cells.sum(), 1.0)
        gaps = (cells - chance) / np.sqrt(np.where(chance > 0, chance, 1.0))
        return pd.DataFrame(gaps, table.index, table.columns)
        """,
        edges=lambda rng: [
            as_table([[0, 0], [0, 0]]),
            as_table([[0, 0, 0], [*counts_of(rng, 1, 3)[0]]]),
            as_table([[3, 0, rng.randint(1, 9)], [5, 0, 1]]),
            as_table([[1, 0], [0, rng.randint(2, 9)]]),
        ],
    ),
    oracle=_residuals_oracle,
)


HELDOUT: tuple[Variant, ...] = (*_CRAMER, *_RESIDUALS)
