"""Winsorising at levels 3 and 4: columns of a matrix, groups, and sigma clipping in rounds."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers, with_outliers
from parelha.tasks.family import Args, Variant, advanced, text


def _array(values: Any) -> Any:
    return np.array(values, dtype=np.float64)


def _matrix(rng: Random, size: int) -> Args:
    columns = []
    for _ in range(3):
        column = with_outliers(rng, size)
        for place in rng.sample(range(size), max(1, size // 10)):
            column[place] = math.nan
        columns.append(column)
    return _array(columns).T.copy(), rng.choice([0.05, 0.1, 0.25])


def _columns_oracle(x: Any, p: float) -> object:
    frame = pd.DataFrame(x, dtype=float)
    clipped = frame.apply(lambda column: column.clip(column.quantile(p), column.quantile(1.0 - p)))
    return clipped.fillna(clipped.mean()).fillna(0.0).to_numpy()


_COLUMNS = advanced(
    "columns",
    3,
    doc="Return the matrix with winsorised columns and without gaps.",
    ask=text(
        en="""Clean the numpy array `x` of shape (rows, columns), one column at a time. First
        winsorise the column: its known values below their quantile `p` become that quantile, and
        those above their quantile 1 - `p` become that one (np.quantile's default, linear
        interpolation; NaN is not a known value). Then replace each NaN by the mean of the column's
        winsorised values. A column without known values becomes all 0.0. There is at least one row
        and one column. Return a new array of the same shape.""",
        pt="""Limpe o array numpy `x` de formato (linhas, colunas), uma coluna por vez. Primeiro
        winsorize a coluna: os valores conhecidos abaixo do quantil `p` deles viram esse quantil, e
        os que estão acima do quantil 1 - `p` viram este último (padrão de np.quantile, interpolação
        linear; NaN não é um valor conhecido). Depois substitua cada NaN pela média dos valores
        winsorizados da coluna. Uma coluna sem valores conhecidos fica toda com 0.0. Há pelo menos
        uma linha e uma coluna. Retorne um novo array do mesmo formato.""",
    ),
    signature="def clean(x: np.ndarray, p: float) -> np.ndarray:",
    ordinary=_matrix,
    imports="import numpy as np",
    body="""
    cleaned = np.zeros(x.shape)
    for place, column in enumerate(x.T):
        known = column[~np.isnan(column)]
        if known.size:
            low, high = np.quantile(known, [p, 1 - p])
            mean = np.clip(known, low, high).mean()
            clipped = np.clip(column, low, high)
            cleaned[:, place] = np.where(np.isnan(column), mean, clipped)
    return cleaned
    """,
    edges=lambda rng: [
        (_array([[math.nan]]), 0.1),
        (_array([numbers(rng, 3)]), 0.1),
        (_array([[1.0, math.nan], [math.nan, math.nan], numbers(rng, 2)]), 0.0),
        (_array([[v, math.nan] for v in (1.0, 2.0, 90.0, *numbers(rng, 3))]), 0.2),
        (_array([[v] for v in (*numbers(rng, 5), math.nan, math.nan)]), 0.5),
    ],
    oracle=_columns_oracle,
)


def _grouped(rng: Random, size: int) -> Args:
    num_groups = max(2, size // 25)
    groups = [rng.randrange(num_groups) for _ in range(size)]
    if size > 60:
        groups = [group if group else rng.choice([0, 1, 1, 1, 1]) for group in groups]
    return _array(with_outliers(rng, size, 2)), np.array(groups, dtype=np.int64), 0.1


def _grouped_oracle(x: Any, groups: Any, p: float) -> object:
    frame = pd.DataFrame({"x": x, "group": groups})
    by_group = frame.groupby("group")["x"]
    low = by_group.transform(lambda values: values.quantile(p))
    high = by_group.transform(lambda values: values.quantile(1.0 - p))
    small = by_group.transform("size") < 5
    return frame["x"].clip(low, high).where(~small, frame["x"]).to_numpy(dtype=float)


_GROUPS = advanced(
    "within_groups",
    4,
    doc="Return the values winsorised within their groups.",
    ask=text(
        en="""The numpy arrays `x` (floats) and `groups` (ints) have the same length: x[i] belongs
        to the group groups[i]. Winsorise each group on its own: values below the group's quantile
        `p` become that quantile, values above its quantile 1 - `p` become that one, by np.quantile
        with linear interpolation. Groups with fewer than 5 values stay as they are. Return a new
        array in the order of `x`.""",
        pt="""Os arrays numpy `x` (floats) e `groups` (ints) têm o mesmo comprimento: x[i] pertence
        ao grupo groups[i]. Winsorize cada grupo por si: valores abaixo do quantil `p` do grupo
        viram esse quantil, valores acima do quantil 1 - `p` viram este último, por np.quantile com
        interpolação linear. Grupos com menos de 5 valores ficam como estão. Retorne um novo array
        na ordem de `x`.""",
    ),
    signature="def by_group(x: np.ndarray, groups: np.ndarray, p: float) -> np.ndarray:",
    ordinary=_grouped,
    imports="import numpy as np",
    body="""
    result = x.copy()
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order])) + 1
    for members in np.split(order, starts):
        if members.size >= 5:
            low, high = np.quantile(x[members], [p, 1 - p])
            result[members] = np.clip(x[members], low, high)
    return result
    """,
    edges=lambda rng: [
        (_array([]), np.array([], dtype=np.int64), 0.1),
        (_array(numbers(rng, 4)), np.array([1, 1, 1, 1]), 0.25),
        (_array(numbers(rng, 5)), np.array([1, 1, 1, 1, 1]), 0.25),
        (_array(numbers(rng, 12)), np.array([7, -3] * 6), 0.2),
        (_array(numbers(rng, 11)), np.array([0] * 6 + [9] + [0, 2, 2, 2]), 0.1),
    ],
    oracle=_grouped_oracle,
)


def _exposures(rng: Random, size: int) -> Args:
    num_spikes = max(1, size // 50)
    values = with_outliers(rng, size - num_spikes, num_spikes)
    return _array(values + [values[0] + 400.0 * k for k in range(1, num_spikes + 1)]), 3.0, 10


_CLIPPING = advanced(
    "sigma_clipping",
    4,
    heldout=True,
    doc="Return the mean, spread and size of what survives sigma clipping.",
    ask=text(
        en="""Astronomers clean pixel stacks by sigma clipping. Start from all finite numbers in the
        numpy array `pixels`. In every round compute mean and population standard deviation of the
        numbers still in use, then take out those whose distance from this mean exceeds `kappa`
        standard deviations. Stop after a round that takes nothing out, and after `rounds` rounds at
        the latest. The answer is (mean, standard deviation, count) of the numbers in use at the
        end, where the count is an int; if there are no finite numbers it is (0.0, 0.0, 0).""",
        pt="""Astrônomos limpam pilhas de pixels por sigma clipping. Comece com todos os números
        finitos do array numpy `pixels`. Em cada rodada calcule a média e o desvio padrão
        populacional dos números ainda em uso e depois retire aqueles cuja distância a essa média
        excede `kappa` desvios padrão. Pare após uma rodada que não retira nada, e no máximo após
        `rounds` rodadas. A resposta é (média, desvio padrão, contagem) dos números em uso no fim,
        em que a contagem é um int; se não há números finitos, ela é (0.0, 0.0, 0).""",
    ),
    signature="def sigma_clip(pixels: np.ndarray, kappa: float, rounds: int) -> object:",
    ordinary=_exposures,
    imports="import numpy as np",
    body="""
    used = pixels[np.isfinite(pixels)]
    if used.size == 0:
        return 0.0, 0.0, 0
    for _ in range(rounds):
        near = np.abs(used - used.mean()) <= kappa * used.std()
        if near.all():
            break
        used = used[near]
    return float(used.mean()), float(used.std()), int(used.size)
    """,
    edges=lambda rng: [
        (_array([]), 3.0, 5),
        (_array([math.nan, math.inf]), 3.0, 5),
        (_array([*numbers(rng, 1), math.nan]), 3.0, 1),
        (_array([*numbers(rng, 6), 500.0, 9000.0]), 2.0, 0),
        (_array([*numbers(rng, 6), 500.0, 9000.0, math.inf]), 2.0, 1),
        (_array([*numbers(rng, 6), 500.0, 9000.0, -math.inf]), 2.0, 9),
    ],
)

ADVANCED: tuple[Variant, ...] = (_COLUMNS, _GROUPS, _CLIPPING)
