"""Levels 3 and 4 of seasonal outliers: gaps and robust scales; weekday profiles of many series."""

from datetime import date, timedelta
from random import Random

import numpy as np

from parelha.tasks.family import Args, Variant, advanced, text


def _gappy(rng: Random, size: int) -> Args:
    """A seasonal series of whole numbers with shocks and gaps, and its number of seasons."""
    period = rng.choice((2, 4, 7, 12)) if size >= 20 else 2
    pattern = [rng.randint(20, 80) for _ in range(period)]
    series: list[float | None] = []
    for t in range(size):
        shock = rng.choice((-1, 1)) * rng.randint(10, 60) if rng.random() < 0.07 else 0
        value = float(pattern[t % period] + rng.randint(-4, 4) + shock)
        series.append(None if rng.random() < 0.06 else value)
    return series, period


def _scaled_oracle(series: list[float | None], period: int) -> object:
    values = np.array([np.nan if value is None else value for value in series], dtype=float)
    for season in range(min(period, len(values))):
        part = values[season::period]
        if not np.isnan(part).all():
            values[season::period] = part - np.nanmedian(part)
    away = np.abs(values)
    if np.isnan(away).all() or np.nanmedian(away) == 0:
        return []
    places = np.flatnonzero(away > 4.5 * np.nanmedian(away))
    return [(int(t), float(values[t])) for t in places]


_SCALED = advanced(
    "robust_residuals",
    3,
    doc="Return the outlying residuals with their times.",
    ask=text(
        """Clean a seasonal `series` whose lost entries are None; they take part in nothing. Index
        t is in season t % period. The residual of an entry is the entry minus the median of its
        season; the scale is the median of the absolute residuals of the whole series, all seasons
        together. An entry is outlying when the absolute value of its residual is more than 4.5
        scales. Give, by increasing index, the tuples (index, residual) of outlying entries. When
        the scale is 0, or nothing is known, there are none.""",
        """Depure uma série sazonal `series` cujas entradas perdidas são None; estas não participam
        de nada. O índice t está na estação t % period. O resíduo de uma entrada é a entrada menos a
        mediana da sua estação; a escala é a mediana dos resíduos absolutos da série inteira, com
        todas as estações juntas. Uma entrada é discrepante quando o valor absoluto do seu resíduo é
        mais de 4.5 escalas. Dê, por índice crescente, as tuplas (índice, resíduo) das entradas
        discrepantes. Quando a escala é 0, ou nada é conhecido, não há nenhuma.""",
    ),
    signature="def odd(series: list[float | None], period: int) -> list[tuple[int, float]]:",
    ordinary=_gappy,
    imports="from statistics import median",
    body="""
    known = [(t, value) for t, value in enumerate(series) if value is not None]
    seasons: dict[int, list[float]] = {}
    for t, value in known:
        seasons.setdefault(t % period, []).append(value)
    middle = {season: median(values) for season, values in seasons.items()}
    residuals = [(t, value - middle[t % period]) for t, value in known]
    if not residuals:
        return []
    scale = median(abs(residual) for _, residual in residuals)
    return [pair for pair in residuals if 0 < 4.5 * scale < abs(pair[1])]
    """,
    edges=lambda rng: [
        ([], 3),
        ([None, None, None], rng.randint(1, 3)),
        ([4.0, 9.0, 4.0, 9.0, 4.0, float(rng.randint(20, 60))], 2),
        ([1.0, None, 3.0, 9.0, 2.0, 12.0, float(rng.randint(20, 60)), 10.0], 2),
        # Medians 3 and 0, scale 2: the residual 9 is exactly 4.5 scales.
        ([1.0, -2.0, 3.0, 0.0, 5.0, 9.0, 3.0, 2.0, 12.5, -9.5 - rng.randint(0, 3)], 2),
        ([5.0, None, 8.0, float(rng.randint(20, 60))], 9),
        ([1.0, 1.125, 0.875, 2.0, 0.75 - rng.randint(0, 3)], 1),
    ],
    oracle=_scaled_oracle,
)


