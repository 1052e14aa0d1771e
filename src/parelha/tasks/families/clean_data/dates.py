"""Dates as text: their order of parts, weekends, UTC offsets, ends of months, ages."""

from datetime import date, timedelta
from random import Random

import pandas as pd

from parelha.tasks.families.clean_data.dates_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _day(rng: Random, first: str = "2019-01-01", days: int = 2500) -> date:
    return date.fromisoformat(first) + timedelta(days=rng.randrange(days))


def _days(rng: Random, size: int) -> Args:
    return ([_day(rng).isoformat() for _ in range(size)],)


def _european(rng: Random, size: int) -> Args:
    return ([_day(rng).strftime("%d/%m/%Y") for _ in range(size)],)


def _iso_oracle(dates: list[str]) -> object:
    column = pd.Series(dates, dtype=object).str.replace(r"[.-]", "/", regex=True)
    parsed = pd.to_datetime(column, format="%d/%m/%Y", errors="coerce")
    return [None if pd.isna(when) else when.strftime("%Y-%m-%d") for when in parsed]


_ISO = levels(
    "to_iso",
    doc="Return dates written day first as ISO dates.",
    ask=text(
        en="""The `dates` are texts in the order day/month/year, such as "31/12/2024". Return them
        as ISO dates, year-month-day: "2024-12-31".""",
        pt="""As datas em `dates` são textos na ordem dia/mês/ano, como "31/12/2024". Retorne-as
        como datas ISO, ano-mês-dia: "2024-12-31".""",
    ),
    signature="def to_iso(dates: list[str]) -> list[str]:",
    ordinary=_european,
    easy=Level(
        contract=text(
            "Day and month always have two digits.", "Dia e mês sempre têm dois dígitos."
        ),
        body="""return ["-".join(entry.split("/")[::-1]) for entry in dates]""",
        edges=lambda rng: [
            ([],),
            (["29/02/2024", "01/12/1999"],),
            ([f"01/02/20{rng.randint(10, 23)}", "02/01/2020"],),
        ],
    ),
    hard=Level(
        signature="def to_iso(dates: list[str]) -> list[str | None]:",
        contract=text(
            en="""Day and month may have a single digit, and "-" or "." may stand in place of "/".
            A day that the calendar does not have, such as "31/04/2024", becomes None.""",
            pt="""Dia e mês podem ter um só dígito, e "-" ou "." podem estar no lugar de "/". Um
            dia que não existe no calendário, como "31/04/2024", vira None.""",
        ),
        imports="from datetime import date",
        body="""
        iso: list[str | None] = []
        for entry in dates:
            parts = entry.replace("-", "/").replace(".", "/").split("/")
            day, month, year = map(int, parts)
            try:
                iso.append(date(year, month, day).isoformat())
            except ValueError:
                iso.append(None)
        return iso
        """,
        edges=lambda rng: [
            (["1/2/2024", "9-11-2023", "05.6.2022"],),
            (["31/04/2024", "30/04/2024", "00/01/2024"],),
            (["29/02/2023", "29.02.2024", f"{rng.randint(1, 12)}/13/2024"],),
        ],
    ),
    oracle=_iso_oracle,
)


def _weekend_oracle(dates: list[str]) -> object:
    parsed = pd.to_datetime(pd.Series(dates, dtype=object), format="%Y-%m-%d", errors="coerce")
    kept = parsed[parsed.dt.day_of_week >= 5]
    return [when.strftime("%Y-%m-%d") for when in kept]


