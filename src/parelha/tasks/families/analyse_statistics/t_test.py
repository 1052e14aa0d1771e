"""Student's t: one sample, pairs, two samples, and the interval for a mean."""

from math import isnan
from random import Random
from statistics import mean, stdev

from scipy import stats

from parelha.tasks.draws import numbers, redraw
from parelha.tasks.families.analyse_statistics.t_test_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = float("nan")


def _whole(rng: Random, size: int, low: int = 0, high: int = 60) -> list[float]:
    """Whole numbers that are not all equal."""
    return redraw(
        lambda: [float(rng.randint(low, high)) for _ in range(size)],
        lambda values: len(set(values)) > 1,
    )


def _sample(rng: Random, size: int) -> Args:
    return numbers(rng, size, 10.0, 30.0), float(rng.randint(12, 28))


def _is_flat(values: list[float]) -> bool:
    return len(set(values)) < 2


_ONE_SAMPLE = levels(
    "one_sample",
    doc="Return the t statistic of a sample against a mean.",
    ask=text(
        en="""Return the one-sample t statistic of `values` against the mean `mu`: (mean - mu) / (s
        / sqrt(n)), where s is the sample standard deviation (divide by n - 1).""",
        pt="""Retorne a estatística t de uma amostra para `values` contra a média `mu`: (média - mu)
        / (s / raiz(n)), sendo s o desvio padrão amostral (divida por n - 1).""",
    ),
    signature="def one_sample_t(values: list[float], mu: float) -> float:",
    ordinary=_sample,
    easy=Level(
        contract=text(
            "There are at least two values, and they are not all equal.",
            "Há pelo menos dois valores, e eles não são todos iguais.",
        ),
        imports="from math import sqrt\nfrom statistics import mean, stdev",
        body="""
        error = stdev(values) / sqrt(len(values))
        return (mean(values) - mu) / error
        """,
        edges=lambda rng: [
            ([1.0, 2.0], float(rng.randint(3, 9))),
            ([-5.0, 0.0, 5.0], 0.0),
            (_whole(rng, 4), -10.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""With fewer than two values, or when all values are equal, return 0.0.""",
            pt="""Com menos de dois valores, ou quando todos os valores são iguais, retorne 0.0.""",
        ),
        imports="from math import sqrt\nfrom statistics import mean, stdev",
        body="""
        if len(set(values)) < 2:
            return 0.0
        error = stdev(values) / sqrt(len(values))
        return (mean(values) - mu) / error
        """,
        edges=lambda rng: [
            ([], 3.0),
            (numbers(rng, 1), 3.0),
            ([7.0] * 4, float(rng.randint(1, 9))),
            ([4.0, 4.0], 4.0),
        ],
    ),
    oracle=lambda values, mu: (
        0.0 if _is_flat(values) else float(stats.ttest_1samp(values, mu).statistic)
    ),
)


def _pairs(rng: Random, size: int) -> Args:
    before = _whole(rng, size)
    gains = _whole(rng, size, -5, 12)
    return before, [value + gain for value, gain in zip(before, gains, strict=True)]


def _paired_oracle(before: list[float], after: list[float]) -> object:
    if sum(not isnan(a - b) for b, a in zip(before, after, strict=True)) < 2:
        return (0.0, 0)
    result = stats.ttest_rel(after, before, nan_policy="omit")
    return (float(result.statistic), int(result.df))


_PAIRED = levels(
    "paired",
    doc="Return the paired t statistic and its degrees of freedom.",
    ask=text(
        en="""before[i] and after[i] were measured on the same patient. Take the differences after -
        before and return the tuple (t, degrees of freedom), where t is the mean difference divided
        by s / sqrt(n), s is the sample standard deviation of the n differences, and there are n - 1
        degrees of freedom.""",
        pt="""before[i] e after[i] foram medidos no mesmo paciente. Tome as diferenças after -
        before e retorne a tupla (t, graus de liberdade), em que t é a diferença média dividida por
        s / raiz(n), s é o desvio padrão amostral das n diferenças, e os graus são n - 1.""",
    ),
    signature="def paired_t(before: list[float], after: list[float]) -> tuple[float, int]:",
    ordinary=_pairs,
    easy=Level(
        contract=text(
            "There are two patients or more, and the differences vary.",
            "Há dois pacientes ou mais, e as diferenças variam.",
        ),
        imports="from statistics import mean, stdev",
        body="""
        gains = [a - b for b, a in zip(before, after)]
        n = len(gains)
        return mean(gains) / (stdev(gains) / n**0.5), n - 1
        """,
        edges=lambda rng: [
            ([3.0, 4.0], [4.0, float(rng.randint(6, 9))]),
            ([5.0, 5.0, 5.0], _whole(rng, 3)),
            ([9.0, 8.0, 7.0], [1.0, 2.0, float(rng.randint(4, 6))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A missing measurement is NaN, and the patient is then left out. With fewer than
            two patients left, return (0.0, 0).""",
            pt="""Uma medição ausente é NaN, e o paciente fica então de fora. Se restam menos de
            dois pacientes, retorne (0.0, 0).""",
        ),
        imports="import math\nfrom statistics import mean, stdev",
        body="""
        gains = [a - b for b, a in zip(before, after)]
        gains = [gain for gain in gains if not math.isnan(gain)]
        n = len(gains)
        if n < 2:
            return 0.0, 0
        return mean(gains) / (stdev(gains) / n**0.5), n - 1
        """,
        edges=lambda rng: [
            ([], []),
            ([NAN, 3.0], [float(rng.randint(1, 9)), NAN]),
            ([NAN, 4.0], [2.0, float(rng.randint(5, 9))]),
            ([4.0, NAN, 6.0, 7.0], [9.0, 2.0, NAN, float(rng.randint(20, 30))]),
            ([NAN, 0.0, 8.0], [1.0, 5.0, float(rng.randint(20, 30))]),
        ],
    ),
    oracle=_paired_oracle,
)


def _two_groups(rng: Random, size: int) -> Args:
    return numbers(rng, size, 10.0, 30.0), numbers(rng, size + rng.randint(-1, 3), 5.0, 45.0)


def _group_edges(rng: Random) -> list[Args]:
    spread = ([1.0, 2.0], [4.0, float(rng.randint(6, 9))])
    return [spread, ([5.0, 5.0, 5.0], _whole(rng, 3)), (_whole(rng, 6), [3.0, 3.0])]


def _from_moments(a: list[float], b: list[float], equal_var: bool) -> float:
    first, second = ((mean(x), stdev(x) if len(x) > 1 else 0.0, len(x)) for x in (a, b))
    return float(stats.ttest_ind_from_stats(*first, *second, equal_var=equal_var).statistic)


def _welch_oracle(a: list[float], b: list[float]) -> object:
    if min(len(a), len(b)) < 2:
        return NAN
    if _is_flat(a) and _is_flat(b):
        return 0.0
    return _from_moments(a, b, equal_var=False)


_WELCH = levels(
    "welch",
    doc="Return Welch's t statistic of two groups.",
    ask=text(
        en="""Return Welch's t statistic of the groups `a` and `b`: the difference of the means,
        mean(a) - mean(b), divided by sqrt(va / na + vb / nb), with the sample variances va and vb
        (divide by n - 1) and the group sizes na and nb.""",
        pt="""Retorne a estatística t de Welch dos grupos `a` e `b`: a diferença das médias,
        média(a) - média(b), dividida por raiz(va / na + vb / nb), com as variâncias amostrais va e
        vb (divida por n - 1) e os tamanhos dos grupos na e nb.""",
    ),
    signature="def welch_t(a: list[float], b: list[float]) -> float:",
    ordinary=_two_groups,
    easy=Level(
        contract=text(
            "Each group has two values or more, and one of them varies at least.",
            "Cada grupo tem dois valores ou mais, e pelo menos um deles varia.",
        ),
        imports="from math import sqrt\nfrom statistics import mean, variance",
        body="""
        error = variance(a) / len(a) + variance(b) / len(b)
        return (mean(a) - mean(b)) / sqrt(error)
        """,
        edges=_group_edges,
    ),
    hard=Level(
        contract=text(
            en="""If a group has fewer than two values, return NaN; otherwise, if neither group has
            any variation, return 0.0.""",
            pt="""Se um grupo tem menos de dois valores, retorne NaN; senão, se nenhum dos grupos
            tem variação, retorne 0.0.""",
        ),
        imports="from math import sqrt\nfrom statistics import mean, variance",
        body="""
        if len(a) < 2 or len(b) < 2:
            return float("nan")
        error = variance(a) / len(a) + variance(b) / len(b)
        return (mean(a) - mean(b)) / sqrt(error) if error > 0 else 0.0
        """,
        edges=lambda rng: [
            ([], []),
            (numbers(rng, 3), [4.0]),
            ([4.0], numbers(rng, 3)),
            ([3.0, 3.0], [8.0] * rng.randint(2, 6)),
            ([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
        ],
    ),
    oracle=_welch_oracle,
)


def _pooled_oracle(old: list[float], new: list[float]) -> object:
    freedom = len(old) + len(new) - 2
    if not old or not new or freedom < 1 or (_is_flat(old) and _is_flat(new)):
        return (0.0, max(freedom, 0))
    return (_from_moments(new, old, equal_var=True), freedom)


_POOLED = levels(
    "pooled",
    heldout=True,
    doc="Return the t of two samples with a common variance.",
    ask=text(
        en="""Did the `new` fertiliser change the yield of the `old` one? Assume that both have the
        same spread and estimate it jointly: p is the sum of the squared distances of the yields to
        the mean of their own list, divided by f, the total number of yields minus 2. Give back the
        pair (t, f) with t = (mean of new - mean of old) / sqrt(p * (1 / n + 1 / m)), where n and m
        are the lengths of the lists.""",
        pt="""O adubo `new` mudou a colheita do antigo, `old`? Suponha que os dois têm a mesma
        dispersão e estime-a em conjunto: p é a soma das distâncias ao quadrado entre as colheitas e
        a média da própria lista, dividida por f, o número total de colheitas menos 2. Devolva o par
        (t, f) com t = (média de new - média de old) / raiz(p * (1 / n + 1 / m)), em que n e m são
        os comprimentos das listas.""",
    ),
    signature="def pooled_t(old: list[float], new: list[float]) -> tuple[float, int]:",
    ordinary=_two_groups,
    easy=Level(
        contract=text(
            "Count on three yields in all, none of the lists empty, p above zero.",
            "Conte com três colheitas ao todo, nenhuma lista vazia, p acima de zero.",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        n, m = len(old), len(new)
        p = (n * pvariance(old) + m * pvariance(new)) / (n + m - 2)
        gain = mean(new) - mean(old)
        return gain / (p * (1 / n + 1 / m)) ** 0.5, n + m - 2
        """,
        edges=lambda rng: [*_group_edges(rng), ([4.0], [1.0, 7.0])],
    ),
    hard=Level(
        contract=text(
            en="""When one of the lists is empty, when there are only two yields, or when p is zero,
            t is 0.0; and f never drops below 0.""",
            pt="""Quando uma das listas é vazia, quando só há duas colheitas, ou quando p é zero, t
            é 0.0; e f nunca fica abaixo de 0.""",
        ),
        imports="from statistics import mean, pvariance",
        body="""
        n, m = len(old), len(new)
        f = max(n + m - 2, 0)
        if n == 0 or m == 0 or f == 0:
            return 0.0, f
        p = (n * pvariance(old) + m * pvariance(new)) / f
        if p == 0:
            return 0.0, f
        gain = mean(new) - mean(old)
        return gain / (p * (1 / n + 1 / m)) ** 0.5, f
        """,
        edges=lambda rng: [
            ([], numbers(rng, 3)),
            (numbers(rng, 4), []),
            (numbers(rng, 1), numbers(rng, 1)),
            ([2.0, 2.0], [5.0] * rng.randint(2, 5)),
            ([], []),
            ([3.0], [4.0, float(rng.randint(5, 9))]),
        ],
    ),
    oracle=_pooled_oracle,
)


def _weighings(rng: Random, size: int) -> Args:
    return numbers(rng, size, 95.0, 105.0), rng.choice((1.96, 2.26, 2.57, 2.78, 3.18))


def _interval_oracle(data: list[float], t: float) -> object:
    if len(data) < 2:
        return (-float("inf"), float("inf"))
    half = t * float(stats.sem(data))
    return (mean(data) - half, mean(data) + half)


_INTERVAL = levels(
    "interval",
    heldout=True,
    doc="Return the confidence interval of a mean.",
    ask=text(
        en="""A scale was tried out with the weighings in `data`. Around their average we want the
        confidence interval that reaches t standard errors to either side, one standard error being
        the sample standard deviation over the square root of the number of weighings. The value of
        `t`, read from a table, is given. Answer with (lower end, upper end).""",
        pt="""Uma balança foi testada com as pesagens em `data`. Em torno da média delas queremos o
        intervalo de confiança que alcança t erros padrão para cada lado; um erro padrão é o desvio
        padrão amostral sobre a raiz quadrada do número de pesagens. O valor de `t`, lido em uma
        tabela, é dado. Responda com (extremo inferior, extremo superior).""",
    ),
    signature="def interval(data: list[float], t: float) -> tuple[float, float]:",
    ordinary=_weighings,
    easy=Level(
        contract=text(
            "No fewer than two weighings were made.", "Não se fizeram menos de duas pesagens."
        ),
        imports="from statistics import mean, stdev",
        body="""
        centre = mean(data)
        half = t * stdev(data) / len(data) ** 0.5
        return centre - half, centre + half
        """,
        edges=lambda rng: [
            (numbers(rng, 2), 12.71),
            ([6.5] * 3, 4.3),
            ([-3.0, 0.0, float(rng.randint(1, 9))], 0.5),
        ],
    ),
    hard=Level(
        contract=text(
            en="""From fewer than two weighings nothing can be said: the interval then goes from
            minus infinity to infinity.""",
            pt="""Com menos de duas pesagens não se pode dizer nada: o intervalo vai então de menos
            infinito a infinito.""",
        ),
        imports="import math\nfrom statistics import mean, stdev",
        body="""
        if len(data) < 2:
            return -math.inf, math.inf
        centre = mean(data)
        half = t * stdev(data) / len(data) ** 0.5
        return centre - half, centre + half
        """,
        edges=lambda rng: [
            ([], float(rng.randint(1, 4))),
            (numbers(rng, 1), 2.0),
            ([0.0], float(rng.randint(1, 4))),
        ],
    ),
    oracle=_interval_oracle,
)


_MISTAKES = (
    Mistake(
        "one_sample",
        "return (mean(values) - mu) / (pstdev(values) / len(values) ** 0.5)",
        imports="from statistics import mean, pstdev",
    ),
    Mistake(
        "paired",
        """
        d = [b - a for a, b in zip(after, before)]
        return mean(d) / (stdev(d) / len(d) ** 0.5), len(d) - 1
        """,
        imports="from statistics import mean, stdev",
    ),
    Mistake(
        "welch",
        "return (mean(a) - mean(b)) / ((variance(a) + variance(b)) / (len(a) + len(b))) ** 0.5",
        imports="from statistics import mean, variance",
    ),
)

FAMILY = Family(
    "analyse_statistics.t_test",
    CoderAction.ANALYSE_STATISTICS,
    (*_ONE_SAMPLE, *_PAIRED, *_WELCH, *_POOLED, *_INTERVAL, *ADVANCED),
    mistakes=_MISTAKES,
)
