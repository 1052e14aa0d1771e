"""Effect sizes of two groups in numpy arrays: how large a difference is, whatever the sample."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.stats import contingency

from parelha.tasks.draws import numbers
from parelha.tasks.families.analyse_statistics.effect_size_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NAN = float("nan")
_IMPORT = "import numpy as np"


def _floats(*values: float) -> Floats:
    return np.array(values, dtype=float)


def _two(rng: Random, size: int) -> Args:
    """Two samples of different sizes and spreads."""
    first = numbers(rng, size, 10.0, 30.0)
    return _floats(*first), _floats(*numbers(rng, size + rng.randint(-1, 3), 5.0, 40.0))


def _two_edges(rng: Random) -> list[Args]:
    return [
        (_floats(1.0, 2.0), _floats(4.0, float(rng.randint(6, 9)))),
        (_floats(*numbers(rng, 3)), _floats(-5.0, 5.0, -5.0, 5.0)),
        (_floats(0.0, 10.0, float(rng.randint(11, 40))), _floats(3.0, 4.0)),
    ]


def _poor_edges(rng: Random) -> list[Args]:
    return [
        (_floats(), _floats(*numbers(rng, 3))),
        (_floats(*numbers(rng, 3)), _floats(4.0)),
        (_floats(4.0), _floats(*numbers(rng, 3))),
        (_floats(3.0, 3.0), _floats(8.0, 8.0, 8.0)),
        (_floats(*numbers(rng, 2)), _floats(*numbers(rng, 2, 40.0))),
    ]


def _t_scale(a: Floats, b: Floats) -> float:
    """Student's t of a against b, rescaled: Cohen's d by way of scipy."""
    first, second = ((float(x.mean()), float(x.std(ddof=1)), len(x)) for x in (a, b))
    t = float(stats.ttest_ind_from_stats(*first, *second).statistic)
    return t * float(np.sqrt(1 / len(a) + 1 / len(b)))


def _is_poor(a: Floats, b: Floats) -> bool:
    return min(len(a), len(b)) < 2 or float(np.ptp(a)) == float(np.ptp(b)) == 0.0


_COHEN = levels(
    "cohens_d",
    doc="Return Cohen's d of two samples.",
    ask=text(
        en="""Return Cohen's d of the numpy arrays `a` and `b`: (mean of a - mean of b) / s, where s
        is the pooled standard deviation, sqrt(((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)); va
        and vb are the sample variances (divide by n - 1), na and nb the sizes.""",
        pt="""Retorne o d de Cohen dos arrays `a` e `b` do numpy: (média de a - média de b) / s, em
        que s é o desvio padrão combinado, raiz(((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)); va
        e vb são as variâncias amostrais (divida por n - 1), na e nb os tamanhos.""",
    ),
    signature="def cohens_d(a: np.ndarray, b: np.ndarray) -> float:",
    ordinary=_two,
    easy=Level(
        contract=text(
            "Both arrays have two numbers or more, and s is not zero.",
            "Os dois arrays têm dois números ou mais, e s não é zero.",
        ),
        imports=_IMPORT,
        body="""
        na, nb = len(a), len(b)
        squares = (na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)
        s = np.sqrt(squares / (na + nb - 2))
        return float((a.mean() - b.mean()) / s)
        """,
        edges=_two_edges,
    ),
    hard=Level(
        contract=text(
            en="""If an array has fewer than two numbers, or if s is zero, d is 0.0.""",
            pt="""Se um array tem menos de dois números, ou se s é zero, d é 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        na, nb = len(a), len(b)
        if na < 2 or nb < 2:
            return 0.0
        squares = (na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)
        if squares == 0:
            return 0.0
        s = np.sqrt(squares / (na + nb - 2))
        return float((a.mean() - b.mean()) / s)
        """,
        edges=_poor_edges,
    ),
    oracle=lambda a, b: 0.0 if _is_poor(a, b) else _t_scale(a, b),
)


def _glass_oracle(treated: Floats, control: Floats) -> object:
    if len(treated) == 0 or len(control) < 2 or np.ptp(control) == 0:
        return NAN
    return float(np.mean(stats.zmap(treated, control, ddof=1)))


_GLASS = levels(
    "glass_delta",
    doc="Return Glass's delta of a treatment.",
    ask=text(
        en="""Glass's delta measures a treatment in standard deviations of the control group: the
        mean of the numpy array `treated` minus the mean of the numpy array `control`, divided by
        the sample standard deviation of `control` alone (divide by n - 1). Return it.""",
        pt="""O delta de Glass mede um tratamento em desvios padrão do grupo de controle: a média do
        array `treated` do numpy menos a média do array `control` do numpy, dividida pelo desvio
        padrão amostral só de `control` (divida por n - 1). Retorne-o.""",
    ),
    signature="def glass_delta(treated: np.ndarray, control: np.ndarray) -> float:",
    ordinary=_two,
    easy=Level(
        contract=text(
            "The control group has two numbers or more that are not all equal.",
            "O grupo de controle tem dois números ou mais, não todos iguais.",
        ),
        imports=_IMPORT,
        body="""
        gain = treated.mean() - control.mean()
        return float(gain / control.std(ddof=1))
        """,
        edges=_two_edges,
    ),
    hard=Level(
        contract=text(
            en="""Without treated cases, with fewer than two controls, or with a control group whose
            numbers are all equal, return NaN.""",
            pt="""Sem casos tratados, com menos de dois controles, ou com um grupo de controle cujos
            números são todos iguais, retorne NaN.""",
        ),
        imports=_IMPORT,
        body="""
        if len(treated) == 0 or len(np.unique(control)) < 2:
            return float("nan")
        gain = treated.mean() - control.mean()
        return float(gain / control.std(ddof=1))
        """,
        edges=_poor_edges,
    ),
    oracle=_glass_oracle,
)


def _ratings(rng: Random, size: int) -> Args:
    first = [float(rng.randint(1, 7)) for _ in range(size)]
    return _floats(*first), _floats(*[float(rng.randint(2, 9)) for _ in range(size + 1)])


def _cliff_oracle(a: Floats, b: Floats) -> object:
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if min(len(a), len(b)) == 0:
        return 0.0
    u = float(stats.mannwhitneyu(a, b).statistic)
    return 2 * u / (len(a) * len(b)) - 1


_CLIFF = levels(
    "cliffs_delta",
    doc="Return Cliff's delta of two samples.",
    ask=text(
        en="""Compare every number of the numpy array `a` with every number of the numpy array `b`.
        Cliff's delta is the number of pairs in which a's number is larger minus the number of pairs
        in which it is smaller, divided by the number of all pairs. Return it.""",
        pt="""Compare cada número do array `a` do numpy com cada número do array `b` do numpy. O
        delta de Cliff é a quantidade de pares em que o número de a é maior menos a quantidade de
        pares em que é menor, dividida pela quantidade de todos os pares. Retorne-o.""",
    ),
    signature="def cliffs_delta(a: np.ndarray, b: np.ndarray) -> float:",
    ordinary=_ratings,
    easy=Level(
        contract=text("Neither of them is empty.", "Nenhum dos dois é vazio."),
        imports=_IMPORT,
        body="""
        signs = np.sign(a[:, None] - b[None, :])
        return float(signs.mean())
        """,
        edges=lambda rng: [
            (_floats(3.0), _floats(float(rng.randint(1, 9)))),
            (_floats(3.0, 3.0), _floats(3.0, 3.0, 3.0)),
            (_floats(8.0, 9.0), _floats(*numbers(rng, 3, -9.0, 7.0))),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN values take part in no pair. If there is no pair, the delta is 0.0.""",
            pt="""Valores NaN não participam de nenhum par. Se não há nenhum par, o delta é 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        a, b = a[~np.isnan(a)], b[~np.isnan(b)]
        if a.size == 0 or b.size == 0:
            return 0.0
        signs = np.sign(a[:, None] - b[None, :])
        return float(signs.mean())
        """,
        edges=lambda rng: [
            (_floats(), _floats(*numbers(rng, 2))),
            (_floats(*numbers(rng, 2)), _floats(NAN, NAN)),
            (_floats(NAN, *numbers(rng, 3)), _floats(*numbers(rng, 2), NAN, NAN)),
            (_floats(NAN, 1.0), _floats(NAN, float(rng.randint(2, 9)))),
        ],
    ),
    oracle=_cliff_oracle,
)


