"""Outliers moved to, or judged by, percentiles of their own sample (winsorising), in pandas."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import redraw, with_outliers
from parelha.tasks.families.detect_outliers.percentile_capping_advanced import ADVANCED
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = math.nan


def _series(values: list[float], labels: list[int] | None = None) -> pd.Series:
    return pd.Series(values, index=labels, dtype="float64")


def _drawn(rng: Random, size: int) -> Args:
    return (_series(with_outliers(rng, max(size, 5), 1 + (size > 8))),)


def _easy_series(rng: Random) -> list[pd.Series]:
    far = float(rng.randint(40, 90))
    return [
        _series([1.0, 2.0, 3.0, far]),
        _series([-value for value in with_outliers(rng, 9)]),
        _series([4.0, 4.0, 4.0, 4.0, -far, 5.0]),
        _series([7.0, 7.0]),
    ]


def _hard_series(rng: Random) -> list[pd.Series]:
    """No values, gaps alone, one value, gaps between values, labels in no order."""
    value = float(rng.randint(1, 9))
    values = with_outliers(rng, 7)
    return [
        _series([]),
        _series([NAN, NAN]),
        _series([value], [8]),
        _series([value, NAN, value + 1.5, NAN, value + 60.0], [3, 1, 4, 0, 5]),
        _series(values, rng.sample(range(50), len(values))),
    ]


def _quantiles(s: pd.Series, *shares: float) -> list[float]:
    """Return quantiles of the known values by numpy; NaN where there are none."""
    known = s.to_numpy()[~np.isnan(s.to_numpy())]
    return [float(np.quantile(known, share)) if len(known) else NAN for share in shares]


def _between(rng: Random, count: int, shares: tuple[float, ...]) -> float:
    """Return a share whose quantile of `count` values lies clearly between two of them."""
    return redraw(
        lambda: [rng.choice(shares)],
        lambda drawn: 0.04 < drawn[0] * (count - 1) % 1 < 0.96 or count < 2,
    )[0]


def _edges(easy: bool) -> Edges:
    return lambda rng: [(s,) for s in (_easy_series(rng) if easy else _hard_series(rng))]


_CAPPED_BODY = """
low, high = float(s.quantile(0.05)), float(s.quantile(0.95))
return s.clip(lower=low, upper=high)
"""


def _capped_oracle(s: pd.Series) -> object:
    low, high = _quantiles(s, 0.05, 0.95)
    return pd.Series(np.clip(s.to_numpy(), low, high), index=s.index, dtype="float64")


_CAPPED = levels(
    "capped,5-95",
    doc="Return the values capped at their 5th and 95th percentile.",
    ask=text(
        """Cap the pandas Series `s` at its own percentiles: values below the quantile 0.05 become
        that quantile, values above the quantile 0.95 become that one (linear interpolation, as in
        pandas' `quantile`). Return the new Series with the same index.""",
        """Limite a Series do pandas `s` aos próprios percentis: valores abaixo do quantil 0.05
        passam a ser esse quantil, e valores acima do quantil 0.95 passam a ser este (interpolação
        linear, como no `quantile` do pandas). Retorne a nova Series com o mesmo índice.""",
    ),
    signature="def cap(s: pd.Series) -> pd.Series:",
    ordinary=_drawn,
    easy=Level(
        contract=text("`s` has at least two values.", "`s` tem pelo menos dois valores."),
        imports="import pandas as pd",
        body=_CAPPED_BODY,
        edges=_edges(True),
    ),
    hard=Level(
        contract=text(
            """NaN stays NaN and does not count for the quantiles. `s` may have any labels, and it
            may be empty.""",
            """NaN continua NaN e não conta para os quantis. `s` pode ter quaisquer rótulos e pode
            ser vazia.""",
        ),
        imports="import pandas as pd",
        body=_CAPPED_BODY,
        edges=_edges(False),
    ),
    oracle=_capped_oracle,
)


