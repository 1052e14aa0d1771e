"""Correlation at levels 3 and 4: by group, all pairs of many columns, and partial."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

NAN = float("nan")
IMPORT = "import pandas as pd"


def _shops(rng: Random, size: int) -> Args:
    """Prices and units by shop, with a few gaps, repeated rows and small shops."""
    names = ["north", "south", "east", "west", "são"][: 2 + min(size // 20, 3)]
    shops = [rng.choice(names) for _ in range(size)]
    x = [float(rng.randint(1, 40)) for _ in range(size)]
    y = [round(90.0 - 2.0 * value + rng.gauss(0.0, 20.0), 1) for value in x]
    for column in (x, y):
        for place in rng.sample(range(size), size // 10):
            column[place] = NAN
    return _shop_table([*shops, "port", "port"], [*x, 3.0, 4.0], [*y, 8.0, 5.0])


def _shop_table(shops: list[str], x: list[float], y: list[float]) -> Args:
    table = {
        "shop": pd.Series(shops, dtype=object),
        "price": pd.Series(x, dtype=float),
        "units": pd.Series(y, dtype=float),
    }
    return (pd.DataFrame(table),)


def _by_shop_oracle(df: pd.DataFrame) -> object:
    answer = {}
    for shop in sorted(set(df["shop"])):
        own = df.loc[df["shop"] == shop, ["price", "units"]].to_numpy()
        own = own[~np.isnan(own).any(axis=1)]
        if len(own) >= 3 and len(set(own[:, 0])) > 1 and len(set(own[:, 1])) > 1:
            answer[shop] = float(np.corrcoef(own[:, 0], own[:, 1])[0, 1])
    return answer


_BY_SHOP = advanced(
    "by_shop",
    3,
    doc="Return the correlation of price and units in each shop.",
    ask=text(
        en="""The DataFrame `df` has the columns "shop" (text), "price" and "units" (floats). Drop
        every row in which the price or the units are NaN. Then compute for each shop the Pearson
        correlation of its prices and units, and return a dictionary from the name of the shop to
        the correlation as a float. Leave a shop out if it has fewer than three rows left, or if all
        its prices, or all its units, are equal. An empty table gives an empty dictionary.""",
        pt="""O DataFrame `df` tem as colunas "shop" (texto), "price" e "units" (floats). Descarte
        toda linha em que o preço ou as unidades são NaN. Depois calcule para cada loja a correlação
        de Pearson entre os seus preços e unidades, e retorne um dicionário do nome da loja para a
        correlação, como float. Deixe de fora a loja que fica com menos de três linhas, ou cujos
        preços, ou cujas unidades, são todos iguais. Uma tabela vazia dá um dicionário vazio.""",
    ),
    signature="def by_shop(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=_shops,
    imports=IMPORT,
    body="""
    result = {}
    for shop, own in df.dropna().groupby("shop"):
        price, units = own["price"], own["units"]
        varied = min(price.nunique(), units.nunique()) > 1
        if len(own) >= 3 and varied:
            result[str(shop)] = float(price.corr(units))
    return result
    """,
    edges=lambda rng: [
        _shop_table([], [], []),
        _shop_table(["a"] * 3, [2.0, 2.0, 2.0], numbers(rng, 3)),
        _shop_table(["a"] * 3 + ["b"] * 3, [1.0, 2.0, 4.0] * 2, [*numbers(rng, 3), 5.0, 5.0, 5.0]),
        _shop_table(["a"] * 3, [1.0, 2.0, NAN], [4.0, float(rng.randint(5, 9)), 6.0]),
        _shop_table(["b", "a"] * 4, [1.0, 2.0, 3.0, 5.0, NAN, 4.0, 4.0, 9.0], numbers(rng, 8)),
        _shop_table(["a", "a", "a", "b"], [1.0, 4.0, 4.0, 1.0], [2.0, 2.0, 3.0, NAN]),
    ],
    oracle=_by_shop_oracle,
)


def _sensors(rng: Random, size: int) -> Args:
    """Columns of which some follow a common signal; the limit is far from every correlation."""
    while True:
        signal = [rng.gauss(0.0, 1.0) for _ in range(size)]
        columns = {}
        for name in rng.sample(["temp", "humid", "wind", "light", "noise", "flow"], 5):
            share = rng.choice((-3.0, -1.0, 0.0, 1.0, 3.0))
            columns[name] = [round(share * s + rng.gauss(0.0, 1.0), 2) for s in signal]
        columns["fixed"] = [1.0] * size
        frame = pd.DataFrame(columns, dtype=float)
        limit = rng.choice((0.3, 0.5, 0.7, 0.9))
        strengths = np.abs(np.corrcoef(frame.drop(columns="fixed").to_numpy().T))
        if not (np.abs(strengths - limit) < 1e-4).any():
            return frame, limit


def _pairs_oracle(df: pd.DataFrame, limit: float) -> object:
    varying = [name for name in sorted(df.columns) if len(set(df[name])) > 1]
    answer = []
    for place, left in enumerate(varying):
        for right in varying[place + 1 :]:
            r = float(np.corrcoef(df[left].to_numpy(), df[right].to_numpy())[0, 1])
            if abs(r) > limit:
                answer.append((left, right, r))
    return sorted(answer, key=lambda entry: -abs(entry[2]))


def _sheet(limit: float, **columns: list[float]) -> Args:
    return pd.DataFrame(columns, dtype=float), limit


_PAIRS = advanced(
    "pairs",
    4,
    doc="Return the pairs of columns with a correlation beyond the limit.",
    ask=text(
        en="""All columns of the DataFrame `df` are floats without NaN. Which pairs of columns are
        redundant? Ignore the columns in which all values are equal. For every other pair of
        different columns compute the Pearson correlation r, and keep the pair if the absolute value
        of r is greater than `limit`. Return a list of tuples (first, second, r) in which `first`
        comes before `second` in alphabetical order, each pair once; r keeps its sign. Sort the list
        by the absolute value of r, the largest first. There are always at least two rows.""",
        pt="""Todas as colunas do DataFrame `df` são floats sem NaN. Quais pares de colunas são
        redundantes? Ignore as colunas em que todos os valores são iguais. Para cada outro par de
        colunas diferentes, calcule a correlação de Pearson r e guarde o par se o valor absoluto de
        r é maior que `limit`. Retorne uma lista de tuplas (primeira, segunda, r) em que a primeira
        vem antes da segunda em ordem alfabética, cada par uma vez; r mantém o sinal. Ordene a lista
        pelo valor absoluto de r, do maior para o menor. Há sempre pelo menos duas linhas.""",
    ),
    signature="def pairs(df: pd.DataFrame, limit: float) -> list[tuple[str, str, float]]:",
    ordinary=_sensors,
    imports="from itertools import combinations\n\nimport pandas as pd",
    body="""
    names = sorted(str(name) for name in df)
    # A column without variation has the correlation NaN, which is never kept.
    matrix = df[names].corr().to_numpy()
    found = []
    for i, j in combinations(range(len(names)), 2):
        r = float(matrix[i, j])
        if abs(r) > limit:
            found.append((names[i], names[j], r))
    return sorted(found, key=lambda pair: abs(pair[2]), reverse=True)
    """,
    edges=lambda rng: [
        _sheet(0.5, a=[1.0, 2.0, float(rng.randint(3, 9))]),
        _sheet(0.5, a=[1.0, 2.0], b=[3.0, 3.0], c=[float(rng.randint(4, 9))] * 2),
        _sheet(0.8, z=[1.0, 2.0, 4.0], a=[-1.0, -2.0, -5.0], m=numbers(rng, 3)),
        _sheet(0.95, b=[1.0, 2.0, 3.0, 4.0], a=[1.0, 3.0, 2.0, float(rng.randint(5, 9))]),
        _sheet(
            0.2, d=[5.0, 1.0, 3.0, 2.0], c=[9.0] * 4, b=[1.0, 2.0, 4.0, float(rng.randint(0, 9))]
        ),
        _sheet(0.0, y=[1.0, 2.0, 3.0], x=[0.0, 1.0, float(rng.randint(2, 9))]),
    ],
    oracle=_pairs_oracle,
)


def _three(rng: Random, size: int) -> Args:
    z = [float(rng.randint(0, 50)) for _ in range(size)]
    x = [round(0.5 * value + rng.gauss(0.0, 8.0), 1) for value in z]
    y = [round(0.3 * a - 0.8 * b + rng.gauss(0.0, 8.0), 1) for a, b in zip(x, z, strict=True)]
    rows = [list(row) for row in zip(x, y, z, strict=True)]
    for place in rng.sample(range(size), size // 8):
        rows[place][rng.randrange(3)] = NAN
    rows += [rows[rng.randrange(size)] for _ in range(size // 6)]
    return _rows([*rows, *([float(k), float(k * k % 7), float(k % 3)] for k in range(4))])


def _rows(rows: list[list[float]]) -> Args:
    columns = {name: [row[k] for row in rows] for k, name in enumerate("xyz")}
    return (pd.DataFrame(columns, dtype=float),)


def _partial_oracle(df: pd.DataFrame) -> object:
    kept = {tuple(row) for row in df.to_numpy().tolist() if np.isfinite(row).all()}
    table = np.array(sorted(kept), dtype=float).reshape(-1, 3)
    if len(table) < 4:
        return NAN
    design = np.column_stack([np.ones(len(table)), table[:, 2]])
    left, right = (
        table[:, k] - design @ np.linalg.lstsq(design, table[:, k], rcond=None)[0] for k in (0, 1)
    )
    return float(left @ right / np.sqrt((left @ left) * (right @ right)))


_PARTIAL = advanced(
    "partial",
    3,
    heldout=True,
    doc="Return the correlation of x and y with z held fixed.",
    ask=text(
        en="""In the DataFrame `df`, how closely do "x" and "y" go together once the influence of
        "z" is taken out of both? First remove incomplete rows (a NaN in any of the three columns)
        and then rows that repeat an earlier row in all three. With a, b and c the ordinary
        correlations of x with y, of x with z, and of y with z in what is left, the partial
        correlation is (a - b * c) / sqrt((1 - b**2) * (1 - c**2)). With fewer than four rows left
        it is NaN; with more, neither b nor c is ever 1 or -1.""",
        pt="""No DataFrame `df`, quão de perto "x" e "y" andam juntas depois que se tira de ambas a
        influência de "z"? Primeiro remova as linhas incompletas (um NaN em qualquer uma das três
        colunas) e depois as linhas que repetem uma anterior nas três. Sendo a, b e c as correlações
        comuns de x com y, de x com z e de y com z no que resta, a correlação parcial é (a - b * c)
        / sqrt((1 - b**2) * (1 - c**2)). Quando restam menos de quatro linhas ela é NaN; com mais,
        b e c nunca são 1 nem -1.""",
    ),
    signature="def partial(df: pd.DataFrame) -> float:",
    ordinary=_three,
    imports=IMPORT,
    body="""
    rows = df.dropna().drop_duplicates()
    if len(rows) < 4:
        return float("nan")
    a = float(rows["x"].corr(rows["y"]))
    b = float(rows["x"].corr(rows["z"]))
    c = float(rows["y"].corr(rows["z"]))
    return float((a - b * c) / ((1 - b**2) * (1 - c**2)) ** 0.5)
    """,
    edges=lambda rng: [
        _rows([]),
        _rows([[1.0, 2.0, 3.0]] * 5),
        _rows([[1.0, 2.0, 3.0], [2.0, 5.0, 1.0], [4.0, float(rng.randint(1, 9)), 0.0]]),
        _rows(
            [
                [1.0, 3.0, 0.0],
                [2.0, 1.0, 4.0],
                [7.0, float(rng.randint(5, 9)), 2.0],
                [3.0, 4.0, 1.0],
            ]
        ),
        _rows(
            [
                [1.0, 9.0, 2.0],
                [2.0, 4.0, NAN],
                [5.0, 1.0, 3.0],
                [float(rng.randint(6, 9)), 2.0, 0.0],
            ]
        ),
        _rows(
            [
                [0.0, 1.0, 0.0],
                *[[float(k), float(k * k % 5), float(rng.randint(0, 9))] for k in range(6)],
            ]
        ),
    ],
    oracle=_partial_oracle,
)


ADVANCED: tuple[Variant, ...] = (_BY_SHOP, _PAIRS, _PARTIAL)
