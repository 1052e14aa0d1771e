"""Levels 3 and 4 of outliers in a stream: guarded statistics, many keys, cumulative sums."""

from random import Random

import numpy as np

from parelha.tasks.family import Args, Variant, advanced, text


def _stream(rng: Random, size: int, gaps: float = 0.05) -> list[float | None]:
    """Whole numbers around a level; now and then one is far, now and then one is lost."""
    values: list[float | None] = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(12, 60) if rng.random() < 0.06 else 0
        values.append(None if rng.random() < gaps else float(round(rng.gauss(30.0, 3.0)) + far))
    return values


def _guarded_oracle(stream: list[float | None], warmup: int, k: float) -> object:
    accepted: list[float] = []
    rejected = []
    for place, value in enumerate(stream):
        if value is None:
            continue
        far = len(accepted) >= warmup and abs(value - np.mean(accepted)) > k * np.std(accepted)
        if far:
            rejected.append(place)
        else:
            accepted.append(value)
    return rejected


_GUARDED = advanced(
    "guarded",
    3,
    doc="Return the indices of rejected numbers.",
    ask=text(
        """Process `stream` from left to right and keep statistics of the accepted numbers only.
        None is passed over. A number is rejected if at least `warmup` numbers (`warmup` is 1 or
        more) have been accepted before it and it differs from their mean by more than `k` times
        their population standard deviation; otherwise it is accepted and enters the statistics.
        So if all accepted numbers are equal, a different one is rejected once there are `warmup`
        of them. Return the list of the indices in `stream` of rejected numbers.""",
        """Processe `stream` da esquerda para a direita e mantenha estatísticas apenas dos números
        aceitos. None é pulado. Um número é rejeitado se pelo menos `warmup` números (`warmup` é 1
        ou mais) foram aceitos antes dele e ele difere da média deles em mais de `k` vezes o desvio
        padrão populacional deles; caso contrário, é aceito e entra nas estatísticas. Assim, se
        todos os números aceitos são iguais, um diferente é rejeitado desde que já haja `warmup`
        deles. Retorne a lista dos índices em `stream` dos números rejeitados.""",
    ),
    signature="def guard(stream: list[float | None], warmup: int, k: float) -> list[int]:",
    ordinary=lambda rng, size: (
        _stream(rng, size),
        rng.randint(3, 6),
        rng.choice((2.5003, 3.0007)),
    ),
    imports="import math",
    body="""
    count = 0
    mean = squares = 0.0
    rejected = []
    for i, value in enumerate(stream):
        if value is None:
            continue
        step = value - mean
        if count >= warmup and abs(step) > k * math.sqrt(squares / count):
            rejected.append(i)
            continue
        count += 1
        mean += step / count
        squares += step * (value - mean)
    return rejected
    """,
    edges=lambda rng: [
        ([], 2, 3.0),
        ([None, None], rng.randint(1, 3), 3.0),
        ([4.0, 4.0, None, float(rng.randint(5, 9)), 4.0], 2, 3.0),
        ([4.0, 4.0, None, float(rng.randint(5, 9)), 4.0], 3, 3.0),
        ([1.0, 3.0, 1.0, 3.0, float(rng.randint(40, 60)), 5.0, 3.0], 4, 2.5003),
        ([-1.0, -3.0, None, -1.0, -3.0, float(rng.randint(-60, -40)), -4.0], 4, 1.5003),
        ([float(rng.randint(1, 9)), 20.0, 30.0], 1, 2.0),
    ],
    oracle=_guarded_oracle,
)