_WEEKEND = levels(
    "weekend",
    doc="Return the dates that fall on a weekend.",
    ask=text(
        en="""Each of the `dates` is a text such as "2024-03-09". Return those that fall on a
        Saturday or a Sunday, in the same order.""",
        pt="""Cada elemento de `dates` é um texto como "2024-03-09". Retorne os que caem em um
        sábado ou domingo, na mesma ordem.""",
    ),
    signature="def on_weekend(dates: list[str]) -> list[str]:",
    ordinary=_days,
    easy=Level(
        contract=text("All dates are valid.", "Todas as datas são válidas."),
        imports="from datetime import date",
        body="return [d for d in dates if date.fromisoformat(d).weekday() >= 5]",
        edges=lambda rng: [
            ([],),
            (["2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11"],),
            ([f"2024-01-0{rng.randint(1, 5)}", "2024-01-07"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Ignore texts that are not written like that or name no real day, for example ""
            or "2024-02-30".""",
            pt="""Ignore textos que não estão escritos assim ou não indicam um dia real, por
            exemplo "" ou "2024-02-30".""",
        ),
        imports="from datetime import datetime",
        body="""
        kept = []
        for entry in dates:
            try:
                day = datetime.strptime(entry, "%Y-%m-%d")
            except ValueError:
                continue
            if day.weekday() >= 5:
                kept.append(entry)
        return kept
        """,
        edges=lambda rng: [
            (["", "2024-02-30", "2024-03-02"],),
            (["09/03/2024", "2024-03-09", f"soon {rng.randint(1, 9)}"],),
            (["2023-02-29", "2025-03-01", "None"],),
        ],
    ),
    oracle=_weekend_oracle,
)


def _stamps(rng: Random, size: int) -> Args:
    stamps = []
    for _ in range(size):
        clock = f"{_day(rng)}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
        offset = rng.choice(["+00:00", "+02:00", "-03:00", "+05:30", "-08:00"])
        stamps.append(f"{clock}{offset}")
    return (stamps,)


def _utc_oracle(stamps: list[str]) -> object:
    parsed = [pd.Timestamp(stamp) for stamp in stamps]
    moments = [p.tz_localize("UTC") if p.tz is None else p.tz_convert("UTC") for p in parsed]
    return [moment.strftime("%Y-%m-%d %H:%M") for moment in moments]


_UTC = levels(
    "to_utc",
    doc="Return time stamps with a UTC offset in UTC.",
    ask=text(
        en="""Each of the `stamps` is a local time with its offset from UTC, such as
        "2024-05-01T00:30+02:00". Return the times in UTC in the form "2024-04-30 22:30".""",
        pt="""Cada elemento de `stamps` é um horário local com a diferença em relação ao UTC, como
        "2024-05-01T00:30+02:00". Retorne os horários em UTC, na forma "2024-04-30 22:30".""",
    ),
    signature="def to_utc(stamps: list[str]) -> list[str]:",
    ordinary=_stamps,
    easy=Level(
        contract=text("", ""),
        imports="from datetime import datetime, timezone",
        body="""
        times = []
        for stamp in stamps:
            moment = datetime.fromisoformat(stamp).astimezone(timezone.utc)
            times.append(moment.strftime("%Y-%m-%d %H:%M"))
        return times
        """,
        edges=lambda rng: [
            ([],),
            (["2024-01-01T00:30+02:00", "2023-12-31T23:30-03:00"],),
            (["2024-02-29T12:00+00:00"],),
            ([f"2024-03-01T0{rng.randint(0, 4)}:15+05:30"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A stamp may end in "Z", which stands for UTC; a stamp without any offset is in
            UTC, too.""",
            pt="""Um horário pode terminar em "Z", que indica UTC; um horário sem nenhuma diferença
            também está em UTC.""",
        ),
        imports="from datetime import datetime, timezone",
        body="""
        times = []
        for stamp in stamps:
            moment = datetime.fromisoformat(stamp)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=timezone.utc)
            moment = moment.astimezone(timezone.utc)
            times.append(moment.strftime("%Y-%m-%d %H:%M"))
        return times
        """,
        edges=lambda rng: [
            ([f"2024-06-0{rng.randint(1, 9)}T23:10Z"],),
            ([f"2024-06-0{rng.randint(1, 9)}T23:10", "2024-06-30T23:10-01:00"],),
            (["2024-12-31T23:59", "2024-12-31T23:59Z", "2025-01-01T01:59+02:00"],),
        ],
    ),
    oracle=_utc_oracle,
)


def _month_end_oracle(invoices: list[str | None]) -> object:
    ends = [None if day is None else pd.Timestamp(day) for day in invoices]
    months = [None if end is None else end + pd.offsets.MonthEnd(0) for end in ends]
    return [None if month is None else month.strftime("%Y-%m-%d") for month in months]


_MONTH_END = levels(
    "month_end",
    heldout=True,
    doc="Return the day on which each invoice is due, at the end of its month.",
    ask=text(
        en="""Every invoice falls due when its month ends. Given the invoice dates (`invoices`, ISO
        format), work out the last calendar day of each one's month, again in ISO format.""",
        pt="""Toda fatura vence quando acaba o seu mês. A partir das datas das faturas (`invoices`,
        em formato ISO), calcule o último dia do mês de cada uma, de novo em formato ISO.""",
    ),
    signature="def due(invoices: list[str]) -> list[str]:",
    ordinary=_days,
    easy=Level(
        contract=text("", ""),
        imports="from calendar import monthrange",
        body="""
        ends = []
        for day in invoices:
            year, month = int(day[:4]), int(day[5:7])
            ends.append(f"{day[:8]}{monthrange(year, month)[1]}")
        return ends
        """,
        edges=lambda rng: [
            ([],),
            (["2024-02-10", "2023-02-10", "2000-02-29"],),
            (["2024-04-30", "2024-12-31"],),
            ([f"2024-12-0{rng.randint(1, 9)}", "2100-02-01"],),
        ],
    ),
    hard=Level(
        signature="def due(invoices: list[str | None]) -> list[str | None]:",
        contract=text(
            en="""Sometimes only the month was entered, as in "2024-02", or nothing (None), in
            which case the answer is None as well.""",
            pt="""Às vezes só o mês foi preenchido, como em "2024-02", ou nada (None); nesse último
            caso a resposta também é None.""",
        ),
        imports="from calendar import monthrange",
        body="""
        ends: list[str | None] = []
        for day in invoices:
            if day is None:
                ends.append(None)
                continue
            year, month = int(day[:4]), int(day[5:7])
            ends.append(f"{day[:7]}-{monthrange(year, month)[1]}")
        return ends
        """,
        edges=lambda rng: [
            (["2024-02", "2023-02", f"2024-0{rng.randint(3, 9)}"],),
            ([None, "2024-11", "2024-11-05"],),
            ([None, None, f"2025-0{rng.randint(1, 9)}-01"],),
        ],
    ),
    oracle=_month_end_oracle,
)


def _births(rng: Random, size: int) -> Args:
    return [_day(rng, "1940-01-01", 28000).isoformat() for _ in range(size)], "2024-06-15"


def _ages_oracle(births: list[str], day: str) -> object:
    now = pd.Timestamp(day)
    ages: list[int | None] = []
    for birth in births:
        born = pd.Timestamp(birth)
        months = (now.year - born.year) * 12 + now.month - born.month - (now.day < born.day)
        ages.append(int(months // 12) if born <= now else None)
    return ages


_AGES = levels(
    "ages",
    heldout=True,
    doc="Return the age in full years of each person on a day.",
    ask=text(
        en="""How old were the members of a club on the date `day`? Compute each member's age in
        completed years from the birth dates `births`; someone whose birthday is that very day has
        completed the year. Every date is ISO text.""",
        pt="""Que idade tinham os sócios de um clube na data `day`? Calcule a idade de cada um em
        anos completos a partir das datas de nascimento `births`; quem faz aniversário exatamente
        nesse dia já completou o ano. Toda data é um texto ISO.""",
    ),
    signature="def ages(births: list[str], day: str) -> list[int]:",
    ordinary=_births,
    easy=Level(
        contract=text("Nobody was born after `day`.", "Ninguém nasceu depois de `day`."),
        body="""
        years = []
        for birth in births:
            age = int(day[:4]) - int(birth[:4])
            years.append(age - (day[5:] < birth[5:]))
        return years
        """,
        edges=lambda rng: [
            ([], "2024-01-01"),
            (["2000-06-14", "2000-06-15", "2000-06-16"], "2024-06-15"),
            ([f"19{rng.randint(50, 90)}-12-31", "2023-12-31"], "2024-01-01"),
            (["2024-03-01"], "2024-03-01"),
        ],
    ),
    hard=Level(
        signature="def ages(births: list[str], day: str) -> list[int | None]:",
        contract=text(
            en="""For those not yet born on `day` the answer is None. Members born on 29 February
            celebrate on 1 March in years without that day.""",
            pt="""Para quem ainda não tinha nascido em `day`, a resposta é None. Sócios nascidos em
            29 de fevereiro comemoram em 1º de março nos anos que não têm esse dia.""",
        ),
        body="""
        years: list[int | None] = []
        for birth in births:
            age = int(day[:4]) - int(birth[:4])
            late = day[5:] < birth[5:]
            years.append(age - late if birth <= day else None)
        return years
        """,
        edges=lambda rng: [
            (["2000-02-29", "2004-02-29"], f"20{rng.choice(['05', '09', '21', '22'])}-02-28"),
            (["2000-02-29", "2004-02-28"], f"20{rng.choice(['05', '09', '21', '22'])}-03-01"),
            (["2024-01-02", "2024-01-01", f"20{rng.randint(10, 23)}-01-02"], "2024-01-01"),
        ],
    ),
    oracle=_ages_oracle,
)

_MISTAKES = (
    Mistake("to_iso", 'return [f"{d[6:]}-{d[:2]}-{d[3:5]}" for d in dates]'),
    Mistake(
        "weekend",
        "return [d for d in dates if date.fromisoformat(d).isoweekday() >= 5]",
        imports="from datetime import date",
    ),
    Mistake("to_utc", 'return [stamp[:16].replace("T", " ") for stamp in stamps]'),
    Mistake("ages", "return [int(day[:4]) - int(birth[:4]) for birth in births]"),
)

FAMILY = Family(
    "clean_data.dates",
    CoderAction.CLEAN_DATA,
    (*_ISO, *_WEEKEND, *_UTC, *_MONTH_END, *_AGES, *ADVANCED),
    mistakes=_MISTAKES,
)
