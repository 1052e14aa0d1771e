"""Outliers in a seasonal series: what remains after the typical value of each season is removed.

The wholly held-out family for unseen tasks; classical seasonal means and medians as in textbooks on
time series (Cleveland et al., STL, 1990, for the robust idea).
"""

from random import Random
from statistics import mean

import numpy as np

from parelha.tasks.families.detect_outliers.seasonal_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Whole numbers: sums, medians and differences are exact in any program.


def _demand(rng: Random, size: int) -> Args:
    """A series of two to four seasons with a shock or two, and the number of seasons."""
    period = rng.randint(2, 4)
    pattern = [rng.randint(10, 50) for _ in range(period)]
    length = max(size, 2 * period)
    series = [float(pattern[t % period] + rng.randint(-3, 3)) for t in range(length)]
    series[rng.randrange(length)] += float(rng.choice((-1, 1)) * rng.randint(12, 30))
    return series, period


def _with_bound(rng: Random, size: int) -> Args:
    return (*_demand(rng, size), rng.choice((3.23, 5.41, 9.17)))


def _easy_edges(rng: Random) -> list[Args]:
    shock = float(rng.randint(20, 60))
    return [
        ([1.0, 9.0, 3.0, 9.0, shock, 7.0], 2),
        ([5.0, 1.0, -shock, 7.0, 1.0, 2.0, 9.0], 3),
        ([4.0, shock, 6.0], 1),
        ([2.0, 8.0, 5.0, shock, 2.0, 8.0, 5.0, 1.0], 4),
    ]


def _hard_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 9))
    return [
        ([], 3),
        ([value], 2),
        ([value, value + 40.0, value], 7),
        ([value, 5.0, value + 6.0, 5.0, value, 5.0, value - 9.0, 30.0], 2),
    ]


def _bounded(edges: list[Args], bound: float) -> list[Args]:
    return [(*edge, bound) for edge in edges]


def _residuals(series: list[float], period: int, robust: bool = False) -> list[float]:
    """Return each value minus the mean, or the median, of its season, by slicing with numpy."""
    values = np.asarray(series, dtype=float)
    rest = values.copy()
    for season in range(min(period, len(series))):
        part = values[season::period]
        rest[season::period] -= np.median(part) if robust else part.mean()
    return [float(value) for value in rest]


_PATTERN_BODY = """
profile = []
for season in range({}):
    members = demand[season::period]
    profile.append(sum(members) / len(members))
return profile
"""
_PATTERN = levels(
    "profile",
    doc="Return the mean demand of each season.",
    ask=text(
        """The series `demand` repeats a pattern of `period` seasons: the entry at index t belongs
        to season t % period. Before one can say what is abnormal one needs the seasonal profile:
        give the list of the mean demand of season 0, season 1, and so on.""",
        """A série `demand` (demanda) repete um padrão de `period` estações: a entrada de índice t
        pertence à estação t % period. Antes de dizer o que é anormal, precisa-se do perfil sazonal:
        dê a lista com a demanda média da estação 0, da estação 1 e assim por diante.""",
    ),
    signature="def seasonal_profile(demand: list[float], period: int) -> list[float]:",
    ordinary=_demand,
    easy=Level(
        contract=text("Every season occurs.", "Todas as estações ocorrem."),
        body=_PATTERN_BODY.format("period"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            "For a series shorter than one period, only seasons that occur are in the profile.",
            "Em uma série mais curta que um período, só entram no perfil estações que ocorrem.",
        ),
        body=_PATTERN_BODY.format("min(period, len(demand))"),
        edges=_hard_edges,
    ),
    oracle=lambda demand, period: [
        float(mean(demand[season::period])) for season in range(min(period, len(demand)))
    ],
)

_RESIDUALS_BODY = """
seasons = range({})
means = [fmean(demand[season::period]) for season in seasons]
return [value - means[t % period] for t, value in enumerate(demand)]
"""
_RESIDUALS = levels(
    "residuals",
    doc="Return the demand without its seasonal means.",
    ask=text(
        """Remove the seasons from `demand`. Index t is in season t % period; subtract from every
        entry the mean of all entries of its own season and give the list of these residuals.""",
        """Retire as estações de `demand`. O índice t está na estação t % period; subtraia de cada
        entrada a média de todas as entradas da própria estação e dê a lista desses resíduos.""",
    ),
    signature="def deseasonalise(demand: list[float], period: int) -> list[float]:",
    ordinary=_demand,
    easy=Level(
        contract=text("The series covers a period or more.", "A série cobre um período ou mais."),
        imports="from statistics import fmean",
        body=_RESIDUALS_BODY.format("period"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            "It may cover less than one period, down to no entries at all.",
            "Ela pode cobrir menos de um período, ou até não ter entrada nenhuma.",
        ),
        imports="from statistics import fmean",
        body=_RESIDUALS_BODY.format("min(period, len(demand))"),
        edges=_hard_edges,
    ),
    oracle=_residuals,
)

