"""Diagnostics of regressions; the whole family is kept for evaluation."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import mean_absolute_percentage_error, r2_score, root_mean_squared_error

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import diagnostics_advanced
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Vector = npt.NDArray[np.float64]


def _pairs(rng: Random, size: int) -> tuple[list[float], list[float]]:
    """Observations, and fitted values near them."""
    seen = numbers(rng, size, 10.0, 90.0)
    return seen, [round(value + rng.gauss(0.0, 4.0), 1) for value in seen]


_RMSE = levels(
    "rmse",
    doc="Return the typical miss of fitted against observed values.",
    ask=text(
        en="""How far off is a model on the whole? Compare `observed` with `fitted` entry by entry
        and work out the RMSE: square the differences, average them, take the root.""",
        pt="""Quanto erra um modelo no conjunto? Compare `observed` com `fitted` entrada por entrada
        e calcule o RMSE: eleve as diferenças ao quadrado, tire a média delas, depois a raiz.""",
    ),
    signature="def rmse(observed: list[float], fitted: list[float]) -> float:",
    ordinary=_pairs,
    easy=Level(
        contract=text(
            "Both have the same length, which is not zero.",
            "Ambas têm o mesmo comprimento, que não é zero.",
        ),
        imports="import math",
        body="""
        squares = [(a - b) ** 2 for a, b in zip(observed, fitted)]
        return math.sqrt(sum(squares) / len(squares))
        """,
        edges=lambda rng: [
            ([5.0], numbers(rng, 1)),
            ([1.0, 2.0], [1.0, 2.0]),
            ([0.0, 0.0, 0.0, 0.0], [float(rng.randint(1, 9)), 0.0, 0.0, -2.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Entries where one of the two is NaN are passed over, and the longer list is cut to
            the length of the shorter. Nothing to compare gives 0.0.""",
            pt="""Entradas em que um dos dois é NaN são deixadas de lado, e a lista mais longa é
            cortada no comprimento da mais curta. Nada para comparar dá 0.0.""",
        ),
        imports="import math",
        body="""
        gaps = [a - b for a, b in zip(observed, fitted)]
        squares = [gap**2 for gap in gaps if not math.isnan(gap)]
        return math.sqrt(sum(squares) / len(squares)) if squares else 0.0
        """,
        edges=lambda rng: [
            ([], []),
            ([math.nan], [1.0]),
            ([1.0, math.nan, 3.0], [*numbers(rng, 2), math.nan]),
            (numbers(rng, 3), numbers(rng, 2)),
            ([], numbers(rng, 2)),
        ],
    ),
    oracle=lambda observed, fitted: (
        NotImplemented
        if len(observed) != len(fitted) or not observed or np.isnan([*observed, *fitted]).any()
        else float(root_mean_squared_error(observed, fitted))
    ),
)


def _adjusted_oracle(seen: list[float], fitted: list[float], features: int) -> object:
    spare = len(seen) - features - 1
    if spare <= 0 or np.ptp(seen) == 0.0:
        return 0.0
    lost = (1.0 - float(r2_score(seen, fitted))) * (len(seen) - 1.0) / spare
    return 1.0 - lost if lost < 2.0 else NotImplemented  # the bound at -1 is of level 2 alone


