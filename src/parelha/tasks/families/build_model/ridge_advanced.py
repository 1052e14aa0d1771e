"""Ridge regression at levels 3 and 4: scaling, choice of the penalty, moving windows."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import Ridge

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _design(rng: Random, size: int) -> Args:
    rows = [[*numbers(rng, 2, -9.0, 9.0), rng.randint(0, 4) * 100.0] for _ in range(size)]
    ys = [round(2.0 * a - b + c / 50.0 + rng.gauss(5.0, 3.0), 1) for a, b, c in rows]
    return np.array(rows), np.array(ys), rng.choice([0.5, 2.0, 10.0])


def _design_edges(rng: Random) -> list[Args]:
    gap = np.nan
    ys = np.array(numbers(rng, 4))
    return [
        (np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [8.0, 5.0]]), ys, 1.0),
        (np.array([[1.0, 5.0], [2.0, gap], [4.0, 6.0], [8.0, 5.0]]), ys, 1.0),
        (np.array([[1.0], [2.0], [4.0], [9.0]]), np.array([gap, *ys[1:]]), 3.0),
        (np.array([[gap, 1.0], [2.0, gap]]), ys[:2], 1.0),
        (np.array([[3.0, 1.0], [gap, 2.0]]), ys[:2], 1.0),
    ]


def _scaled_oracle(x: Vector, y: Vector, alpha: float) -> object:
    keep = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    if not keep.any():
        return np.zeros(x.shape[1] + 1)
    x, y = x[keep], y[keep]
    scale = np.where(np.ptp(x, axis=0) == 0, 1.0, x.std(axis=0))
    model = Ridge(alpha=alpha).fit(x / scale, y)
    return np.append(model.coef_ / scale, model.intercept_)


_STANDARDISED = advanced(
    "standardised",
    3,
    doc="Return ridge coefficients and intercept on the original scale.",
    ask=text(
        en="""Fit a ridge regression on standardised columns. `x` is a numpy array of shape (n, p),
        `y` one of shape (n,). First drop every row with a NaN in x or y. Then standardise each
        column of x (subtract its mean, divide by its population standard deviation) and subtract
        from y its mean; solve (z.T @ z + alpha * I) @ w = z.T @ y for the standardised columns z.
        Return an array of shape (p + 1,): the coefficients for the original, not standardised
        columns, then the intercept. A constant column has the coefficient 0.0. If no row is left,
        all are 0.0. alpha is positive.""",
        pt="""Ajuste uma regressão ridge com colunas padronizadas. `x` é um array numpy de forma (n,
        p), `y` um de forma (n,). Primeiro descarte toda linha com NaN em x ou em y. Depois
        padronize cada coluna de x (subtraia a média, divida pelo desvio padrão populacional) e
        subtraia de y a sua média; resolva (z.T @ z + alpha * I) @ w = z.T @ y para as colunas
        padronizadas z. Retorne um array de forma (p + 1,): os coeficientes para as colunas
        originais, não padronizadas, e depois o intercepto. Uma coluna constante tem coeficiente
        0.0. Se não sobra linha nenhuma, todos são 0.0. alpha é positivo.""",
    ),
    signature="def fit(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:",
    ordinary=_design,
    imports="import numpy as np",
    body="""
    keep = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    if not keep.any():
        return np.zeros(x.shape[1] + 1)
    x, y = x[keep], y[keep]
    centre = x.mean(axis=0)
    scale = np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 1.0)
    z = (x - centre) / scale
    gram = z.T @ z + alpha * np.eye(x.shape[1])
    coefficients = np.linalg.solve(gram, z.T @ y) / scale
    return np.append(coefficients, y.mean() - centre @ coefficients)
    """,
    edges=_design_edges,
    oracle=_scaled_oracle,
)


def _errors(xs: list[float], ys: list[float], alpha: float) -> float:
    """Mean squared error of leaving each point out, point by point."""
    x, y = np.array(xs), np.array(ys)
    total = 0.0
    for place, (left_x, left_y) in enumerate(zip(xs, ys, strict=True)):
        rest = np.arange(len(x)) != place
        slope = np.sum(x[rest] * y[rest]) / (np.sum(x[rest] ** 2) + alpha)
        total += float((left_y - slope * left_x) ** 2)
    return total / len(x)


def _candidates(rng: Random, size: int) -> Args:
    slope, noise = rng.uniform(0.0, 1.5), rng.uniform(1.0, 6.0)
    xs = numbers(rng, size, -3.0, 3.0)
    ys = [round(slope * x + rng.gauss(0.0, noise), 2) for x in xs]
    return xs, ys, rng.sample([0.5, 4.0, 20.0, 100.0, 900.0], rng.randint(3, 5))


def _choice_oracle(xs: list[float], ys: list[float], alphas: list[float]) -> object:
    if len(xs) < 2 or len(xs) > 300:  # quadratic
        return NotImplemented
    return min((_errors(xs, ys, alpha), alpha) for alpha in alphas)[1]


_CHOICE = advanced(
    "leave_one_out",
    4,
    doc="Return the penalty with the smallest leave-one-out error.",
    ask=text(
        en="""Choose the penalty of a ridge slope by leave-one-out. For a penalty alpha and each
        point i, fit y = b * x to all other points, b = sum(x * y) / (sum(x * x) + alpha), and take
        the squared error ys[i] - b * xs[i] of the point left out. Return the alpha of `alphas`
        whose mean squared error is smallest; on a tie, the smallest such alpha. With fewer than two
        points return the largest alpha. All alphas are positive. There can be thousands of points:
        do not add them all up again for each one left out.""",
        pt="""Escolha a penalidade de uma inclinação ridge deixando um ponto de fora por vez. Para
        uma penalidade alpha e cada ponto i, ajuste y = b * x a todos os outros pontos, b = soma(x *
        y) / (soma(x * x) + alpha), e tome o erro ao quadrado ys[i] - b * xs[i] do ponto deixado de
        fora. Retorne o alpha de `alphas` com o menor erro quadrático médio; no empate, o menor
        deles. Com menos de dois pontos, retorne o maior alpha. Todos os alphas são positivos. Pode
        haver milhares de pontos: não some todos de novo para cada um que fica de fora.""",
    ),
    signature="def choose(xs: list[float], ys: list[float], alphas: list[float]) -> float:",
    ordinary=_candidates,
    body="""
    if len(xs) < 2:
        return max(alphas)
    points = list(zip(xs, ys))
    sum_xy = sum(x * y for x, y in points)
    sum_xx = sum(x * x for x in xs)

    def error(alpha: float) -> float:
        return sum(
            (y - x * (sum_xy - x * y) / (sum_xx - x * x + alpha)) ** 2
            for x, y in points
        )

    return min((error(alpha), alpha) for alpha in alphas)[1]
    """,
    edges=lambda rng: [
        ([], [], [1.0, 3.0]),
        ([2.0], numbers(rng, 1), [5.0, 1.0, 3.0]),
        ([0.0, 0.0, 0.0], numbers(rng, 3), [9.0, 2.0, 4.0]),
        ([1.0, 3.0], [2.0, 6.0], [100.0, 0.1]),
        ([1.0, 2.0, 30.0], [10.0, 20.0, -30.0], [0.5, 5000.0]),
        ([1.0, 2.0], numbers(rng, 2), [float(rng.randint(1, 9))]),
    ],
    oracle=_choice_oracle,
)


def _daily(rng: Random, size: int) -> Args:
    rows = {
        "price": numbers(rng, size, 1.0, 9.0),
        "demand": numbers(rng, size, 0.0, 50.0),
    }
    return pd.DataFrame(rows), rng.randint(2, 6), rng.choice([1.0, 5.0])


def _daily_edges(rng: Random) -> list[Args]:
    gap = float("nan")
    demand = [*numbers(rng, 2), gap, *numbers(rng, 2)]
    price = [2.0, gap, 3.0, 5.0, 4.0]
    empty: dict[str, list[float]] = {"price": [], "demand": []}
    return [
        (pd.DataFrame({"price": price, "demand": demand}), 3, 1.0),
        (pd.DataFrame({"price": price, "demand": demand}), 1, 2.0),
        (pd.DataFrame({"price": price, "demand": demand}, index=[9, 7, 5, 3, 1]), 9, 2.0),
        (pd.DataFrame(empty, dtype="float64"), 2, 1.0),
        (pd.DataFrame({"price": [gap, gap], "demand": demand[:2]}), 2, 1.0),
    ]


def _moving_oracle(df: pd.DataFrame, window: int, penalty: float) -> object:
    known = df.dropna()
    slopes = []
    for end in range(1, len(known) + 1):
        part = known.iloc[max(0, end - window) : end]
        x, y = part["price"].to_numpy(), part["demand"].to_numpy()
        slopes.append(float(x @ y / (x @ x + penalty)))
    return pd.Series(slopes, index=known.index, dtype="float64")


_MOVING = advanced(
    "moving_slope",
    4,
    heldout=True,
    doc="Return the penalised slope of every window of days.",
    ask=text(
        en="""Follow how demand answers to the price. Remove from the DataFrame `df` the days on
        which `price` or `demand` is missing. Then look back from every remaining day over the last
        `window` remaining days, itself among them (fewer at the start), and compute from them the
        penalised slope: the total of price * demand over the total of price squared increased by
        `penalty`. The result is a Series without a name that keeps the index labels of the
        remaining days. `penalty` is positive, and a month of data or ten years may come.""",
        pt="""Acompanhe como a demanda reage ao preço. Retire do DataFrame `df` os dias em que falta
        `price` ou `demand`. De cada dia restante, olhe para trás os últimos `window` dias
        restantes, ele mesmo incluído (menos no começo), e calcule com eles a inclinação penalizada:
        o total de price * demand dividido pelo total de price ao quadrado acrescido de `penalty`. O
        resultado é uma Series sem nome que conserva os rótulos do índice dos dias restantes.
        `penalty` é positivo, e podem vir dados de um mês ou de dez anos.""",
    ),
    signature="def moving(df: pd.DataFrame, window: int, penalty: float) -> pd.Series:",
    ordinary=_daily,
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["price", "demand"])
    price, demand = known["price"], known["demand"]
    top = (price * demand).rolling(window, min_periods=1).sum()
    bottom = (price * price).rolling(window, min_periods=1).sum()
    return top / (bottom + penalty)
    """,
    edges=_daily_edges,
    oracle=_moving_oracle,
)

ADVANCED: tuple[Variant, ...] = (_STANDARDISED, _CHOICE, _MOVING)
