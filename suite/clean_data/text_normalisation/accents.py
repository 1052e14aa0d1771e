"""Return the words without accents."""

import re
import unicodedata
from random import Random

from parelha.tasks.draws import Args


def plain(words: list[str]) -> list[str]:
    """Return the words without accents."""
    kept = []
    for word in words:
        parts = unicodedata.normalize("NFKD", word)
        kept.append("".join(c for c in parts if not unicodedata.combining(c)))
    return kept


def plain_level_2(words: list[str]) -> list[str]:
    """Return the words without accents."""
    table = str.maketrans("“”‘’–—", "\"\"''--")
    kept = []
    for word in words:
        parts = unicodedata.normalize("NFD", word.translate(table))
        kept.append("".join(c for c in parts if not unicodedata.combining(c)))
    return kept


_ACCENTED = ("café", "pão", "maçã", "São", "João", "Über", "naïve", "rosa", "Ação", "à", "piñata")


def ordinary(rng: Random, size: int) -> Args:
    return ([" ".join(rng.choices(_ACCENTED, k=rng.randint(1, 2))) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [([],), (["", "rosa"],), ([rng.choice(_ACCENTED), "ÁÉÍÓÚ", "âêôãõü"],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["“café”", "‘pão’", "d’água"],),
        ([f"{rng.randint(1, 9)}–12", "a—b", "e-mail"],),
        (["½ kg", "5 €", "ß ø", "x²"],),
    ]


def oracle(words: list[str]) -> object:
    plain = [word.translate(str.maketrans("“”‘’–—", "\"\"''--")) for word in words]
    flat = [unicodedata.normalize("NFD", word) for word in plain]
    return [re.sub("[\u0300-\u036f]", "", word) for word in flat]


def mistake_drops_accented_letters(words: list[str]) -> list[str]:
    return [w.encode("ascii", "ignore").decode() for w in words]
