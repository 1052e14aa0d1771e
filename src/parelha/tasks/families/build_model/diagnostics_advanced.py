"""Diagnostics of regressions at levels 3 and 4: influence, reports by group, calibration."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Matrix = npt.NDArray[np.float64]


def _trial(rng: Random, size: int) -> Args:
    rows = [numbers(rng, 2, -9.0, 9.0) for _ in range(size)]
    ys = [round(3.0 + 2.0 * a - b + rng.gauss(0.0, 4.0), 1) for a, b in rows]
    if size < 6:  # a plane needs more points than that to leave residuals
        rows = [row[:1] for row in rows]
    return np.array(rows), np.array(ys)


def _trial_edges(rng: Random) -> list[Args]:
    ys = numbers(rng, 6)
    one = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [60.0]])
    return [
        (one, np.array(ys)),
        (one, np.array([math.nan, *ys[1:]])),
        (one[:2], np.array(ys[:2])),
        (np.array([[1.0], [2.0], [math.nan], [9.0], [5.0]]), np.array(ys[:5])),
        (np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 2.5]]), np.array(ys[:4])),
    ]


def _cook_oracle(x: Matrix, y: Matrix) -> object:
    result = np.full(len(x), np.nan)
    known = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    a, b = x[known], y[known]
    width = x.shape[1] + 1
    if len(a) <= width:
        return result
    full = LinearRegression().fit(a, b)
    noise = float(((b - full.predict(a)) ** 2).sum()) / (len(a) - width)
    found = []
    for place in range(len(a)):  # the definition: refit without each point in turn
        rest = np.arange(len(a)) != place
        without = LinearRegression().fit(a[rest], b[rest])
        if np.linalg.matrix_rank(np.column_stack([np.ones(rest.sum()), a[rest]])) < width:
            return NotImplemented
        moved = full.predict(a) - without.predict(a)
        found.append(float(moved @ moved) / (width * noise))
    result[known] = found
    return result


_COOK = advanced(
    "cooks_distance",
    3,
    doc="Return Cook's distance of every trial.",
    ask=text(
        en="""Which single trials sway a regression? Row i of the array `x` (shape (n, p)) holds the
        settings of trial i, `y`[i] its outcome. Regress y on the columns of x with an intercept,
        over the trials free of NaN. With q = p + 1 coefficients, the leverages h (diagonal of X @
        inv(X.T @ X) @ X.T, X being x preceded by a column of ones), the misses e and s2 = sum(e**2)
        / (m - q) for m such trials, Cook's distance is e**2 / (q * s2) * h / (1 - h)**2. The answer
        is an array of n distances, NaN for trials with a NaN; it is NaN throughout when m is not
        greater than q.""",
        pt="""Que ensaios isolados desviam uma regressão? A linha i do array `x` (forma (n, p)) traz
        os ajustes do ensaio i, `y`[i] o resultado dele. Faça a regressão de y sobre as colunas de x
        com intercepto, com os ensaios livres de NaN. Com q = p + 1 coeficientes, as alavancagens h
        (diagonal de X @ inv(X.T @ X) @ X.T, sendo X o x precedido de uma coluna de uns), os erros e
        e s2 = soma(e**2) / (m - q) para m desses ensaios, a distância de Cook é e**2 / (q * s2) * h
        / (1 - h)**2. A resposta é um array de n distâncias, NaN para ensaios com NaN; ela é toda
        NaN quando m não é maior que q.""",
    ),
    signature="def cook(x: np.ndarray, y: np.ndarray) -> np.ndarray:",
    ordinary=_trial,
    imports="import numpy as np",
    body="""
    result = np.full(len(x), np.nan)
    known = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    design = np.column_stack([np.ones(known.sum()), x[known]])
    m, q = design.shape
    if m > q:
        inverse = np.linalg.inv(design.T @ design)
        lever = ((design @ inverse) * design).sum(axis=1)
        misses = y[known] - design @ (inverse @ (design.T @ y[known]))
        noise = (misses**2).sum() / (m - q)
        result[known] = misses**2 / (q * noise) * lever / (1 - lever) ** 2
    return result
    """,
    edges=_trial_edges,
    oracle=_cook_oracle,
)


def _forecasts(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        real = round(rng.uniform(10.0, 90.0), 1)
        guess = round(real + rng.gauss(2.0, 6.0), 1)
        rows.append((rng.choice(["north", "south", "east"]), real, guess))
        if rng.random() < 0.05:
            rows[-1] = (rows[-1][0], real, math.nan)
    return (pd.DataFrame(rows, columns=["area", "real", "guess"]),)


def _report_oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    rows = {}
    for area in sorted(set(known["area"])):
        own = known[known["area"] == area]
        real, guess = own["real"].to_numpy(), own["guess"].to_numpy()
        rows[area] = (
            len(own),
            float(np.mean(guess) - np.mean(real)),
            float(mean_absolute_error(real, guess)),
            float(root_mean_squared_error(real, guess)),
        )
    table = pd.DataFrame(list(rows.values()), columns=["count", "bias", "mae", "rmse"])
    table = table.astype({"count": "int64", "bias": float, "mae": float, "rmse": float})
    return table.set_index(pd.Index(list(rows), name="area"))


def _report_edges(rng: Random) -> list[Args]:
    def frame(areas: str, real: list[float], guess: list[float]) -> Args:
        table = {"area": pd.Series(list(areas), dtype=object)}
        numeric = {
            "real": pd.Series(real, dtype="float64"),
            "guess": pd.Series(guess, dtype="float64"),
        }
        return (pd.DataFrame(table | numeric),)

    gap = math.nan
    return [
        frame("", [], []),
        frame("ab", [gap, 1.0], [2.0, gap]),
        frame("ba", numbers(rng, 2), numbers(rng, 2)),
        frame("aba", [1.0, 2.0, gap], [3.0, gap, float(rng.randint(1, 9))]),
        frame("bbaab", numbers(rng, 5), [*numbers(rng, 4), gap]),
    ]


_REPORT = advanced(
    "area_report",
    4,
    doc="Return a table of the errors in every area.",
    ask=text(
        en="""Draw up an error report. In the table `df` (a DataFrame) each row has an `area`, the
        `real` value and the `guess` of a model; rows in which real or guess is NaN do not enter.
        With miss = guess - real, report for each area the columns `count` (rows entered, int),
        `bias` (average miss), `mae` (average absolute miss) and `rmse` (root of the average squared
        miss). The report is a DataFrame indexed by area, the index named "area", in ascending order
        of area; areas without rows that enter are not in it. Thousands of rows can come.""",
        pt="""Elabore um relatório de erros. Na tabela `df` (um DataFrame) cada linha tem uma
        `area`, o valor real `real` e o palpite `guess` de um modelo; linhas em que real ou guess é
        NaN não entram. Com erro = guess - real, informe para cada área as colunas `count` (linhas
        que entraram, int), `bias` (erro médio), `mae` (erro absoluto médio) e `rmse` (raiz do erro
        quadrático médio). O relatório é um DataFrame indexado pela área, com índice chamado "area",
        em ordem crescente de área; áreas sem linhas que entram não estão nele. Podem vir milhares
        de linhas.""",
    ),
    signature="def report(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_forecasts,
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["real", "guess"])
    miss = known["guess"] - known["real"]
    area = known["area"]
    return pd.DataFrame(
        {
            "count": miss.groupby(area).size(),
            "bias": miss.groupby(area).mean(),
            "mae": miss.abs().groupby(area).mean(),
            "rmse": (miss**2).groupby(area).mean() ** 0.5,
        }
    )
    """,
    edges=_report_edges,
    oracle=_report_oracle,
)


