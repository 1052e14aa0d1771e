"""Levels 3 and 4 of Grubbs' test: repeated, generalised (Rosner 1983), by batch and by block."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import with_outliers
from parelha.tasks.family import Args, Variant, advanced, text


def _critical(count: int, alpha: float) -> float:
    quantile = stats.t.ppf(1 - alpha / (2 * count), count - 2)
    ratio = quantile**2 / (count - 2 + quantile**2)
    return float((count - 1) / np.sqrt(count) * np.sqrt(ratio))


def _margin(values: list[float], alpha: float, turns: int) -> float:
    """Return how near any of the first turns of the repeated test comes to its critical value."""
    rest, margin = np.asarray(values), 1.0
    for _ in range(turns):
        if len(rest) < 3 or np.ptp(rest) == 0:
            break
        away = np.abs(rest - rest.mean())
        margin = min(margin, abs(away.max() / rest.std(ddof=1) - _critical(len(rest), alpha)))
        rest = np.delete(rest, int(away.argmax()))
    return float(margin)


def _sample(rng: Random, size: int, alpha: float, turns: int) -> list[float]:
    """Values with up to five outliers, away from the borders of the first turns."""
    while True:
        values = with_outliers(rng, size, min(rng.randint(0, 5), size // 4))
        if _margin(values, alpha, turns) > 1e-6:
            return values


def _near(rng: Random, factor: float, alpha: float) -> list[float]:
    """Return a few values, the last with a statistic of `factor` times the critical value."""
    base = [round(rng.gauss(20.0, 2.0), 1) for _ in range(rng.randint(4, 9))]
    low, high = max(base), max(base) + 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        values = np.asarray([*base, middle])
        statistic = (middle - values.mean()) / values.std(ddof=1)
        if statistic < factor * _critical(len(values), alpha):
            low = middle
        else:
            high = middle
    return [*base, round(low, 5)]


def _repeated(rng: Random, size: int) -> Args:
    alpha = rng.choice((0.01, 0.05, 0.1))
    values: list[float | None] = [*_sample(rng, max(size, 5), alpha, 12)]
    for _ in range(rng.randint(0, 3)):
        values.insert(rng.randint(0, len(values)), None)
    return values, alpha


def _repeated_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 30))
    return [
        ([], 0.05),
        ([None, value, None, value + 70.0], 0.05),
        ([value] * 6, 0.05),
        ([value] * 9 + [value + 50.0], 0.05),
        ([value, None, value, value + 1.0, value + 90.0], 0.05),
        ([value, value + 1.0, value + 2.0, value - 90.0, value + 1.0, value + 60.0, value], 0.1),
        *((_near(rng, factor, 0.05), 0.05) for factor in (0.995, 0.997, 1.003, 1.005)),
    ]


def _repeated_oracle(values: list[float | None], alpha: float) -> object:
    rest = np.asarray([value for value in values if value is not None], dtype=float)
    removed = []
    while len(rest) >= 3 and np.ptp(rest) > 0:
        away = np.abs(stats.zscore(rest, ddof=1))
        if away.max() <= _critical(len(rest), alpha):
            break
        removed.append(float(rest[away.argmax()]))
        rest = np.delete(rest, away.argmax())
    return removed


_REPEATED = advanced(
    "repeated",
    3,
    doc="Return the values that repeated tests of Grubbs remove.",
    ask=text(
        """Apply Grubbs' test to `values` again and again. First leave out all None. One test of n
        values: G is the largest absolute difference from the mean, divided by the sample standard
        deviation. With t = scipy.stats.t.ppf(1 - alpha / (2 * n), n - 2), the critical value is
        (n - 1) / sqrt(n) * sqrt(t**2 / (n - 2 + t**2)). If G is greater than it, remove the value
        furthest from the mean (the first one, if several are equally far) and test what remains;
        else stop. Stop also when fewer than three values remain or all that remain are equal.
        Return the removed values in the order of their removal.""",
        """Aplique o teste de Grubbs a `values` repetidas vezes. Antes, descarte todos os None. Um
        teste de n valores: G é a maior diferença absoluta em relação à média, dividida pelo desvio
        padrão amostral. Com t = scipy.stats.t.ppf(1 - alpha / (2 * n), n - 2), o valor crítico é
        (n - 1) / sqrt(n) * sqrt(t**2 / (n - 2 + t**2)). Se G é maior que ele, remova o valor mais
        distante da média (o primeiro, se vários estão à mesma distância) e teste o que resta;
        senão, pare. Pare também quando restam menos de três valores ou quando todos os que restam
        são iguais. Retorne os valores removidos na ordem em que foram removidos.""",
    ),
    signature="def prune(values: list[float | None], alpha: float) -> list[float]:",
    ordinary=_repeated,
    imports="from statistics import mean, stdev\n\nfrom scipy import stats",
    body="""
    rest = [value for value in values if value is not None]
    removed: list[float] = []
    while len(rest) > 2 and max(rest) > min(rest):
        centre, size = mean(rest), len(rest)
        away = [abs(value - centre) for value in rest]
        quantile = stats.t.ppf(1 - alpha / (2 * size), size - 2)
        ratio = quantile**2 / (size - 2 + quantile**2)
        critical = (size - 1) / size**0.5 * ratio**0.5
        if max(away) / stdev(rest) <= critical:
            break
        removed.append(rest.pop(away.index(max(away))))
    return removed
    """,
    edges=_repeated_edges,
    oracle=_repeated_oracle,
)


def _rosner(rng: Random, size: int) -> Args:
    alpha = rng.choice((0.01, 0.05, 0.1))
    most = rng.randint(1, 6)
    length = max(size, most + 4)
    return _sample(rng, length, alpha, most), most, alpha


def _rosner_oracle(data: list[float], most: int, alpha: float) -> object:
    rest, found = np.asarray(data, dtype=float), 0
    for turn in range(1, most + 1):
        if len(rest) < 3 or np.ptp(rest) == 0:
            break
        away = np.abs(rest - rest.mean())
        if away.max() / rest.std(ddof=1) > _critical(len(rest), alpha):
            found = turn
        rest = np.delete(rest, away.argmax())
    return found


_ROSNER = advanced(
    "rosner",
    3,
    heldout=True,
    doc="Return the number of outliers by Rosner's procedure.",
    ask=text(
        """Rosner's generalised procedure looks for at most `most` outliers in `data` and does not
        stop at the first turn that finds none. In turn i (from 1) take, among the points still
        there, the one furthest from their average, the earliest of equals; let R be its distance
        divided by their sample standard deviation. With m points still there and
        q = scipy.stats.t.ppf(1 - alpha / (2 * m), m - 2), turn i succeeds when R exceeds
        (m - 1) * q / sqrt(m * (m - 2 + q * q)). Take the point out, whether the turn succeeded or
        not. The answer is the number of the last turn that succeeded, or 0. No turn takes place
        with fewer than three points or with points that are all the same.""",
        """O procedimento generalizado de Rosner procura no máximo `most` outliers em `data` e não
        para na primeira rodada que não encontra nenhum. Na rodada i (a partir de 1), pegue, entre
        os pontos que ainda estão lá, o mais afastado da média deles, o primeiro em caso de empate;
        seja R a distância dele dividida pelo desvio padrão amostral deles. Com m pontos ainda lá e
        q = scipy.stats.t.ppf(1 - alpha / (2 * m), m - 2), a rodada i tem êxito se R ultrapassa
        (m - 1) * q / sqrt(m * (m - 2 + q * q)). Tire o ponto, tenha a rodada tido êxito ou não. A
        resposta é o número da última rodada com êxito, ou 0. Não há rodada com menos de três
        pontos nem com pontos todos iguais.""",
    ),
    signature="def rosner(data: list[float], most: int, alpha: float) -> int:",
    ordinary=_rosner,
    imports="from statistics import mean, stdev\n\nfrom scipy import stats",
    body="""
    points = list(data)
    found = 0
    for turn in range(1, most + 1):
        m = len(points)
        if m < 3 or max(points) == min(points):
            break
        centre = mean(points)
        away = [abs(point - centre) for point in points]
        q = stats.t.ppf(1 - alpha / (2 * m), m - 2)
        bound = (m - 1) * q / (m * (m - 2 + q * q)) ** 0.5
        if max(away) / stdev(points) > bound:
            found = turn
        del points[away.index(max(away))]
    return found
    """,
    edges=lambda rng: [
        ([], 3, 0.05),
        ([4.0] * 5, 2, 0.05),
        ([1.0, 1.5, float(rng.randint(5000, 6000))], 1, 0.1),
        # Two outliers hide each other: only the second turn succeeds.
        ([1.0, 2.0, 1.5, 1.8, 1.2, 1.6, 1.4, 2.2, 40.0, 41.0 + rng.randint(0, 2)], 3, 0.05),
        ([1.0, 2.0, 1.5, 1.8, 1.2, 1.6, 1.4, 2.2, 40.0, 41.0 + rng.randint(0, 2)], 1, 0.05),
        ([float(rng.randint(1, 9)), 50.0], 2, 0.05),
        ([2.0, 2.0, 2.0, 2.0, 2.0, float(rng.randint(80, 99))], 4, 0.1),
        *((_near(rng, factor, 0.05), 1, 0.05) for factor in (0.995, 0.997, 1.003, 1.005)),
    ],
    oracle=_rosner_oracle,
)


def _batches(rng: Random, size: int) -> Args:
    names = [f"B{number}" for number in range(1, 3 + size // 25)]
    centres = {name: rng.uniform(10.0, 60.0) for name in names}
    readings = []
    for _ in range(size):
        name = rng.choice(names)
        far = rng.choice((-1, 1)) * rng.uniform(8.0, 30.0) if rng.random() < 0.02 else 0.0
        readings.append((name, round(rng.gauss(centres[name], 1.5) + far, 3)))
    return readings, rng.choice((2.0001, 2.5001, 3.0001))


def _batch_oracle(readings: list[tuple[str, float]], critical: float) -> object:
    found: dict[str, int] = {}
    for name in {name for name, _ in readings}:
        places = [place for place, (other, _) in enumerate(readings) if other == name]
        values = np.asarray([readings[place][1] for place in places])
        if len(values) > 2 and np.ptp(values) > 0:
            scores = np.abs(stats.zscore(values, ddof=1))
            if scores.max() > critical:
                found[name] = places[int(scores.argmax())]
    return found


_BATCHES = advanced(
    "batches",
    4,
    doc="Return the place of the outlier of each batch that has one.",
    ask=text(
        """Each reading in `readings` is a tuple (batch, value). Test every batch by itself: the
        suspect of a batch is the value furthest from the mean of the batch (of equally far values
        the one read first), and it is an outlier if its distance, divided by the sample standard
        deviation of the batch, is greater than `limit`. Return a dict from the name of each
        batch that has an outlier to the index of that reading in `readings`. A batch with fewer
        than three values, or whose values are all equal, has no outlier. The list may be long.""",
        """Cada leitura de `readings` é uma tupla (lote, valor). Teste cada lote separadamente: o
        suspeito de um lote é o valor mais distante da média do lote (entre valores à mesma
        distância, o que foi lido primeiro), e ele é um outlier se a distância, dividida pelo desvio
        padrão amostral do lote, é maior que `limit`. Retorne um dicionário que leva do nome de
        cada lote com outlier ao índice dessa leitura em `readings`. Um lote com menos de três
        valores, ou cujos valores são todos iguais, não tem outlier. A lista pode ser longa.""",
    ),
    signature="def faulty(readings: list[tuple[str, float]], limit: float) -> dict[str, int]:",
    ordinary=_batches,
    imports="from statistics import fmean, stdev",
    body="""
    batches: dict[str, list[int]] = {}
    for place, (name, _) in enumerate(readings):
        batches.setdefault(name, []).append(place)
    found = {}
    for name, places in batches.items():
        values = [readings[place][1] for place in places]
        if len(values) < 3 or max(values) == min(values):
            continue
        mean = fmean(values)
        away = [abs(value - mean) for value in values]
        if max(away) / stdev(values) > limit:
            found[name] = places[away.index(max(away))]
    return found
    """,
    edges=lambda rng: [
        ([], 2.0),
        ([("A", 1.0), ("B", 5.0), ("A", float(rng.randint(20, 90)))], 0.5),
        ([("A", float(rng.randint(2, 9)))] * 4 + [("B", 1.0), ("B", 2.0), ("B", 9.0)], 1.1),
        ([("A", 3.0), ("B", 3.0), ("A", 5.0), ("B", 3.0), ("A", 7.0), ("B", 3.5)], 0.9),
        ([("A", 3.0), ("A", 5.0), ("A", 7.0), ("B", float(rng.randint(2, 9)))], 1.0),
        ([("x", 9.0), ("x", -60.0), ("x", 8.0), ("x", 8.5), ("y", 8.0), ("x", 7.0)], 1.7),
    ],
    oracle=_batch_oracle,
)


def _blocks(rng: Random, size: int) -> Args:
    return with_outliers(rng, max(size, 2), size // 20), rng.randint(3, 12), 1.70001


def _block_oracle(signal: list[float], width: int, bound: float) -> object:
    data, found = np.asarray(signal), []
    cuts = [i * width for i in range(1, len(signal) // width)]
    for number, block in enumerate(np.split(data, cuts)):
        varies = len(block) >= width and np.ptp(block) > 0
        if varies and np.abs(stats.zscore(block, ddof=1)).max() > bound:
            found.append(number)
    return found


_BLOCKS = advanced(
    "blocks",
    4,
    heldout=True,
    doc="Return the numbers of the blocks with an extreme sample.",
    ask=text(
        """Cut `signal` into consecutive blocks of `width` samples (at least 3), numbered from 0;
        samples left over at the end lengthen the final block. A block is flagged when its most
        extreme sample lies more than `bound` sample standard deviations from the average of its
        block. Give the numbers of flagged blocks, ascending. A signal shorter than `width` has no
        block, and a constant block is never flagged. Expect thousands of samples.""",
        """Corte `signal` em blocos consecutivos de `width` amostras (no mínimo 3), numerados a
        partir de 0; as amostras que sobram no fim alongam o bloco final. Um bloco é marcado quando
        sua amostra mais extrema fica a mais de `bound` desvios padrão amostrais da média do seu
        bloco. Informe os números dos blocos marcados, em ordem crescente. Um sinal mais curto que
        `width` não tem bloco, e um bloco constante nunca é marcado. Espere milhares de
        amostras.""",
    ),
    signature="def flag(signal: list[float], width: int, bound: float) -> list[int]:",
    ordinary=_blocks,
    imports="import math",
    body="""
    flagged = []
    for number in range(len(signal) // width):
        start = number * width
        # What is left over belongs to the last whole block.
        last = start + 2 * width > len(signal)
        block = signal[start:] if last else signal[start:start + width]
        centre = sum(block) / len(block)
        squares = sum((sample - centre) ** 2 for sample in block)
        extreme = max(centre - min(block), max(block) - centre)
        spread = math.sqrt(squares / (len(block) - 1))
        if max(block) > min(block) and extreme > bound * spread:
            flagged.append(number)
    return flagged
    """,
    edges=lambda rng: [
        ([], 3, 1.0),
        ([1.0, float(rng.randint(5, 50))], 3, 0.5),
        ([float(rng.randint(1, 9))] * 8, 4, 1.0),
        # The sum of these decimals, divided by their number, is not quite the decimal.
        ([0.1] * rng.randint(3, 5), 3, 0.3),
        ([1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 2.0, float(rng.randint(50, 90))], 3, 1.7),
        ([1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, float(rng.randint(50, 90))], 4, 1.7),
        ([1.0, 2.0, -50.0, 2.0, 1.0, 1.0, 2.0, float(rng.randint(50, 90))], 4, 1.4),
    ],
    oracle=_block_oracle,
)

ADVANCED: tuple[Variant, ...] = (_REPEATED, _ROSNER, _BATCHES, _BLOCKS)
