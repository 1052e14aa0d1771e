"""Return the ids on which two ledgers do not agree."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import ledger_of


def reconcile(books: pd.DataFrame, bank: pd.DataFrame) -> pd.DataFrame:
    """Return the ids on which two ledgers do not agree."""
    sums = []
    for ledger in (books, bank):
        key = ledger["id"].str.strip().str.upper()
        sums.append(ledger["amount"].groupby(key).sum())
    both = pd.concat(sums, axis=1, keys=["books", "bank"]).sort_index()
    filled = both.fillna(0.0)
    both["difference"] = filled["books"] - filled["bank"]
    both["status"] = "differs"
    both.loc[both["bank"].isna(), "status"] = "books only"
    both.loc[both["books"].isna(), "status"] = "bank only"
    lacking = both["books"].isna() | both["bank"].isna()
    both = both[lacking | both["difference"].ne(0.0)]
    return both.rename_axis("id").reset_index()[["id", "difference", "status"]]


def ordinary(rng: Random, size: int) -> Args:
    amounts = {f"T{number:03d}": float(rng.randint(1, 90)) for number in range(size)}
    frames = []
    for _ in range(2):
        ids = rng.choices(list(amounts), k=size)
        booked = [amounts[name] + rng.choice([0.0, 0.0, 0.0, 0.5]) for name in ids]
        ids = [rng.choice([name, name.lower(), f" {name}"]) for name in ids]
        frames.append(ledger_of(ids, booked))
    return frames[0], frames[1]


def edges(rng: Random) -> list[Args]:
    return [
        (ledger_of(["A", "b"], [1.0, 2.5]), ledger_of(["B ", "a"], [2.5, 1.0])),
        (ledger_of(["X"], [float(rng.randint(1, 9))]), ledger_of([], [])),
        (ledger_of([], []), ledger_of(["y", "Y"], [0.5, float(rng.randint(1, 9))])),
        (ledger_of(["A", "a"], [4.0, -4.0]), ledger_of(["B"], [0.0])),
        (ledger_of(["A", " a", "C"], [1.5, 2.0, 9.0]), ledger_of(["A", "c"], [3.5, 8.5])),
    ]


def _totals(ledger: pd.DataFrame) -> dict[str, float]:
    totals: dict[str, float] = {}
    for name, amount in zip(ledger["id"], ledger["amount"], strict=True):
        key = str(name).strip().upper()
        totals[key] = totals.get(key, 0.0) + float(amount)
    return totals


def oracle(books: pd.DataFrame, bank: pd.DataFrame) -> object:
    ours, theirs = _totals(books), _totals(bank)
    rows: list[tuple[str, float, str]] = []
    for name in sorted(ours.keys() | theirs.keys()):
        difference = ours.get(name, 0.0) - theirs.get(name, 0.0)
        if name not in theirs:
            rows.append((name, difference, "books only"))
        elif name not in ours:
            rows.append((name, difference, "bank only"))
        elif difference != 0.0:
            rows.append((name, difference, "differs"))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pd.DataFrame(
        {
            "id": pd.Series(list(columns[0]), dtype="str"),
            "difference": pd.Series(list(columns[1]), dtype="float64"),
            "status": pd.Series(list(columns[2]), dtype="str"),
        }
    )
