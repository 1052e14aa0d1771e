"""Duplicates, held out: positions of repeated readings, and the last record of each order."""

import math
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import sales_row
from parelha.tasks.family import Args, Level, Variant, levels, text

Row = dict[str, Any]


def _readings(rng: Random, size: int) -> Args:
    return ([float(rng.randint(1, max(3, size // 2))) for _ in range(size)],)


def _position_oracle(readings: list[float]) -> object:
    repeats = pd.Series(readings, dtype=float).duplicated()
    return [int(place) for place in repeats[repeats].index]


_POSITIONS = levels(
    "repeat_positions",
    heldout=True,
    doc="Return the positions of readings that occurred before.",
    ask=text(
        en="""Some `readings` repeat a reading from further up in the list. Give the positions of
        these repetitions, counting from 0. A reading that occurs for the first time is not a
        repetition, even if it is repeated later.""",
        pt="""Algumas `readings` (leituras) repetem uma leitura que já apareceu antes na lista. Dê
        as posições dessas repetições, contando a partir de 0. Uma leitura que aparece pela
        primeira vez não é repetição, mesmo que seja repetida depois.""",
    ),
    signature="def repeat_positions(readings: list[float]) -> list[int]:",
    ordinary=_readings,
    easy=Level(
        contract=text("", ""),
        body="return [i for i, x in enumerate(readings) if x in readings[:i]]",
        edges=lambda rng: [
            ([],),
            ([float(rng.randint(1, 9))] * 4,),
            ([1.0, 2.0, float(rng.randint(3, 9))],),
            ([0.0, -1.0, 0.0, -1.0, 0.0],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN readings repeat each other, although NaN is not equal to NaN.""",
            pt="""Leituras NaN repetem umas às outras, embora NaN não seja igual a NaN.""",
        ),
        imports="import math",
        body="""
        seen: set[float | None] = set()
        places = []
        for place, reading in enumerate(readings):
            key = None if math.isnan(reading) else reading
            if key in seen:
                places.append(place)
            seen.add(key)
        return places
        """,
        edges=lambda rng: [
            ([math.nan, 1.0, -math.nan],),
            ([math.nan],),
            ([0.5, math.nan, 0.5, float("nan"), float(rng.randint(1, 9))],),
        ],
    ),
    oracle=_position_oracle,
)


def _versions(rng: Random, size: int) -> Args:
    numbers = [rng.randint(1, max(2, size // 2)) for _ in range(max(3, size - 1))]
    return ([sales_row(rng, number) for number in numbers],)


def _latest_oracle(records: list[Row]) -> object:
    if not records:
        return []
    frame = pd.DataFrame(records, dtype=object)
    frame = frame[frame["units"].notna()]
    last = frame.drop_duplicates("order", keep="last").sort_values("order")
    return [records[place] for place in last.index]


_LATEST = levels(
    "latest_by_order",
    heldout=True,
    doc="Return the last record of each order, by order number.",
    ask=text(
        en="""The same order number can occur in several `records`, because corrections were
        appended at the end. For every number under "order" only the last record is valid. List the
        valid records sorted by order number, lowest first.""",
        pt="""O mesmo número de pedido pode ocorrer em vários `records`, porque as correções foram
        acrescentadas no fim. Para cada número em "order" só vale o último registro. Liste os
        registros válidos pelo número do pedido, do menor para o maior.""",
    ),
    signature="def latest(records: list[dict[str, object]]) -> list[dict[str, object]]:",
    ordinary=_versions,
    easy=Level(
        contract=text("", ""),
        body="""
        last: dict[int, dict[str, object]] = {}
        for record in records:
            last[int(str(record["order"]))] = record
        return [last[number] for number in sorted(last)]
        """,
        edges=lambda rng: [
            ([],),
            ([sales_row(rng, 4), sales_row(rng, 4), sales_row(rng, 4)],),
            ([sales_row(rng, 12), sales_row(rng, 9), sales_row(rng, 100)],),
            ([sales_row(rng, 2), sales_row(rng, 1), sales_row(rng, 2)],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Records whose "units" is None do not exist for this purpose.""",
            pt="""Para este fim, registros em que "units" é None não existem.""",
        ),
        body="""
        last: dict[int, dict[str, object]] = {}
        for record in records:
            if record["units"] is not None:
                last[int(str(record["order"]))] = record
        return [last[number] for number in sorted(last)]
        """,
        edges=lambda rng: [
            ([sales_row(rng, 3), {**sales_row(rng, 3), "units": None}],),
            ([{**sales_row(rng, 3), "units": None}],),
            (
                [
                    {**sales_row(rng, 8), "units": 0},
                    {**sales_row(rng, 5), "units": None},
                    sales_row(rng, 2),
                ],
            ),
        ],
    ),
    oracle=_latest_oracle,
)


HELDOUT: tuple[Variant, ...] = (*_LATEST, *_POSITIONS)
