"""K-means with given starting centres: assignment, update, inertia."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import kmeans_advanced, kmeans_frames, kmeans_heldout
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Vector = npt.NDArray[np.float64]

# Centres are whole even numbers and points lie a tenth or more beside whole numbers, so that a
# point is halfway between two centres only where an edge case means it.


def _points(rng: Random, size: int) -> list[float]:
    return [rng.randint(-5, 65) + rng.choice([0.1, 0.2, 0.3, 0.4]) for _ in range(size)]


def _centres(rng: Random) -> list[float]:
    return [2.0 * c for c in distinct(rng, rng.randint(2, 4), 0, 30)]


def _nearest(points: list[float], centres: list[float]) -> npt.NDArray[np.int64]:
    x, c = np.array(points)[:, np.newaxis], np.array(centres)[:, np.newaxis]
    return np.asarray(cdist(x, c).argmin(axis=1))


_ASSIGN = levels(
    "assign",
    doc="Return for each point the index of the nearest centre.",
    ask=text(
        en="""The assignment step of k-means: return the list that holds, for each of `points`, the
        index of the nearest of `centres` (smallest absolute difference).""",
        pt="""O passo de atribuição do k-means: retorne a lista que traz, para cada ponto de
        `points`, o índice do centro mais próximo em `centres` (menor diferença absoluta).""",
    ),
    signature="def assign(points: list[float], centres: list[float]) -> list[int]:",
    ordinary=lambda rng, size: (_points(rng, size), _centres(rng)),
    easy=Level(
        contract=text(
            "There is at least one centre, and no point is equally near to two.",
            "Há pelo menos um centro, e nenhum ponto está igualmente perto de dois.",
        ),
        body="""
        result = []
        for point in points:
            distances = [abs(point - centre) for centre in centres]
            result.append(distances.index(min(distances)))
        return result
        """,
        edges=lambda rng: [
            ([], [1.0, 2.0]),
            (numbers(rng, 3), [5.0]),
            ([-9.5, 4.0, 99.0], [4.0, -3.0, 8.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Of equally near centres take the one with the lower index. A centre that is None
            has been removed and gets no points; without centres left every index is -1.""",
            pt="""De centros igualmente próximos, fique com o de menor índice. Um centro None foi
            removido e não recebe pontos; se não restam centros, todo índice é -1.""",
        ),
        signature="def assign(points: list[float], centres: list[float | None]) -> list[int]:",
        body="""
        left = [(c, index) for index, c in enumerate(centres) if c is not None]
        result = []
        for point in points:
            ranked = [(abs(point - c), index) for c, index in left]
            result.append(min(ranked)[1] if ranked else -1)
        return result
        """,
        edges=lambda rng: [
            (numbers(rng, 2), []),
            ([4.0, 2.0], [3.0, 5.0, 1.0]),
            (numbers(rng, 3), [None, 5.0]),
            ([1.0, 9.0], [None, float(rng.randint(4, 6)), None, 0.0]),
            (numbers(rng, 1), [None]),
        ],
    ),
    oracle=lambda points, centres: (
        [int(i) for i in _nearest(points, centres)]
        if points and centres and None not in centres
        else NotImplemented
    ),
)


def _labelled(rng: Random, size: int) -> Args:
    num_centres = rng.randint(2, 3)
    own = [rng.randint(0, num_centres - 1) for _ in range(size)]
    own[:num_centres] = range(num_centres)
    return numbers(rng, size), own, num_centres


