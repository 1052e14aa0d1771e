"""Units: temperatures, lengths, durations, weights and currencies brought to one unit."""

import math
from random import Random

import pandas as pd
from scipy import constants

from parelha.tasks.draws import numbers
from parelha.tasks.families.clean_data.units_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _fahrenheit(rng: Random, size: int) -> Args:
    return (numbers(rng, size, -40.0, 110.0),)


def _celsius_oracle(readings: list[float | None]) -> object:
    known = [math.nan if reading is None else reading for reading in readings]
    kelvin = constants.convert_temperature(known, "Fahrenheit", "Kelvin")
    return [float(k) - constants.zero_Celsius if k >= 0.0 else None for k in kelvin]


_CELSIUS = levels(
    "fahrenheit",
    doc="Return temperatures given in Fahrenheit in degrees Celsius.",
    ask=text(
        en="""The temperatures in `readings` are in degrees Fahrenheit. Return them in degrees
        Celsius: (f - 32) * 5 / 9.""",
        pt="""As temperaturas em `readings` estão em graus Fahrenheit. Retorne-as em graus Celsius:
        (f - 32) * 5 / 9.""",
    ),
    signature="def to_celsius(readings: list[float]) -> list[float]:",
    ordinary=_fahrenheit,
    easy=Level(
        contract=text("", ""),
        body="return [(f - 32.0) * 5.0 / 9.0 for f in readings]",
        edges=lambda rng: [([],), ([32.0, 212.0, -40.0],), ([0.0, *numbers(rng, 1)],)],
    ),
    hard=Level(
        signature="def to_celsius(readings: list[float | None]) -> list[float | None]:",
        contract=text(
            en="""A missing reading (None) stays None, and a reading below absolute zero, -459.67
            degrees Fahrenheit, is an error that becomes None.""",
            pt="""Uma leitura ausente (None) continua None, e uma leitura abaixo do zero absoluto,
            -459.67 graus Fahrenheit, é um erro que vira None.""",
        ),
        body="""
        celsius: list[float | None] = []
        for f in readings:
            if f is None or f < -459.67:
                celsius.append(None)
            else:
                celsius.append((f - 32.0) * 5.0 / 9.0)
        return celsius
        """,
        edges=lambda rng: [
            ([None, 0.0, None, *numbers(rng, 1)],),
            ([-459.7, -460.0, -459.6],),
            ([-999.0, float(rng.randint(-900, -500)), 32.0],),
        ],
    ),
    oracle=_celsius_oracle,
)

_METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}


def _lengths(rng: Random, size: int) -> Args:
    return ([(value, rng.choice(list(_METRES))) for value in numbers(rng, size, 0.0)],)


def _metres_oracle(lengths: list[tuple[float, str]]) -> object:
    prefix = {"mm": constants.milli, "cm": constants.centi, "m": 1.0, "km": constants.kilo}
    scales = [prefix.get(unit.strip().lower()) for _, unit in lengths]
    pairs = zip(lengths, scales, strict=True)
    return [None if scale is None else value * scale for (value, _), scale in pairs]


_LENGTHS = levels(
    "metres",
    doc="Return lengths given in several units in metres.",
    ask=text(
        en="""Each of the `lengths` is a tuple (value, unit), where the unit is "mm", "cm", "m" or
        "km". Return the list of the lengths in metres.""",
        pt="""Cada elemento de `lengths` é uma tupla (valor, unidade), em que a unidade é "mm",
        "cm", "m" ou "km". Retorne a lista dos comprimentos em metros.""",
    ),
    signature="def to_metres(lengths: list[tuple[float, str]]) -> list[float]:",
    ordinary=_lengths,
    easy=Level(
        contract=text("", ""),
        body="""
        metres = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
        return [value * metres[unit] for value, unit in lengths]
        """,
        edges=lambda rng: [
            ([],),
            ([(1.0, unit) for unit in _METRES],),
            ([(0.0, "km"), (numbers(rng, 1)[0], "mm")],),
            ([(-2.5, "cm"), (1500.0, "mm")],),
        ],
    ),
    hard=Level(
        signature="def to_metres(lengths: list[tuple[float, str]]) -> list[float | None]:",
        contract=text(
            en="""The unit may be in upper case and may have blanks around it. A length with any
            other unit becomes None.""",
            pt="""A unidade pode estar em maiúsculas e ter espaços ao redor. Um comprimento com
            qualquer outra unidade vira None.""",
        ),
        body="""
        metres = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
        result: list[float | None] = []
        for value, unit in lengths:
            factor = metres.get(unit.strip().lower())
            result.append(None if factor is None else value * factor)
        return result
        """,
        edges=lambda rng: [
            ([(numbers(rng, 1)[0], "CM"), (2.0, " km "), (3.0, " M")],),
            ([(1.0, "inch"), (1.0, ""), (1.0, "cm.")],),
            ([(0.0, "yd"), (0.0, "Km"), (numbers(rng, 1)[0], "  ")],),
        ],
    ),
    oracle=_metres_oracle,
)