def _limits_oracle(s: pd.Series) -> object:
    return tuple(0.0 if math.isnan(limit) else limit for limit in _quantiles(s, 0.1, 0.9))


_LIMITS_BODY = "return float(s.quantile(0.1)), float(s.quantile(0.9))\n"
_LIMITS = levels(
    "limits,10-90",
    doc="Return the 10th and the 90th percentile.",
    ask=text(
        """Where do the extreme tenths of the pandas Series `s` begin? Return the tuple of its 10th
        and its 90th percentile as floats, with linear interpolation (the default of pandas).""",
        """Onde começam os décimos extremos da Series do pandas `s`? Retorne a tupla com o seu
        percentil 10 e o seu percentil 90 em floats, com interpolação linear (o padrão do
        pandas).""",
    ),
    signature="def tenths(s: pd.Series) -> tuple[float, float]:",
    ordinary=_drawn,
    easy=Level(
        contract=text("`s` contains two values or more.", "`s` contém dois valores ou mais."),
        imports="import pandas as pd",
        body=_LIMITS_BODY,
        edges=_edges(True),
    ),
    hard=Level(
        contract=text(
            "NaN is ignored; without any other value return (0.0, 0.0).",
            "NaN é ignorado; se não houver nenhum outro valor, retorne (0.0, 0.0).",
        ),
        imports="import pandas as pd",
        body="if s.count() == 0:\n    return 0.0, 0.0\n" + _LIMITS_BODY,
        edges=_edges(False),
    ),
    oracle=_limits_oracle,
)

_SHARES = (0.57, 0.66, 0.73, 0.81, 0.92)


def _above(rng: Random, size: int) -> Args:
    (s,) = _drawn(rng, size)
    return s, _between(rng, len(s), _SHARES)  # type: ignore[arg-type]


def _above_oracle(s: pd.Series, q: float) -> object:
    limit = _quantiles(s, q)[0]
    places = [place for place, value in enumerate(s.tolist()) if value > limit]
    return s.iloc[places]


_ABOVE_BODY = "return s[s > s.quantile(q)]\n"
_ABOVE = levels(
    "above,q=argument",
    doc="Return the values above a quantile, with their labels.",
    ask=text(
        """Return the values of the pandas Series `s` that are greater than its quantile `q` (linear
        interpolation), as a Series that keeps their order and index labels.""",
        """Retorne os valores da Series do pandas `s` que são maiores que o seu quantil `q`
        (interpolação linear), em uma Series que mantém a ordem e os rótulos do índice.""",
    ),
    signature="def top_values(s: pd.Series, q: float) -> pd.Series:",
    ordinary=_above,
    easy=Level(
        contract=text("`q` lies between 0 and 1.", "`q` fica entre 0 e 1."),
        imports="import pandas as pd",
        body=_ABOVE_BODY,
        edges=lambda rng: [(s, _between(rng, len(s), _SHARES)) for s in _easy_series(rng)],
    ),
    hard=Level(
        contract=text(
            """A missing value is never returned and is left out of the quantile; equal values have
            nothing above.""",
            """Um valor ausente nunca é retornado e fica fora do quantil; valores iguais não têm
            nada acima.""",
        ),
        imports="import pandas as pd",
        body=_ABOVE_BODY,
        edges=lambda rng: [
            *((s, _between(rng, s.count(), _SHARES)) for s in _hard_series(rng)),
            (_series([float(rng.randint(1, 9))] * 4), 0.5),
        ],
    ),
    oracle=_above_oracle,
)

_LOWS, _HIGHS = (0.07, 0.16, 0.23, 0.31), (0.69, 0.77, 0.84, 0.93)


def _counted(rng: Random, s: pd.Series, swap: bool = False) -> Args:
    low = _between(rng, int(s.count()), _LOWS)
    high = _between(rng, int(s.count()), _HIGHS)
    return (s, high, low) if swap else (s, low, high)


