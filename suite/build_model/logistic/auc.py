"""Return the area under the ROC curve."""

from random import Random

from sklearn.metrics import roc_auc_score

from parelha.tasks.draws import Args, numbers


def auc(labels: list[int | None], scores: list[float]) -> float:
    """Return the area under the ROC curve."""
    counts: dict[float, list[int]] = {}
    for label, score in zip(labels, scores):
        if label is not None:
            counts.setdefault(score, [0, 0])[label] += 1
    below = 0
    wins = 0.0
    for _, (zeros, ones) in sorted(counts.items()):
        wins += ones * (below + zeros / 2)
        below += zeros
    pairs = below * sum(ones for _, ones in counts.values())
    return wins / pairs if pairs else 0.5


def ordinary(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        label = rng.randint(0, 1)
        rows.append((round(rng.gauss(0.4 + 0.2 * label, 0.2), 2), label))
    return [label for _, label in rows], [score for score, _ in rows]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([1, 1, None], numbers(rng, 3)),
        ([0, 0], numbers(rng, 2)),
        ([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]),
        ([0, None, 1, 0, 1], [0.9, 0.1, 0.8, 0.2, rng.choice([0.1, 0.3, 0.95])]),
        ([1, 0, 1], [3.0, 2.0, 2.0]),
    ]


def oracle(labels: list[int | None], scores: list[float]) -> object:
    known = [(a, s) for a, s in zip(labels, scores, strict=True) if a is not None]
    if len({label for label, _ in known}) < 2:
        return 0.5
    return float(roc_auc_score([label for label, _ in known], [score for _, score in known]))
