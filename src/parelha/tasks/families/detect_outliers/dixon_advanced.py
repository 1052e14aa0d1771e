"""Levels 3 and 4 of Dixon's Q test: replicates after cleaning, and long lists of laboratories."""

import math
from random import Random

import numpy as np

from parelha.tasks.family import Args, Variant, advanced, text

Replicate = tuple[str, float]


def _table(rng: Random) -> list[float]:
    """Return critical values for n = 3 to 12 at index n, off simple fractions."""
    scale = rng.choice((0.75, 1.0))
    return [0.0] * 3 + [round(scale * (0.2 + 2.2 / n) + 0.00037, 5) for n in range(3, 13)]


def _replicates(rng: Random, size: int) -> list[Replicate]:
    samples = [f"s{number}" for number in range(1, 2 + size // 6)]
    rows: list[Replicate] = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(20, 70) if rng.random() < 0.1 else 0
        lost = rng.random() < 0.05
        rows.append((rng.choice(samples), math.nan if lost else float(rng.randint(45, 55) + far)))
    return rows


def _doubt(values: list[float]) -> tuple[float, float]:
    """Return the doubtful value and its ratio."""
    ordered = np.sort(values)
    gaps = np.diff(ordered)
    doubtful = ordered[0] if gaps[0] > gaps[-1] else ordered[-1]
    return float(doubtful), float(max(gaps[0], gaps[-1]) / np.ptp(ordered))


def _means_oracle(rows: list[Replicate], q: list[float]) -> object:
    samples: dict[str, list[float]] = {}
    for name, value in rows:
        if not math.isnan(value):
            samples.setdefault(name, []).append(value)
    for values in samples.values():
        while 3 <= len(values) < len(q) and np.ptp(values) > 0:
            doubtful, ratio = _doubt(values)
            if ratio <= q[len(values)]:
                break
            values.remove(doubtful)
    return {name: float(np.mean(values)) for name, values in samples.items()}


_MEANS = advanced(
    "replicate_means",
    3,
    doc="Return the mean of each sample after repeated Q tests.",
    ask=text(
        """Average replicate measurements after Dixon's Q test. `rows` holds tuples (sample,
        result); lost results are NaN and are thrown away first. On the n results of a sample the
        test goes: of the lowest and the highest the doubtful one is that with the larger gap to its
        neighbour in sorted order (the highest if the gaps are equal), and it is removed if that gap
        divided by the range is more than `q[n]`. Test the sample again after a removal, with the
        entry for its new n; stop when nothing is removed, when the range is 0, when n is less than
        3, or when the list `q` is too short to have an entry for n. Give a dict from each sample
        with results to the mean of those it keeps.""",
        """Tire a média de medições repetidas depois do teste Q de Dixon. `rows` contém tuplas
        (amostra, resultado); resultados perdidos são NaN e são jogados fora antes. Com os n
        resultados de uma amostra, o teste é: entre o mais baixo e o mais alto, o duvidoso é aquele
        com a maior lacuna até o vizinho na ordem crescente (o mais alto, se as lacunas forem
        iguais), e ele é removido se essa lacuna dividida pela amplitude é mais que `q[n]`.
        Teste a amostra de novo depois de uma remoção, com a entrada para o seu novo n; pare quando
        nada é removido, quando a amplitude é 0, quando n é menor que 3 ou quando a lista `q` é
        curta demais para ter uma entrada para n. Dê um
        dicionário de cada amostra com resultados para a média dos que ela mantém.""",
    ),
    signature="def kept(rows: list[tuple[str, float]], q: list[float]) -> dict[str, float]:",
    ordinary=lambda rng, size: (_replicates(rng, size), _table(rng)),
    imports="import math\nfrom statistics import fmean",
    body="""
    samples: dict[str, list[float]] = {}
    for name, result in rows:
        if not math.isnan(result):
            samples.setdefault(name, []).append(result)
    means = {}
    for name, results in samples.items():
        rest = sorted(results)
        while 3 <= len(rest) < len(q):
            low_gap, high_gap = rest[1] - rest[0], rest[-1] - rest[-2]
            limit = q[len(rest)] * (rest[-1] - rest[0])
            if max(low_gap, high_gap) <= limit:
                break
            rest = rest[1:] if low_gap > high_gap else rest[:-1]
        means[name] = fmean(rest)
    return means
    """,
    edges=lambda rng: [
        # Equal gaps, and a table by which the next test removes nothing.
        ([("a", value) for value in (0.0, 46.0, 54.0, 100.0)], [0.0, 0.0, 0.0, 0.87, 0.45]),
        *(
            (rows, [0.0, 0.0, 0.0, 0.5, 0.45])
            for rows in (
                [],
                [("a", math.nan), ("b", float(rng.randint(1, 9))), ("a", math.nan)],
                [("a", 1.0), ("a", float(rng.randint(50, 90)))],
                [("a", 1.0), ("a", 3.0), ("a", 2.0), ("b", 3.0), ("b", 3.0), ("b", 3.0)],
                [("a", value) for value in (1.0, 2.0, 30.0, math.nan, float(rng.randint(90, 99)))],
                [("a", value) for value in (1.0, 2.0, 30.0, 3.0, float(rng.randint(90, 99)))],
                [("a", value) for value in (90.0, 88.0, 91.0, float(rng.randint(1, 9)))],
            )
        ),
    ],
    oracle=_means_oracle,
)


def _runs(rng: Random, size: int) -> Args:
    values = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(15, 70) if rng.random() < 0.08 else 0
        values.append(float(rng.randint(40, 60) + far))
    width = rng.randint(3, 9)
    return values, width, _table(rng)[width]


def _runs_oracle(assays: list[float], width: int, critical: float) -> object:
    lows = highs = 0
    for start in range(0, len(assays) - width + 1, width):
        part = assays[start : start + width]
        if np.ptp(part) == 0:
            continue
        doubtful, ratio = _doubt(part)
        if ratio > critical:
            lows += doubtful == min(part)
            highs += doubtful == max(part)
    return lows, highs


_RUNS = advanced(
    "runs",
    4,
    doc="Return how many runs have a low outlier and how many a high one.",
    ask=text(
        """A laboratory writes thousands of results into one list, `assays`: the first `width` (3
        or more) are one run, the next `width` the next run, and so on; a last run that is not
        complete is ignored. Within a run, sort the results and look at the gap below (lowest to
        second lowest) and the gap above (second highest to highest). The run has a low outlier if
        the gap below is the larger of the two and more than `critical` times the range of the run.
        It has a high outlier if the gap above is at least as large as the gap below and more than
        `critical` times the range. Give the tuple (number of runs with a low outlier, number with
        a high one).""",
        """Um laboratório escreve milhares de resultados em uma só lista, `assays`: os primeiros
        `width` (3 ou mais) são uma corrida, os `width` seguintes são a próxima, e assim por diante;
        uma última corrida que não está completa é ignorada. Dentro de uma corrida, ordene os
        resultados e olhe a lacuna de baixo (do mais baixo ao segundo mais baixo) e a lacuna de cima
        (do segundo mais alto ao mais alto). A corrida tem um outlier baixo se a lacuna de baixo é a
        maior das duas e é mais que `critical` vezes a amplitude da corrida. Ela tem um outlier alto
        se a lacuna de cima é pelo menos tão grande quanto a de baixo e é mais que `critical` vezes
        a amplitude. Dê a tupla (quantidade de corridas com outlier baixo, quantidade com outlier
        alto).""",
    ),
    signature="def tally(assays: list[float], width: int, critical: float) -> tuple[int, int]:",
    ordinary=_runs,
    body="""
    lows = highs = 0
    for start in range(0, len(assays) - width + 1, width):
        run = sorted(assays[start:start + width])
        below, above = run[1] - run[0], run[-1] - run[-2]
        limit = critical * (run[-1] - run[0])
        if limit < below > above:
            lows += 1
        elif above > limit:
            highs += 1
    return lows, highs
    """,
    edges=lambda rng: [
        ([], 3, 0.5),
        ([1.0, float(rng.randint(40, 60))], 3, 0.5),
        ([5.0] * 6 + [float(rng.randint(40, 60))], 3, 0.4),
        # Both gaps are half of the range: more than 0.4, and not more than 0.5.
        ([1.0, 3.0, 2.0, 7.0, 9.0, 5.0, 1.0, 1.0, float(rng.randint(40, 60))], 3, 0.4),
        ([1.0, 3.0, 2.0, 7.0, 9.0, 5.0, 1.0, 9.0, 9.0, float(rng.randint(40, 60))], 3, 0.5),
        # The gap below is half of the range, and the larger one.
        ([0.0, 5.0, 6.0, 10.0, 1.0, 1.0, 2.0, float(rng.randint(40, 60))], 4, 0.5),
        ([9.0, 1.0, 10.0, 11.0, 60.0, 9.0, 8.0, 7.0, float(rng.randint(40, 60))], 4, 0.6),
    ],
    oracle=_runs_oracle,
)

ADVANCED: tuple[Variant, ...] = (_MEANS, _RUNS)
