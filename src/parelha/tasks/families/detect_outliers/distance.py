"""Outliers as points far from their neighbours (Knorr and Ng 1998; Ramaswamy et al. 2000)."""

from random import Random

import numpy as np

from parelha.tasks.draws import distinct
from parelha.tasks.families.detect_outliers.distance_advanced import ADVANCED
from parelha.tasks.families.detect_outliers.distance_draws import (
    Point,
    draw_points,
    matrix,
    point_lists,
)
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _gaps_oracle(values: list[float]) -> object:
    table = np.abs(np.subtract.outer(values, values))
    np.fill_diagonal(table, np.inf)
    return [float(gap) for gap in table.min(axis=1)] if len(values) > 1 else [0.0] * len(values)


_GAPS_BODY = """
gaps = []
for i, value in enumerate(values):
    others = values[:i] + values[i + 1:]
    gaps.append(min(abs(value - other) for other in others))
return gaps
"""
_GAPS = levels(
    "gaps",
    doc="Return the distance of each value to the nearest other value.",
    ask=text(
        """A value far from all others is suspicious. For each number in `values` compute the
        smallest absolute difference from any other number of the list, and return these
        differences as a list, in the same order.""",
        """Um valor longe de todos os outros é suspeito. Para cada número de `values`, calcule a
        menor diferença absoluta até qualquer outro número da lista e retorne essas diferenças em
        uma lista, na mesma ordem.""",
    ),
    signature="def nearest_gaps(values: list[float]) -> list[float]:",
    ordinary=lambda rng, size: ([*distinct(rng, size), float(rng.randint(150, 200))],),
    easy=Level(
        contract=text(
            "There are at least two numbers, all different.",
            "Há pelo menos dois números, todos diferentes.",
        ),
        body=_GAPS_BODY,
        edges=lambda rng: [
            ([3.0, float(rng.randint(5, 90))],),
            ([-1.0, -5.5, 2.0, float(rng.randint(5, 90))],),
            ([float(rng.randint(50, 90)), 1.0, 2.5, 4.5],),
        ],
    ),
    hard=Level(
        contract=text(
            """A number that occurs twice has another number at distance 0. A lone number has the
            gap 0.0, and an empty list gives an empty list.""",
            """Um número que aparece duas vezes tem outro número à distância 0. Um número sozinho
            tem a distância 0.0, e uma lista vazia dá uma lista vazia.""",
        ),
        body="if len(values) < 2:\n    return [0.0] * len(values)\n" + _GAPS_BODY.strip(),
        edges=lambda rng: [
            ([],),
            ([float(rng.randint(1, 9))],),
            ([4.0, 4.0, float(rng.randint(7, 90))],),
            ([9.0, 1.0, 9.0, float(rng.randint(2, 6)), 1.0],),
        ],
    ),
    oracle=_gaps_oracle,
)


def _kth(rng: Random, size: int) -> Args:
    points = draw_points(rng, size)
    return points, rng.randint(1, min(4, len(points) - 1))


def _kth_oracle(points: list[Point], k: int) -> object:
    if len(points) <= k:
        return [float("inf")] * len(points)
    return [float(row[k - 1]) for row in np.sort(matrix(points), axis=1)]


