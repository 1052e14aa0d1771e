"""Return the people's names in the form used by a catalogue."""

import re
from random import Random

from parelha.tasks.draws import Args


def catalogue(people: list[str]) -> list[str]:
    """Return the people's names in the form used by a catalogue."""
    filed = []
    for person in people:
        given, _, surname = person.rpartition(" ")
        filed.append(f"{surname}, {given}")
    return filed


def catalogue_level_2(people: list[str]) -> list[str]:
    """Return the people's names in the form used by a catalogue."""
    filed = []
    for person in people:
        words = person.split()
        cut = len(words) - 1
        while cut > 1 and words[cut - 1] in ("da", "de", "do", "das", "dos"):
            cut -= 1
        parts = [" ".join(words[cut:]), " ".join(words[:cut])]
        filed.append(", ".join(part for part in parts if part))
    return filed


_GIVEN = ("Ana", "Maria Clara", "João", "Zoë", "Rui Pedro")
_SURNAMES = ("Souza", "Lima", "Silva", "Prado", "Nunes")


def ordinary(rng: Random, size: int) -> Args:
    return ([f"{rng.choice(_GIVEN)} {rng.choice(_SURNAMES)}" for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["A B C D E"],),
        ([f"{rng.choice(_GIVEN)} O'Neill", "Ana Vaz-Luz"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["Ana da Silva", f"{rng.choice(_GIVEN)} dos Santos", "Eva de Sá Lima"],),
        (["Pelé", "  Ana   Maria  Lima ", "da Silva", ""],),
        (["Rui de do Carmo", "Ana Da Silva", "de das Neves"],),
    ]


def oracle(people: list[str]) -> object:
    pattern = re.compile(r"(.+?) ((?:(?:da|de|do|das|dos) )*\S+)")
    matches = [(pattern.fullmatch(" ".join(p.split())), " ".join(p.split())) for p in people]
    return [f"{m[2]}, {m[1]}" if m else whole for m, whole in matches]


def mistake_splits_at_the_first_blank(people: list[str]) -> list[str]:
    return [", ".join(reversed(p.split(" ", 1))) for p in people]
