"""Levels 3 and 4 of outliers by z-score: repeated clipping, and rows odd in several columns."""

import math
from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import with_outliers
from parelha.tasks.family import Args, Variant, advanced, text


def _noted(rng: Random, size: int) -> Args:
    """Texts of whole numbers, some with blanks, some unreadable."""
    values = with_outliers(rng, max(size, 5), 1 + size // 15)
    noted = [
        f"{' ' * rng.randint(0, 2)}{round(value)}{' ' * rng.randint(0, 1)}" for value in values
    ]
    for _ in range(size // 12):
        noted.insert(rng.randint(0, len(noted)), rng.choice(("", "n/a", "?", " ")))
    return noted, rng.choice((1.8003, 2.2007, 2.5003))


def _clipped_oracle(texts: list[str], k: float) -> object:
    numbers = [float(note) for note in texts if any(letter.isdigit() for letter in note)]
    if not numbers:
        return 0, 0.0
    kept = stats.sigmaclip(numbers, low=k, high=k).clipped if np.ptp(numbers) else numbers
    return len(numbers) - len(kept), float(np.mean(kept))


_CLIPPED = advanced(
    "sigma_clipping",
    3,
    doc="Return how many numbers repeated clipping removes, and the mean.",
    ask=text(
        """`texts` are measurements as they were typed: whole numbers as text, maybe with blanks
        around them, maybe negative. Skip every text that is not such a number. Then clip: compute
        mean and population standard deviation of the numbers, remove all numbers that are more
        than `k` standard deviations away from the mean, and repeat this with the numbers that
        remain until a round removes none. If all numbers are equal nothing is removed. Return the
        tuple (how many numbers were removed in all rounds together, mean of those that remain);
        without any number return (0, 0.0).""",
        """`texts` são medições como foram digitadas: números inteiros em texto, talvez com espaços
        em volta, talvez negativos. Pule todo texto que não é um número assim. Depois, recorte:
        calcule a média e o desvio padrão populacional dos números, remova todos os números que
        estão a mais de `k` desvios padrão da média e repita isso com os números que restam, até
        que uma rodada não remova nenhum. Se todos os números são iguais, nada é removido. Retorne
        a tupla (quantos números foram removidos em todas as rodadas juntas, média dos que restam);
        sem nenhum número, retorne (0, 0.0).""",
    ),
    signature="def clip(texts: list[str], k: float) -> tuple[int, float]:",
    ordinary=_noted,
    imports="from statistics import fmean, pstdev",
    body="""
    numbers = []
    for note in texts:
        if note.strip().removeprefix("-").isdecimal():
            numbers.append(int(note))
    if not numbers:
        return 0, 0.0
    rest, before = numbers, 0
    while len(rest) != before:
        before = len(rest)
        centre, reach = fmean(rest), k * pstdev(rest)
        rest = [v for v in rest if abs(v - centre) <= reach]
    return len(numbers) - len(rest), fmean(rest)
    """,
    edges=lambda rng: [
        ([], 2.0),
        (["", "x", " - "], rng.uniform(1.0, 2.0)),
        ([f" {rng.randint(1, 99)} "] * 4, 1.5003),
        (["7", "n/a", f"-{rng.randint(10, 99)}", "7 ", " 7", "7", "7", "7"], 2.0003),
        # The second outlier shows only when the first is gone.
        (["10", "11", "9", "10", "11", "9", "10", "30", f"{rng.randint(700, 900)}"], 2.0003),
        (["-1", "-2", "-1", "-2", "-1", "-2", f"{rng.randint(20, 40)}"], 2.2007),
    ],
    oracle=_clipped_oracle,
)


def _columns(rng: Random, size: int) -> Args:
    """Three columns of whole numbers; outlying rows are far in one column or in several."""
    table: dict[str, list[float | None]] = {
        name: [float(rng.randint(40, 60)) for _ in range(size)] for name in ("a", "b", "c")
    }
    for _ in range(1 + size // 25):
        row = rng.randrange(size)
        for name in rng.sample(["a", "b", "c"], rng.randint(1, 3)):
            table[name][row] = None if rng.random() < 0.1 else float(rng.choice((-20, 110, 130)))
    return table, rng.choice((2.0003, 2.5007)), rng.randint(1, 3)


def _rows_oracle(table: dict[str, list[float | None]], k: float, least: int) -> object:
    if not table:
        return []
    grid = np.array([[math.nan if v is None else v for v in part] for part in table.values()])
    votes = np.zeros(grid.shape[1], dtype=int)
    for part in grid.astype(float):
        known = part[~np.isnan(part)]
        if len(known) and np.ptp(known) > 0:
            votes += np.abs(part - known.mean()) > k * known.std()
    return [int(row) for row in np.flatnonzero(votes >= least)]


_ROWS = advanced(
    "rows",
    4,
    doc="Return the rows that are outliers in several columns.",
    ask=text(
        """`data` is a dict from column name to a list of numbers; all lists have the same length,
        up to several thousand, and a missing number is None. A number is an outlier in its column
        if its difference from the mean of the known numbers of the column is, in absolute value,
        greater than `k` times their population standard deviation; a column of equal numbers has
        no outliers, and None is never one. Return the indices of the rows that are outliers in at
        least `need` columns (`need` is 1 or more), in increasing order.""",
        """`data` é um dicionário do nome da coluna para uma lista de números; todas as listas têm
        o mesmo tamanho, até vários milhares, e um número ausente é None. Um número é um outlier na
        sua coluna se a sua diferença até a média dos números conhecidos da coluna é, em valor
        absoluto, maior que `k` vezes o desvio padrão populacional deles; uma coluna de números
        iguais não tem outliers, e None nunca é um. Retorne os índices das linhas que são outliers
        em pelo menos `need` colunas (`need` é 1 ou mais), em ordem crescente.""",
    ),
    signature="def odd(data: dict[str, list[float | None]], k: float, need: int) -> list[int]:",
    ordinary=_columns,
    imports="""from collections import Counter
from statistics import fmean, pstdev""",
    body="""
    votes: Counter[int] = Counter()
    for column in data.values():
        known = [value for value in column if value is not None]
        if not known:
            continue
        centre, reach = fmean(known), k * pstdev(known)
        for row, value in enumerate(column):
            if value is not None and abs(value - centre) > reach:
                votes[row] += 1
    return sorted(row for row, count in votes.items() if count >= need)
    """,
    edges=lambda rng: [
        ({}, 2.0, 1),
        ({"a": [], "b": []}, 2.0, 1),
        ({"a": [None, None], "b": [3.0, float(rng.randint(4, 9))]}, 0.5, 1),
        ({"a": [5.0] * 7, "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 1),
        ({"a": [5.0] * 6 + [-90.0], "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 2),
        ({"a": [5.0] * 6 + [None], "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 2),
    ],
    oracle=_rows_oracle,
)

ADVANCED: tuple[Variant, ...] = (_CLIPPED, _ROWS)