def _hedges_oracle(x: Floats, y: Floats) -> object:
    if _is_poor(x, y):
        return 0.0
    return _t_scale(x, y) * (1 - 3 / (4 * (len(x) + len(y)) - 9))


_HEDGES = levels(
    "hedges_g",
    heldout=True,
    doc="Return Hedges's g of two herds.",
    ask=text(
        en="""Two herds were weighed, with the results in the numpy arrays `x` and `y`. Express how
        much heavier the first herd is by Hedges's g. That is the difference of the averages in
        units of w, times the correction 1 - 3 / (4 * N - 9) for small samples. N counts all
        animals; w is the square root of the summed squared distances of the animals to the average
        of their own herd, this sum first divided by N - 2.""",
        pt="""Dois rebanhos foram pesados, com os resultados nos arrays `x` e `y` do numpy. Expresse
        quanto o primeiro rebanho é mais pesado pelo g de Hedges. Ele é a diferença das médias em
        unidades de w, vezes a correção 1 - 3 / (4 * N - 9) para amostras pequenas. N conta todos os
        animais; w é a raiz quadrada da soma das distâncias ao quadrado dos animais até a média do
        próprio rebanho, soma essa primeiro dividida por N - 2.""",
    ),
    signature="def hedges_g(x: np.ndarray, y: np.ndarray) -> float:",
    ordinary=_two,
    easy=Level(
        contract=text(
            "A herd has at least two animals, and w comes out positive.",
            "Um rebanho tem pelo menos dois animais, e w resulta positivo.",
        ),
        imports=_IMPORT,
        body="""
        total = len(x) + len(y)
        squares = len(x) * x.var() + len(y) * y.var()
        w = np.sqrt(squares / (total - 2))
        return float((x.mean() - y.mean()) / w * (1 - 3 / (4 * total - 9)))
        """,
        edges=_two_edges,
    ),
    hard=Level(
        contract=text(
            en="""Should a herd have fewer than two animals, or w be zero, g is taken to be 0.0.""",
            pt="""Se um rebanho tiver menos de dois animais, ou w for zero, toma-se g como 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        total = len(x) + len(y)
        if min(len(x), len(y)) < 2:
            return 0.0
        w = np.sqrt((len(x) * x.var() + len(y) * y.var()) / (total - 2))
        if w == 0:
            return 0.0
        return float((x.mean() - y.mean()) / w * (1 - 3 / (4 * total - 9)))
        """,
        edges=_poor_edges,
    ),
    oracle=_hedges_oracle,
)


def _flags(*values: int) -> Flags:
    return np.array(values, dtype=bool)


def _exposures(rng: Random, size: int) -> Args:
    """Four or more people, every combination at least once."""
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    pairs += [(rng.randint(0, 1), rng.randint(0, 1)) for _ in range(size)]
    rng.shuffle(pairs)
    return _flags(*[a for a, _ in pairs]), _flags(*[b for _, b in pairs])


def _odds_oracle(exposed: Flags, ill: Flags) -> object:
    table = np.array([[np.sum((exposed == e) & (ill == i)) for i in (1, 0)] for e in (1, 0)])
    if (table > 0).all():
        return float(contingency.odds_ratio(table, kind="sample").statistic)
    return float(np.exp(np.log(table + 0.5) @ [1.0, -1.0] @ [1.0, -1.0]))


_ODDS = levels(
    "odds_ratio",
    heldout=True,
    doc="Return the odds ratio of an illness.",
    ask=text(
        en="""exposed[i] tells whether person i was near the source and ill[i] whether he or she
        fell ill; both are numpy arrays of booleans. How many times as high are the odds of illness
        among the exposed? The odds of a group are its number of ill people divided by its number of
        healthy people; answer with the odds of the exposed over the odds of the rest.""",
        pt="""exposed[i] diz se a pessoa i esteve perto da fonte e ill[i] se ela adoeceu; ambos são
        arrays do numpy com booleanos. Quantas vezes maior é a chance de doença entre os expostos? A
        chance de um grupo é a sua quantidade de doentes dividida pela sua quantidade de sãos;
        responda com a chance dos expostos sobre a chance dos demais.""",
    ),
    signature="def odds_ratio(exposed: np.ndarray, ill: np.ndarray) -> float:",
    ordinary=_exposures,
    easy=Level(
        contract=text(
            "Ill and healthy people are found in both groups.",
            "Há doentes e sãos nos dois grupos.",
        ),
        imports=_IMPORT,
        body="""
        a, b = (exposed & ill).sum(), (exposed & ~ill).sum()
        c, d = (~exposed & ill).sum(), (~exposed & ~ill).sum()
        return float((a / b) / (c / d))
        """,
        edges=lambda rng: [
            _exposures(rng, 0),
            (_flags(1, 1, 1, 0, 0, 0, 0), _flags(1, 1, 0, 1, 0, 0, rng.randint(0, 1))),
            (_flags(1, 1, 0, 0, 0), _flags(1, 0, 1, 0, rng.randint(0, 1))),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If any of the four numbers is zero, add 0.5 to all four of them first.""",
            pt="""Se algum dos quatro números é zero, some primeiro 0.5 a todos os quatro.""",
        ),
        imports=_IMPORT,
        body="""
        a, b = (exposed & ill).sum(), (exposed & ~ill).sum()
        c, d = (~exposed & ill).sum(), (~exposed & ~ill).sum()
        extra = 0.5 if min(a, b, c, d) == 0 else 0.0
        return float((a + extra) * (d + extra) / (b + extra) / (c + extra))
        """,
        edges=lambda rng: [
            (_flags(), _flags()),
            (_flags(1, 1, 0, 0), _flags(1, 1, 0, rng.randint(0, 1))),
            (_flags(0, 0, 0), _flags(1, 1, rng.randint(0, 1))),
            (_flags(1, 0, 1, 1, 0), _flags(1, 1, 1, 0, 1)),
            (_flags(1, 0, 1, 0), _flags(0, 0, 0, rng.randint(0, 1))),
        ],
    ),
    oracle=_odds_oracle,
)


_MISTAKES = (
    Mistake(
        "cohens_d", "return float((a.mean() - b.mean()) / np.concatenate([a, b]).std())", _IMPORT
    ),
    Mistake(
        "glass_delta", "return float((treated.mean() - control.mean()) / control.std())", _IMPORT
    ),
    Mistake("cliffs_delta", "return float((a[:, None] > b).mean())", _IMPORT),
)

FAMILY = Family(
    "analyse_statistics.effect_size",
    CoderAction.ANALYSE_STATISTICS,
    (*_COHEN, *_GLASS, *_CLIFF, *_HEDGES, *_ODDS, *ADVANCED),
    mistakes=_MISTAKES,
)
