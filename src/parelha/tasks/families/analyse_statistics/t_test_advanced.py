"""Student's t at levels 3 and 4: by segment, after each reading, and with trimmed means."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.compare import Comparator
from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

NAN = float("nan")


Visit = tuple[str, str, float | None]


def _visits(rng: Random, size: int) -> Args:
    """Visits of a shop in two variants; some bought nothing on record, some are of robots."""
    names = ["new", "loyal", "guest", "staff"]
    rows: list[Visit] = []
    for _ in range(size):
        amount = None if rng.random() < 0.1 else round(rng.uniform(2.0, 90.0), 2)
        variant = rng.choice("AAABBBC")
        rows.append((rng.choice(names), variant, amount))
    return (rows,)


def _segments_oracle(visits: list[Visit]) -> object:
    if not visits:
        return {}
    table: Any = pd.DataFrame(visits, columns=["segment", "variant", "amount"])
    table["amount"] = table["amount"].astype(float)
    table = table.dropna()
    answer = {}
    for segment, own in table.groupby("segment"):
        a, b = (own.loc[own["variant"] == name, "amount"] for name in "AB")
        if len(a) >= 2 and len(b) >= 2:
            answer[str(segment)] = float(stats.ttest_ind(b, a, equal_var=False).statistic)
    return answer


_SEGMENTS = advanced(
    "by_segment",
    3,
    doc="Return Welch's t of variant B against A in each segment.",
    ask=text(
        en="""`visits` is a list of tuples (segment, variant, amount). Only the variants "A" and "B"
        are compared; other variants, and visits whose amount is None, are ignored. For each segment
        compute Welch's t statistic (mean of B - mean of A) / sqrt(vb / nb + va / na) of the
        amounts, with sample variances (divide by n - 1). Return a dictionary from segment to t. A
        segment with fewer than two amounts in A or in B does not appear in it. The amounts of a
        variant in a segment are never all equal.""",
        pt="""`visits` é uma lista de tuplas (segmento, variante, valor). Só se comparam as
        variantes "A" e "B"; outras variantes, e visitas cujo valor é None, são ignoradas. Para cada
        segmento calcule a estatística t de Welch (média de B - média de A) / raiz(vb / nb + va /
        na) dos valores, com variâncias amostrais (divida por n - 1). Retorne um dicionário do
        segmento para t. Um segmento com menos de dois valores em A ou em B não aparece nele. Os
        valores de uma variante em um segmento nunca são todos iguais.""",
    ),
    signature="def segments(visits: list[tuple[str, str, float | None]]) -> dict[str, float]:",
    ordinary=_visits,
    imports="from statistics import mean, variance",
    body="""
    amounts: dict[str, dict[str, list[float]]] = {}
    for segment, variant, amount in visits:
        if amount is not None:
            groups = amounts.setdefault(segment, {"A": [], "B": []})
            groups.setdefault(variant, []).append(amount)
    result = {}
    for segment, groups in amounts.items():
        a, b = groups["A"], groups["B"]
        if len(a) >= 2 and len(b) >= 2:
            error = variance(a) / len(a) + variance(b) / len(b)
            result[segment] = (mean(b) - mean(a)) / error**0.5
    return result
    """,
    edges=lambda rng: [
        ([],),
        ([("new", "C", x) for x in numbers(rng, 4)],),
        ([("new", name, x) for name, x in zip("AABBC", numbers(rng, 5), strict=True)],),
        ([("new", name, x) for name, x in zip("AAB", numbers(rng, 3), strict=True)],),
        ([("new", name, x) for name, x in zip("ABB", numbers(rng, 3), strict=True)],),
        (
            [
                ("guest", name, x)
                for name, x in zip("AABBB", [0.0, None, *numbers(rng, 3)], strict=True)
            ],
        ),
    ],
    oracle=_segments_oracle,
)


def _readings(rng: Random, size: int) -> Args:
    """Readings of a million and a bit, as of a pressure in pascals."""
    centre = 1_000_000.0 + rng.randint(0, 900)
    readings = [round(rng.gauss(centre, 2.0), 2) for _ in range(size)]
    return [readings[0], readings[0], *readings], centre + rng.choice((-0.5, 0.5))


def _running_oracle(readings: list[float], mu: float) -> object:
    values = pd.Series(readings, dtype=float) - 1_000_000.0
    grown = values.expanding()
    error = np.sqrt(grown.var() / np.arange(1, len(values) + 1))
    exact = [float(x) for x in (grown.mean() - (mu - 1_000_000.0)) / error]
    flat = [min(readings[: k + 1]) == max(readings[: k + 1]) for k in range(min(len(exact), 50))]
    return [0.0 if k < 50 and flat[k] else x for k, x in enumerate(exact)]


_RUNNING = advanced(
    "running",
    4,
    doc="Return the one-sample t after each of the readings.",
    ask=text(
        en="""After every reading in `readings` we want the one-sample t statistic of all readings
        up to and including it, against the mean `mu`: (mean - mu) / sqrt(v / n), where n is the
        number of readings so far and v their sample variance (divide by n - 1). Return the list of
        these numbers, one per reading. As long as there is only one reading, or all readings so far
        are equal, the number is 0.0. There may be thousands of readings, so do not go back over
        them each time. They all lie near one million and differ only by a few units: a running sum
        of squares would lose too many digits, so update the mean and the squared deviations from
        it.""",
        pt="""Depois de cada leitura em `readings` queremos a estatística t de uma amostra de todas
        as leituras até ela, inclusive, contra a média `mu`: (média - mu) / raiz(v / n), em que n é
        o número de leituras até ali e v a sua variância amostral (divida por n - 1). Retorne a
        lista desses números, um por leitura. Enquanto só há uma leitura, ou todas até ali são
        iguais, o número é 0.0. Pode haver milhares de leituras, então não as percorra de novo a
        cada vez. Todas ficam perto de um milhão e diferem só em algumas unidades: uma soma corrente
        de quadrados perderia dígitos demais, então atualize a média e os desvios quadrados em
        relação a ela.""",
    ),
    signature="def running_t(readings: list[float], mu: float) -> list[float]:",
    ordinary=_readings,
    body="""
    results = []
    mean, squares = 0.0, 0.0
    for n, reading in enumerate(readings, start=1):
        step = reading - mean
        mean += step / n
        squares += step * (reading - mean)
        if squares == 0:
            results.append(0.0)
        else:
            results.append((mean - mu) / (squares / (n - 1) / n) ** 0.5)
    return results
    """,
    edges=lambda rng: [
        ([], 1_000_000.0),
        ([1_000_000.0 + rng.randint(1, 9)], 1_000_000.0),
        ([1_000_003.0] * rng.randint(2, 6), 1_000_000.0),
        ([1_000_001.0, 1_000_001.0, 1_000_004.0], 1_000_000.0 + rng.randint(2, 9)),
        ([1_000_002.5, 999_998.0, 1_000_000.0 + rng.randint(1, 9)], 1_000_000.5),
    ],
    oracle=_running_oracle,
    # The mean of numbers near a million minus a nearby number keeps nine digits or so.
    compare=Comparator(rel=1e-5, absolute=1e-5),
)


def _two_samples(rng: Random, size: int) -> Args:
    """Two samples with a few wild values and gaps."""
    half = max(size // 2, 5)
    samples = numbers(rng, half, 10.0, 40.0), numbers(rng, half + rng.randint(0, 6), 10.0, 44.0)
    for sample in samples:
        for _ in range(1 + half // 12):
            sample[rng.randrange(len(sample))] = rng.choice((-300.0, 400.0, 900.0))
    for _ in range(half // 9):
        samples[0][rng.randrange(len(samples[0]))] = NAN
    return samples


def _yuen_oracle(treated: list[float], control: list[float]) -> object:
    kept = [[x for x in sample if np.isfinite(x)] for sample in (treated, control)]
    if min(len(sample) for sample in kept) < 5:
        return NAN
    return float(stats.ttest_ind(*kept, equal_var=False, trim=0.2).statistic)


_YUEN = advanced(
    "trimmed",
    3,
    heldout=True,
    doc="Return Yuen's t of two samples, with a fifth trimmed at each end.",
    ask=text(
        en="""Wild values spoil a t test, so compare `treated` with `control` by Yuen's version of
        it. NaN entries go first. Sort what is left of a sample, let n be its length and g the whole
        part of n / 5. Its trimmed mean is the mean of the sorted values without the g lowest and
        the g highest. For its squared error replace those g lowest by the lowest value that stays
        and those g highest by the highest that stays; sum the squared deviations of all n numbers
        from their own mean; divide by h * (h - 1) with h = n - 2 * g. The answer is the trimmed
        mean of `treated` minus that of `control`, over the square root of the sum of both squared
        errors. A sample with fewer than five known values makes it NaN. The squared errors are
        positive.""",
        pt="""Valores extremos estragam um teste t; compare então `treated` com `control` pela
        versão de Yuen. Primeiro saem as entradas NaN. Ordene o que resta de uma amostra, seja n o
        seu comprimento e g a parte inteira de n / 5. A sua média aparada é a média dos valores
        ordenados sem os g menores e os g maiores. Para o seu erro quadrado, troque esses g menores
        pelo menor valor que fica e esses g maiores pelo maior que fica; some os desvios quadrados
        de todos os n números em relação à própria média deles; divida por h * (h - 1) com h = n - 2
        * g. A resposta é a média aparada de `treated` menos a de `control`, sobre a raiz quadrada
        da soma dos dois erros quadrados. Uma amostra com menos de cinco valores conhecidos faz dela
        NaN. Os erros quadrados são positivos.""",
    ),
    signature="def yuen_t(treated: list[float], control: list[float]) -> float:",
    ordinary=_two_samples,
    imports="import math\nfrom statistics import mean, pvariance",
    body="""
    centres, error = [], 0.0
    for sample in (treated, control):
        known = sorted(x for x in sample if not math.isnan(x))
        n = len(known)
        if n < 5:
            return math.nan
        g = n // 5
        h = n - 2 * g
        inner = known[g:n - g]
        pulled = [inner[0]] * g + inner + [inner[-1]] * g
        centres.append(mean(inner))
        error += n * pvariance(pulled) / (h * (h - 1))
    return (centres[0] - centres[1]) / math.sqrt(error)
    """,
    edges=lambda rng: [
        ([], numbers(rng, 6)),
        (numbers(rng, 6), numbers(rng, 4)),
        (numbers(rng, 5), numbers(rng, 5)),
        ([*numbers(rng, 4), NAN], numbers(rng, 7)),
        ([NAN, *numbers(rng, 5), NAN], [*numbers(rng, 8), 999.0]),
        (numbers(rng, 10), numbers(rng, 9)),
    ],
    oracle=_yuen_oracle,
)


ADVANCED: tuple[Variant, ...] = (_SEGMENTS, _RUNNING, _YUEN)
