"""Dates at levels 3 and 4: missing days, months with their counts, sessions, active users."""

from datetime import date, datetime, timedelta
from random import Random

import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

_OFFSETS = ("Z", "+00:00", "+02:00", "-03:00", "+05:30")


def _mixed_dates(rng: Random, size: int) -> Args:
    first = date(2024, 1, 1) + timedelta(days=rng.randrange(300))
    entries = []
    for _ in range(size):
        day = first + timedelta(days=rng.randrange(max(6, 2 * size)))
        entries.append(day.strftime(rng.choice(["%Y-%m-%d", "%d/%m/%Y", " %Y-%m-%d "])))
    entries[rng.randrange(1, size)] = rng.choice(["", "2024-02-30", "31/06/2024", "unknown"])
    return (entries,)


def _parsed(entries: list[str]) -> "pd.Series[pd.Timestamp]":
    column = pd.Series(entries, dtype=object).str.strip()
    iso = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(column, format="%d/%m/%Y", errors="coerce")).dropna()


def _missing_oracle(entries: list[str]) -> object:
    known = _parsed(entries)
    if known.empty:
        return []
    absent = pd.date_range(known.min(), known.max()).difference(pd.DatetimeIndex(known))
    days = pd.Series(absent)
    stretch = (days.diff() != pd.Timedelta(days=1)).cumsum()
    ends = days.groupby(stretch).agg(["min", "max"])
    return [(str(a.date()), str(b.date())) for a, b in zip(ends["min"], ends["max"], strict=True)]


_MISSING_DAYS = advanced(
    "missing_days",
    3,
    doc="Return the stretches of days without an entry.",
    ask=text(
        en="""The `entries` of a diary are dates written as "2024-03-09" or, day first, as
        "09/03/2024", with blanks around some of them and in no order. Drop the texts that are no
        date in one of the two forms or name a day that does not exist. A day may occur more than
        once. Between the earliest and the latest day that remain, find the stretches of days in a
        row for which there is no entry, and return them in order of time as tuples (first missing
        day, last missing day) of ISO dates; for a single missing day both are the same. Without
        valid entries the result is an empty list.""",
        pt="""As entradas `entries` de um diário são datas escritas como "2024-03-09" ou, com o dia
        primeiro, como "09/03/2024", algumas com espaços ao redor, e sem ordem. Elimine os textos
        que não são uma data em uma das duas formas ou que indicam um dia que não existe. Um dia
        pode ocorrer mais de uma vez. Entre o primeiro e o último dia que restam, encontre os
        trechos de dias seguidos sem nenhuma entrada e retorne-os em ordem de tempo, como tuplas
        (primeiro dia ausente, último dia ausente) de datas ISO; se falta um só dia, os dois são
        iguais. Sem entradas válidas, o resultado é uma lista vazia.""",
    ),
    signature="def missing(entries: list[str]) -> list[tuple[str, str]]:",
    ordinary=_mixed_dates,
    imports="from datetime import date, datetime, timedelta",
    body="""
    known: set[date] = set()
    for entry in entries:
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                known.add(datetime.strptime(entry.strip(), form).date())
            except ValueError:
                continue
    days = sorted(known)
    one = timedelta(days=1)
    return [
        ((left + one).isoformat(), (right - one).isoformat())
        for left, right in zip(days, days[1:])
        if right - left > one
    ]
    """,
    edges=lambda rng: [
        ([],),
        (["", "soon", "30/02/2024"],),
        (["2024-02-28", "01/03/2024"],),
        (["2023-12-30", "2024-01-02", "02/01/2024", " 2024-01-05"],),
        ([f"0{rng.randint(1, 9)}/02/2024", "2024-02-10", "2024-02-10"],),
        (["04/03/2024", "2024-03-06", "2024-03-07", "03/04/2024"],),
    ],
    oracle=_missing_oracle,
)


def _stamped(rng: Random, size: int, minutes: int) -> list[str]:
    start = datetime(2024, rng.randint(1, 12), rng.randint(1, 28))
    stamps = []
    for _ in range(size):
        moment = start + timedelta(minutes=rng.randrange(minutes))
        stamps.append(f"{moment.isoformat(timespec='minutes')}{rng.choice(_OFFSETS)}")
    return stamps


def _months_oracle(stamps: list[str]) -> object:
    if not stamps:
        return []
    moments = pd.DatetimeIndex(
        [pd.Timestamp(s).tz_convert("UTC").tz_localize(None) for s in stamps]
    )
    periods = moments.to_period("M")
    counts = pd.Series(periods).value_counts()
    every = pd.period_range(periods.min(), periods.max(), freq="M")
    return [(str(month), int(counts.get(month, 0))) for month in every]