def _spoken(rng: Random, size: int) -> Args:
    forms = ("{} min", "{} h", "{} min", "{}.5 h")
    return ([rng.choice(forms).format(rng.randint(1, 90)) for _ in range(size)],)


def _minutes_oracle(durations: list[str]) -> object:
    spans = [pd.Timedelta(entry) if entry.strip() else pd.Timedelta(0) for entry in durations]
    return [span.total_seconds() / 60.0 for span in spans]


_DURATIONS = levels(
    "minutes",
    doc="Return durations written as text in minutes.",
    ask=text(
        en="""The `durations` are texts such as "45 min" or "1.5 h": a number, a blank and a unit.
        Return them in minutes, as floats.""",
        pt="""As durações em `durations` são textos como "45 min" ou "1.5 h": um número, um espaço
        e uma unidade. Retorne-as em minutos, como floats.""",
    ),
    signature="def to_minutes(durations: list[str]) -> list[float]:",
    ordinary=_spoken,
    easy=Level(
        contract=text('The unit is "min" or "h".', 'A unidade é "min" ou "h".'),
        body="""
        minutes = []
        for entry in durations:
            number, unit = entry.split()
            minutes.append(float(number) * (60.0 if unit == "h" else 1.0))
        return minutes
        """,
        edges=lambda rng: [
            ([],),
            (["0 min", "0 h", f"{rng.randint(1, 9)}.25 h"],),
            (["60 min", "1 h", "0.5 min"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""There may be several parts that add up, as in "1 h 30 min", and "s" stands for
            seconds. A blank text means 0.0 minutes.""",
            pt="""Pode haver várias partes que se somam, como em "1 h 30 min", e "s" indica
            segundos. Um texto em branco significa 0.0 minutos.""",
        ),
        body="""
        factors = {"s": 1.0 / 60.0, "min": 1.0, "h": 60.0}
        minutes = []
        for entry in durations:
            parts = entry.split()
            pairs = zip(parts[::2], parts[1::2])
            minutes.append(sum((float(n) * factors[u] for n, u in pairs), 0.0))
        return minutes
        """,
        edges=lambda rng: [
            ([f"1 h {rng.randint(1, 59)} min", "90 min"],),
            (["", "  ", f"{rng.randint(1, 59)} s"],),
            (["2 h 5 min 30 s", "1 min 1 s", "45 s"],),
        ],
    ),
    oracle=_minutes_oracle,
)


def _weights(rng: Random, size: int) -> Args:
    entries = []
    for value in numbers(rng, size, 0.1, 900.0):
        entries.append(rng.choice([f"{value} g", f"{value} kg", f"{int(value)} g"]))
    return (entries,)


def _kilograms_oracle(labels: list[str]) -> object:
    column = pd.Series(labels, dtype=object)
    parts = column.str.extract(r"^\s*([\d.]+)\s*(\w+)\s*$")
    grams = {"g": 1.0, "kg": 1e3, "lb": constants.lb / constants.gram}
    factors = {**grams, "oz": constants.oz / constants.gram}
    kilograms = parts[0].astype(float) * parts[1].map(factors).astype(float) / 1e3
    return [float(value) for value in kilograms]


_WEIGHTS = levels(
    "kilograms",
    heldout=True,
    doc="Return the weights on the labels in kilograms.",
    ask=text(
        en="""Food `labels` state a weight, either in grams, e.g. "250 g", or in kilograms, e.g.
        "1.2 kg". Express all of the weights in kilograms and give them as a list of floats.""",
        pt="""Rótulos de alimentos (`labels`) trazem um peso, em gramas, p. ex. "250 g", ou em
        quilogramas, p. ex. "1.2 kg". Expresse todos os pesos em quilogramas e dê-os em uma lista de
        floats.""",
    ),
    signature="def kilograms(labels: list[str]) -> list[float]:",
    ordinary=_weights,
    easy=Level(
        contract=text("", ""),
        body="""
        weights = []
        for label in labels:
            number, unit = label.split(" ")
            grams = float(number) * (1000.0 if unit == "kg" else 1.0)
            weights.append(grams / 1000.0)
        return weights
        """,
        edges=lambda rng: [
            ([],),
            (["1000 g", "1 kg", "0 g"],),
            ([f"{rng.randint(1, 9)} g", "0.001 kg"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""On imported goods the weight is in pounds ("lb", 0.45359237 kg) or ounces ("oz", a
            sixteenth of a pound). Blanks may lack before the unit ("500g") or stand at the
            ends.""",
            pt="""Em produtos importados o peso está em libras ("lb", 0.45359237 kg) ou onças ("oz",
            um dezesseis avos de libra). O espaço antes da unidade pode faltar ("500g"), e pode
            haver espaços nas pontas.""",
        ),
        body="""
        pound = 0.45359237
        factors = {"kg": 1.0, "lb": pound, "oz": pound / 16.0, "g": 0.001}
        weights = []
        for label in labels:
            number = label.strip()
            unit = next(name for name in factors if number.endswith(name))
            weights.append(float(number.removesuffix(unit)) * factors[unit])
        return weights
        """,
        edges=lambda rng: [
            (["500g", "2kg", f" {rng.randint(1, 9)} kg "],),
            (["1 lb", "16 oz", f"{rng.randint(1, 9)}lb"],),
            ([" 8oz", "0.5 lb ", "3.5 oz"],),
        ],
    ),
    oracle=_kilograms_oracle,
)


def _payments(rng: Random, size: int) -> Args:
    rates = {"EUR": 1.0, "USD": round(rng.uniform(0.8, 1.1), 4), "BRL": round(rng.random(), 4)}
    return [(a, rng.choice(list(rates))) for a in numbers(rng, size, 1.0, 500.0, 2)], rates


def _euro_oracle(payments: list[tuple[float, str]], rates: dict[str, float]) -> object:
    frame = pd.DataFrame(payments, columns=["amount", "currency"])
    factors = frame["currency"].map(pd.Series(rates, dtype=float))
    return float((frame["amount"].astype(float) * factors.astype(float)).fillna(0.0).sum())


_CURRENCY = levels(
    "total_in_euros",
    heldout=True,
    doc="Return the sum of payments in several currencies, in euros.",
    ask=text(
        en="""What was paid altogether, in euros? `payments` holds (amount, currency) pairs, while
        `rates` tells how many euros one unit of a currency is worth.""",
        pt="""Quanto foi pago ao todo, em euros? `payments` contém pares (valor, moeda), e `rates`
        diz quantos euros vale uma unidade de cada moeda.""",
    ),
    signature="def total(payments: list[tuple[float, str]], rates: dict[str, float]) -> float:",
    ordinary=_payments,
    easy=Level(
        contract=text("", ""),
        body="return sum((a * rates[currency] for a, currency in payments), 0.0)",
        edges=lambda rng: [
            ([], {"EUR": 1.0}),
            ([(100.0, "USD"), (100.0, "EUR")], {"EUR": 1.0, "USD": round(rng.random(), 4)}),
            ([(-20.0, "EUR"), (5.0, "BRL")], {"EUR": 1.0, "BRL": 0.2}),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Payments in a currency that `rates` does not list are left aside, as are those
            whose rate is not above zero.""",
            pt="""Pagamentos em uma moeda que não consta em `rates` são deixados de lado, assim como
            aqueles cuja taxa não é maior que zero.""",
        ),
        body="""
        euros = 0.0
        for amount, currency in payments:
            euros += amount * max(rates.get(currency, 0.0), 0.0)
        return euros
        """,
        edges=lambda rng: [
            ([(9.0, "XXX"), (numbers(rng, 1)[0], "EUR")], {"EUR": 1.0}),
            ([(4.0, "usd"), (3.0, "USD")], {"USD": round(rng.uniform(0.5, 1.0), 4)}),
            ([(5.0, "A"), (6.0, "B"), (7.0, "C")], {"A": 0.0, "B": 0.0, "C": rng.random()}),
        ],
    ),
    oracle=_euro_oracle,
)

_MISTAKES = (
    Mistake("fahrenheit", "return [f - 32 * 5 / 9 for f in readings]"),
    Mistake(
        "metres",
        """
        metres = {"mm": 0.01, "cm": 0.1, "m": 1.0, "km": 1000.0}
        return [value * metres[unit] for value, unit in lengths]
        """,
    ),
    Mistake("minutes", "return [float(entry.split()[0]) for entry in durations]"),
    Mistake("total_in_euros", "return sum(a / rates[c] for a, c in payments)"),
)

FAMILY = Family(
    "clean_data.units",
    CoderAction.CLEAN_DATA,
    (*_CELSIUS, *_LENGTHS, *_DURATIONS, *_WEIGHTS, *_CURRENCY, *ADVANCED),
    mistakes=_MISTAKES,
)
