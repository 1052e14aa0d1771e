"""Cross-validation: how folds are made, and what is done with their scores."""

from random import Random

import numpy as np
import pandas as pd
from scipy.stats import sem
from sklearn.model_selection import KFold

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import (
    cross_validation_advanced,
    cross_validation_frames,
    cross_validation_heldout,
)
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _folds_oracle(n: int, k: int) -> object:
    if n == 0:
        return []
    if min(n, k) == 1:
        return [list(range(n))]
    return [[int(i) for i in test] for _, test in KFold(min(n, k)).split(np.zeros(n))]


_FOLDS = levels(
    "contiguous_folds",
    doc="Return the indices of every test fold.",
    ask=text(
        en="""Split the indices 0, 1, ..., n - 1 into `k` contiguous test folds for
        cross-validation: the first n % k folds have n // k + 1 indices, the others n // k. Return
        the list of folds, each a list of indices in order.""",
        pt="""Divida os índices 0, 1, ..., n - 1 em `k` partes de teste contíguas para validação
        cruzada: as primeiras n % k partes têm n // k + 1 índices, as outras n // k. Retorne a lista
        das partes, cada uma uma lista de índices em ordem.""",
    ),
    signature="def folds(n: int, k: int) -> list[list[int]]:",
    ordinary=lambda rng, size: (size + rng.randint(1, 30), rng.randint(2, 4)),
    easy=Level(
        contract=text("1 <= k <= n.", "1 <= k <= n."),
        body="""
        result = []
        start = 0
        for fold in range(k):
            stop = start + n // k + (fold < n % k)
            result.append(list(range(start, stop)))
            start = stop
        return result
        """,
        edges=lambda rng: [
            (rng.randint(40, 60), 1),
            (6, 3),
            (5, 5),
            (rng.randint(61, 80), 7),
        ],
    ),
    hard=Level(
        contract=text(
            en="""n >= 0 and k >= 1. If k is larger than n, make only n folds of one index each.""",
            pt="""n >= 0 e k >= 1. Se k é maior que n, faça só n partes de um índice cada.""",
        ),
        body="""
        result = []
        start = 0
        for fold in range(min(k, n)):
            stop = start + max(n // k, 1) + (k < n and fold < n % k)
            result.append(list(range(start, stop)))
            start = stop
        return result
        """,
        edges=lambda rng: [
            (0, 3),
            (3, rng.randint(4, 20)),
            (1, 2),
        ],
    ),
    oracle=_folds_oracle,
)


