"""Return the sum of payments by surviving account."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import ledger_of


def merge(payments: pd.DataFrame, mergers: pd.DataFrame) -> pd.Series:
    """Return the sum of payments by surviving account."""
    final = dict(zip(mergers["old"], mergers["new"]))

    def survivor(name: str) -> str:
        chain = []
        while name in final:
            chain.append(name)
            name = final[name]
        final.update(dict.fromkeys(chain, name))
        return name

    inward = payments[payments["amount"] > 0.0]
    owner = inward["id"].map(survivor)
    sums = inward["amount"].groupby(owner).sum().rename_axis(None)
    return sums[sums >= 4.95]


def _off_border(rng: Random, size: int) -> list[float]:
    """Return amounts that are multiples of 0.1: no sum of them comes near the limit of 4.95."""
    return numbers(rng, size, -20.0, 90.0)


def ordinary(rng: Random, size: int) -> Args:
    ids = [f"c{number}" for number in range(max(4, size // 4))]
    order = rng.sample(ids, len(ids))
    merged = [(old, rng.choice(order[place + 1 :])) for place, old in enumerate(order[:-1])]
    merged = [pair for pair in merged if rng.random() < 0.6]
    if size > 100:
        merged = [(old, order[place + 1]) for place, old in enumerate(order[:-3])]
    rng.shuffle(merged)
    mergers = pd.DataFrame(
        {
            "old": pd.Series([old for old, _ in merged], dtype="str"),
            "new": pd.Series([new for _, new in merged], dtype="str"),
        }
    )
    payments = ledger_of(rng.choices(ids, k=size), _off_border(rng, size))
    return payments, mergers


def _mergers(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    old = pd.Series([pair[0] for pair in pairs], dtype="str")
    return pd.DataFrame({"old": old, "new": pd.Series([pair[1] for pair in pairs], dtype="str")})


def edges(rng: Random) -> list[Args]:
    return [
        (ledger_of(["b", "a", "b"], numbers(rng, 3)), _mergers([])),
        (ledger_of(["a", "b", "c"], numbers(rng, 3)), _mergers([("a", "b"), ("b", "c")])),
        (
            ledger_of(["a", "d", "e"], [6.5, 0.7, float(rng.randint(5, 9))]),
            _mergers([("b", "c"), ("a", "b"), ("c", "d")]),
        ),
        (ledger_of(["x", "y", "z"], numbers(rng, 3)), _mergers([("x", "w"), ("z", "w")])),
        (ledger_of(["d", "c", "d"], numbers(rng, 3)), _mergers([("d", "a"), ("q", "c")])),
    ]


def oracle(payments: pd.DataFrame, mergers: pd.DataFrame) -> object:
    successor = dict(zip(mergers["old"], mergers["new"], strict=True))
    totals: dict[str, float] = {}
    for name, amount in zip(payments["id"], payments["amount"], strict=True):
        while name in successor:
            name = successor[name]
        totals[str(name)] = totals.get(str(name), 0.0) + max(float(amount), 0.0)
    large = {name: total for name, total in totals.items() if total >= 4.95}
    return pd.Series(large, dtype="float64", name="amount").sort_index()
