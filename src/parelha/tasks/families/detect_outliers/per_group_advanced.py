"""Levels 3 and 4 of outliers within groups: cleaning, grouping and summaries together."""

import math
from random import Random
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

# Numbers are whole, or quarters: medians and fences are exact in any program.
Row = tuple[Any, ...]


def _frame(rows: list[Row], texts: tuple[str, ...], value: str) -> pd.DataFrame:
    """Return a frame of text columns and one float column, which comes last."""
    columns: dict[str, Any] = {
        name: pd.Series([row[place] for row in rows], dtype="str")
        for place, name in enumerate(texts)
    }
    columns[value] = pd.Series([row[-1] for row in rows], dtype="float64")
    return pd.DataFrame(columns)


def _number(rng: Random, centre: float, far: float = 0.05) -> float:
    """Return a whole number near a centre; now and then it is far, now and then missing."""
    if rng.random() < far:
        return math.nan
    jump = rng.choice((-1, 1)) * rng.randint(15, 60) if rng.random() < far else 0
    return float(round(rng.gauss(centre, 3.0)) + jump)


def _sensor_rows(rng: Random, size: int) -> list[Row]:
    rows = []
    for _ in range(size):
        site, sensor = rng.choice("ABC"), rng.choice(("s1", "s2"))
        rows.append((site, sensor, _number(rng, 20.0 + 9 * (site < "B"))))
    return rows


def _report_oracle(df: pd.DataFrame) -> object:
    groups: dict[tuple[str, str], list[float]] = {}
    for site, sensor, reading in df.itertuples(index=False):
        if not math.isnan(reading):
            groups.setdefault((site, sensor), []).append(reading)
    found = []
    for (site, sensor), group in groups.items():
        away = [abs(reading - median(group)) for reading in group]
        outliers = sum(gap > 4 * median(away) for gap in away)
        if len(group) >= 4 and median(away) > 0 and outliers:
            found.append((-outliers, site, sensor, len(group)))
    return pd.DataFrame(
        {
            "site": pd.Series([row[1] for row in sorted(found)], dtype="str"),
            "sensor": pd.Series([row[2] for row in sorted(found)], dtype="str"),
            "readings": pd.Series([row[3] for row in sorted(found)], dtype="int64"),
            "outliers": pd.Series([-row[0] for row in sorted(found)], dtype="int64"),
        }
    )


def _report_edges(rng: Random) -> list[Args]:
    base = float(rng.randint(1, 9))
    five = [base - 2, base - 1, base, base + 1, base + 2]

    def rows(site: str, values: list[float]) -> list[Row]:
        return [(site, "s1", value) for value in values]

    cases = [
        [],
        rows("A", [base] * 6 + [base + 40]),  # the MAD is zero
        rows("A", [base, base + 1, base + 50]),  # too few
        rows("B", [base, math.nan, base + 1, base + 50]),  # too few without the gap
        rows("C", [base, base + 1, base + 3, base + 50]),
        rows("A", [*five, base + 8, base + 9]) + rows("B", [*five, base + 8, base + 90]),
        rows("B", [*five, base + 50]) + rows("A", [*five, base - 50]),
    ]
    return [(_frame(case, ("site", "sensor"), "reading"),) for case in cases]