_SHOCKS_BODY = """
shocks = []
for t, value in enumerate(demand):
    usual = median(demand[t % period::period])
    if abs(value - usual) > bound:
        shocks.append(t)
return shocks
"""
_SHOCKS = levels(
    "shocks",
    doc="Return the times at which demand leaves its seasonal median.",
    ask=text(
        """A shock is an entry of `demand` that differs by more than `bound` from the median of its
        season, where the season of index t is t % period. Give the indices of the shocks in order
        of time.""",
        """Um choque é uma entrada de `demand` que difere em mais de `bound` da mediana da sua
        estação, sendo t % period a estação do índice t. Dê os índices dos choques em ordem de
        tempo.""",
    ),
    signature="def shocks_of(demand: list[float], period: int, bound: float) -> list[int]:",
    ordinary=_with_bound,
    easy=Level(
        contract=text("Each season comes at least once.", "Cada estação vem pelo menos uma vez."),
        imports="from statistics import median",
        body=_SHOCKS_BODY,
        edges=lambda rng: _bounded(_easy_edges(rng), 2.25),
    ),
    hard=Level(
        contract=text(
            """Being off by `bound` exactly is still usual. A series may be empty, or shorter than
            its period.""",
            """Estar fora por exatamente `bound` ainda é usual. Uma série pode ser vazia, ou mais
            curta que o seu período.""",
        ),
        imports="from statistics import median",
        body=_SHOCKS_BODY,
        edges=lambda rng: _bounded(_hard_edges(rng), 6.0),
    ),
    oracle=lambda demand, period, bound: [
        t for t, rest in enumerate(_residuals(demand, period, True)) if abs(rest) > bound
    ],
)


def _naive_oracle(demand: list[float], period: int, bound: float) -> object:
    values = np.asarray(demand, dtype=float)
    return int((np.abs(values[period:] - values[:-period]) > bound).sum())


_NAIVE_BODY = """
pairs = zip(demand, demand[period:])
return sum(abs(later - earlier) > bound for earlier, later in pairs)
"""
_NAIVE = levels(
    "season_ago",
    doc="Return how often demand is far from that of one period ago.",
    ask=text(
        """Compare each entry of `demand` with the entry exactly one `period` of indices earlier.
        How many entries differ from theirs by more than `bound`?""",
        """Compare cada entrada de `demand` com a entrada exatamente um `period` de índices antes.
        Quantas entradas diferem da sua em mais de `bound`?""",
    ),
    signature="def surprises(demand: list[float], period: int, bound: float) -> int:",
    ordinary=_with_bound,
    easy=Level(
        contract=text(
            "Entries of the first period have no partner and do not count.",
            "Entradas do primeiro período não têm par e não contam.",
        ),
        body=_NAIVE_BODY,
        edges=lambda rng: _bounded(_easy_edges(rng), 2.25),
    ),
    hard=Level(
        contract=text(
            """What has no partner does not count, be it the whole series; nor does a difference of
            just `bound`.""",
            """O que não tem par não conta, nem que seja a série inteira; tampouco uma diferença de
            exatamente `bound`.""",
        ),
        body=_NAIVE_BODY,
        edges=lambda rng: _bounded(_hard_edges(rng), 6.0),
    ),
    oracle=_naive_oracle,
)


def _worst_oracle(demand: list[float], period: int) -> object:
    if not demand:
        return -1
    spreads = [float(np.ptp(demand[season::period])) for season in range(min(period, len(demand)))]
    return int(np.argmax(spreads))


_WORST_BODY = """
ranges = []
for season in range({}):
    members = demand[season::period]
    ranges.append(max(members) - min(members))
return ranges.index(max(ranges))
"""
_WORST = levels(
    "unsteady",
    doc="Return the season with the widest range.",
    ask=text(
        """Which season is the least steady? Index t of `demand` falls into season t % period; give
        the number of the season whose largest and smallest entries are furthest apart.""",
        """Qual estação é a menos estável? O índice t de `demand` cai na estação t % period; dê o
        número da estação cujas entradas maior e menor estão mais distantes.""",
    ),
    signature="def unsteady_season(demand: list[float], period: int) -> int:",
    ordinary=_demand,
    easy=Level(
        contract=text(
            "When seasons tie, take the one with the lowest number.",
            "Se estações empatarem, fique com a de número mais baixo.",
        ),
        body=_WORST_BODY.format("period"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            """Ties go to the lowest number, seasons that never occur are left out, and an empty
            series has the answer -1.""",
            """Empates vão para o número mais baixo, estações que nunca ocorrem ficam de fora, e uma
            série vazia tem a resposta -1.""",
        ),
        body="if not demand:\n    return -1\n"
        + _WORST_BODY.strip().format("min(period, len(demand))"),
        edges=lambda rng: [*_hard_edges(rng), ([1.0, 5.0, 4.0, 8.0, 2.0 + rng.randint(0, 2)], 2)],
    ),
    oracle=_worst_oracle,
)


_MISTAKES = (
    Mistake(
        "profile",
        """
        return [
            sum(demand[i * period:(i + 1) * period]) / period
            for i in range(len(demand) // period)
        ]
        """,
    ),
    Mistake("residuals", "return [v - sum(demand) / len(demand) for v in demand]"),
    Mistake(
        "shocks",
        """
        usual = median(demand)
        return [t for t, v in enumerate(demand) if abs(v - usual) > bound]
        """,
        "from statistics import median",
    ),
    Mistake(
        "season_ago",
        "return sum(abs(b - a) > bound for a, b in zip(demand, demand[1:]))",
    ),
)

FAMILY = Family(
    "detect_outliers.seasonal",
    CoderAction.DETECT_OUTLIERS,
    (*_PATTERN, *_RESIDUALS, *_SHOCKS, *_NAIVE, *_WORST, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