def _count_oracle(s: pd.Series, low: float, high: float) -> object:
    bottom, top = _quantiles(s, *sorted((low, high)))
    return sum(value < bottom or value > top for value in s.tolist())


_COUNT_BODY = "return int(((s < s.quantile(low)) | (s > s.quantile(high))).sum())\n"
_COUNT = levels(
    "count,limits=arguments",
    doc="Return how many values lie outside two quantiles.",
    ask=text(
        """How many values of the pandas Series `s` would change if it were capped at its quantiles
        `low` and `high`, that is, are below the one or above the other? Quantiles interpolate
        linearly. Return the number.""",
        """Quantos valores da Series do pandas `s` mudariam se ela fosse limitada aos seus quantis
        `low` e `high`, isto é, estão abaixo de um ou acima do outro? Os quantis interpolam
        linearmente. Retorne a quantidade.""",
    ),
    signature="def count_outside(s: pd.Series, low: float, high: float) -> int:",
    ordinary=lambda rng, size: _counted(rng, _drawn(rng, size)[0]),  # type: ignore[arg-type]
    easy=Level(
        contract=text("`low` is less than `high`.", "`low` é menor que `high`."),
        imports="import pandas as pd",
        body=_COUNT_BODY,
        edges=lambda rng: [_counted(rng, s) for s in _easy_series(rng)],
    ),
    hard=Level(
        contract=text(
            """If `low` is greater than `high` exchange the two. NaN is not counted and does not
            move a quantile.""",
            """Se `low` for maior que `high`, troque um pelo outro. NaN não é contado e não
            desloca quantil nenhum.""",
        ),
        imports="import pandas as pd",
        body="low, high = min(low, high), max(low, high)\n" + _COUNT_BODY,
        edges=lambda rng: [
            *(_counted(rng, s, swap=True) for s in _hard_series(rng)),
            _counted(rng, _series(with_outliers(rng, 8)), swap=True),
        ],
    ),
    oracle=_count_oracle,
)