_MONTHS = advanced(
    "orders_by_month",
    3,
    heldout=True,
    doc="Return the number of orders of each month in UTC, zeros too.",
    ask=text(
        en="""Shops in several countries stamped their orders (`stamps`) with local time and UTC
        offset, for example "2024-01-31T23:30-03:00", or "Z" when the offset is nil. Head office
        reports by months of UTC: that order belongs to February. List one pair (month, number of
        orders) per month, written like ("2024-02", 5), from the first month with an order to the
        last, oldest on top. Months in between without orders appear with 0. No stamps, no
        pairs.""",
        pt="""Lojas de vários países carimbaram os pedidos (`stamps`) com a hora local e a diferença
        para o UTC, por exemplo "2024-01-31T23:30-03:00", ou "Z" quando não há diferença. A matriz
        faz relatórios por meses em UTC: esse pedido pertence a fevereiro. Liste um par (mês, número
        de pedidos) por mês, escrito como ("2024-02", 5), do primeiro mês com pedidos até o último,
        com o mais antigo no topo. Meses intermediários sem pedidos aparecem com 0. Sem carimbos não
        há pares.""",
    ),
    signature="def by_month(stamps: list[str]) -> list[tuple[str, int]]:",
    ordinary=lambda rng, size: (_stamped(rng, size, size * 60 * 24 * 6),),
    imports="from collections import Counter\nfrom datetime import datetime, timezone",
    body="""
    counts: Counter[int] = Counter()
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp)
        moment = moment.astimezone(timezone.utc)
        counts[moment.year * 12 + moment.month - 1] += 1
    if not counts:
        return []
    return [
        (f"{number // 12}-{number % 12 + 1:02d}", counts[number])
        for number in range(min(counts), max(counts) + 1)
    ]
    """,
    edges=lambda rng: [
        ([],),
        (["2024-01-31T23:30-03:00"],),
        (["2024-01-01T00:30+02:00", "2024-01-01T00:30Z"],),
        (["2023-11-05T10:00+00:00", "2024-02-01T05:29+05:30"],),
        ([f"2024-12-3{rng.randint(0, 1)}T21:00-03:00", "2024-10-01T00:00Z"],),
        (["2024-05-10T10:00Z"] * rng.randint(2, 5),),
    ],
    oracle=_months_oracle,
)


