"""Parameterisations of the family kmeans that are kept for evaluation."""

from random import Random

import numpy as np
from scipy.spatial.distance import pdist, squareform

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.family import Args, Level, Variant, levels, text


def _seeds_oracle(positions: list[float], k: int) -> object:
    if not positions:
        return []
    gaps = squareform(pdist(np.array(positions)[:, np.newaxis]))
    chosen = [0]
    while len(chosen) < min(k, len(set(positions))):
        chosen.append(int(gaps[chosen].min(axis=0).argmax()))
    return [positions[i] for i in chosen]


_SEEDS = levels(
    "farthest_first",
    heldout=True,
    doc="Return starting centres, each as far as possible from the others.",
    ask=text(
        en="""Pick `k` starting centres for a clustering. The first entry of `positions` is the
        first pick; every further pick is the position whose distance to the closest pick so far is
        largest. Give the picks in the order in which they were made.""",
        pt="""Escolha `k` centros iniciais para um agrupamento. A primeira entrada de `positions` é
        a primeira escolha; cada escolha seguinte é a posição cuja distância até a escolha mais
        próxima feita até então é a maior. Dê as escolhas na ordem em que foram feitas.""",
    ),
    signature="def starts(positions: list[float], k: int) -> list[float]:",
    ordinary=lambda rng, size: (
        [v * v / 2.0 for v in distinct(rng, size, 0, 40)],
        rng.randint(2, 3),
    ),
    easy=Level(
        contract=text(
            "Positions are at least k and all differ; should two be equally far, pick the earlier.",
            "As posições são pelo menos k e todas diferem; se duas estão igualmente longe, escolha "
            "a que vem antes.",
        ),
        body="""
        picks = [positions[0]]
        for _ in range(k - 1):
            gaps = [min(abs(p - pick) for pick in picks) for p in positions]
            picks.append(positions[gaps.index(max(gaps))])
        return picks
        """,
        edges=lambda rng: [
            (numbers(rng, 1), 1),
            ([5.0, 0.0, 10.0, 4.0], 2),
            (distinct(rng, 4), 4),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Should two be equally far, pick the earlier. Positions can repeat: stop as soon as
            every position has been picked or equals a pick, even with fewer than k picks. An empty
            list has no picks.""",
            pt="""Se duas estão igualmente longe, escolha a que vem antes. As posições podem se
            repetir: pare assim que toda posição foi escolhida ou é igual a uma escolha, mesmo com
            menos de k escolhas. Uma lista vazia não tem escolhas.""",
        ),
        body="""
        picks = positions[:1]
        while len(picks) < k and positions:
            gaps = [min(abs(p - pick) for pick in picks) for p in positions]
            if max(gaps) == 0:
                break
            picks.append(positions[gaps.index(max(gaps))])
        return picks
        """,
        edges=lambda rng: [
            ([], rng.randint(2, 9)),
            ([3.0, 3.0, 3.0], 2),
            ([1.0, 9.0, 1.0, 9.0], 3),
            ([5.0, 8.0, 2.0, 5.0, *numbers(rng, 1)], 2),
        ],
    ),
    oracle=_seeds_oracle,
)


def _clusters(rng: Random, size: int) -> Args:
    middles = [m * m / 4.0 for m in distinct(rng, max(size, 3), 0, 60)]
    return middles, [float(rng.randint(1, 9)) for _ in middles]


def _merge_oracle(means: list[float], sizes: list[float]) -> object:
    if len(means) < 2:
        return means
    order = np.argsort(means, kind="stable")
    place = int(np.argmin(np.diff(np.array(means)[order])))
    pair = order[place : place + 2]
    merged = float(np.average(np.array(means)[pair], weights=np.array(sizes)[pair]))
    return sorted([*np.delete(means, pair).tolist(), merged])


_MERGE = levels(
    "merge_closest",
    heldout=True,
    doc="Return the means after joining the two closest clusters.",
    ask=text(
        en="""Too many clusters: join the two whose `means` are closest together into one, whose
        mean is the average of both weighted by their `sizes`. Hand back all means that there are
        now, in ascending order.""",
        pt="""Há grupos demais: junte em um só os dois cujas médias `means` estão mais próximas; a
        média do novo grupo é a média das duas ponderada pelos tamanhos `sizes`. Devolva todas as
        médias que existem agora, em ordem crescente.""",
    ),
    signature="def join(means: list[float], sizes: list[float]) -> list[float]:",
    ordinary=_clusters,
    easy=Level(
        contract=text(
            "Two clusters exist at least, and one pair is closer than all others.",
            "Existem no mínimo dois grupos, e um par está mais próximo que todos os outros.",
        ),
        body="""
        pairs = sorted(zip(means, sizes))
        gaps = [b[0] - a[0] for a, b in zip(pairs, pairs[1:])]
        place = gaps.index(min(gaps))
        (a, m), (b, n) = pairs[place:place + 2]
        rest = [mean for mean, _ in pairs[:place] + pairs[place + 2:]]
        return sorted([*rest, (a * m + b * n) / (m + n)])
        """,
        edges=lambda rng: [
            ([4.0, 2.0], [1.0, float(rng.randint(2, 9))]),
            ([-5.0, 20.0, -4.0], [3.0, 2.0, 1.0]),
            ([1.0, 10.0, 30.0, 39.5], [2.0, 2.0, 5.0, float(rng.randint(6, 9))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Clusters whose size is zero are thrown away at the start. Among pairs at the same
            distance the pair of the smallest means is joined; fewer than two clusters are handed
            back as they are.""",
            pt="""Grupos de tamanho zero são jogados fora no início. Entre pares à mesma distância,
            junta-se o par das menores médias; menos de dois grupos são devolvidos como estão.""",
        ),
        body="""
        pairs = sorted((mean, size) for mean, size in zip(means, sizes) if size)
        gaps = [b[0] - a[0] for a, b in zip(pairs, pairs[1:])]
        if not gaps:
            return [mean for mean, _ in pairs]
        place = gaps.index(min(gaps))
        (a, m), (b, n) = pairs[place:place + 2]
        rest = [mean for mean, _ in pairs[:place] + pairs[place + 2:]]
        return sorted([*rest, (a * m + b * n) / (m + n)])
        """,
        edges=lambda rng: [
            ([], []),
            (numbers(rng, 1), [3.0]),
            ([6.0, 2.0, 4.0], [1.0, 3.0, float(rng.randint(2, 9))]),
            ([1.0, 1.5, 9.0, 5.0], [0.0, 2.0, 1.0, 1.0]),
            ([1.0, 3.0], [0.0, float(rng.randint(2, 9))]),
        ],
    ),
    oracle=lambda means, sizes: NotImplemented if 0.0 in sizes else _merge_oracle(means, sizes),
)

HELDOUT: tuple[Variant, ...] = (*_SEEDS, *_MERGE)
