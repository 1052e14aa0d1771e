"""Return the entropy of a letter given the letter before, in bits."""

import math
from collections import Counter
from itertools import pairwise
from random import Random

from scipy import stats

from parelha.tasks.draws import Args


def letter_entropy(message: str) -> float:
    """Return the entropy of a letter given the letter before, in bits."""
    letters = [letter for letter in message.lower() if letter.isalpha()]
    pairs = Counter(zip(letters, letters[1:]))
    starts = Counter(letters[:-1])
    total = 0.0
    for (x, _), count in pairs.items():
        total += count * math.log2(starts[x] / count)
    return total / max(len(letters) - 1, 1)


def ordinary(rng: Random, size: int) -> Args:
    """Letters that depend on the letter before, with capitals, spaces and digits among them."""
    follows = {"a": "bbbc", "b": "aacd", "c": "abdd", "d": "aaab"}
    letters, letter = [], "a"
    for _ in range(size):
        letter = rng.choice(follows[letter]) if rng.random() < 0.8 else rng.choice("abcd")
        letters.append(letter.upper() if rng.random() < 0.1 else letter)
        if rng.random() < 0.15:
            letters.append(rng.choice(" .,7"))
    return ("".join(letters),)


def edges(rng: Random) -> list[Args]:
    return [
        ("",),
        (rng.choice("xyz") + "7",),
        ("aB" * rng.randint(2, 9),),
        ("a-b. A b c" + rng.choice("abc"),),
        ("Ação, coração: não" + "!" * rng.randint(0, 5),),
        ("ab" + rng.choice("bcd"),),
    ]


def oracle(message: str) -> object:
    letters = [letter for letter in message.lower() if letter.isalpha()]
    pairs = list(pairwise(letters))
    if not pairs:
        return 0.0
    joint = float(stats.entropy(list(Counter(pairs).values()), base=2))
    return joint - float(stats.entropy(list(Counter(a for a, _ in pairs).values()), base=2))
