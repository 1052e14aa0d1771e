"""Return the answers as truth values."""

from random import Random

from parelha.tasks.draws import Args


def to_bools(answers: list[str]) -> list[bool]:
    """Return the answers as truth values."""
    return [answer == "yes" for answer in answers]


def to_bools_level_2(answers: list[str]) -> list[bool | None]:
    """Return the answers as truth values."""
    meaning = dict.fromkeys(("yes", "y", "true", "1"), True)
    meaning.update(dict.fromkeys(("no", "n", "false", "0"), False))
    return [meaning.get(answer.strip().lower()) for answer in answers]


_ANSWERS = ("yes", "no", "yes", "no", "y", "n", "true", "false", "1", "0", "maybe", "")


def ordinary(rng: Random, size: int) -> Args:
    return ([rng.choice(_ANSWERS[:2]) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [([],), (["yes"],), (["no"],), (["no", "no", "yes"],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["Yes", "NO", " yes ", "\tno\n"],),
        (["y", "n", "Y", "N", rng.choice(_ANSWERS)],),
        (["TRUE", "False", "true", "1", "0"],),
        (["", " ", "maybe", "yes!", "10", rng.choice(_ANSWERS)],),
    ]


def mistake_any_text_is_true(answers: list[str]) -> list[bool]:
    return [bool(answer) for answer in answers]