def _keyed(rng: Random, size: int) -> Args:
    names = [f"pump{number}" for number in range(1, 3 + size // 100)]
    readings = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(8, 40) / 2 if rng.random() < 0.05 else 0.0
        readings.append((rng.choice(names), 1e8 + rng.randint(0, 8) / 2 + far))
    # Four decimals: a ratio of sums of halves is hardly ever one of these limits exactly.
    return readings, rng.choice((2.8003, 3.0007))


def _keyed_oracle(readings: list[tuple[str, float]], k: float) -> object:
    counts = {}
    for name in {name for name, _ in readings}:
        values = np.array([value for other, value in readings if other == name]) - 1e8
        places = range(5, len(values))
        counts[name] = sum(
            bool(abs(values[i] - values[:i].mean()) > k * values[:i].std(ddof=1) + 1e-9)
            for i in places
        )
    return {name: count for name, count in counts.items() if count}


_KEYED = advanced(
    "keyed",
    4,
    doc="Return how many readings of each pump stand out from those before.",
    ask=text(
        """`readings` is a long list of tuples (pump, pressure) in the order of their arrival.
        Judge each reading by the earlier readings of the same pump: with at least five of them, it
        is anomalous if it differs from their mean by more than `k` times their sample standard
        deviation (n - 1). Anomalous or not, every reading counts as an earlier one for those that
        follow. Return a dict from pump to the number of its anomalous readings, without the pumps
        that have none. Pressures are near a hundred million and often differ by less than ten, so
        that a variance from sums of squares is far off; and going through all earlier readings
        again for each new one takes too long.""",
        """`readings` é uma lista longa de tuplas (bomba, pressão) na ordem de chegada. Avalie cada
        leitura pelas leituras anteriores da mesma bomba: havendo pelo menos cinco, ela é anômala se
        difere da média delas em mais de `k` vezes o desvio padrão amostral delas (n - 1). Anômala
        ou não, toda leitura conta como anterior para as seguintes. Retorne um dicionário da bomba
        para a quantidade de suas leituras anômalas, sem as bombas que não têm nenhuma. As pressões
        ficam perto de cem milhões e muitas vezes diferem em menos de dez, de modo que uma variância
        obtida de somas de quadrados erra muito; e percorrer de novo todas as leituras anteriores a
        cada nova leitura demora demais.""",
    ),
    signature="def anomalies(readings: list[tuple[str, float]], k: float) -> dict[str, int]:",
    ordinary=_keyed,
    imports="import math",
    body="""
    states: dict[str, tuple[int, float, float]] = {}
    counts: dict[str, int] = {}
    for pump, pressure in readings:
        n, mean, squares = states.get(pump, (0, 0.0, 0.0))
        step = pressure - mean
        if n >= 5 and abs(step) > k * math.sqrt(squares / (n - 1)):
            counts[pump] = counts.get(pump, 0) + 1
        mean += step / (n + 1)
        squares += step * (pressure - mean)
        states[pump] = (n + 1, mean, squares)
    return counts
    """,
    edges=lambda rng: [
        ([(name, 1e8 + value) for name, value in rows], 3.0007)
        for rows in (
            [],
            [("p", 0.0), ("p", 2.0), ("p", 1.0), ("p", 1.0), ("p", float(rng.randint(40, 90)))],
            [("p", float(value)) for value in (0, 2, 1, 1, 2, rng.randint(40, 90), 3)],
            [("p", float(value)) for value in (0, 2, 1, 1, 2, -rng.randint(40, 90), 3)],
            [("p", 5.0), ("q", 90.0)] * 5
            + [("p", 90.0), ("q", 90.0), ("r", rng.randint(1, 9) / 2)],
            [("p", float(value)) for value in (0, 2, 1, 3, 2, 6, 90, rng.randint(40, 60), 400)],
        )
    ],
    oracle=_keyed_oracle,
)


def _cusum_draw(rng: Random, size: int) -> Args:
    shift, values = 0, []
    for _ in range(size):
        if rng.random() < 0.02:
            shift = rng.choice((-2, 0, 0, 2))
        lost = rng.random() < 0.03
        values.append(None if lost else float(shift + rng.randint(-3, 3)))
    return values, rng.choice((0.5, 1.0)), rng.choice((6.25, 9.25))


def _cusum_oracle(flow: list[float | None], slack: float, h: float) -> object:
    """Restart at every alarm; a sum is its path above the lowest point of that path."""
    steps = [(place, value) for place, value in enumerate(flow) if value is not None]
    alarms, start = [], 0
    while start < len(steps):
        away = np.array([step for _, step in steps[start:]])
        highest = np.zeros(len(away))
        for side in (1, -1):
            path = np.concatenate([[0.0], np.cumsum(side * away - slack)])
            highest = np.maximum(highest, (path - np.minimum.accumulate(path))[1:])
        above = np.flatnonzero(highest > h)
        if len(above) == 0:
            break
        start += int(above[0]) + 1
        alarms.append(steps[start - 1][0])
    return alarms


_CUSUM = advanced(
    "cusum",
    4,
    heldout=True,
    doc="Return the indices of the alarms of a two-sided cumulative sum.",
    ask=text(
        """Small lasting shifts escape a test of single points; cumulative sums find them. Keep two
        sums, up and down, both 0 at first. Every measurement x in `flow`, given as its deviation
        from a target, turns up into max(0, up + x - slack) and down into max(0, down - x - slack).
        If then one of the sums exceeds `h`, note the index of the measurement as an alarm and put
        both sums back to 0. A lost measurement (None) leaves the sums alone, yet has an index. Give
        the list of all alarms for a `flow` of thousands of measurements.""",
        """Desvios pequenos e duradouros escapam a um teste de pontos isolados; somas cumulativas os
        encontram. Mantenha duas somas, up e down, ambas 0 no começo. Cada medição x de `flow`, dada
        como desvio em relação a um alvo, transforma up em max(0, up + x - slack) e down em max(0,
        down - x - slack). Se então uma das somas ultrapassa `h`, anote o índice da medição como
        alarme e devolva as duas somas a 0. Uma medição perdida (None) não mexe nas somas, mas tem
        índice. Devolva a lista de todos os alarmes de um `flow` de milhares de medições.""",
    ),
    signature="def alarms(flow: list[float | None], slack: float, h: float) -> list[int]:",
    ordinary=_cusum_draw,
    body="""
    up = down = 0.0
    found = []
    for i, x in enumerate(flow):
        if x is None:
            continue
        up = max(0.0, up + x - slack)
        down = max(0.0, down - x - slack)
        if max(up, down) > h:
            found.append(i)
            up = down = 0.0
    return found
    """,
    edges=lambda rng: [
        (flow, 0.5, h)
        for flow, h in (
            ([], 3.0),
            ([None, float(rng.randint(40, 60)), None, 0.0], 3.0),
            ([2.0, 2.0, 2.0, 2.0, float(rng.randint(10, 20))], 3.0),
            ([-2.0, -2.0, None, -2.0, -2.0, float(rng.randint(10, 20))], 4.5),
            ([2.5, 1.5, 0.0, 0.0, 2.5, float(rng.randint(1, 3))], 3.0),
            ([-5.0, 5.0, -5.0, 5.0, -float(rng.randint(6, 9))], 4.75),
        )
    ],
    oracle=_cusum_oracle,
)

ADVANCED: tuple[Variant, ...] = (_GUARDED, _KEYED, _CUSUM)
