"""Nearest neighbours, held out: the nearest place in the plane, and a vote of three."""

from random import Random

import numpy as np

from parelha.tasks.families.build_model.nearest_neighbours_draws import (
    draw_labels,
    draw_query,
    even_numbers,
    near_to_far,
)
from parelha.tasks.family import Args, Level, Variant, levels, text


def _plane(rng: Random, size: int) -> Args:
    xs, ys = even_numbers(rng, size), even_numbers(rng, size)
    return list(zip(xs, ys, strict=True)), (draw_query(rng), draw_query(rng) + 0.1)


def _plane_oracle(places: list[tuple[float, float]], here: tuple[float, float]) -> object:
    if not places:
        return -1
    return int(np.argmin(np.linalg.norm(np.asarray(places) - np.asarray(here), axis=1)))


_PLANE = levels(
    "nearest_in_plane",
    heldout=True,
    doc="Return the index of the place nearest to a point.",
    ask=text(
        en="""Which of the `places`, pairs of coordinates on a map, has the smallest Euclidean
        distance to the point `here`? Tell its index.""",
        pt="""Qual dos `places` (lugares), pares de coordenadas em um mapa, tem a menor distância
        euclidiana até o ponto `here`? Diga o índice dele.""",
    ),
    signature="def find(places: list[tuple[float, float]], here: tuple[float, float]) -> int:",
    ordinary=_plane,
    easy=Level(
        contract=text("A single place is the closest.", "Um único lugar é o mais próximo."),
        body="""
        distances = [(x - here[0]) ** 2 + (y - here[1]) ** 2 for x, y in places]
        return distances.index(min(distances))
        """,
        edges=lambda rng: [
            ([(0.0, float(rng.randint(1, 9)))], (5.0, 5.0)),
            ([(0.0, 5.0), (3.0, 3.0), (4.0, 4.0)], (0.0, 0.0)),
            ([(-1.0, -1.0), (9.0, 9.0), (-3.0, -2.0)], (-3.0, -2.0)),
        ],
    ),
    hard=Level(
        contract=text(
            "Ties go to the lowest index; -1 means that there are no places.",
            "Empates ficam com o menor índice; -1 significa que não há lugares.",
        ),
        body="""
        if not places:
            return -1
        distances = [(x - here[0]) ** 2 + (y - here[1]) ** 2 for x, y in places]
        return distances.index(min(distances))
        """,
        edges=lambda rng: [
            ([], (0.0, float(rng.randint(1, 9)))),
            ([(9.0, 9.0), (0.0, 5.0), (5.0, 0.0)], (0.0, 0.0)),
            ([(2.0, 2.0)] * 3, (float(rng.randint(1, 9)), 1.0)),
        ],
    ),
    oracle=_plane_oracle,
)


def _voters(rng: Random, size: int) -> Args:
    return even_numbers(rng, max(size, 5)), draw_labels(rng, max(size, 5)), draw_query(rng)


def _vote_oracle(positions: list[float], votes: list[str], target: float) -> object:
    if not positions:
        return ""
    nearest = [votes[int(i)] for i in near_to_far(positions, target)[:3]]
    names, counts = np.unique(nearest, return_counts=True)
    leaders = {str(n) for n, c in zip(names, counts, strict=True) if c == counts.max()}
    return next(vote for vote in nearest if vote in leaders)


_VOTE = levels(
    "three_vote",
    heldout=True,
    doc="Return the majority vote of the three nearest positions.",
    ask=text(
        en="""Let the three positions nearest to `target` vote: votes[i] is the vote of
        positions[i], and the vote cast most often wins. What is the outcome?""",
        pt="""Deixe votar as três posições mais próximas de `target`: votes[i] é o voto de
        positions[i], e ganha o voto mais frequente. Qual é o resultado?""",
    ),
    signature="def poll(positions: list[float], votes: list[str], target: float) -> str:",
    ordinary=_voters,
    easy=Level(
        contract=text(
            "Three positions or more are given; distances differ, and two votes agree.",
            "São dadas três posições ou mais; as distâncias diferem, e dois votos concordam.",
        ),
        body="""
        ranked = sorted((abs(p - target), v) for p, v in zip(positions, votes))
        nearest = [vote for _, vote in ranked[:3]]
        return max(nearest, key=nearest.count)
        """,
        edges=lambda rng: [
            ([1.0, 2.0, 4.0], ["a", "b", "b"], 0.0),
            ([1.0, 2.0, 4.0, 90.0, 91.0], ["a", "b", "a", "b", "b"], -float(rng.randint(1, 9))),
            ([-5.0, -1.0, 5.5, 2.0], ["x", "y", "x", "y"], -3.75),
        ],
    ),
    hard=Level(
        contract=text(
            en="""When all three disagree, the nearest wins. Fewer positions vote alone, the nearest
            winning again on a tie; nobody to vote gives "". Of equally near positions the earlier
            one counts as nearer.""",
            pt="""Quando as três discordam, ganha a mais próxima. Menos posições votam sozinhas, e
            no empate ganha outra vez a mais próxima; ninguém para votar dá "". De posições
            igualmente próximas, a que vem antes conta como mais próxima.""",
        ),
        body="""
        order = sorted(
            range(len(positions)), key=lambda i: abs(positions[i] - target)
        )
        nearest = [votes[i] for i in order[:3]]
        return max(nearest, key=nearest.count, default="")
        """,
        edges=lambda rng: [
            ([], [], float(rng.randint(1, 9))),
            ([9.0, 1.0, 4.0, 90.0], ["c", "b", "a", "a"], 2.0),
            ([5.0, 1.0], ["b", "a"], 3.0),
        ],
    ),
    oracle=_vote_oracle,
)


HELDOUT: tuple[Variant, ...] = (*_PLANE, *_VOTE)
