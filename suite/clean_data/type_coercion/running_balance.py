"""Return the balance after each readable entry of an account."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def running_balance(entries: list[str]) -> list[float]:
    """Return the balance after each readable entry of an account."""
    balances = []
    total = 0.0
    for entry in entries:
        amount = "".join(entry.split()).replace("$", "").replace(",", "")
        if amount.startswith("(") and amount.endswith(")"):
            amount = "-" + amount[1:-1]
        try:
            total += 0.0 if amount == "-" else float(amount)
        except ValueError:
            continue
        balances.append(total)
    return balances


def ordinary(rng: Random, size: int) -> Args:
    entries = []
    for _ in range(size):
        amount = f"{rng.uniform(1.0, 4000.0):,.2f}"
        forms = (amount, f"({amount})", f" {amount} ", f"${amount}", f"($ {amount})", "-", "", "?")
        entries.append(rng.choice(forms))
    return (entries,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", " ", "?"],),
        (["-", f"{rng.randint(1, 99)}.00", "-"],),
        (["(5.00)", "( 5.00 )", "$ (5.00)", "(5.00"],),
        (["1,000,000.50", "-250.25", "abc", "5.00)"],),
        (["0.10"] * rng.randint(3, 9),),
    ]


def oracle(entries: list[str]) -> object:
    column = pd.Series(entries, dtype=object).str.replace(r"[\s$,]", "", regex=True)
    column = column.str.replace(r"^\((.*)\)$", r"-\1", regex=True).replace("-", "0")
    valid = pd.to_numeric(column, errors="coerce").astype(float).dropna()
    return [float(value) for value in valid.cumsum()]