_UPDATE = levels(
    "update",
    doc="Return the mean of the points of every cluster.",
    ask=text(
        en="""The update step of k-means: point points[i] belongs to the cluster labels[i], one of
        0, 1, ..., k - 1. Return the list of the `k` cluster means.""",
        pt="""O passo de atualização do k-means: o ponto points[i] pertence ao grupo labels[i], um
        de 0, 1, ..., k - 1. Retorne a lista das `k` médias dos grupos.""",
    ),
    signature="def update(points: list[float], labels: list[int], k: int) -> list[float]:",
    ordinary=_labelled,
    easy=Level(
        contract=text("Every cluster has points.", "Todo grupo tem pontos."),
        body="""
        means = []
        for cluster in range(k):
            own = [p for p, label in zip(points, labels) if label == cluster]
            means.append(sum(own) / len(own))
        return means
        """,
        edges=lambda rng: [
            (numbers(rng, 1), [0], 1),
            (numbers(rng, 4), [1, 0, 1, 1], 2),
            ([2.0, 2.0, 7.0], [0, 0, 1], 2),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A cluster without points has the mean 0.0. Points with the label -1 are noise and
            belong to none.""",
            pt="""Um grupo sem pontos tem média 0.0. Pontos com o rótulo -1 são ruído e não
            pertencem a nenhum.""",
        ),
        body="""
        means = []
        for cluster in range(k):
            own = [p for p, label in zip(points, labels) if label == cluster]
            means.append(sum(own) / len(own) if own else 0.0)
        return means
        """,
        edges=lambda rng: [
            ([], [], rng.randint(2, 9)),
            (numbers(rng, 3), [1, -1, 1], 3),
            (numbers(rng, 3), [-1, -1, -1], 1),
        ],
    ),
    oracle=lambda points, labels, k: [
        float(np.mean(own)) if len(own) else 0.0
        for cluster in range(k)
        for own in [np.array(points)[np.array(labels, dtype=int) == cluster]]
    ],
)


def _plane(rng: Random, size: int) -> Args:
    points = np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(size)])
    return points, np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(rng.randint(2, 3))])


def _inertia_oracle(points: Vector, centres: Vector) -> object:
    kept = points[~np.isnan(points).any(axis=1)]
    if len(kept) == 0:
        return 0.0
    return float(np.sum(cdist(kept, centres, "sqeuclidean").min(axis=1)))


_INERTIA = levels(
    "inertia",
    doc="Return the inertia of points around their centres.",
    ask=text(
        en="""`points` and `centres` are numpy arrays of shapes (n, d) and (k, d). Return the
        inertia of the clustering: the sum over all points of the squared Euclidean distance to the
        nearest centre.""",
        pt="""`points` e `centres` são arrays numpy de formas (n, d) e (k, d). Retorne a inércia do
        agrupamento: a soma, em todos os pontos, da distância euclidiana ao quadrado até o centro
        mais próximo.""",
    ),
    signature="def inertia(points: np.ndarray, centres: np.ndarray) -> float:",
    ordinary=_plane,
    easy=Level(
        contract=text("k and n are at least 1.", "k e n são no mínimo 1."),
        imports="import numpy as np",
        body="""
        gaps = points[:, np.newaxis, :] - centres
        return float((gaps**2).sum(axis=2).min(axis=1).sum())
        """,
        edges=lambda rng: [
            (np.array([[1.0], [4.0], [6.0]]), np.array([[float(rng.randint(1, 9))]])),
            (np.array([numbers(rng, 3)]), np.array([numbers(rng, 3), numbers(rng, 3)])),
            (np.array([[1.0, 2.0], [3.0, 3.0]]), np.array([[3.0, 3.0], [1.0, 2.0]])),
        ],
    ),
    hard=Level(
        contract=text(
            en="""k is at least 1. Points with a NaN are left out; the inertia of no points is
            0.0.""",
            pt="""k é no mínimo 1. Pontos com NaN ficam de fora; a inércia de nenhum ponto é
            0.0.""",
        ),
        imports="import numpy as np",
        body="""
        kept = points[~np.isnan(points).any(axis=1)]
        gaps = kept[:, np.newaxis, :] - centres
        return float((gaps**2).sum(axis=2).min(axis=1).sum())
        """,
        edges=lambda rng: [
            (np.zeros((0, 2)), np.array([[1.0, float(rng.randint(1, 9))]])),
            (np.array([[np.nan, 1.0], numbers(rng, 2)]), np.array([[2.0, 3.0], [0.0, 0.0]])),
            (np.array([[2.0, np.nan]]), np.array([numbers(rng, 2)])),
        ],
    ),
    oracle=_inertia_oracle,
)


def _step_oracle(points: list[float], centres: list[float]) -> object:
    points = [point for point in points if not math.isnan(point)]
    if not points:
        return [float(c) for c in centres]
    own = cdist(np.array(points)[:, np.newaxis], np.array(centres)[:, np.newaxis]).argmin(axis=1)
    counts = np.bincount(own, minlength=len(centres))
    totals = np.bincount(own, weights=points, minlength=len(centres))
    return [float(t / n) if n else c for t, n, c in zip(totals, counts, centres, strict=True)]


_STEP = levels(
    "step",
    doc="Return the centres after one iteration of k-means.",
    ask=text(
        en="""Do one iteration of k-means on a line. Give each of `points` to the nearest of
        `centres`, then replace every centre by the mean of its points. Return the new centres in
        the order of the old.""",
        pt="""Faça uma iteração do k-means em uma reta. Dê cada ponto de `points` ao centro mais
        próximo em `centres` e depois troque cada centro pela média dos seus pontos. Retorne os
        novos centros na ordem dos antigos.""",
    ),
    signature="def step(points: list[float], centres: list[float]) -> list[float]:",
    ordinary=lambda rng, size: (_points(rng, size), sorted(_centres(rng))),
    easy=Level(
        contract=text(
            en="""No point lies halfway between two centres. A centre that gets no points stays
            where it is.""",
            pt="""Nenhum ponto fica no meio entre dois centros. Um centro que não recebe pontos fica
            onde está.""",
        ),
        body="""
        members: list[list[float]] = [[] for _ in centres]
        for point in points:
            distances = [abs(point - centre) for centre in centres]
            members[distances.index(min(distances))].append(point)
        pairs = zip(members, centres)
        return [sum(own) / len(own) if own else old for own, old in pairs]
        """,
        edges=lambda rng: [
            ([], [float(rng.randint(1, 9)), 20.0]),
            (numbers(rng, 3), [5.0]),
            ([1.0, 2.0, 2.5], [1.5, float(rng.randint(50, 99))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A point halfway between two centres goes to the one listed first, a NaN to none. A
            centre that gets no points stays where it is.""",
            pt="""Um ponto no meio entre dois centros vai para o que vem primeiro na lista, um NaN
            não vai para nenhum. Um centro que não recebe pontos fica onde está.""",
        ),
        imports="import math",
        body="""
        members: list[list[float]] = [[] for _ in centres]
        for point in points:
            if not math.isnan(point):
                distances = [abs(point - centre) for centre in centres]
                members[distances.index(min(distances))].append(point)
        pairs = zip(members, centres)
        return [sum(own) / len(own) if own else old for own, old in pairs]
        """,
        edges=lambda rng: [
            ([3.0, 1.0, 6.0], [5.0, 1.0]),
            ([math.nan, *numbers(rng, 3)], [1.0, 8.0, 400.0]),
            ([5.0, math.nan], [float(rng.randint(6, 9))]),
            ([math.nan], [7.0, float(rng.randint(1, 9))]),
        ],
    ),
    oracle=_step_oracle,
)


_MISTAKES = (
    Mistake(
        "assign",
        "return [min(range(len(centres)), key=lambda i: p - centres[i]) for p in points]",
    ),
    Mistake(
        "inertia",
        """
        gaps = points[:, None, :] - centres
        return float(np.sqrt((gaps**2).sum(axis=2)).min(axis=1).sum())
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "step",
        """
        groups = [[] for _ in centres]
        for p in points:
            groups[min(range(len(centres)), key=lambda i: abs(p - centres[i]))].append(p)
        return [sum(g) / len(g) if g else 0.0 for g in groups]
        """,
    ),
)

FAMILY = Family(
    "build_model.kmeans",
    CoderAction.BUILD_MODEL,
    (
        *(*_ASSIGN, *_UPDATE, *_INERTIA, *_STEP, *kmeans_frames.MEANS),
        *kmeans_heldout.HELDOUT,
        *kmeans_advanced.ADVANCED,
    ),
    mistakes=(*_MISTAKES, *kmeans_frames.MISTAKES),
)
