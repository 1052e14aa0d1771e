"""Entropy and its relatives, in bits: a family kept whole for evaluation."""

from random import Random


def draw_letters(rng: Random, size: int, alphabet: str = "abcd") -> list[str]:
    return [rng.choice(alphabet) for _ in range(size)]
