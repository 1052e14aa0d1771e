"""Return the absolute loadings of the first component."""

from random import Random

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from parelha.tasks.draws import Args, numbers

from ._shared import draw_rows


def loadings(df: pd.DataFrame) -> dict[str, float]:
    """Return the absolute loadings of the first component."""
    known = df.select_dtypes("number").dropna()
    known = known.loc[:, known.nunique() > 1]
    if known.empty:
        return {}
    z = ((known - known.mean()) / known.std()).to_numpy()
    axis = np.linalg.eigh(z.T @ z)[1][:, -1]
    return {name: abs(float(v)) for name, v in zip(known.columns, axis)}


def ordinary(rng: Random, size: int) -> Args:
    frame = pd.DataFrame(draw_rows(rng, size), columns=["a", "b", "c"])
    frame["d"] = 7.0
    frame["town"] = "Évora"
    if size > 6:
        frame.loc[rng.randint(0, size - 1), "b"] = np.nan
    return (frame,)


def edges(rng: Random) -> list[Args]:
    gap = np.nan
    some = numbers(rng, 4)
    return [
        (pd.DataFrame({"a": some, "t": ["x", "y", "z", "w"]}),),
        (pd.DataFrame({"a": some, "b": [1.0, gap, 3.0, 8.0]}, index=[5, 5, 6, 7]),),
        (pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [5.0, 5.0, gap], "c": [3.0, 9.0, some[0]]}),),
        (pd.DataFrame({"a": [gap, 1.0], "b": [2.0, some[0]]}),),
        (pd.DataFrame({"t": ["x", "y"]}),),
        (pd.DataFrame({"n": [1, 2, 4, 9], "a": some, "flat": [0.0, 0.0, 0.0, 0.0]}),),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.select_dtypes("number").dropna()
    varied = [name for name in known if known[name].nunique() > 1]
    if not varied:
        return {}
    scaled = StandardScaler().fit_transform(known[varied].to_numpy(dtype=float))
    model = PCA(1, svd_solver="full").fit(scaled)
    loadings = np.abs(model.components_[0])
    return {name: float(v) for name, v in zip(varied, loadings, strict=True)}
