"""Return the typed amounts as numbers."""

from random import Random

from parelha.tasks.draws import Args


def to_numbers(amounts: list[str]) -> list[float]:
    """Return the typed amounts as numbers."""
    return [float(amount) for amount in amounts if amount.strip()]


def to_numbers_level_2(amounts: list[str]) -> list[float]:
    """Return the typed amounts as numbers."""
    plain = [amount.replace(",", "").strip(" $") for amount in amounts]
    return [float(amount) for amount in plain if amount]


def ordinary(rng: Random, size: int) -> Args:
    amounts = [f"{rng.uniform(1.0, 2000.0):.2f}" for _ in range(max(3, size - 1))]
    for place in rng.sample(range(len(amounts)), max(1, len(amounts) // 4)):
        amounts[place] = rng.choice(["", " ", "  "])
    return ([" " * rng.randint(0, 1) + amount for amount in amounts],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", "   "],),
        ([f"{rng.randint(1, 99)}"],),
        (["0.00", " -3.50 ", "7"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["1,250.00", "$3.20"],),
        (["$ 12,000.50", "", f"{rng.randint(1, 9)},000,000"],),
        (["$0.99", " $1,000 "],),
    ]
