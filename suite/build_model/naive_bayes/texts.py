"""Return the most probable label of every new text."""

import math
from collections import Counter
from random import Random

import numpy as np
from sklearn.naive_bayes import MultinomialNB

from parelha.tasks.draws import Args

from ._shared import Vector


def classify(train: list[tuple[str, str]], new: list[str]) -> list[str]:
    """Return the most probable label of every new text."""
    texts = Counter(label for _, label in train)
    words: dict[str, Counter[str]] = {label: Counter() for label in texts}
    for content, label in train:
        words[label].update(content.lower().split())
    vocabulary = set().union(*words.values())
    sizes = {name: words[name].total() + len(vocabulary) for name in texts}

    def score(label: str, content: str) -> float:
        known = [w for w in content.lower().split() if w in vocabulary]
        chances = [(words[label][w] + 1) / sizes[label] for w in known]
        return round(math.log(texts[label]) + sum(map(math.log, chances)), 9)

    names = sorted(texts)
    result = []
    for content in new:
        scores = [score(name, content) for name in names]
        result.append(names[scores.index(max(scores))])
    return result


TOPICS = {
    "sport": ("goal", "team", "win", "ball", "day"),
    "money": ("bank", "rate", "win", "share", "day"),
    "science": ("cell", "rate", "atom", "team", "day"),
}


def _text(rng: Random, topic: str) -> str:
    words = [rng.choice(TOPICS[topic]) for _ in range(rng.randint(2, 6))]
    return " ".join(rng.choice([word, word.upper()]) for word in words)


def ordinary(rng: Random, size: int) -> Args:
    topics = [*TOPICS, *(rng.choice(list(TOPICS)) for _ in range(size))]
    train = [(_text(rng, topic), topic) for topic in topics]
    new = [_text(rng, rng.choice(list(TOPICS))) for _ in range(max(2, size // 5))]
    return train, [*new, "unknown words"]


def edges(rng: Random) -> list[Args]:
    return [
        ([("sun sun", "b"), ("rain", "a")], []),
        ([("sun sun", "b"), ("rain rain", "a")], ["", "snow", "SUN rain", "sun"]),
        ([("x y", "b"), ("z z", "b"), ("x", "a")], ["x x", "x", "z x", "nothing"]),
        ([("one word", "only")], [_text(rng, "sport"), "one"]),
        ([("", "empty"), ("a b", "full"), ("a", "full")], ["a", "b c", ""]),
        ([("A b", "up"), ("a  B c", "up"), ("c d", "down")], ["a C", "D", _text(rng, "money")]),
    ]


def oracle(train: list[tuple[str, str]], new: list[str]) -> object:
    names = sorted({label for _, label in train})
    vocabulary = sorted({word for content, _ in train for word in content.lower().split()})
    if not vocabulary or not new:
        return NotImplemented

    def counts(contents: list[str]) -> Vector:
        found = [Counter(content.lower().split()) for content in contents]
        return np.array([[float(own[word]) for word in vocabulary] for own in found])

    model = MultinomialNB(alpha=1.0)
    model.fit(counts([content for content, _ in train]), [label for _, label in train])
    scores = model.predict_joint_log_proba(counts(new)).round(9)
    return [names[int(best)] for best in scores.argmax(axis=1)]
