"""Return the age in full years of each person on a day."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_day


def ages(births: list[str], day: str) -> list[int]:
    """Return the age in full years of each person on a day."""
    years = []
    for birth in births:
        age = int(day[:4]) - int(birth[:4])
        years.append(age - (day[5:] < birth[5:]))
    return years


def ages_level_2(births: list[str], day: str) -> list[int | None]:
    """Return the age in full years of each person on a day."""
    years: list[int | None] = []
    for birth in births:
        age = int(day[:4]) - int(birth[:4])
        late = day[5:] < birth[5:]
        years.append(age - late if birth <= day else None)
    return years


def ordinary(rng: Random, size: int) -> Args:
    return [draw_day(rng, "1940-01-01", 28000).isoformat() for _ in range(size)], "2024-06-15"


def edges(rng: Random) -> list[Args]:
    return [
        ([], "2024-01-01"),
        (["2000-06-14", "2000-06-15", "2000-06-16"], "2024-06-15"),
        ([f"19{rng.randint(50, 90)}-12-31", "2023-12-31"], "2024-01-01"),
        (["2024-03-01"], "2024-03-01"),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["2000-02-29", "2004-02-29"], f"20{rng.choice(['05', '09', '21', '22'])}-02-28"),
        (["2000-02-29", "2004-02-28"], f"20{rng.choice(['05', '09', '21', '22'])}-03-01"),
        (["2024-01-02", "2024-01-01", f"20{rng.randint(10, 23)}-01-02"], "2024-01-01"),
    ]


def oracle(births: list[str], day: str) -> object:
    now = pd.Timestamp(day)
    ages: list[int | None] = []
    for birth in births:
        born = pd.Timestamp(birth)
        months = (now.year - born.year) * 12 + now.month - born.month - (now.day < born.day)
        ages.append(int(months // 12) if born <= now else None)
    return ages


def mistake_years_only(births: list[str], day: str) -> list[int]:
    return [int(day[:4]) - int(birth[:4]) for birth in births]