_KTH_BODY = """
scores = []
for i, point in enumerate(points):
    others = points[:i] + points[i + 1:]
    gaps = sorted(math.dist(point, other) for other in others)
    scores.append(gaps[k - 1])
return scores
"""
_KTH = levels(
    "kth_neighbour",
    doc="Return the distance of each point to its k-th neighbour.",
    ask=text(
        """Score each of the `points` (tuples x, y) by the Euclidean distance to its k-th nearest
        neighbour, the point itself not counted: k = 1 means the nearest other point. Return the
        list of scores; outliers have high ones.""",
        """Dê a cada um dos `points` (tuplas x, y) um escore: a distância euclidiana até o seu
        k-ésimo vizinho mais próximo, sem contar o próprio ponto; k = 1 é o outro ponto mais
        próximo. Retorne a lista de escores; outliers têm escores altos.""",
    ),
    signature="def score(points: list[tuple[float, float]], k: int) -> list[float]:",
    ordinary=_kth,
    easy=Level(
        contract=text("There are more than k points.", "Há mais de k pontos."),
        imports="import math",
        body=_KTH_BODY,
        edges=lambda rng: [(points, rng.randint(1, 3)) for points in point_lists(rng)],
    ),
    hard=Level(
        contract=text(
            """Points may coincide; each of them is a neighbour of the other. With k other points
            or fewer than k, that is when a point has no k-th neighbour, its score is infinite
            (math.inf).""",
            """Pontos podem coincidir; cada um deles é vizinho do outro. Quando um ponto não tem
            k-ésimo vizinho, porque há menos de k outros pontos, seu escore é infinito
            (math.inf).""",
        ),
        imports="import math",
        body="if len(points) <= k:\n    return [math.inf] * len(points)\n" + _KTH_BODY.strip(),
        edges=lambda rng: [
            ([], 1),
            ([(1.0, float(rng.randint(1, 9)))], 1),
            ([(1.0, 2.0), (1.0, 2.0), (4.0, float(rng.randint(6, 60)))], 1),
            ([(1.0, 2.0), (1.0, 2.0), (4.0, float(rng.randint(6, 60)))], 2),
            ([(1.0, 2.0), (5.0, 2.0), (4.0, float(rng.randint(6, 60)))], 3),
        ],
    ),
    oracle=_kth_oracle,
)


def _isolated(rng: Random, size: int) -> Args:
    points = [list(point) for point in draw_points(rng, size)]
    return points, rng.choice((1.2, 2.1, 3.3)), rng.randint(1, 3)


def _isolated_oracle(points: list[Point], radius: float, least: int) -> object:
    near = (matrix(points) <= radius).sum(axis=1)
    return [int(i) for i in np.flatnonzero(near < least)]


_ISOLATED_BODY = """
isolated = []
for i, point in enumerate(points):
    others = points[:i] + points[i + 1:]
    if sum(math.dist(point, other) <= radius for other in others) < least:
        isolated.append(i)
return isolated
"""
_ISOLATED = levels(
    "isolated",
    doc="Return the indices of points with few others around them.",
    ask=text(
        """A point is isolated if fewer than `least` other points lie within the Euclidean distance
        `radius` of it. `points` is a list of points [x, y]. Return the indices of the isolated
        points in increasing order.""",
        """Um ponto está isolado se menos de `least` outros pontos ficam a uma distância euclidiana
        de até `radius` dele. `points` é uma lista de pontos [x, y]. Retorne os índices dos pontos
        isolados em ordem crescente.""",
    ),
    signature="def lone(points: list[list[float]], radius: float, least: int) -> list[int]:",
    ordinary=_isolated,
    easy=Level(
        contract=text("There are at least four points.", "Há pelo menos quatro pontos."),
        imports="import math",
        body=_ISOLATED_BODY,
        edges=lambda rng: [
            ([list(point) for point in points], radius, least)
            for points in point_lists(rng)
            for radius, least in ((4.7, 1), (1.6, 2))
        ],
    ),
    hard=Level(
        contract=text(
            """A point at exactly the distance `radius` is within it, and so is a point in the same
            place. The list may be empty, and a single point has no others.""",
            """Um ponto exatamente à distância `radius` está dentro dela, e também um ponto no
            mesmo lugar. A lista pode ser vazia, e um ponto único não tem outros.""",
        ),
        imports="import math",
        body=_ISOLATED_BODY,
        edges=lambda rng: [
            ([], 1.0, 1),
            ([[2.0, float(rng.randint(1, 9))]], 50.0, 1),
            ([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [0.0, float(rng.randint(-30, -9))]], 5.0, 2),
            ([[1.0, 1.0], [1.0, 1.0], [1.0, float(rng.randint(9, 30))]], 0.0, 1),
        ],
    ),
    oracle=_isolated_oracle,
)