def _ranks_args(rng: Random, size: int) -> Args:
    size = max(size, 4)
    fitted = [float(rng.randint(0, 2 * size)) for _ in range(size)]
    spread = [abs(rng.gauss(0.0, 1.0 + value / size)) for value in fitted]
    return fitted, [round(rng.choice((-1, 1)) * s, 1 if size < 300 else 2) for s in spread]


def _ranks_oracle(fitted: list[float], misses: list[float]) -> object:
    if len(set(fitted)) < 2 or len({abs(miss) for miss in misses}) < 2:
        return 0.0
    return float(spearmanr(fitted, np.abs(misses)).statistic)


_SPREAD = advanced(
    "growing_spread",
    4,
    doc="Return the rank correlation of fitted values and the size of misses.",
    ask=text(
        en="""Do misses grow with the fitted value? Rank the list `fitted`, and separately the
        absolute values of `misses`: the smallest gets rank 1, and equal numbers share the average
        of the ranks they take up. Settle on the correlation of the two rank lists: with both
        reduced by their average, the sum of products over the root of the product of both sums of
        squares. It is 0.0 where one list is constant or has fewer than two entries. The lists can
        be long and full of equal numbers: rank by sorting.""",
        pt="""Os erros crescem com o valor ajustado? Classifique por postos a lista `fitted` e,
        separadamente, os valores absolutos de `misses`: o menor recebe o posto 1, e números iguais
        dividem a média dos postos que ocupam. Chegue à correlação das duas listas de postos: com
        ambas reduzidas da sua média, a soma dos produtos dividida pela raiz do produto das duas
        somas de quadrados. Ela é 0.0 quando uma lista é constante ou tem menos de duas entradas. As
        listas podem ser longas e cheias de números iguais: obtenha os postos ordenando.""",
    ),
    signature="def spread_trend(fitted: list[float], misses: list[float]) -> float:",
    ordinary=_ranks_args,
    imports="import math",
    body="""
    def centred_ranks(values: list[float]) -> list[float]:
        ordered = sorted(values)
        first: dict[float, int] = {}
        last: dict[float, int] = {}
        for rank, value in enumerate(ordered):
            first.setdefault(value, rank)
            last[value] = rank
        return [first[v] + last[v] - (len(values) - 1) for v in values]

    a = centred_ranks(fitted)
    b = centred_ranks([abs(miss) for miss in misses])
    bottom = math.sqrt(sum(u * u for u in a) * sum(v * v for v in b))
    return sum(u * v for u, v in zip(a, b)) / bottom if bottom else 0.0
    """,
    edges=lambda rng: [
        ([], []),
        (numbers(rng, 1), [2.0]),
        ([3.0, 3.0, 3.0], numbers(rng, 3)),
        ([1.0, 2.0, 3.0], [2.0, -2.0, 2.0]),
        ([1.0, 2.0, 3.0, 4.0], [-1.0, 2.0, -3.0, float(rng.randint(4, 9))]),
        ([5.0, 1.0, 5.0, 2.0], [0.5, -4.0, -0.5, float(rng.randint(1, 3))]),
    ],
    oracle=_ranks_oracle,
)

ADVANCED: tuple[Variant, ...] = (_COOK, _REPORT, _SPREAD)