_ADJUSTED = levels(
    "adjusted_r2",
    doc="Return the adjusted R squared of a fit.",
    ask=text(
        en="""Judge a fit with several features. R squared is 1 minus the squared misses (seen -
        fitted) in sum over the squared distances of `seen` from its average in sum. Answer with the
        adjusted form: 1 - (1 - R squared) * (n - 1) / (n - features - 1), n being the number of
        `seen`.""",
        pt="""Julgue um ajuste com vários atributos. O R quadrado é 1 menos a soma dos erros (seen -
        fitted) ao quadrado dividida pela soma das distâncias ao quadrado de `seen` até a sua média.
        Responda com a forma ajustada: 1 - (1 - R quadrado) * (n - 1) / (n - features - 1), sendo n
        a quantidade de `seen`.""",
    ),
    signature="def adjusted(seen: list[float], fitted: list[float], features: int) -> float:",
    ordinary=lambda rng, size: (*_pairs(rng, size), rng.randint(1, size - 2)),
    easy=Level(
        contract=text(
            "n exceeds features + 1, and `seen` varies.", "n passa de features + 1, e `seen` varia."
        ),
        body="""
        n = len(seen)
        mean = sum(seen) / n
        misses = sum((a - b) ** 2 for a, b in zip(seen, fitted))
        spread = sum((a - mean) ** 2 for a in seen)
        return 1 - misses / spread * (n - 1) / (n - features - 1)
        """,
        edges=lambda rng: [
            ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1),
            (numbers(rng, 4), numbers(rng, 4), 2),
            (numbers(rng, 2), numbers(rng, 2), 0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""The answer is 0.0 unless n exceeds features + 1, and also when `seen` does not
            vary; never let it be less than -1.0.""",
            pt="""A resposta é 0.0 a menos que n passe de features + 1, e também quando `seen` não
            varia; nunca deixe que seja menor que -1.0.""",
        ),
        body="""
        n = len(seen)
        if n <= features + 1 or min(seen) == max(seen):
            return 0.0
        mean = sum(seen) / n
        misses = sum((a - b) ** 2 for a, b in zip(seen, fitted))
        spread = sum((a - mean) ** 2 for a in seen)
        adjusted_ = 1 - misses / spread * (n - 1) / (n - features - 1)
        return max(adjusted_, -1.0)
        """,
        edges=lambda rng: [
            ([], [], 0),
            (numbers(rng, 3), numbers(rng, 3), 2),
            ([4.0, 4.0, 4.0], numbers(rng, 3), 1),
            ([1.0, 2.0, 3.0], [50.0, -50.0, float(rng.randint(20, 90))], 1),
            (numbers(rng, 1), [1.0], 0),
        ],
    ),
    oracle=_adjusted_oracle,
)


def _leverage_oracle(dose: Vector) -> object:
    known = ~np.isnan(dose)
    if np.unique(dose[known]).size < 2:
        return NotImplemented
    design = np.column_stack([np.ones(known.sum()), dose[known]])
    result = np.full(len(dose), np.nan)
    result[known] = np.diag(design @ np.linalg.pinv(design))
    return result


_LEVERAGE = levels(
    "leverage",
    doc="Return the leverage of every dose in a straight-line fit.",
    ask=text(
        en="""Which trials pull a fitted line the most? The leverage of a dose in a straight-line
        fit with intercept is 1 / n + (dose - average)**2 / S, where S adds up (dose - average)**2
        over all n doses. Work it out for every entry of the numpy array `dose`.""",
        pt="""Que ensaios mais puxam uma reta ajustada? A alavancagem de uma dose no ajuste de uma
        reta com intercepto é 1 / n + (dose - média)**2 / S, em que S soma (dose - média)**2 sobre
        todas as n doses. Calcule-a para toda entrada do array numpy `dose`.""",
    ),
    signature="def leverage(dose: np.ndarray) -> np.ndarray:",
    ordinary=lambda rng, size: (np.array(distinct(rng, size, 0, 40)),),
    easy=Level(
        contract=text("Two doses at least differ.", "Ao menos duas doses diferem."),
        imports="import numpy as np",
        body="""
        gaps = dose - dose.mean()
        return np.asarray(1 / len(dose) + gaps**2 / (gaps**2).sum())
        """,
        edges=lambda rng: [
            (np.array([1.0, float(rng.randint(2, 9))]),),
            (np.array([0.0, 0.0, 0.0, float(rng.randint(2, 9))]),),
            (np.array([-1.0, 0.0, 1.0, 50.0]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A NaN dose takes no part and has the leverage NaN. If the known doses are all
            equal, the leverage of each is 1 / n.""",
            pt="""Uma dose NaN não participa e tem alavancagem NaN. Se as doses conhecidas são todas
            iguais, a alavancagem de cada uma é 1 / n.""",
        ),
        imports="import numpy as np",
        body="""
        known = dose[~np.isnan(dose)]
        if len(known) == 0:
            return dose.copy()
        gaps = dose - known.mean()
        spread = np.nansum(gaps**2) if np.ptp(known) > 0 else 1.0
        return np.asarray(1 / len(known) + gaps**2 / spread)
        """,
        edges=lambda rng: [
            (np.array([], dtype=float),),
            (np.array([np.nan, np.nan]),),
            (np.array([4.0, 4.0, np.nan, 4.0]),),
            (np.array([1.0, np.nan, 2.0, float(rng.randint(5, 30))]),),
        ],
    ),
    oracle=_leverage_oracle,
)


def _watson_oracle(misses: list[float]) -> object:
    known = [m for m in misses if not math.isnan(m)]
    total = float(np.sum(np.square(known)))
    return float(np.sum(np.diff(known) ** 2)) / total if total else 2.0