def _loneliest_oracle(points: list[Point]) -> object:
    if len(points) < 2:
        return len(points) - 1
    return int(np.argmax(matrix(points).min(axis=1)))


_LONELIEST_BODY = """
nearest = []
for i, point in enumerate(points):
    others = points[:i] + points[i + 1:]
    nearest.append(min(math.dist(point, other) for other in others))
return nearest.index(max(nearest))
"""
_LONELIEST = levels(
    "loneliest",
    doc="Return the index of the point whose nearest neighbour is furthest.",
    ask=text(
        """`points` is a list of tuples (x, y). Every point has a nearest other point, by Euclidean
        distance. Return the index of the point for which this distance is the largest.""",
        """`points` é uma lista de tuplas (x, y). Todo ponto tem um outro ponto mais próximo, pela
        distância euclidiana. Retorne o índice do ponto em que essa distância é a maior.""",
    ),
    signature="def loneliest(points: list[tuple[float, float]]) -> int:",
    ordinary=lambda rng, size: (draw_points(rng, size),),
    easy=Level(
        contract=text("One point is far from the others.", "Um dos pontos está longe dos outros."),
        imports="import math",
        body=_LONELIEST_BODY,
        edges=lambda rng: [(points,) for points in point_lists(rng)],
    ),
    hard=Level(
        contract=text(
            """Among equals choose the smallest index. For a single point return 0, for no points
            -1.""",
            """Entre iguais, escolha o menor índice. Para um único ponto retorne 0; sem pontos,
            -1.""",
        ),
        imports="import math",
        body="if len(points) < 2:\n    return len(points) - 1\n" + _LONELIEST_BODY.strip(),
        edges=lambda rng: [
            ([],),
            ([(1.0, float(rng.randint(1, 9)))],),
            ([(1.0, 1.0), (1.0, float(rng.randint(2, 9)))],),
            ([(1.0, 1.0), (1.0, 1.0), (2.0, 1.0), (2.0, float(rng.randint(7, 9)))],),
            ([(0.0, 0.0), (0.0, 1.0), (0.0, 9.0), (0.0, 17.0), (float(rng.randint(1, 5)), 0.0)],),
        ],
    ),
    oracle=_loneliest_oracle,
)


def _manhattan_oracle(stops: list[Point], near: int) -> object:
    if len(stops) < 2:
        return [0.0] * len(stops)
    table = np.sort(matrix(stops, "cityblock"), axis=1)[:, : min(near, len(stops) - 1)]
    return [float(value) for value in table.mean(axis=1)]


_MANHATTAN_BODY = """
for place, (x, y) in enumerate(stops):
    rest = stops[:place] + stops[place + 1:]
    walks = sorted(abs(x - a) + abs(y - b) for a, b in rest)
    means.append(sum(walks[:near]) / {})
return means
"""
_MANHATTAN = levels(
    "city_blocks",
    heldout=True,
    doc="Return the average walk from each stop to the nearest others.",
    ask=text(
        """How remote is each bus stop? `stops` lists their coordinates (x, y), and a walk between
        two stops is as long as their differences in x and in y together. Give, for every stop, the
        average length of the walks to its `near` closest other stops.""",
        """Quão remota é cada parada de ônibus? `stops` lista as coordenadas (x, y) delas, e uma
        caminhada entre duas paradas tem o comprimento da soma das diferenças em x e em y. Informe,
        para cada parada, o comprimento médio das caminhadas até as suas `near` outras paradas mais
        próximas.""",
    ),
    signature="def remote(stops: list[tuple[float, float]], near: int) -> list[float]:",
    ordinary=_kth,
    easy=Level(
        contract=text(
            "Each stop has `near` others or more.", "Cada parada tem `near` outras ou mais."
        ),
        body="means = []" + _MANHATTAN_BODY.format("near"),
        edges=lambda rng: [(points, rng.randint(1, 3)) for points in point_lists(rng)],
    ),
    hard=Level(
        contract=text(
            "Where fewer others exist, average over those; the only stop there is gets 0.0.",
            "Se existem menos outras, tire a média dessas; a única parada existente recebe 0.0.",
        ),
        body="if len(stops) == 1:\n    return [0.0]\nmeans = []"
        + _MANHATTAN_BODY.format("len(walks[:near])"),
        edges=lambda rng: [
            ([], 2),
            ([(1.0, float(rng.randint(1, 9)))], 2),
            ([(1.0, 1.0), (4.0, float(rng.randint(2, 9)))], 3),
            ([(1.0, 1.0), (1.0, 1.0), (-3.0, float(rng.randint(2, 9)))], 2),
            ([(1.0, 1.0), (2.0, 1.0), (-3.0, float(rng.randint(2, 9)))], 5),
        ],
    ),
    oracle=_manhattan_oracle,
)


