"""Naive Bayes: priors, smoothed word probabilities, Gaussian densities, decisions."""

import math
from collections import Counter
from random import Random

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.naive_bayes import GaussianNB

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import naive_bayes_advanced, naive_bayes_heldout
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

WORDS = ("rain", "sun", "wind", "snow", "fog")


def _labels(rng: Random, size: int) -> list[str]:
    return [rng.choice(["spam", "ham", "news"]) for _ in range(size)]


def _priors_oracle(labels: list[str | None]) -> object:
    counts = pd.Series(labels, dtype=object).value_counts(normalize=True)
    return {str(label): float(share) for label, share in counts.items()}


_PRIORS = levels(
    "priors",
    doc="Return the share of every label.",
    ask=text(
        en="""Naive Bayes needs the prior of each class: return a dictionary from each label in
        `labels` to its share of all labels.""",
        pt="""O Naive Bayes precisa da probabilidade a priori de cada classe: retorne um dicionário
        de cada rótulo em `labels` para a sua parcela do total de rótulos.""",
    ),
    signature="def priors(labels: list[str]) -> dict[str, float]:",
    ordinary=lambda rng, size: (_labels(rng, size),),
    easy=Level(
        contract=text("", ""),
        body="""
        counts: dict[str, int] = {}
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
        return {label: n / len(labels) for label, n in counts.items()}
        """,
        edges=lambda rng: [
            ([],),
            (["only"] * rng.randint(2, 9),),
            (["a", "A", "a "],),
        ],
    ),
    hard=Level(
        signature="def priors(labels: list[str | None]) -> dict[str, float]:",
        contract=text(
            en="""None is no label: it counts neither as a class nor in the total.""",
            pt="""None não é rótulo: não conta como classe nem no total.""",
        ),
        body="""
        known = [label for label in labels if label is not None]
        counts: dict[str, int] = {}
        for label in known:
            counts[label] = counts.get(label, 0) + 1
        return {label: n / len(known) for label, n in counts.items()}
        """,
        edges=lambda rng: [
            ([None, None],),
            ([None, "ham", "spam", "ham"],),
            (["", None, *_labels(rng, 3)],),
        ],
    ),
    oracle=_priors_oracle,
)


def _documents(rng: Random, size: int) -> list[list[str]]:
    return [[rng.choice(WORDS) for _ in range(rng.randint(1, 4))] for _ in range(size)]


def _word_oracle(docs: list[list[str]], words: list[str]) -> object:
    counts = Counter(word.lower() for document in docs for word in document)
    found = np.array([counts[word] for word in words]) + 1.0
    return dict(zip(words, (found / found.sum()).tolist(), strict=True)) if words else {}


