"""Schema validation at levels 3 and 4: a report of broken rules, and a quarantine for bad rows."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

Row = dict[str, Any]
Stay = tuple[int, str, int, int]
_RULES: dict[str, Row] = {
    "id": {"type": "int", "required": True, "low": 1},
    "rate": {"type": "float", "low": 0, "high": 1},
    "plan": {"type": "str", "required": True, "choices": ["free", "basic", "full"]},
}


def _customers(rng: Random, size: int) -> Args:
    rows = []
    for number in range(1, size + 1):
        row: Row = {
            "id": rng.choice([number, number, number, str(number), None, -number]),
            "rate": rng.choice([0.5, 1.0, 0.25, 1.5, -0.1, "0.5", None, 1]),
            "plan": rng.choice(["free", "basic", "full", "Full", "", None, 3]),
        }
        if rng.random() < 0.3:
            del row[rng.choice(list(row))]
        rows.append(row)
    return rows, _RULES


_REPORT = advanced(
    "error_report",
    3,
    doc="Return the first broken rule of every bad cell.",
    ask=text(
        en="""Check `rows` against `rules`, which gives for each column a dictionary with some of
        these entries: "type" ("int", "float" or "str"), "required" (a bool), "low", "high"
        (inclusive limits) and "choices" (a list). Produce a list of (position of the row, column,
        error) tuples, ordered by row and inside a row by the order of `rules`. A cell shows at most
        one error, the first that applies of: "missing" (the cell is None or absent although
        required; None or absent without being required is correct and ends the check of the cell),
        "type" (the exact Python type is not the one named; an int is also right for "float", a bool
        is never right), "low", "high", "choice". Columns without rules are not looked at.""",
        pt="""Confira `rows` com as regras `rules`, que dão para cada coluna um dicionário com
        algumas destas entradas: "type" ("int", "float" ou "str"), "required" (um bool), "low",
        "high" (limites inclusivos) e "choices" (uma lista). Produza uma lista de tuplas (posição da
        linha, coluna, erro), ordenada por linha e, dentro da linha, pela ordem de `rules`. Uma
        célula mostra no máximo um erro, o primeiro que se aplica entre: "missing" (a célula é None
        ou não existe, embora exigida; None ou ausente sem ser exigida está correto e encerra a
        verificação da célula), "type" (o tipo Python exato não é o indicado; um int também serve
        para "float", um bool nunca serve), "low", "high", "choice". Colunas sem regras não são
        examinadas.""",
    ),
    signature="def report(rows: list[dict[str, object]], rules: dict[str, object]) -> object:",
    ordinary=_customers,
    body="""
    def error(value: object, rule: dict[str, object]) -> str:
        num, kind = (int, float), rule["type"]
        kinds = ("float", "int") if kind == "float" else (kind,)
        low, high = rule.get("low"), rule.get("high")
        choices = rule.get("choices")
        found = ""
        if value is None:
            found = "missing" if rule.get("required") else ""
        elif type(value).__name__ not in kinds:
            found = "type"
        elif isinstance(value, num) and isinstance(low, num) and value < low:
            found = "low"
        elif isinstance(value, num) and isinstance(high, num) and value > high:
            found = "high"
        elif isinstance(choices, list) and value not in choices:
            found = "choice"
        return found

    errors: list[object] = []
    for place, row in enumerate(rows):
        for column, rule in rules.items():
            assert isinstance(rule, dict)
            found = error(row.get(column), rule)
            if found:
                errors.append((place, column, found))
    return errors
    """,
    edges=lambda rng: [
        ([], _RULES),
        ([{}, {"extra": rng.randint(1, 9)}], _RULES),
        ([{"id": 1, "rate": 0, "plan": "free"}, {"id": 0, "rate": 1, "plan": "no"}], _RULES),
        ([{"id": True, "rate": False, "plan": "full"}, {"id": 1.0, "rate": 2}], _RULES),
        ([{"a": v} for v in (1, 2.0, 9, 10, None)], {"a": {"type": "float", "low": 2, "high": 9}}),
        (
            [{"b": "x", "a": "y"}, {"b": 5}],
            {
                "a": {"type": "str", "required": False, "choices": []},
                "b": {"type": "int", "choices": [rng.randint(1, 4)]},
            },
        ),
    ],
)


def _bookings(rng: Random, size: int) -> Args:
    rows: list[Stay] = []
    for _ in range(size):
        start = rng.randint(1, 300)
        number, room = rng.randint(1, 3 * size), f"r{rng.randrange(max(2, size // 10))}"
        rows.append((number, room, start, start + rng.choice([-1, 0, 1, 2, 3])))
    return rows, [f"r{number}" for number in range(1, max(2, size // 10))]


def _quarantine_oracle(rows: list[Stay], rooms: list[str]) -> object:
    frame = pd.DataFrame(rows, columns=["id", "room", "start", "end"])
    repeated = frame["id"].duplicated()
    unknown = ~frame["room"].isin(rooms) & ~repeated
    period = (frame["end"] <= frame["start"]) & ~repeated & ~unknown
    rest = frame[~(repeated | unknown | period)]
    free: dict[str, int] = {}
    kept: list[int] = []
    for row in rest.sort_values("start", kind="stable").itertuples(index=False):
        if free.get(str(row.room), -999) <= int(row.start):  # type: ignore[arg-type]
            free[str(row.room)] = int(row.end)  # type: ignore[arg-type]
            kept.append(int(row.id))  # type: ignore[arg-type]
    counts = (repeated.sum(), unknown.sum(), period.sum(), len(rest) - len(kept))
    names = ("id", "room", "period", "overlap")
    return sorted(kept), dict(zip(names, map(int, counts), strict=True))


_QUARANTINE = advanced(
    "quarantine",
    4,
    doc="Return the ids of good bookings and the number of rejects by rule.",
    ask=text(
        en="""Bookings of hotel rooms, tuples (id, room, start, end), go through four rules, and
        each is rejected under the first rule it breaks. Rule "id": its "id" was not seen in an
        earlier row, rejected rows included. Rule "room": its "room" is one of `rooms`. Rule
        "period": its "end" is after its "start" (both are day numbers). Rule "overlap": taking the
        bookings that pass the first three rules by ascending "start" (equal ones in the order of
        `rows`), it does not start before the end of the booking last accepted for the same room;
        starting on that very day is permitted. Deliver a pair: the sorted list of the accepted ids,
        and a dictionary with the number of rejected bookings under each of the four rule names,
        zeros included.""",
        pt="""Reservas de quartos de hotel, tuplas (id, room, start, end), passam por quatro regras,
        e cada uma é rejeitada pela primeira regra que quebra. Regra "id": o seu "id" não apareceu
        em uma linha anterior, inclusive linhas rejeitadas. Regra "room": o seu "room" é um dos
        `rooms`. Regra "period": o seu "end" vem depois do "start" (ambos são números de dias).
        Regra "overlap": tomando as reservas que passam nas três primeiras regras por "start"
        crescente (as iguais na ordem de `rows`), ela não começa antes do fim da última reserva
        aceita para o mesmo quarto; começar nesse mesmo dia é permitido. Entregue um par: a lista
        ordenada dos ids aceitos, e um dicionário com o número de reservas rejeitadas sob cada um
        dos quatro nomes de regra, inclusive zeros.""",
    ),
    signature="def accept(rows: list[tuple[int, str, int, int]], rooms: list[str]) -> object:",
    ordinary=_bookings,
    body="""
    rejected = dict.fromkeys(("id", "room", "period", "overlap"), 0)
    known, seen, passed = set(rooms), set(), []
    for number, room, start, end in rows:
        repeated = number in seen
        seen.add(number)
        if repeated:
            rejected["id"] += 1
        elif room not in known:
            rejected["room"] += 1
        elif end <= start:
            rejected["period"] += 1
        else:
            passed.append((number, room, start, end))
    free: dict[str, int] = {}
    accepted = []
    for number, room, start, end in sorted(passed, key=lambda row: row[2]):
        if start < free.get(room, start):
            rejected["overlap"] += 1
        else:
            free[room] = end
            accepted.append(number)
    return sorted(accepted), rejected
    """,
    edges=lambda rng: [
        ([], ["a"]),
        ([(1, "a", 1, 3), (1, "a", 5, 6), (2, "x", rng.randint(1, 9), 2)], ["a"]),
        ([(5, "a", 3, 6), (4, "a", 1, 3), (3, "a", 5, 7), (2, "b", 5, 7)], ["a", "b"]),
        ([(7, "a", 4, 4), (7, "a", 4, 5), (8, "a", 4, rng.randint(5, 9))], ["a"]),
        ([(1, "a", 2, 9), (2, "a", 3, 4), (3, "a", 8, 9), (9, "a", 9, 10)], ["a"]),
        ([(3, "z", 9, 1), (3, "a", 0, rng.randint(1, 9)), (1, "a", -5, 0)], ["a"]),
    ],
    oracle=_quarantine_oracle,
)


ADVANCED: tuple[Variant, ...] = (_REPORT, _QUARANTINE)