def _hermits_oracle(ages: list[float], space: float) -> object:
    if not ages:
        return []
    ordered = np.sort(ages)
    gaps = np.concatenate([[np.inf], np.diff(ordered), [np.inf]])
    return [float(v) for v in ordered[(gaps[:-1] > space) & (gaps[1:] > space)]]


_HERMITS_BODY = """
found = []
for age in sorted(ages):
    close = [other for other in ages if abs(other - age) <= space]
    if len(close) == 1:
        found.append(age)
return found
"""
_HERMITS = levels(
    "hermits",
    heldout=True,
    doc="Return the ages with no other age close by, sorted.",
    ask=text(
        """List, from young to old, the `ages` that keep their distance: no other age in the list
        is within `space` years of them.""",
        """Liste, do mais novo ao mais velho, as idades (`ages`) que mantêm distância: nenhuma
        outra idade da lista está a `space` anos ou menos delas.""",
    ),
    signature="def hermits(ages: list[float], space: float) -> list[float]:",
    ordinary=lambda rng, size: (distinct(rng, size, 1, 9 * size), rng.choice((1.5, 3.5, 6.5))),
    easy=Level(
        contract=text("The ages are whole and differ.", "As idades são inteiras e diferentes."),
        body=_HERMITS_BODY,
        edges=lambda rng: [
            ([30.0], 5.5),
            ([40.0, 20.0, 24.0, float(rng.randint(70, 90))], 4.5),
            ([float(rng.randint(60, 90)), 31.0, 30.0, 11.0], 10.5),
        ],
    ),
    hard=Level(
        contract=text(
            """Exactly `space` years is still too near, and two people of one age are no hermits
            either.""",
            """Exatamente `space` anos ainda é perto demais, e duas pessoas da mesma idade também
            não são eremitas.""",
        ),
        body=_HERMITS_BODY,
        edges=lambda rng: [
            ([], 2.0),
            ([50.0, 50.0, float(rng.randint(70, 90))], 3.0),
            ([50.0, 53.0, 40.0, float(rng.randint(70, 90))], 3.0),
            ([5.0, float(rng.randint(70, 90)), 5.0, 6.0], 0.0),
        ],
    ),
    oracle=_hermits_oracle,
)


_MISTAKES = (
    Mistake("gaps", "return [min(abs(v - w) for w in values) for v in values]"),
    Mistake(
        "kth_neighbour",
        "return [sorted(math.dist(p, q) for q in points)[k - 1] for p in points]",
        "import math",
    ),
    Mistake(
        "isolated",
        """
        near = [sum(math.dist(p, q) <= radius for q in points) for p in points]
        return [i for i, count in enumerate(near) if count < least]
        """,
        "import math",
    ),
)

FAMILY = Family(
    "detect_outliers.distance",
    CoderAction.DETECT_OUTLIERS,
    (*_GAPS, *_KTH, *_ISOLATED, *_LONELIEST, *_MANHATTAN, *_HERMITS, *ADVANCED),
    mistakes=_MISTAKES,
)
