"""Return the groups of positions whose names have the same key."""

import re
import unicodedata
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import without_accents


def same_names(names: list[str]) -> list[list[int]]:
    """Return the groups of positions whose names have the same key."""
    groups: dict[frozenset[str], list[int]] = {}
    for place, name in enumerate(names):
        parts = unicodedata.normalize("NFKD", name.lower())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
        words = frozenset(re.findall("[a-z0-9]+", plain))
        if words:
            groups.setdefault(words, []).append(place)
    return [places for places in groups.values() if len(places) > 1]


_COMPANIES = ("Padaria São João", "Café Central", "Auto Peças Lima", "Lima Foods", "Porto Data")


def ordinary(rng: Random, size: int) -> Args:
    names = []
    for _ in range(size):
        words = [*rng.choice(_COMPANIES).split(), str(rng.randrange(max(2, size // 3)))]
        if rng.random() < 0.5:
            rng.shuffle(words)
        joined = rng.choice([" ", "  ", ", "]).join(words)
        plain = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode()
        names.append(rng.choice([joined, joined.upper(), plain, f"{joined}."]))
    return (names,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", "...", " " * rng.randint(1, 9)],),
        (["Café Central", "CENTRAL, cafe.", f"Cafe Central {rng.randint(1, 9)}"],),
        (["b a", "x", "A, B", "X x", "a b b"],),
        (["ab c", "a bc", "c-ab", "c AB"],),
        (["Ações", "acoes", "ACOES", f"acao {rng.randint(1, 9)}"],),
    ]


def oracle(names: list[str]) -> object:
    words = without_accents(pd.Series(names, dtype=object)).str.findall("[a-z0-9]+")
    keys = words.map(lambda found: " ".join(sorted(set(found))))
    members: dict[str, list[int]] = {}
    for place in keys[keys.ne("") & keys.duplicated(keep=False)].index:
        members.setdefault(str(keys[place]), []).append(int(place))
    return list(members.values())
