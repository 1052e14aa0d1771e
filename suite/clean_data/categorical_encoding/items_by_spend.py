"""Return the items with the mean spend of the baskets that hold them."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def rank(baskets: list[list[str]], spent: np.ndarray) -> list[object]:
    """Return the items with the mean spend of the baskets that hold them."""
    costs: dict[str, list[float]] = {}
    for basket, cost in zip(baskets, spent.tolist()):
        for item in set(basket):
            costs.setdefault(item, []).append(cost)
    scores = [(-float(np.mean(paid)), item) for item, paid in costs.items()]
    return [(item, -score) for score, item in sorted(scores)]


def ordinary(rng: Random, size: int) -> Args:
    top = max(4, size // 40)
    baskets = [
        rng.choices([f"i{number}" for number in range(top)], k=rng.randint(0, 4))
        for _ in range(size)
    ]
    return baskets, np.array(numbers(rng, size, 1.0, 50.0, 0), dtype=np.float64)


def edges(rng: Random) -> list[Args]:
    return [
        ([], np.array([], dtype=np.float64)),
        ([[], []], np.array(numbers(rng, 2, 1.0, 9.0, 0))),
        ([["a", "a"], ["a", "b"]], np.array([float(rng.randint(1, 9)), 20.0])),
        ([["c", "b", "a"], ["d"]], np.array([5.0, 2.0])),
        ([["x"], ["y", "x"], [], ["y"]], np.array([4.0, 4.0, float(rng.randint(5, 9)), 4.0])),
    ]


def oracle(baskets: list[list[str]], spent: np.ndarray) -> object:
    frame = pd.DataFrame({"item": pd.Series(baskets, dtype=object), "spent": spent})
    unique = frame.assign(item=frame["item"].map(lambda basket: sorted(set(basket))))
    rows = unique.explode("item").dropna()
    means = rows.groupby("item")["spent"].mean()
    order = means.reset_index().sort_values(["spent", "item"], ascending=[False, True])
    return [(str(item), float(mean)) for item, mean in order.itertuples(index=False)]
