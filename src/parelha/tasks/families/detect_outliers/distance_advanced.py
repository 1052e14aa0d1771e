"""Levels 3 and 4 of outliers far from their neighbours: density, events in time, large grids."""

from random import Random
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN

from parelha.tasks.family import Args, Variant, advanced, text

Point = tuple[float, float]


def _cloud(rng: Random, size: int, spread: float = 1.0) -> list[Point]:
    """Points around a few centres, one in fifteen anywhere."""
    centres = [(rng.uniform(0, 30), rng.uniform(0, 30)) for _ in range(1 + size // 25)]
    points = []
    for _ in range(size):
        x, y = rng.choice(centres)
        if rng.random() < 1 / 15:
            points.append((round(rng.uniform(-10, 40), 3), round(rng.uniform(-10, 40), 3)))
        else:
            points.append((round(rng.gauss(x, spread), 3), round(rng.gauss(y, spread), 3)))
    return points


def _noise_draw(rng: Random, size: int) -> Args:
    points: list[Any] = [list(point) for point in _cloud(rng, size)]
    for _ in range(size // 20):
        points[rng.randrange(size)] = None
    return points, rng.choice((0.70001, 1.20003)), rng.randint(2, 5)


def _noise_oracle(points: list[list[float] | None], radius: float, least: int) -> object:
    known = [place for place, point in enumerate(points) if point is not None]
    if not known or radius == 0:  # scikit-learn wants a positive radius
        return NotImplemented if known else []
    table = np.array([points[place] for place in known])
    found = DBSCAN(eps=radius, min_samples=least).fit(table).labels_
    return [place for place, label in zip(known, found, strict=True) if label == -1]


_NOISE = advanced(
    "noise",
    3,
    doc="Return the indices of points that are not near a dense one.",
    ask=text(
        """Find the noise among `points`, a list of points [x, y] in which unknown points are None.
        None is ignored everywhere. A point is dense if at least `least` points, itself included,
        lie within the Euclidean distance `r` of it (a distance equal to `r` is within).
        A point is noise if it is not dense and has no dense point within `r`. Return the
        indices in `points` of the noise, in increasing order.""",
        """Encontre o ruído entre os `points`, uma lista de pontos [x, y] em que os
        desconhecidos são None. None é ignorado em toda parte. Um ponto é denso se pelo menos
        `least` pontos, contando ele próprio, estão a uma distância euclidiana de até `r` dele
        (uma distância igual a `r` ainda conta). Um ponto é ruído se não é denso e não tem
        nenhum ponto denso a até `r`. Retorne os índices em `points` do ruído, em ordem
        crescente.""",
    ),
    signature="def noise(points: list[list[float] | None], r: float, least: int) -> list[int]:",
    ordinary=_noise_draw,
    imports="from math import dist",
    body="""
    known = [(i, point) for i, point in enumerate(points) if point is not None]
    near = {
        i: [j for j, other in known if dist(point, other) <= r]
        for i, point in known
    }
    dense = {i for i, others in near.items() if len(others) >= least}
    return [i for i, others in near.items() if dense.isdisjoint(others)]
    """,
    edges=lambda rng: [
        ([], 1.0, 2),
        ([None, [1.0, float(rng.randint(1, 9))], None], 1.0, 2),
        ([[1.0, float(rng.randint(1, 9))], None], 1.0, 1),
        # A chain: only its middle is dense, and its ends are near it.
        ([[0.0, 0.0], [0.0, 2.0], None, [0.0, 4.0], [0.0, 4.0 + rng.randint(3, 9)]], 2.0, 3),
        (
            [[0.0, 0.0], [3.0, 4.0], [6.0, 8.0], [9.0, 12.5], [0.0, 30.0 + rng.randint(0, 9)]],
            5.0,
            2,
        ),
        ([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [2.0, float(rng.randint(5, 9))]], 0.0, 3),
    ],
    oracle=_noise_oracle,
)


def _factor_oracle(trees: list[Point], k: int, bound: float) -> object:
    distances = cdist(trees, trees) if trees else np.zeros((0, 0))
    if len(trees) <= k:
        return []
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1)[:, :k]
    reach = np.sort(distances, axis=1)[:, k - 1]
    around = reach[order].mean(axis=1)
    return [int(place) for place in np.flatnonzero(reach > bound * around)]


_FACTOR = advanced(
    "local_factor",
    3,
    heldout=True,
    doc="Return the indices of trees that reach further than their neighbours.",
    ask=text(
        """What is far depends on the surroundings. `trees` holds positions (x, y), all of them
        different. The reach of a tree is the Euclidean distance to the k-th closest of the other
        trees; its surroundings are these k closest trees. A tree is solitary when its reach is
        more than `bound` times the average reach of its surroundings. Give the indices of solitary
        trees, ascending; where nobody has k others, there are none. No two distances from one tree
        are equal.""",
        """O que é longe depende dos arredores. `trees` contém posições (x, y) de árvores, todas
        diferentes. O alcance de uma árvore é a distância euclidiana até a k-ésima mais próxima das
        outras árvores; seus arredores são essas k árvores mais próximas. Uma árvore é solitária
        quando seu alcance é mais de `bound` vezes o alcance médio dos seus arredores. Informe os
        índices das árvores solitárias, em ordem crescente; se ninguém tem k outras, não há
        nenhuma. Não há duas distâncias iguais a partir de uma mesma árvore.""",
    ),
    signature="def lone(trees: list[tuple[float, float]], k: int, bound: float) -> list[int]:",
    ordinary=lambda rng, size: (
        list(dict.fromkeys(_cloud(rng, size))),
        rng.randint(1, 4),
        rng.choice((1.30001, 2.00003)),
    ),
    imports="from math import dist",
    body="""
    if len(trees) <= k:
        return []
    reach, around = [], []
    for tree in trees:
        gaps = sorted((dist(tree, other), j) for j, other in enumerate(trees))
        reach.append(gaps[k][0])  # the tree itself comes first
        around.append([j for _, j in gaps[1:k + 1]])
    return [
        i
        for i, near in enumerate(around)
        if reach[i] > bound * sum(reach[j] for j in near) / k
    ]
    """,
    edges=lambda rng: [
        ([], 1, 1.5),
        ([(0.0, float(rng.randint(1, 9)))], 1, 1.5),
        ([(0.0, 0.0), (0.0, float(rng.randint(2, 9)))], 2, 0.5),
        ([(0.0, 0.0), (0.0, float(rng.randint(2, 9)))], 1, 0.5),
        ([(0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (0.0, float(rng.randint(8, 20)))], 1, 1.7),
        ([(0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (0.0, float(rng.randint(8, 20)))], 2, 1.1),
    ],
    oracle=_factor_oracle,
)


def _events(rng: Random, size: int) -> Args:
    clocks = {f"u{number}": rng.randint(0, 500) for number in range(1 + size // 60)}
    events = []
    for _ in range(size):
        user = rng.choice(list(clocks))
        clocks[user] += rng.choice((1, 2, 3, 5, 40, 60))
        events.append((user, clocks[user]))
    rng.shuffle(events)
    return events, rng.choice((3, 5, 40))


def _lonely_oracle(events: list[tuple[str, int]], gap: int) -> object:
    counts = {}
    for user in {user for user, _ in events}:
        times = np.array(sorted({time for other, time in events if other == user}))
        before = np.diff(times, prepend=-(10**9)) > gap
        after = np.diff(times, append=10**9) > gap
        if (before & after).any():
            counts[user] = int((before & after).sum())
    return [(user, counts[user]) for user in sorted(counts, key=lambda u: (-counts[u], u))]


_LONELY = advanced(
    "lonely_events",
    4,
    doc="Return the users with lonely events, those with most of them first.",
    ask=text(
        """`events` holds tuples (user, time in seconds) in no particular order, thousands of them.
        Events of one user at one time are duplicates: treat them as one event. An event is lonely
        if no other event of the same user is `gap` seconds or less away from it, before or after.
        Return a list of tuples (user, number of lonely events) for the users that have at least
        one, the largest number first, equal numbers by user name. Do not compare every event with
        every other.""",
        """`events` contém tuplas (usuário, tempo em segundos) sem ordem definida, aos milhares.
        Eventos de um usuário em um mesmo tempo são duplicatas: trate-os como um só evento. Um
        evento é solitário se nenhum outro evento do mesmo usuário está a `gap` segundos ou menos
        dele, antes ou depois. Retorne uma lista de tuplas (usuário, quantidade de eventos
        solitários) dos usuários que têm pelo menos um, a maior quantidade primeiro e quantidades
        iguais pelo nome do usuário. Não compare cada evento com todos os outros.""",
    ),
    signature="def lonely(events: list[tuple[str, int]], gap: int) -> list[tuple[str, int]]:",
    ordinary=_events,
    body="""
    times: dict[str, set[int]] = {}
    for user, time in events:
        times.setdefault(user, set()).add(time)
    counts = []
    for user, known in times.items():
        ordered = sorted(known)
        gaps = [b - a for a, b in zip(ordered, ordered[1:])]
        sides = zip([gap + 1, *gaps], [*gaps, gap + 1])
        count = sum(min(before, after) > gap for before, after in sides)
        if count > 0:
            counts.append((user, count))
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    """,
    edges=lambda rng: [
        ([], 5),
        ([("b", rng.randint(1, 99)), ("a", 3), ("c", 9), ("c", 10)], 5),
        ([("a", 7), ("a", 7), ("b", 1), ("b", 6), ("b", rng.randint(20, 99))], 5),
        ([("a", 16), ("a", 10), ("a", 5), ("a", rng.randint(40, 99))], 5),
        ([("a", 1), ("b", 1), ("b", 50), ("a", 99), ("c", rng.randint(1, 9))], 48),
        ([("a", 1), ("a", 2), ("b", 1), ("b", 2 + rng.randint(0, 1))], 0),
    ],
    oracle=_lonely_oracle,
)


def _cells(rng: Random, size: int) -> Args:
    side = max(6, int(size**0.5) * 3)
    cells = [(rng.randint(-side, side), rng.randint(-side, side)) for _ in range(size)]
    return cells, rng.randint(1, 4)


def _apart_oracle(cells: list[tuple[int, int]], reach: int) -> object:
    table = np.array(sorted(set(cells))).reshape(-1, 2)
    near = (cdist(table, table, "chebyshev") <= reach).sum(axis=1)
    return [(int(x), int(y)) for x, y in table[near == 1]]


_APART = advanced(
    "apart",
    4,
    heldout=True,
    doc="Return the occupied cells that stand apart from all others.",
    ask=text(
        """A map of whole-numbered squares: `cells` lists occupied squares (column, row), some more
        than once, which changes nothing. A square stands apart when none of the other occupied
        squares is at most `reach` columns and at the same time at most `reach` rows away. Give the
        squares that stand apart, once each, sorted. With thousands of squares and a small `reach`,
        looking around each square beats looking at all pairs.""",
        """Um mapa de casas com números inteiros: `cells` lista as casas ocupadas (coluna, linha),
        algumas mais de uma vez, o que não muda nada. Uma casa fica à parte quando nenhuma das
        outras casas ocupadas está a no máximo `reach` colunas e, ao mesmo tempo, a no máximo
        `reach` linhas dela. Devolva as casas que ficam à parte, uma vez cada, em ordem crescente.
        Com milhares de casas e um `reach` pequeno, olhar em volta de cada casa é melhor do que
        olhar todos os pares.""",
    ),
    signature="def apart(cells: list[tuple[int, int]], reach: int) -> list[tuple[int, int]]:",
    ordinary=_cells,
    body="""
    occupied = set(cells)
    steps = range(-reach, reach + 1)
    found = []
    for column, row in sorted(occupied):
        around = {(column + i, row + j) for i in steps for j in steps}
        if len(around & occupied) == 1:
            found.append((column, row))
    return found
    """,
    edges=lambda rng: [
        ([], 2),
        ([(3, rng.randint(1, 9))] * 2, 1),
        ([(0, 0), (2, 2), (5, 2), (5, rng.randint(5, 9))], 2),
        ([(0, 0), (2, 2), (5, 2), (5, rng.randint(5, 9))], 1),
        ([(-1, 0), (-4, 1), (-4, -rng.randint(5, 9)), (-1, 0)], 3),
        ([(0, 0), (0, 1), (1, rng.randint(0, 1)), (9, 9)], 0),
    ],
    oracle=_apart_oracle,
)

ADVANCED: tuple[Variant, ...] = (_NOISE, _FACTOR, _LONELY, _APART)
