"""Naive Bayes at levels 3 and 4: training and prediction in one, on numbers and on texts."""

import math
from collections import Counter
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.naive_bayes import GaussianNB, MultinomialNB

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]

TOPICS = {
    "sport": ("goal", "team", "win", "ball", "day"),
    "money": ("bank", "rate", "win", "share", "day"),
    "science": ("cell", "rate", "atom", "team", "day"),
}


def _gaussian_args(rng: Random, size: int) -> Args:
    centres = {"a": (0.0, 0.0), "b": (4.0, 1.0), "c": (1.0, 5.0)}
    labels = [*"abcabc", *(rng.choice("abc") for _ in range(size))]
    rows = [[rng.gauss(m, 1.5) for m in centres[label]] for label in labels]
    new = [[rng.uniform(-2.0, 6.0), rng.uniform(-2.0, 7.0)] for _ in range(max(3, size // 4))]
    return np.round(np.array(rows), 2), labels, np.round(np.array(new), 2)


def _gaussian_edges(rng: Random) -> list[Args]:
    gap = math.nan
    x = np.array([[0.0, 1.0], [1.0, 0.0], [5.0, 6.0], [6.0, 6.0], [5.5, 5.0]])
    labels = ["low", "low", "high", "high", "high"]
    flat = np.array([[1.0, 3.0], [2.0, 3.0], [8.0, 3.0], [9.5, 3.0]])
    new = np.array([[0.5, 0.75], [5.0, 5.5], numbers(rng, 2, -3.0, 9.0)])
    return [
        (x, labels, np.zeros((0, 2))),
        (x, labels, np.array([[gap, 0.5], [5.2, gap], [gap, gap]])),
        (flat, ["b", "b", "a", "a"], np.array([[1.5, 3.0], [9.0, float(rng.randint(1, 9))]])),
        (np.array([[1.0], [1.0], [4.0]]), ["b", "b", "a"], np.array([[1.1], [3.9], [2.6]])),
        (x[:3], ["z", "z", "z"], new),
    ]


def _gaussian_oracle(x: Vector, labels: list[str], new: Vector) -> object:
    table = pd.DataFrame(x).groupby(np.array(labels))
    if len(new) == 0 or np.isnan(new).any() or not (table.var(ddof=0) > 0.05).all(axis=None):
        return NotImplemented
    model = GaussianNB(var_smoothing=0.0).fit(x, labels)
    model.var_ += 0.01
    return [str(label) for label in model.predict(new)]


_GAUSSIAN = advanced(
    "gaussian",
    3,
    doc="Return the most probable label of every new row.",
    ask=text(
        en="""Classify by Gaussian naive Bayes. `x` is a numpy array of shape (n, p) with known
        `labels`; `new` has the rows to classify. For each label compute its prior (share of the
        rows) and, for each column, mean and population variance of its rows, plus 0.01. The score
        of a label for a new row is log(prior) plus, for each column, the log density -log(2 * pi *
        variance) / 2 - (value - mean)**2 / (2 * variance); columns that are NaN in the new row are
        left out. Return the list of the labels with the highest score; on a tie the first in
        alphabetical order. `x` has no NaN and at least one row.""",
        pt="""Classifique por Naive Bayes gaussiano. `x` é um array numpy de forma (n, p) com
        rótulos conhecidos `labels`; `new` traz as linhas a classificar. Para cada rótulo, calcule a
        probabilidade a priori (parcela das linhas) e, para cada coluna, a média e a variância
        populacional das linhas dele, mais 0.01. O escore de um rótulo para uma linha nova é
        log(priori) mais, para cada coluna, a log-densidade -log(2 * pi * variância) / 2 - (valor -
        média)**2 / (2 * variância); colunas que são NaN na linha nova ficam de fora. Retorne a
        lista dos rótulos de maior escore; no empate, o primeiro em ordem alfabética. `x` não tem
        NaN e tem pelo menos uma linha.""",
    ),
    signature="def classify(x: np.ndarray, labels: list[str], new: np.ndarray) -> list[str]:",
    ordinary=_gaussian_args,
    imports="import numpy as np",
    body="""
    names = sorted(set(labels))
    scores = np.zeros((len(new), len(names)))
    for place, name in enumerate(names):
        own = x[np.array(labels) == name]
        variance = own.var(axis=0) + 0.01
        squares = (new - own.mean(axis=0)) ** 2 / variance
        logs = np.log(2 * np.pi * variance) + squares
        scores[:, place] = np.log(len(own)) - np.nansum(logs, axis=1) / 2
    return [names[best] for best in scores.argmax(axis=1)]
    """,
    edges=_gaussian_edges,
    oracle=_gaussian_oracle,
)


def _text(rng: Random, topic: str) -> str:
    words = [rng.choice(TOPICS[topic]) for _ in range(rng.randint(2, 6))]
    return " ".join(rng.choice([word, word.upper()]) for word in words)


def _texts_args(rng: Random, size: int) -> Args:
    topics = [*TOPICS, *(rng.choice(list(TOPICS)) for _ in range(size))]
    train = [(_text(rng, topic), topic) for topic in topics]
    new = [_text(rng, rng.choice(list(TOPICS))) for _ in range(max(2, size // 5))]
    return train, [*new, "unknown words"]


def _texts_oracle(train: list[tuple[str, str]], new: list[str]) -> object:
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


_TEXTS = advanced(
    "texts",
    4,
    doc="Return the most probable label of every new text.",
    ask=text(
        en="""Classify texts by multinomial naive Bayes. `train` lists pairs (text, label). The
        words of a text are its parts between blanks, in lower case; the vocabulary is the set of
        all words of the training texts. With V its size, the probability of a word in a label is
        (occurrences of the word in the texts of the label + 1) / (all words of these texts + V).
        The score of a label for a text is log(share of the training texts with this label) plus the
        log probabilities of the words of the text, each as often as it occurs; words outside the
        vocabulary are skipped. Return for each text in `new` the label with the highest score;
        scores that differ by less than 1e-9 are a tie, which the alphabetically first label wins.
        There is at least one training text and there may be thousands: count every text once.""",
        pt="""Classifique textos por Naive Bayes multinomial. `train` lista pares (texto, rótulo).
        As palavras de um texto são as suas partes entre espaços, em minúsculas; o vocabulário é o
        conjunto de todas as palavras dos textos de treino. Sendo V o tamanho dele, a probabilidade
        de uma palavra em um rótulo é (ocorrências da palavra nos textos do rótulo + 1) / (todas as
        palavras desses textos + V). O escore de um rótulo para um texto é log(parcela dos textos de
        treino com esse rótulo) mais as log-probabilidades das palavras do texto, cada uma tantas
        vezes quantas ocorre; palavras fora do vocabulário são puladas. Retorne para cada texto em
        `new` o rótulo de maior escore; escores que diferem por menos de 1e-9 são um empate, que o
        primeiro rótulo em ordem alfabética vence. Há pelo menos um texto de treino e pode haver
        milhares: conte cada texto uma só vez.""",
    ),
    signature="def classify(train: list[tuple[str, str]], new: list[str]) -> list[str]:",
    ordinary=_texts_args,
    imports="import math\nfrom collections import Counter",
    body="""
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
    """,
    edges=lambda rng: [
        ([("sun sun", "b"), ("rain", "a")], []),
        ([("sun sun", "b"), ("rain rain", "a")], ["", "snow", "SUN rain", "sun"]),
        ([("x y", "b"), ("z z", "b"), ("x", "a")], ["x x", "x", "z x", "nothing"]),
        ([("one word", "only")], [_text(rng, "sport"), "one"]),
        ([("", "empty"), ("a b", "full"), ("a", "full")], ["a", "b c", ""]),
        ([("A b", "up"), ("a  B c", "up"), ("c d", "down")], ["a C", "D", _text(rng, "money")]),
    ],
    oracle=_texts_oracle,
)


def _answers(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        bought = rng.random() < 0.4
        tall = rng.random() < 0.5
        rows.append((bought, rng.random() < (0.7 if bought else 0.3), tall, tall != bought))
    return (pd.DataFrame(rows, columns=["bought", "young", "online", "member"]),)


def _answer_edges(rng: Random) -> list[Args]:
    def frame(*rows: str) -> Args:
        table = [[flag == "1" for flag in row] for row in rows]
        return (pd.DataFrame(table, columns=["bought", "young", "online"], dtype=bool),)

    return [
        frame(),
        frame("111", "101", "100"),
        frame("011", "001"),
        frame("110", "001", "100", "011", "111"),
        frame(*["101"] * rng.randint(2, 9), "010", "011", "110"),
    ]


def _ratio_oracle(df: pd.DataFrame) -> object:
    result = {}
    for name in df.columns.drop("bought"):
        table = pd.crosstab(df["bought"], df[name])
        table = table.reindex(index=[False, True], columns=[False, True], fill_value=0) + 1.0
        shares = table[True] / table.sum(axis=1)
        result[str(name)] = float(np.log(shares[True] / shares[False]))
    return result


_LIFTS = advanced(
    "lifts",
    3,
    heldout=True,
    doc="Return how strongly each trait speaks for a purchase.",
    ask=text(
        en="""Which traits speak for a purchase? Every row of `df` is a visitor; all columns are
        boolean, and `bought` says whether there was a purchase. For any other column the estimated
        rate among buyers is (buyers with the trait + 1) / (buyers + 2), and in the same way among
        visitors who did not buy. Compile a dictionary from column name to the natural logarithm of
        the first rate over the second. A table without rows still has its columns.""",
        pt="""Que características falam a favor de uma compra? Cada linha de `df` é um visitante;
        todas as colunas são booleanas, e `bought` diz se houve compra. Para qualquer outra coluna,
        a taxa estimada entre os compradores é (compradores com a característica + 1) / (compradores
        + 2), e do mesmo modo entre os visitantes que não compraram. Monte um dicionário do nome da
        coluna para o logaritmo natural da primeira taxa dividida pela segunda. Uma tabela sem
        linhas ainda tem as suas colunas.""",
    ),
    signature="def lifts(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=_answers,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    bought = df["bought"]
    traits = df.drop(columns="bought")
    yes = (traits[bought].sum() + 1) / (bought.sum() + 2)
    no = (traits[~bought].sum() + 1) / ((~bought).sum() + 2)
    pairs = zip(traits.columns, yes, no)
    return {name: float(np.log(p / q)) for name, p, q in pairs}
    """,
    edges=_answer_edges,
    oracle=_ratio_oracle,
)

ADVANCED: tuple[Variant, ...] = (_GAUSSIAN, _TEXTS, _LIFTS)