_REPORT = advanced(
    "report",
    3,
    doc="Return the groups with outliers, those with most of them first.",
    ask=text(
        """The DataFrame `df` has columns `site`, `sensor` and `reading`. Drop the rows without a
        reading. Then, in each pair of site and sensor with at least four readings, a reading is an
        outlier if its absolute difference from the median of the pair is greater than 4 times the
        MAD of the pair (the median of these absolute differences); where the MAD is 0 there are no
        outliers. Return a new DataFrame with one row for each pair that has outliers and with the
        columns `site`, `sensor`, `readings` (how many were not missing) and `outliers` (how many).
        Sort it by `outliers`, most first, then by `site` and `sensor`; its index is 0, 1, 2 and so
        on.""",
        """O DataFrame `df` tem as colunas `site`, `sensor` e `reading`. Descarte as linhas sem
        leitura. Depois, em cada par de local e sensor com pelo menos quatro leituras, uma leitura
        é um outlier se sua diferença absoluta até a mediana do par é maior que 4 vezes o MAD do
        par (a mediana dessas diferenças absolutas); onde o MAD é 0 não há outliers. Retorne um
        novo DataFrame com uma linha para cada par que tem outliers e com as colunas `site`,
        `sensor`, `readings` (quantas não faltavam) e `outliers` (quantos). Ordene por `outliers`,
        do maior para o menor, depois por `site` e `sensor`; o índice é 0, 1, 2 e assim por
        diante.""",
    ),
    signature="def outlier_report(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=lambda rng, size: (_frame(_sensor_rows(rng, size), ("site", "sensor"), "reading"),),
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["reading"])
    keys = ["site", "sensor"]
    readings = known.groupby(keys)["reading"]
    known = known.assign(
        size=readings.transform("size"),
        gap=(known["reading"] - readings.transform("median")).abs(),
    )
    mad = known.groupby(keys)["gap"].transform("median")
    outlier = (known["size"] >= 4) & (mad > 0) & (known["gap"] > 4 * mad)
    report = (
        known.assign(outlier=outlier)
        .groupby(keys, as_index=False)
        .agg(readings=("reading", "size"), outliers=("outlier", "sum"))
    )
    report = report[report["outliers"] > 0]
    order = ["outliers", "site", "sensor"]
    report = report.sort_values(order, ascending=[False, True, True])
    return report.reset_index(drop=True)
    """,
    edges=_report_edges,
    oracle=_report_oracle,
)


def _others_oracle(scores: pd.DataFrame, gap: float) -> object:
    found = []
    for label, name, points in scores.itertuples():
        others = scores[(scores["school"] == name) & (scores.index != label)]["points"].dropna()
        if len(others) and abs(points - float(np.mean(others))) > gap:
            found.append(label)
    return found


def _school_rows(rng: Random, size: int) -> list[Row]:
    return [(f"S{rng.randint(1, 2 + size // 15)}", _number(rng, 60.0)) for _ in range(size)]


_OTHERS = advanced(
    "others",
    3,
    heldout=True,
    doc="Return the labels of the pupils who are far from their peers.",
    ask=text(
        """`scores` is a DataFrame whose columns are `school` and `points`. Compare every pupil
        (row) with the pupil's peers: the other rows of the same school that have points. A pupil
        whose points are more than `gap` above or below the average of the peers, own points not
        included, stands out. List the index labels of those who stand out, in the order of the
        rows. Nobody without points, or without peers, stands out.""",
        """`scores` é um DataFrame cujas colunas são `school` (escola) e `points`. Compare cada
        aluno (linha) com os colegas: as outras linhas da mesma escola que têm pontos. Destaca-se o
        aluno cujos pontos estão mais de `gap` acima ou abaixo da média dos colegas, sem contar os
        pontos dele. Liste os rótulos do índice de quem se destaca, na ordem das linhas. Ninguém
        sem pontos, ou sem colegas, se destaca.""",
    ),
    signature="def stand_out(scores: pd.DataFrame, gap: float) -> list[int]:",
    ordinary=lambda rng, size: (
        _frame(_school_rows(rng, size), ("school",), "points"),
        rng.choice((4.7001, 9.3001)),
    ),
    imports="import pandas as pd",
    body="""
    schools = scores.groupby("school")["points"]
    num_peers = schools.transform("count") - 1
    total = schools.transform("sum") - scores["points"]
    far = (scores["points"] - total / num_peers).abs() > gap
    return [int(label) for label in scores.index[far]]
    """,
    edges=lambda rng: [
        (_frame(rows, ("school",), "points"), gap)
        for rows, gap in (
            ([], 1.0),
            ([("S1", 5.0), ("S2", float(rng.randint(50, 90)))], 1.0),
            ([("S1", 5.0), ("S1", math.nan), ("S2", float(rng.randint(5, 9)))], 1.0),
            ([("S1", 5.0), ("S2", 6.0), ("S1", float(rng.randint(12, 19)))], 4.5),
            ([("S1", 5.0), ("S1", 5.0), ("S1", 8.0)], 3.0),
            ([("S1", 4.0), ("S1", 6.0), ("S1", 1.0), ("S2", 1.0), ("S2", 1.5)], 3.9),
        )
    ],
    oracle=_others_oracle,
)


def _output_rows(rng: Random, size: int) -> list[Row]:
    rows = []
    for _ in range(size):
        machine = f"m{rng.randint(1, 3 + size // 60)}"
        rows.append((machine, f"d{rng.randint(1, 40):02}", _number(rng, 50.0)))
    return rows


def _typical_oracle(df: pd.DataFrame) -> object:
    last = {(machine, day): output for machine, day, output in df.itertuples(index=False)}
    groups: dict[str, list[float]] = {}
    for (machine, _), output in last.items():
        if not math.isnan(output):
            groups.setdefault(machine, []).append(output)
    typical = {}
    for machine, group in groups.items():
        first, third = np.percentile(group, [25, 75])
        reach = 1.5 * (third - first)
        kept = [output for output in group if first - reach <= output <= third + reach]
        typical[machine] = float(np.mean(kept))
    return typical


_TYPICAL = advanced(
    "typical",
    4,
    doc="Return the mean output of each machine without its outliers.",
    ask=text(
        """`df` is a DataFrame with columns `machine`, `day` and `output`, often with thousands of
        rows. Where a machine and day occur more than once, only the last of these rows is valid,
        even if its output is missing. Among the valid rows, ignore missing outputs. Then, machine
        by machine, remove the outputs below Q1 - 1.5 * (Q3 - Q1) or above Q3 + 1.5 * (Q3 - Q1),
        with the quartiles of pandas' `quantile`; an output exactly on a limit stays. Return a dict
        from machine to the mean of its remaining outputs. Machines without any valid output do not
        appear.""",
        """`df` é um DataFrame com as colunas `machine`, `day` e `output`, muitas vezes com
        milhares de linhas. Quando uma máquina e um dia aparecem mais de uma vez, só a última
        dessas linhas vale, mesmo que a produção esteja ausente. Entre as linhas válidas, ignore
        produções ausentes. Depois, máquina por máquina, remova as produções abaixo de
        Q1 - 1.5 * (Q3 - Q1) ou acima de Q3 + 1.5 * (Q3 - Q1), com os quartis do `quantile` do
        pandas; uma produção exatamente no limite permanece. Retorne um dicionário da máquina para
        a média das produções restantes. Máquinas sem nenhuma produção válida não aparecem.""",
    ),
    signature="def typical_output(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=lambda rng, size: (_frame(_output_rows(rng, size), ("machine", "day"), "output"),),
    imports="import pandas as pd",
    body="""
    valid = df.drop_duplicates(["machine", "day"], keep="last")
    valid = valid.dropna(subset=["output"])
    outputs = valid.groupby("machine")["output"]
    first = outputs.transform("quantile", 0.25)
    third = outputs.transform("quantile", 0.75)
    reach = 1.5 * (third - first)
    kept = valid[valid["output"].between(first - reach, third + reach)]
    means = kept.groupby("machine")["output"].mean()
    return {str(machine): float(value) for machine, value in means.items()}
    """,
    edges=lambda rng: [
        (_frame(rows, ("machine", "day"), "output"),)
        for rows in (
            [],
            [("m1", "d1", math.nan), ("m2", "d1", float(rng.randint(1, 9)))],
            [("m1", "d1", 5.0), ("m1", "d1", math.nan), ("m2", "d1", float(rng.randint(1, 9)))],
            [("m1", "d1", 5.0), ("m1", "d2", 7.0), ("m1", "d1", float(rng.randint(90, 99)))],
            # Quartiles 1 and 5, so that 11 is exactly on the upper limit.
            [("m1", f"d{day}", out) for day, out in enumerate((1.0, 1.0, 1.0, 5.0, 11.0))],
            [("m1", f"d{day}", out) for day, out in enumerate((11.0, 11.0, 11.0, 7.0, 1.0))],
            [("m1", f"d{day}", 4.0) for day in range(6)] + [("m1", "d9", 90.0)],
        )
    ],
    oracle=_typical_oracle,
)


def _noisy_oracle(events: pd.DataFrame, share: float) -> object:
    noisy, quiet = [], 0
    for kind in sorted(set(events["kind"])):
        group = events[events["kind"] == kind]["seconds"].dropna()
        middle = float(np.median(group)) if len(group) else 0.0
        slow = int((group > 3 * middle).sum())
        if slow > share * len(group):
            noisy.append(kind)
        else:
            quiet += slow
    return noisy, quiet


def _event_rows(rng: Random, size: int) -> list[Row]:
    kinds = {f"k{number}": rng.choice((0.0, 0.05, 0.2)) for number in range(2 + size // 40)}
    rows: list[Row] = []
    for _ in range(size):
        kind = rng.choice(list(kinds))
        seconds = rng.randint(8, 12) * (rng.randint(4, 9) if rng.random() < kinds[kind] else 1)
        rows.append((kind, math.nan if rng.random() < 0.02 else float(seconds)))
    return rows


_NOISY = advanced(
    "noisy",
    4,
    heldout=True,
    doc="Return the noisy kinds, and the number of slow events elsewhere.",
    ask=text(
        """The DataFrame `events` (columns `kind` and `seconds`, thousands of rows) is a log. Call
        an event slow when it took more than three times the median `seconds` of its kind; events
        with unknown `seconds` are as good as absent. A kind is noisy when its slow events are more
        than the fraction `share` of its events. Give the tuple of two things: the list of noisy
        kinds in alphabetical order, and the total number of slow events of the kinds that are not
        noisy.""",
        """O DataFrame `events` (colunas `kind` e `seconds`, milhares de linhas) é um registro.
        Chame de lento o evento que levou mais de três vezes a mediana de `seconds` do seu tipo;
        eventos com `seconds` desconhecido são como se não existissem. Um tipo é ruidoso quando
        seus eventos lentos passam da fração `share` dos seus eventos. Devolva uma tupla com duas
        coisas: a lista dos tipos ruidosos em ordem alfabética e o total de eventos lentos dos
        tipos que não são ruidosos.""",
    ),
    signature="def noisy(events: pd.DataFrame, share: float) -> tuple[list[str], int]:",
    ordinary=lambda rng, size: (
        _frame(_event_rows(rng, size), ("kind",), "seconds"),
        rng.choice((0.0301, 0.1001)),
    ),
    imports="import pandas as pd",
    body="""
    known = events.dropna(subset=["seconds"])
    middle = known.groupby("kind")["seconds"].transform("median")
    slow = (known["seconds"] > 3 * middle).groupby(known["kind"])
    loud = slow.mean() > share
    kinds = sorted(str(kind) for kind in loud.index[loud])
    return kinds, int(slow.sum()[~loud].sum())
    """,
    edges=lambda rng: [
        (_frame(rows, ("kind",), "seconds"), share)
        for rows, share in (
            ([], 0.1),
            ([("a", math.nan), ("b", float(rng.randint(1, 9)))], 0.1),
            # 1 of 4 events is slow, which is exactly the fraction.
            ([("b", 1.0), ("b", 1.0), ("b", 1.0), ("b", float(rng.randint(4, 9)))], 0.25),
            ([("b", 2.0), ("b", 2.0), ("b", 6.0), ("a", 1.0), ("a", 1.0), ("a", 3.5)], 0.3),
            ([("c", 2.0), ("c", 2.0), ("c", 7.0), ("a", 1.0), ("a", 1.0), ("a", 3.5)], 0.3),
            ([("c", 2.0), ("c", 2.0), ("c", 7.0), ("c", math.nan), ("a", 1.0)], 0.3),
            ([("c", 3.0), ("c", 3.0), ("c", 9.0), ("c", float(rng.randint(7, 8)))], 0.2),
        )
    ],
    oracle=_noisy_oracle,
)

ADVANCED: tuple[Variant, ...] = (_REPORT, _OTHERS, _TYPICAL, _NOISY)