_WORD_SHARES = levels(
    "word_shares",
    doc="Return the smoothed probability of every word.",
    ask=text(
        en="""`docs` are the texts of one class, each a list of words. Estimate the probability of
        each word of `words` in this class with Laplace smoothing: (count + 1) / (total + V), where
        count is how often the word occurs, total the number of all words and V the number of
        entries of `words`. Return a dictionary from word to probability.""",
        pt="""`docs` são os textos de uma classe, cada um uma lista de palavras. Estime a
        probabilidade de cada palavra de `words` nessa classe com suavização de Laplace: (contagem +
        1) / (total + V), em que contagem é quantas vezes a palavra ocorre, total a quantidade de
        todas as palavras e V a quantidade de entradas de `words`. Retorne um dicionário da palavra
        para a probabilidade.""",
    ),
    signature="def shares(docs: list[list[str]], words: list[str]) -> dict[str, float]:",
    ordinary=lambda rng, size: (_documents(rng, size), list(WORDS)),
    easy=Level(
        contract=text("The texts use no other words.", "Os textos não usam outras palavras."),
        body="""
        found = [word for doc in docs for word in doc]
        total = len(found) + len(words)
        return {word: (found.count(word) + 1) / total for word in words}
        """,
        edges=lambda rng: [
            ([], ["rain", "sun"]),
            ([["sun"] * rng.randint(2, 9)], ["rain", "sun"]),
            ([[], ["fog", "fog"], ["fog"]], ["fog"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Other words are ignored, in the total too. Upper and lower case make no difference
            in the texts; `words` is lower case.""",
            pt="""Outras palavras são ignoradas, também no total. Maiúsculas e minúsculas não fazem
            diferença nos textos; `words` está em minúsculas.""",
        ),
        body="""
        counts = dict.fromkeys(words, 1)
        for doc in docs:
            for word in doc:
                if word.lower() in counts:
                    counts[word.lower()] += 1
        total = sum(counts.values())
        return {word: count / total for word, count in counts.items()}
        """,
        edges=lambda rng: [
            ([["hail", "sun"], ["hail"]], ["rain", "sun"]),
            ([["SUN", "Rain", "sun"] * rng.randint(1, 4)], ["rain", "sun"]),
            ([["rain"]], []),
        ],
    ),
    oracle=_word_oracle,
)


def _density_args(rng: Random, size: int) -> Args:
    mean = numbers(rng, 1, 10.0, 30.0)[0]
    return numbers(rng, size, 5.0, 35.0), mean, round(rng.uniform(1.0, 9.0), 1)


_DENSITY = levels(
    "log_density",
    doc="Return the Gaussian log density of values.",
    ask=text(
        en="""Gaussian naive Bayes treats the values of a feature as independent: return the sum
        over `values` of the log density -log(2 * pi * variance) / 2 - (x - mean)**2 / (2 *
        variance).""",
        pt="""O Naive Bayes gaussiano trata os valores de um atributo como independentes: retorne a
        soma, em todos os `values`, da log-densidade -log(2 * pi * variance) / 2 - (x - mean)**2 /
        (2 * variance).""",
    ),
    signature="def density(values: list[float], mean: float, variance: float) -> float:",
    ordinary=_density_args,
    easy=Level(
        contract=text("The variance is positive.", "A variância é positiva."),
        imports="import math",
        body="""
        squares = sum((x - mean) ** 2 for x in values)
        constant = len(values) * math.log(2 * math.pi * variance)
        return -constant / 2 - squares / (2 * variance)
        """,
        edges=lambda rng: [
            ([float(rng.randint(1, 9))], 3.0, 1.0),
            ([4.0, 4.0], 4.0, 0.5),
            ([], 0.0, 2.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A variance below 0.01 is raised to 0.01. NaN values are missing and add
            nothing.""",
            pt="""Uma variância abaixo de 0.01 é elevada a 0.01. Valores NaN estão ausentes e não
            acrescentam nada.""",
        ),
        imports="import math",
        body="""
        known = [x for x in values if not math.isnan(x)]
        variance = max(variance, 0.01)
        squares = sum((x - mean) ** 2 for x in known)
        constant = len(known) * math.log(2 * math.pi * variance)
        return -constant / 2 - squares / (2 * variance)
        """,
        edges=lambda rng: [
            (numbers(rng, 2), 3.0, 0.0),
            ([math.nan, *numbers(rng, 2)], 20.0, 4.0),
            ([math.nan], 1.0, 0.002),
        ],
    ),
    oracle=lambda values, mean, variance: float(
        np.nansum(norm.logpdf(values, mean, math.sqrt(max(variance, 0.01))))
    ),
)


def _flowers(rng: Random, size: int) -> Args:
    rows = [(rng.choice(["iris", "lily", "rose"]), number) for number in numbers(rng, size)]
    return (pd.DataFrame(rows, columns=["label", "x"]),)


def _frame(labels: list[str | None], xs: list[float]) -> Args:
    column = pd.Series(labels, dtype=object)
    return (pd.DataFrame({"label": column, "x": pd.Series(xs, dtype="float64")}),)


def _stats_oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    if known.empty:
        return {}
    model = GaussianNB(var_smoothing=0.0)
    if known.groupby("label")["x"].nunique().min() == 1:
        return NotImplemented  # scikit-learn divides by such a variance
    model.fit(known[["x"]].to_numpy(), known["label"].to_numpy(dtype=str))
    return {
        str(label): (float(mean), float(variance))
        for label, mean, variance in zip(
            model.classes_, model.theta_[:, 0], model.var_[:, 0], strict=True
        )
    }


_STATS = levels(
    "class_statistics",
    doc="Return mean and variance of every class.",
    ask=text(
        en="""Train a Gaussian naive Bayes model on the DataFrame `df` with the columns `label` and
        `x`: return a dictionary from each label to the tuple (mean, variance) of its x, with the
        population variance (divided by n).""",
        pt="""Treine um modelo Naive Bayes gaussiano com o DataFrame `df` de colunas `label` e `x`:
        retorne um dicionário de cada rótulo para a tupla (média, variância) dos seus x, com a
        variância populacional (dividida por n).""",
    ),
    signature="def train(df: pd.DataFrame) -> dict[str, tuple[float, float]]:",
    ordinary=_flowers,
    easy=Level(
        contract=text("Nothing is missing.", "Não falta nada."),
        imports="import pandas as pd",
        body="""
        result = {}
        for label, x in df.groupby("label")["x"]:
            result[str(label)] = (float(x.mean()), float(x.var(ddof=0)))
        return result
        """,
        edges=lambda rng: [
            _frame([], []),
            _frame(["iris"], numbers(rng, 1)),
            _frame(["a", "b", "a", "b"], [1.0, 5.0, 1.0, float(rng.randint(6, 9))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Rows without a label or with a NaN x are left out; a label that has no other rows
            does not appear.""",
            pt="""Linhas sem rótulo ou com x NaN ficam de fora; um rótulo que não tem outras linhas
            não aparece.""",
        ),
        imports="import pandas as pd",
        body="""
        result = {}
        for label, x in df.dropna(subset=["x"]).groupby("label")["x"]:
            result[str(label)] = (float(x.mean()), float(x.var(ddof=0)))
        return result
        """,
        edges=lambda rng: [
            _frame(["iris", None, "iris", None], numbers(rng, 4)),
            _frame(["iris", "rose", "rose"], [math.nan, *numbers(rng, 2)]),
            _frame(["iris", None], [math.nan, 1.0]),
        ],
    ),
    oracle=_stats_oracle,
)


_MISTAKES = (
    Mistake("priors", "return {label: 1 / len(set(labels)) for label in labels}"),
    Mistake(
        "word_shares",
        """
        found = [w for doc in docs for w in doc]
        return {w: found.count(w) / max(len(found), 1) for w in words}
        """,
    ),
    Mistake(
        "class_statistics",
        """
        groups = df.groupby("label")["x"]
        return {label: (x.mean(), x.var()) for label, x in groups}
        """,
        imports="import pandas as pd",
    ),
)

FAMILY = Family(
    "build_model.naive_bayes",
    CoderAction.BUILD_MODEL,
    (
        *(*_PRIORS, *_WORD_SHARES, *_DENSITY, *_STATS),
        *naive_bayes_heldout.HELDOUT,
        *naive_bayes_advanced.ADVANCED,
    ),
    mistakes=_MISTAKES,
)