def _visits(rng: Random, size: int) -> Args:
    users = [f"u{number}" for number in range(max(1, size // 12))]
    stamps = _stamped(rng, size, max(60, 25 * size // max(1, size // 40)))
    return ([(rng.choice(users), stamp) for stamp in stamps],)


def _sessions_oracle(events: list[tuple[str, str]]) -> object:
    if not events:
        return {}
    frame = pd.DataFrame(events, columns=["user", "stamp"])
    frame["at"] = pd.to_datetime(frame["stamp"], utc=True, format="ISO8601")
    frame = frame.sort_values(["user", "at"])
    gap = frame.groupby("user")["at"].diff()
    frame["session"] = (gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum()
    ends = frame.groupby(["user", "session"])["at"].agg(["min", "max"])
    spans = (ends["max"] - ends["min"]).dt.total_seconds() // 60
    longest = spans.astype(int).groupby("user")
    counts, lengths = longest.size(), longest.max()
    return {str(user): (int(counts[user]), int(lengths[user])) for user in counts.index}


_SESSIONS = advanced(
    "sessions",
    4,
    doc="Return the number of sessions and the longest of each user.",
    ask=text(
        en="""Each of the `events` of a web site is a tuple (user, time), in any order, where the
        time is ISO text to the minute with its UTC offset ("Z" for UTC). The events of one user,
        sorted by the moment at which they happened, form sessions: a new session begins where more
        than 30 minutes have passed since the user's previous event; exactly 30 minutes do not
        separate. Return a dictionary that gives for each user the tuple (number of sessions, length
        of the longest session in whole minutes). A session's length is the time from its first to
        its last event, so that a single event has length 0.""",
        pt="""Cada um dos eventos `events` de um site é uma tupla (usuário, hora), em qualquer
        ordem, em que a hora é um texto ISO com minutos e a diferença para o UTC ("Z" indica UTC).
        Os eventos de um usuário, ordenados pelo momento em que aconteceram, formam sessões: uma
        nova sessão começa quando se passaram mais de 30 minutos desde o evento anterior do usuário;
        30 minutos exatos não separam. Retorne um dicionário que dá para cada usuário a tupla
        (número de sessões, duração da sessão mais longa em minutos inteiros). A duração de uma
        sessão é o tempo do primeiro ao último evento dela, de modo que um só evento tem duração
        0.""",
    ),
    signature="def sessions(events: list[tuple[str, str]]) -> dict[str, tuple[int, int]]:",
    ordinary=_visits,
    imports="from datetime import datetime, timedelta",
    body="""
    times: dict[str, list[datetime]] = {}
    for user, stamp in events:
        times.setdefault(user, []).append(datetime.fromisoformat(stamp))
    result = {}
    for user, moments in times.items():
        moments.sort()
        start = last = moments[0]
        count, longest = 1, 0
        for moment in moments:
            if moment - last > timedelta(minutes=30):
                count += 1
                start = moment
            last = moment
            length = int((last - start).total_seconds()) // 60
            longest = max(longest, length)
        result[user] = (count, longest)
    return result
    """,
    edges=lambda rng: [
        ([],),
        ([("a", f"2024-01-0{rng.randint(1, 9)}T10:00Z")],),
        ([("a", "2024-01-01T10:00Z"), ("a", "2024-01-01T10:30Z"), ("b", "2024-01-01T10:31Z")],),
        ([("a", "2024-01-01T10:00Z"), ("a", "2024-01-01T10:31Z"), ("a", "2024-01-01T10:40Z")],),
        ([("a", "2024-01-01T12:10+02:00"), ("a", "2024-01-01T07:00-03:00")],),
        ([("a", "2024-01-01T23:50Z"), ("a", "2024-01-02T00:10Z"), ("a", "2024-01-02T01:00Z")],),
    ],
    oracle=_sessions_oracle,
)


def _log_ins(rng: Random, size: int) -> Args:
    span = max(4, size // 8)
    first = date(2023, 12, 1) + timedelta(days=rng.randrange(90))
    people = max(2, size // 5)
    rows = []
    for _ in range(size):
        day = first + timedelta(days=rng.randrange(span))
        rows.append((f"p{rng.randrange(people)}", day.isoformat()))
    return rows, rng.randint(2, 7)


def _active_oracle(logins: list[tuple[str, str]], window: int) -> object:
    if not logins:
        return []
    frame = pd.DataFrame(logins, columns=["who", "day"]).assign(seen=1.0)
    frame["day"] = pd.to_datetime(frame["day"], format="%Y-%m-%d")
    grid = frame.pivot_table(index="day", columns="who", values="seen", aggfunc="max")
    grid = grid.reindex(pd.date_range(grid.index.min(), grid.index.max())).fillna(0.0)
    active = grid.rolling(window, min_periods=1).max().sum(axis=1)
    return [int(number) for number in active]


_ACTIVE = advanced(
    "active_people",
    4,
    heldout=True,
    doc="Return for each day how many people were active in a window.",
    ask=text(
        en="""`logins` records who used an application and when, as (person, ISO date) pairs that
        are not sorted and may repeat. Take every calendar day from the earliest login to the
        latest, days without logins too. For each of them count the different people who logged in
        on that day or on one of the `window` - 1 days leading up to it, and put the counts into a
        list, day after day. `window` is at least 1; an empty record yields an empty list.""",
        pt="""`logins` registra quem usou um aplicativo e quando, em pares (pessoa, data ISO) que
        não estão ordenados e podem se repetir. Considere todos os dias do calendário, do login mais
        antigo ao mais recente, inclusive os dias sem login. Para cada um deles conte as pessoas
        diferentes que entraram nesse dia ou em um dos `window` - 1 dias que o antecedem, e ponha as
        contagens em uma lista, dia após dia. `window` é no mínimo 1; um registro vazio produz uma
        lista vazia.""",
    ),
    signature="def active(logins: list[tuple[str, str]], window: int) -> list[int]:",
    ordinary=_log_ins,
    imports="from datetime import date",
    body="""
    if not logins:
        return []
    days = [(date.fromisoformat(day).toordinal(), who) for who, day in logins]
    days.sort()
    first, last = days[0][0], days[-1][0]
    changes = [0] * (last - first + 2)
    covered: dict[str, int] = {}
    for day, who in days:
        start = max(day, covered.get(who, day))
        covered[who] = min(day + window, last + 1)
        changes[start - first] += 1
        changes[covered[who] - first] -= 1
    counts = []
    people = 0
    for change in changes[:-1]:
        people += change
        counts.append(people)
    return counts
    """,
    edges=lambda rng: [
        ([], 3),
        ([("p1", f"2024-02-0{rng.randint(1, 9)}")], 7),
        ([("p1", "2024-02-28"), ("p2", "2024-03-01")], 2),
        ([("p1", "2024-02-28"), ("p1", "2024-03-01"), ("p2", "2024-02-29")], 1),
        ([("p1", "2024-01-01"), ("p1", "2024-01-03"), ("p2", "2024-01-09")], rng.randint(3, 4)),
        ([("p1", "2024-01-05"), ("p1", "2024-01-05"), ("p2", "2024-01-01")], 30),
    ],
    oracle=_active_oracle,
)

ADVANCED: tuple[Variant, ...] = (_MISSING_DAYS, _MONTHS, _SESSIONS, _ACTIVE)
