"""Return lengths given in several units in metres."""

from random import Random

from scipy import constants

from parelha.tasks.draws import Args, numbers


def to_metres(lengths: list[tuple[float, str]]) -> list[float]:
    """Return lengths given in several units in metres."""
    metres = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
    return [value * metres[unit] for value, unit in lengths]


def to_metres_level_2(lengths: list[tuple[float, str]]) -> list[float | None]:
    """Return lengths given in several units in metres."""
    metres = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
    result: list[float | None] = []
    for value, unit in lengths:
        factor = metres.get(unit.strip().lower())
        result.append(None if factor is None else value * factor)
    return result


_METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}


def ordinary(rng: Random, size: int) -> Args:
    return ([(value, rng.choice(list(_METRES))) for value in numbers(rng, size, 0.0)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([(1.0, unit) for unit in _METRES],),
        ([(0.0, "km"), (numbers(rng, 1)[0], "mm")],),
        ([(-2.5, "cm"), (1500.0, "mm")],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([(numbers(rng, 1)[0], "CM"), (2.0, " km "), (3.0, " M")],),
        ([(1.0, "inch"), (1.0, ""), (1.0, "cm.")],),
        ([(0.0, "yd"), (0.0, "Km"), (numbers(rng, 1)[0], "  ")],),
    ]


def oracle(lengths: list[tuple[float, str]]) -> object:
    prefix = {"mm": constants.milli, "cm": constants.centi, "m": 1.0, "km": constants.kilo}
    scales = [prefix.get(unit.strip().lower()) for _, unit in lengths]
    pairs = zip(lengths, scales, strict=True)
    return [None if scale is None else value * scale for (value, _), scale in pairs]


def mistake_wrong_millimetres(lengths: list[tuple[float, str]]) -> list[float]:
    metres = {"mm": 0.01, "cm": 0.1, "m": 1.0, "km": 1000.0}
    return [value * metres[unit] for value, unit in lengths]