_WATSON = levels(
    "durbin_watson",
    doc="Return the Durbin-Watson statistic of misses in order of time.",
    ask=text(
        en="""Do the `misses` of a model, in order of time, hang together? Calculate the
        Durbin-Watson statistic: the squared changes from each miss to the next, in sum, over the
        sum of all squared misses.""",
        pt="""Os erros `misses` de um modelo, em ordem de tempo, dependem uns dos outros? Calcule a
        estatística de Durbin-Watson: a soma das mudanças de cada erro para o seguinte, ao quadrado,
        dividida pela soma de todos os erros ao quadrado.""",
    ),
    signature="def durbin_watson(misses: list[float]) -> float:",
    ordinary=lambda rng, size: (numbers(rng, size, -5.0, 5.0),),
    easy=Level(
        contract=text("Some miss is not zero.", "Algum erro não é zero."),
        body="""
        changes = sum((b - a) ** 2 for a, b in zip(misses, misses[1:]))
        return changes / sum(miss * miss for miss in misses)
        """,
        edges=lambda rng: [
            ([1.0, -1.0] * rng.randint(2, 9),),
            ([2.0, 2.0, 2.0, 2.0],),
            ([0.0, 0.0, float(rng.randint(1, 9)), 1.0],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN misses are taken out, so that their neighbours become neighbours. When no miss
            other than zero remains, the statistic is 2.0.""",
            pt="""Erros NaN são retirados, de modo que os vizinhos deles se tornam vizinhos. Quando
            não resta erro diferente de zero, a estatística é 2.0.""",
        ),
        imports="import math",
        body="""
        known = [miss for miss in misses if not math.isnan(miss)]
        if not any(known):
            return 2.0
        changes = sum((b - a) ** 2 for a, b in zip(known, known[1:]))
        return changes / sum(miss * miss for miss in known)
        """,
        edges=lambda rng: [
            ([],),
            ([0.0, math.nan, 0.0],),
            ([1.0, math.nan, float(rng.randint(2, 9)), math.nan, -1.0],),
            ([math.nan, float(rng.randint(2, 9))],),
        ],
    ),
    oracle=_watson_oracle,
)


def _orders(rng: Random, size: int) -> Args:
    seen, fitted = _pairs(rng, size)
    return (pd.DataFrame({"sold": seen, "planned": fitted}),)


def _order_frame(sold: list[float], planned: list[float]) -> Args:
    return (pd.DataFrame({"sold": sold, "planned": planned}, dtype="float64"),)


def _percentage_oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    known = known[known["sold"] != 0.0]
    if known.empty:
        return 0.0
    return 100.0 * float(mean_absolute_percentage_error(known["sold"], known["planned"]))


_PERCENTAGE = levels(
    "percentage_error",
    doc="Return the mean absolute percentage by which plans were off.",
    ask=text(
        en="""By how many percent were the plans off? In every row of the table `df` (a DataFrame),
        take the absolute difference of `planned` and `sold` as a percentage of the absolute `sold`,
        and average these percentages.""",
        pt="""Por quantos por cento erraram os planos? Em toda linha da tabela `df` (um DataFrame),
        tome a diferença absoluta entre `planned` e `sold` como porcentagem do valor absoluto de
        `sold`, e tire a média dessas porcentagens.""",
    ),
    signature="def percentage_error(df: pd.DataFrame) -> float:",
    ordinary=_orders,
    easy=Level(
        contract=text("No row has sold zero.", "Nenhuma linha vendeu zero."),
        imports="import pandas as pd",
        body="""
        gaps = (df["planned"] - df["sold"]).abs()
        return float((gaps / df["sold"].abs()).mean() * 100)
        """,
        edges=lambda rng: [
            _order_frame([-4.0], [float(rng.randint(1, 9))]),
            _order_frame([10.0, 20.0], [20.0, 10.0]),
            _order_frame(numbers(rng, 3, 5.0, 9.0), [0.0, 0.0, 0.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Rows that sold zero, and rows with a NaN, do not enter the average. It is 0.0 when
            no row enters.""",
            pt="""Linhas que venderam zero, e linhas com NaN, não entram na média. Ela é 0.0 quando
            nenhuma linha entra.""",
        ),
        imports="import pandas as pd",
        body="""
        known = df[df["sold"] != 0].dropna()
        if known.empty:
            return 0.0
        gaps = (known["planned"] - known["sold"]).abs()
        return float((gaps / known["sold"].abs()).mean() * 100)
        """,
        edges=lambda rng: [
            _order_frame([], []),
            _order_frame([0.0, math.nan], [1.0, 2.0]),
            _order_frame([0.0, *numbers(rng, 2, 1.0, 9.0)], [3.0, 4.0, 5.0]),
            _order_frame([2.0, math.nan, 5.0], [math.nan, 1.0, float(rng.randint(6, 9))]),
        ],
    ),
    oracle=_percentage_oracle,
)


_MISTAKES = (
    Mistake("rmse", "return sum((a - b) ** 2 for a, b in zip(observed, fitted)) / len(fitted)"),
    Mistake(
        "leverage",
        "return (dose - dose.mean()) ** 2 / ((dose - dose.mean()) ** 2).sum()",
        imports="import numpy as np",
    ),
    Mistake(
        "percentage_error",
        "return float(((df['planned'] - df['sold']).abs() / df['planned']).mean() * 100)",
        imports="import pandas as pd",
    ),
    Mistake(
        "durbin_watson",
        "return sum(b * a for a, b in zip(misses, misses[1:])) / sum(m * m for m in misses)",
    ),
)

FAMILY = Family(
    "build_model.diagnostics",
    CoderAction.BUILD_MODEL,
    (*_RMSE, *_ADJUSTED, *_LEVERAGE, *_WATSON, *_PERCENTAGE, *diagnostics_advanced.ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
