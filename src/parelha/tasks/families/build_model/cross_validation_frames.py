"""Errors of a cross-validation by fold, from a DataFrame of predictions."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
NAN = float("nan")


def _scored(fold: list[int], actual: list[float], predicted: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fold": pd.Series(fold, dtype="int64"),
            "actual": pd.Series(actual, dtype="float64"),
            "predicted": pd.Series(predicted, dtype="float64"),
        }
    )


def _predictions(rng: Random, size: int) -> Args:
    actual = numbers(rng, size)
    predicted = [round(value + rng.uniform(-5.0, 5.0), 1) for value in actual]
    return (_scored([rng.randint(0, 2) for _ in range(size)], actual, predicted),)


def _errors_oracle(df: pd.DataFrame) -> object:
    errors: dict[int, list[float]] = {}
    for fold, actual, predicted in zip(*(df[name].tolist() for name in df.columns), strict=True):
        if not math.isnan(predicted):
            errors.setdefault(fold, []).append(abs(actual - predicted))
    return {fold: sum(own) / len(own) for fold, own in errors.items()}


FOLD_ERRORS: tuple[Variant, ...] = levels(
    "fold_errors",
    doc="Return the mean absolute error of each fold.",
    ask=text(
        en="""The DataFrame `df` has the columns "fold", "actual" and "predicted". Return a
        dictionary from each fold to its mean absolute error: the mean of the absolute differences
        between "actual" and "predicted" in the rows of this fold.""",
        pt="""O DataFrame `df` tem as colunas "fold", "actual" e "predicted". Retorne um dicionário
        de cada fold para o seu erro absoluto médio: a média das diferenças absolutas entre "actual"
        e "predicted" nas linhas desse fold.""",
    ),
    signature="def fold_errors(df: pd.DataFrame) -> dict[int, float]:",
    ordinary=_predictions,
    easy=Level(
        contract=text("", ""),
        imports=_IMPORT,
        body="""
        errors = (df["actual"] - df["predicted"]).abs()
        means = errors.groupby(df["fold"]).mean()
        return dict(zip(means.index.tolist(), means.tolist()))
        """,
        edges=lambda rng: [
            (_scored([1], numbers(rng, 1), numbers(rng, 1)),),
            (_scored([0, 0, 0], [1.0, 2.0, 3.0], [2.0, 1.0, float(rng.randint(4, 9))]),),
            (_scored([2, 1, 2, 1], [5.0] * 4, [5.0, 4.0, 5.0, 7.0]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Rows whose prediction is NaN do not count, and a fold with no other rows is not in
            the dictionary.""",
            pt="""Linhas cuja previsão é NaN não contam, e um fold sem outras linhas não está no
            dicionário.""",
        ),
        imports=_IMPORT,
        body="""
        known = df.dropna(subset=["predicted"])
        errors = (known["actual"] - known["predicted"]).abs()
        means = errors.groupby(known["fold"]).mean()
        return dict(zip(means.index.tolist(), means.tolist()))
        """,
        edges=lambda rng: [
            (_scored([], [], []),),
            (_scored([1, 1, 2], numbers(rng, 3), [NAN, float(rng.randint(1, 9)), 3.0]),),
            (_scored([1, 2, 2], numbers(rng, 3), [NAN, 1.0, float(rng.randint(2, 9))]),),
            (_scored([4], [1.0], [NAN]),),
        ],
    ),
    oracle=_errors_oracle,
)

MISTAKES = (
    Mistake(
        "fold_errors",
        """
        errors = (df["actual"] - df["predicted"]) ** 2
        return errors.groupby(df["fold"]).mean().to_dict()
        """,
        imports=_IMPORT,
    ),
    Mistake(
        "fold_errors",
        """
        errors = (df["actual"] - df["predicted"]).abs().fillna(0.0)
        return errors.groupby(df["fold"]).mean().to_dict()
        """,
        level=2,
        imports=_IMPORT,
    ),
)