def _sales(rng: Random, size: int) -> Args:
    """Rows (ISO date, shop, takings), shuffled; a few of them twice."""
    first = date(2023, 1, 1) + timedelta(days=rng.randint(0, 300))
    shops = [f"shop{number}" for number in range(1, 2 + size // 250)]
    rows: list[tuple[str, str, float]] = []
    for number in range(size):
        day = first + timedelta(days=number // len(shops))
        usual = 100 + 30 * (day.weekday() >= 5)
        shock = rng.choice((-1, 1)) * rng.randint(25, 80) if rng.random() < 0.06 else 0
        rows.append(
            (day.isoformat(), shops[number % len(shops)], float(usual + rng.randint(-9, 9) + shock))
        )
    rng.shuffle(rows)
    return rows, rng.choice((15.25, 22.75))


def _weekday_oracle(rows: list[tuple[str, str, float]], bound: float) -> object:
    counts: dict[str, int] = {}
    keys = [(shop, date.fromisoformat(day).isocalendar()[2]) for day, shop, _ in rows]
    takings = np.array([row[2] for row in rows])
    for key in set(keys):
        part = takings[[other == key for other in keys]]
        odd = int((np.abs(part - np.median(part)) > bound).sum()) if len(part) >= 3 else 0
        counts[key[0]] = counts.get(key[0], 0) + odd
    return {shop: count for shop, count in counts.items() if count}


_WEEKDAYS = advanced(
    "weekdays",
    4,
    doc="Return the number of odd days of each shop that has any.",
    ask=text(
        """Shops have good and bad weekdays. `rows` holds thousands of tuples (date as
        "YYYY-MM-DD", shop, takings) in random order. Compare the takings of a shop on a date only
        with those of the same shop on the same day of the week: the day is odd when its takings
        are more than `bound` away from their median, the day itself included. A shop's weekday
        with fewer than three dates has no odd days. Give a dict that maps each shop with
        odd days to their number; shops without any are not in it.""",
        """Lojas têm dias da semana bons e ruins. `rows` contém milhares de tuplas (data como
        "AAAA-MM-DD", loja, faturamento) em ordem aleatória. Compare o faturamento de uma loja em
        uma data só com os da mesma loja no mesmo dia da semana: o dia é discrepante quando seu
        faturamento está a mais de `bound` da mediana deles, com o próprio dia incluído. Um dia da
        semana de uma loja com menos de três datas não tem dias discrepantes. Dê um
        dicionário que associa cada loja com dias discrepantes à quantidade deles; lojas sem nenhum
        não aparecem.""",
    ),
    signature="def odd(rows: list[tuple[str, str, float]], bound: float) -> dict[str, int]:",
    ordinary=_sales,
    imports="from datetime import date\nfrom statistics import median",
    body="""
    groups: dict[tuple[str, int], list[float]] = {}
    for day, shop, takings in rows:
        key = (shop, date.fromisoformat(day).weekday())
        groups.setdefault(key, []).append(takings)
    counts: dict[str, int] = {}
    for (shop, _), values in groups.items():
        usual = median(values)
        num_odd = sum(abs(value - usual) > bound for value in values)
        if len(values) >= 3 and num_odd > 0:
            counts[shop] = counts.get(shop, 0) + num_odd
    return counts
    """,
    edges=lambda rng: [
        ([], 5.0),
        # Mondays, of which two are too few.
        ([("2024-01-01", "a", 5.0), ("2024-01-08", "a", float(rng.randint(40, 90)))], 5.0),
        (
            [
                ("2024-01-01", "b", 5.0),
                ("2024-01-08", "b", 10.0),
                ("2024-01-15", "b", 5.0),
                ("2024-01-02", "b", float(rng.randint(40, 90))),
            ],
            5.0,
        ),
        (
            [
                *((f"2024-02-0{day}", "c", float(day)) for day in range(1, 8)),
                ("2024-02-08", "c", 1.0),
                ("2024-02-15", "c", float(rng.randint(40, 90))),
            ],
            4.5,
        ),
        (
            [(f"2024-03-{day:02}", shop, 9.0) for day in (1, 8, 15) for shop in ("z", "a")]
            + [("2024-03-22", shop, float(rng.randint(40, 90))) for shop in ("z", "a", "k")],
            3.0,
        ),
        (
            [
                *((f"2023-12-{day}", "y", 7.0) for day in (11, 18, 25)),
                ("2024-01-01", "y", -float(rng.randint(40, 90))),
                ("2024-01-08", "y", 60.0),
            ],
            3.0,
        ),
    ],
    oracle=_weekday_oracle,
)

ADVANCED: tuple[Variant, ...] = (_SCALED, _WEEKDAYS)
