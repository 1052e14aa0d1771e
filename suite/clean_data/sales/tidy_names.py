"""Return the product names in one way of writing."""

from random import Random

from parelha.tasks.draws import PRODUCTS, Args


def tidy_names(names: list[str]) -> list[str]:
    """Return the product names in one way of writing."""
    return [name.strip().lower() for name in names]


def tidy_names_level_2(names: list[str]) -> list[str]:
    """Return the product names in one way of writing."""
    tidy = [" ".join(name.split()).lower() for name in names]
    return [name for name in tidy if name]


def ordinary(rng: Random, size: int) -> Args:
    names: list[str] = []
    for _ in range(size):
        name = rng.choice([*PRODUCTS, "green tea", "ice cream"])
        name = rng.choice([name, name.upper(), name.title()])
        names.append(" " * rng.randint(0, 2) + name + " " * rng.randint(0, 2))
    return (names,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", "  "],),
        (["MAÇÃ ", " Pão", rng.choice(PRODUCTS)],),
        (["\tTea\n", "  A1 "],),
        (["Green Tea", "green tea", " GREEN TEA"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["green   tea", "Ice \t Cream"],),
        (["", rng.choice(PRODUCTS), " \n"],),
        ([" café   com  leite "],),
    ]