_TRAIN = levels(
    "training_indices",
    doc="Return the training indices that belong to a round-robin fold.",
    ask=text(
        en="""In a `k`-fold cross-validation of n samples, sample i is in test fold i % k. Return
        the list of the indices that train when fold `fold` is tested: all that are not in it, in
        ascending order.""",
        pt="""Em uma validação cruzada com `k` partes e n amostras, a amostra i está na parte de
        teste i % k. Retorne a lista dos índices que treinam quando se testa a parte `fold`: todos
        os que não estão nela, em ordem crescente.""",
    ),
    signature="def train_indices(n: int, k: int, fold: int) -> list[int]:",
    ordinary=lambda rng, size: (size + rng.randint(1, 30), 4, rng.randint(0, 3)),
    easy=Level(
        contract=text("0 <= fold < k.", "0 <= fold < k."),
        body="return [i for i in range(n) if i % k != fold]",
        edges=lambda rng: [
            (3, 1, 0),
            (0, 2, 1),
            (rng.randint(5, 30), 2, 0),
            (2, 9, 8),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A negative fold counts from the end: -1 is the last one. Any other number that is
            no fold tests nothing, so that all indices train.""",
            pt="""Uma parte negativa conta do fim: -1 é a última. Qualquer outro número que não é
            uma parte não testa nada, de modo que todos os índices treinam.""",
        ),
        body="""
        tested = fold + k if fold < 0 else fold
        return [i for i in range(n) if i % k != tested]
        """,
        edges=lambda rng: [
            (rng.randint(5, 30), 3, -1),
            (7, 3, 3),
            (rng.randint(5, 30), 3, -4),
        ],
    ),
    oracle=lambda n, k, fold: (
        np.setdiff1d(np.arange(n), np.arange(n)[fold % k :: k] if -k <= fold < k else [])
        .astype(int)
        .tolist()
    ),
)


def _mean_args(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(2, min(size, 4))


def _mean_oracle(ys: list[float], k: int) -> object:
    if len(ys) < 2:
        return 0.0
    y, place = np.array(ys), np.arange(len(ys))
    squares = [
        (y[place % k == fold] - y[place % k != fold].mean()) ** 2 for fold in range(min(k, len(y)))
    ]
    return float(np.concatenate(squares).mean())


_MEAN = levels(
    "mean_model",
    doc="Return the cross-validated error of the mean as a model.",
    ask=text(
        en="""Cross-validate the simplest model, which predicts the mean of its training data. Value
        i of `ys` is tested in fold i % k, and trains for the other folds. Return the mean squared
        error over all values, each predicted by the mean of the values outside its fold.""",
        pt="""Faça a validação cruzada do modelo mais simples, que prevê a média dos dados de
        treino. O valor i de `ys` é testado na parte i % k e treina para as outras. Retorne o erro
        quadrático médio de todos os valores, cada um previsto pela média dos valores fora da sua
        parte.""",
    ),
    signature="def cv_error(ys: list[float], k: int) -> float:",
    ordinary=_mean_args,
    easy=Level(
        contract=text("2 <= k <= len(ys).", "2 <= k <= len(ys)."),
        body="""
        total = 0.0
        for fold in range(k):
            test = ys[fold::k]
            mean = (sum(ys) - sum(test)) / (len(ys) - len(test))
            total += sum((y - mean) ** 2 for y in test)
        return total / len(ys)
        """,
        edges=lambda rng: [
            (numbers(rng, 2), 2),
            ([4.0] * 5, 3),
            ([1.0, 2.0, 3.0, 4.0, float(rng.randint(5, 50))], 5),
        ],
    ),
    hard=Level(
        contract=text(
            en="""k is at least 2 and may exceed len(ys); folds without values do not matter. With
            fewer than two values return 0.0.""",
            pt="""k é no mínimo 2 e pode passar de len(ys); partes sem valores não importam. Com
            menos de dois valores, retorne 0.0.""",
        ),
        body="""
        if len(ys) < 2:
            return 0.0
        total = 0.0
        for fold in range(k):
            test = ys[fold::k]
            mean = (sum(ys) - sum(test)) / (len(ys) - len(test))
            total += sum((y - mean) ** 2 for y in test)
        return total / len(ys)
        """,
        edges=lambda rng: [
            ([], 2),
            (numbers(rng, 1), 3),
            (numbers(rng, 3), 5),
            (numbers(rng, 2), rng.randint(3, 9)),
        ],
    ),
    oracle=_mean_oracle,
)


def _summary_oracle(scores: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> object:
    known = pd.Series(scores).dropna()
    if len(known) < 2:
        return float(known.sum()), 0.0
    return float(known.mean()), float(sem(known))


_SUMMARY = levels(
    "summary",
    doc="Return mean and standard error of the scores of the folds.",
    ask=text(
        en="""`scores` is a numpy array with the score of each fold. Return (mean, standard error):
        the standard error is the sample standard deviation (n - 1) divided by the square root of
        the number of scores.""",
        pt="""`scores` é um array numpy com o escore de cada parte. Retorne (média, erro padrão): o
        erro padrão é o desvio padrão amostral (n - 1) dividido pela raiz quadrada da quantidade de
        escores.""",
    ),
    signature="def summarise(scores: np.ndarray) -> tuple[float, float]:",
    ordinary=lambda rng, size: (np.array(numbers(rng, size, 0.2, 1.0, 2)),),
    easy=Level(
        contract=text("There are at least two scores.", "Há pelo menos dois escores."),
        imports="import numpy as np",
        body="""
        error = scores.std(ddof=1) / np.sqrt(len(scores))
        return float(scores.mean()), float(error)
        """,
        edges=lambda rng: [
            (np.array([0.5, 0.5, 0.5, 0.5]),),
            (np.array([0.0, float(rng.randint(1, 9))]),),
            (np.array([-1.0, 1.0, 3.0, float(rng.randint(4, 9))]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN scores come from failed folds and are ignored. One score alone has the
            standard error 0.0, and no score gives (0.0, 0.0).""",
            pt="""Escores NaN vêm de partes que falharam e são ignorados. Um único escore tem erro
            padrão 0.0, e nenhum escore dá (0.0, 0.0).""",
        ),
        imports="import numpy as np",
        body="""
        known = scores[~np.isnan(scores)]
        if len(known) < 2:
            return float(known.sum()), 0.0
        error = known.std(ddof=1) / np.sqrt(len(known))
        return float(known.mean()), float(error)
        """,
        edges=lambda rng: [
            (np.array([], dtype=float),),
            (np.array([np.nan, float(rng.randint(1, 9))]),),
            (np.array([np.nan, *numbers(rng, 3, 0.2, 1.0, 2)]),),
            (np.array([np.nan, np.nan]),),
        ],
    ),
    oracle=_summary_oracle,
)


_MISTAKES = (
    Mistake("contiguous_folds", "return [list(range(n))[fold::k] for fold in range(k)]"),
    Mistake("training_indices", "return [i for i in range(n) if i % k == fold]"),
    Mistake(
        "mean_model",
        "return sum((y - sum(ys) / len(ys)) ** 2 for y in ys) / len(ys)",
    ),
    Mistake(
        "summary",
        "return float(scores.mean()), float(scores.std() / np.sqrt(len(scores)))",
        imports="import numpy as np",
    ),
)

FAMILY = Family(
    "build_model.cross_validation",
    CoderAction.BUILD_MODEL,
    (
        *(*_FOLDS, *_TRAIN, *_MEAN, *_SUMMARY, *cross_validation_frames.FOLD_ERRORS),
        *cross_validation_heldout.HELDOUT,
        *cross_validation_advanced.ADVANCED,
    ),
    mistakes=(*_MISTAKES, *cross_validation_frames.MISTAKES),
)