def _tails(rng: Random, size: int) -> Args:
    (s,) = _drawn(rng, size)
    return s, rng.randint(0, (len(s) - 1) // 2)  # type: ignore[arg-type]


def _tails_oracle(profits: pd.Series, k: int) -> object:
    known = np.sort(profits.to_numpy()[~np.isnan(profits.to_numpy())])
    if len(known) <= 2 * k:
        return profits
    values = np.clip(profits.to_numpy(), known[k], known[len(known) - 1 - k])
    return pd.Series(values, index=profits.index, dtype="float64")


_TAILS = levels(
    "tails,k",
    heldout=True,
    doc="Return the profits with k values of each tail pulled in.",
    ask=text(
        """Pull in both tails of the Series `profits` (pandas): its `k` smallest entries are raised
        to the next smallest one after them, and its `k` largest are lowered to the next largest
        one before them. Labels and order remain.""",
        """Encolha as duas caudas da Series `profits` (pandas): as suas `k` menores entradas sobem
        até a menor entrada depois delas, e as suas `k` maiores descem até a maior entrada antes
        delas. Rótulos e ordem permanecem.""",
    ),
    signature="def pull_in(profits: pd.Series, k: int) -> pd.Series:",
    ordinary=_tails,
    easy=Level(
        contract=text(
            "More than 2*k entries are there, all of them known.",
            "Há mais de 2*k entradas, todas conhecidas.",
        ),
        imports="import pandas as pd",
        body="""
        ranked = sorted(profits)
        return profits.clip(lower=ranked[k], upper=ranked[-k - 1])
        """,
        edges=lambda rng: [(s, rng.randint(0, (len(s) - 1) // 2)) for s in _easy_series(rng)],
    ),
    hard=Level(
        contract=text(
            """Unknown entries (NaN) are not ranked and stay unknown; when 2*k or fewer are known,
            nothing is pulled.""",
            """Entradas desconhecidas (NaN) não entram na ordem e continuam desconhecidas; quando
            2*k ou menos são conhecidas, nada é encolhido.""",
        ),
        imports="import pandas as pd",
        body="""
        ranked = sorted(profits.dropna())
        if len(ranked) <= 2 * k:
            return profits
        return profits.clip(lower=ranked[k], upper=ranked[-k - 1])
        """,
        edges=lambda rng: [
            *((s, 1) for s in _hard_series(rng)),
            (_series([1.0, 5.0, 2.0, float(rng.randint(9, 60))]), 2),
        ],
    ),
    oracle=_tails_oracle,
)


def _middle(rng: Random, s: pd.Series) -> Args:
    return s, _between(rng, int(s.count()), _LOWS)


def _middle_oracle(times: pd.Series, cut: float) -> object:
    bottom, top = _quantiles(times, cut, 1 - cut)
    kept = [value for value in times.tolist() if bottom <= value <= top]
    return float(np.mean(kept)) if kept else 0.0


_MIDDLE_BODY = """
low, high = times.quantile(cut), times.quantile(1 - cut)
return float(times[times.between(low, high)].mean())
"""
_MIDDLE = levels(
    "middle_mean",
    heldout=True,
    doc="Return the mean of the times between two quantiles.",
    ask=text(
        """Average the ordinary lap times. `times` is a pandas Series; drop what is under its
        quantile `cut` and what is over its quantile 1 - `cut`, then give the mean of the rest as a
        float.""",
        """Tire a média dos tempos de volta comuns. `times` é uma Series do pandas; descarte o que
        está sob o seu quantil `cut` e o que está sobre o seu quantil 1 - `cut`, e dê a média do
        resto em um float.""",
    ),
    signature="def usual_time(times: pd.Series, cut: float) -> float:",
    ordinary=lambda rng, size: _middle(rng, _drawn(rng, size)[0]),  # type: ignore[arg-type]
    easy=Level(
        contract=text(
            "Expect `cut` below one half, and no gaps.",
            "Espere `cut` abaixo de meio, e sem falhas.",
        ),
        imports="import pandas as pd",
        body=_MIDDLE_BODY,
        edges=lambda rng: [_middle(rng, s) for s in _easy_series(rng)],
    ),
    hard=Level(
        contract=text(
            "Laps without a time are passed over; with no time at all the answer is 0.0.",
            "Voltas sem tempo são puladas; sem nenhum tempo, a resposta é 0.0.",
        ),
        imports="import pandas as pd",
        body="if times.count() == 0:\n    return 0.0\n" + _MIDDLE_BODY.strip(),
        edges=lambda rng: [_middle(rng, s) for s in _hard_series(rng)],
    ),
    oracle=_middle_oracle,
)


_MISTAKES = (
    Mistake(
        "capped,5-95",
        """
        ordered = s.sort_values().reset_index(drop=True)
        low, high = ordered[int(0.05 * len(s))], ordered[int(0.95 * len(s))]
        return s.clip(lower=low, upper=high)
        """,
        "import pandas as pd",
    ),
    Mistake("capped,5-95", "return s.clip(upper=s.quantile(0.95))", "import pandas as pd"),
    Mistake(
        "capped,5-95",
        "return s[s.between(s.quantile(0.05), s.quantile(0.95))]",
        "import pandas as pd",
    ),
    Mistake(
        "above,q=argument",
        "return s[s >= s.quantile(q)].reset_index(drop=True)",
        "import pandas as pd",
    ),
)

FAMILY = Family(
    "detect_outliers.percentile_capping",
    CoderAction.DETECT_OUTLIERS,
    (*_CAPPED, *_LIMITS, *_ABOVE, *_COUNT, *_TAILS, *_MIDDLE, *ADVANCED),
    mistakes=_MISTAKES,
)
