"""Effect sizes at levels 3 and 4: many columns, many values, and pairs found by number."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Floats = npt.NDArray[np.float64]
NAN = float("nan")
_IMPORT = "import numpy as np"


def _matrix(rows: list[list[float]], treated: list[int], width: int = 2) -> Args:
    return np.array(rows, dtype=float).reshape(-1, width), np.array(treated, dtype=bool)


def _patients(rng: Random, size: int) -> Args:
    """Four columns, the last one constant in both groups; some cells are missing."""
    rows, treated = [], []
    for _ in range(size):
        group = rng.randint(0, 1)
        row = [rng.gauss(40.0 + 5 * group, 10.0), rng.gauss(70.0, 9.0 + 3 * group), rng.random()]
        row = [NAN if rng.random() < 0.1 else round(x, 1) for x in row]
        rows.append([*row, 1.0])
        treated.append(group)
    return _matrix(rows, treated, 4)


def _balance_oracle(x: Floats, treated: npt.NDArray[np.bool_]) -> object:
    answer = []
    for column in x.T:
        known = [own[np.isfinite(own)] for own in (column[treated], column[~treated])]
        if min(len(own) for own in known) < 2:
            answer.append(NAN)
            continue
        scale = float(np.mean([np.var(own, ddof=1) for own in known])) ** 0.5
        gap = float(known[0].mean() - known[1].mean())
        answer.append(gap / scale if scale > 1e-12 else 0.0)
    return np.array(answer, dtype=float)


_BALANCE = advanced(
    "balance",
    3,
    doc="Return the standardised mean difference of each column.",
    ask=text(
        en="""`x` is a two-dimensional numpy array with one row per patient and one column per
        property, and `treated` an array of booleans, one per patient. For each column compute the
        standardised mean difference (mean of the treated - mean of the others) / sqrt((vt + vo) /
        2), where vt and vo are the sample variances (divide by n - 1) of the two groups. NaN cells
        are left out of their column only, not the whole patient. A column in which one of the
        groups has fewer than two known values gets NaN; otherwise a column in which both variances
        are zero gets 0.0. Return a one-dimensional array with a number per column.""",
        pt="""`x` é um array bidimensional do numpy com uma linha por paciente e uma coluna por
        propriedade, e `treated` um array de booleanos, um por paciente. Para cada coluna calcule a
        diferença padronizada de médias (média dos tratados - média dos outros) / raiz((vt + vo) /
        2), em que vt e vo são as variâncias amostrais (divida por n - 1) dos dois grupos. Células
        NaN ficam de fora só da sua coluna, e não o paciente inteiro. Uma coluna em que um dos
        grupos tem menos de dois valores conhecidos recebe NaN; senão, uma coluna em que as duas
        variâncias são zero recebe 0.0. Retorne um array unidimensional com um número por
        coluna.""",
    ),
    signature="def balance(x: np.ndarray, treated: np.ndarray) -> np.ndarray:",
    ordinary=_patients,
    imports=_IMPORT,
    body="""
    differences = []
    for column in x.T:
        known = ~np.isnan(column)
        a, b = column[known & treated], column[known & ~treated]
        if a.size < 2 or b.size < 2:
            differences.append(np.nan)
            continue
        scale = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
        gap = a.mean() - b.mean()
        differences.append(gap / scale if scale > 0 else 0.0)
    return np.array(differences)
    """,
    edges=lambda rng: [
        _matrix([], []),
        _matrix([[1.0, 2.0], [3.0, 4.0], numbers(rng, 2)], [1, 0, 1]),
        _matrix([[1.0, 5.0], [3.0, 5.0], [2.0, 8.0], [numbers(rng, 1)[0], 8.0]], [1, 1, 0, 0]),
        _matrix([[1.0, NAN], [3.0, 5.0], [2.0, 8.0], [numbers(rng, 1)[0], 8.0]], [1, 1, 0, 0]),
        _matrix([[1.0, NAN], [NAN, 5.0], *[numbers(rng, 2) for _ in range(4)]], [1, 0, 1, 0, 1, 0]),
        _matrix([numbers(rng, 2) for _ in range(3)], [1, 1, 1]),
    ],
    oracle=_balance_oracle,
)


def _crowds(rng: Random, size: int) -> Args:
    old = [float(rng.randint(0, 100)) for _ in range(size)]
    new = [float(rng.randint(5, 110)) for _ in range(size + rng.randint(-3, 9))]
    for values in (old, new):
        for place in rng.sample(range(len(values)), max(1, len(values) // 20)):
            values[place] = rng.choice((NAN, -5.0))
    return _pair(old, new)


def _pair(old: list[float], new: list[float]) -> Args:
    return np.array(old, dtype=float), np.array(new, dtype=float)


def _superiority_oracle(old: Floats, new: Floats) -> object:
    old, new = old[old >= 0], new[new >= 0]
    if min(len(old), len(new)) == 0:
        return 0.5
    return float(stats.mannwhitneyu(new, old).statistic) / (len(old) * len(new))


_SUPERIORITY = advanced(
    "superiority",
    4,
    doc="Return how likely a new score beats an old one.",
    ask=text(
        en="""`old` and `new` are numpy arrays of test scores. NaN and negative scores are invalid;
        remove them first. Return the probability of superiority: the share of all pairs of an old
        and a new score in which the new score is higher, where a pair of equal scores counts as one
        half. If there are no pairs, return 0.5. Many scores are equal. The arrays have thousands of
        numbers and there are millions of pairs: sort instead of looking at each pair.""",
        pt="""`old` e `new` são arrays do numpy com notas de uma prova. Notas NaN e negativas são
        inválidas; remova-as primeiro. Retorne a probabilidade de superioridade: a fração, entre
        todos os pares de uma nota antiga e uma nova, daqueles em que a nova é mais alta; um par de
        notas iguais vale meio. Se não há pares, retorne 0.5. Muitas notas são iguais. Os arrays têm
        milhares de números e há milhões de pares: ordene em vez de olhar cada par.""",
    ),
    signature="def superiority(old: np.ndarray, new: np.ndarray) -> float:",
    ordinary=_crowds,
    imports=_IMPORT,
    body="""
    first, second = np.sort(old[old >= 0]), new[new >= 0]
    if first.size == 0 or second.size == 0:
        return 0.5
    below = np.searchsorted(first, second, side="left")
    upto = np.searchsorted(first, second, side="right")
    return float((below + upto).mean() / (2 * first.size))
    """,
    edges=lambda rng: [
        _pair([], [3.0, float(rng.randint(1, 9))]),
        _pair([4.0], [NAN, -1.0]),
        _pair([4.0, 4.0], [4.0]),
        _pair([0.0, -2.0, 5.0], [0.0, float(rng.randint(1, 9)), NAN]),
        _pair([9.0, 1.0, 5.0, float(rng.randint(0, 9))], [5.0, 1.0]),
    ],
    oracle=_superiority_oracle,
)


def _enrolled(rng: Random, size: int) -> Args:
    """Two exams of a class; some pupils sat only one, some sat one twice."""
    pupils = rng.sample(range(100, 100 + 2 * size + 8), size + 4)
    level = {pupil: rng.gauss(50.0, 10.0) for pupil in pupils}
    early = [*pupils[2:], pupils[3]]
    late = [*rng.sample(pupils, size), pupils[0], pupils[4], pupils[4]]
    first = [round(level[pupil] + rng.gauss(0.0, 6.0), 1) for pupil in early]
    second = [round(level[pupil] + rng.gauss(4.0, 6.0), 1) for pupil in late]
    second[rng.randrange(size)] = NAN
    return _exams(early, first, late, second)


def _exams(early: list[int], first: list[float], late: list[int], second: list[float]) -> Args:
    rows = list(zip(early, first, strict=True)), list(zip(late, second, strict=True))
    return tuple(np.array(own, dtype=float).reshape(-1, 2) for own in rows)


def _paired_oracle(exam1: Floats, exam2: Floats) -> object:
    first, second = (
        pd.Series(exam[:, 1], index=exam[:, 0]).dropna().groupby(level=0).max()
        for exam in (exam1, exam2)
    )
    gains = (second - first).dropna().to_numpy()
    if len(gains) < 2:
        return 0.0
    return float(gains.mean() / gains.std(ddof=1))


_PAIRED = advanced(
    "paired_by_number",
    3,
    heldout=True,
    doc="Return the standardised gain of the pupils who sat both exams.",
    ask=text(
        en="""By how many standard deviations did a class improve? `exam1` and `exam2` are float
        arrays of numpy with two columns, one for the first and one for the second exam: each row
        holds the number of a pupil and a mark, and the pupils come in any order. A NaN mark is as
        good as none. A pupil who sat the same exam more than once is judged by the best mark. The
        gain of a pupil with marks in both exams is the second mark minus the first. Divide the mean
        gain by the sample standard deviation of the gains, which is never zero; if fewer than two
        pupils have a gain, answer 0.0.""",
        pt="""Em quantos desvios padrão uma turma melhorou? `exam1` e `exam2` são arrays de floats
        do numpy com duas colunas, um para o primeiro e um para o segundo exame: cada linha traz o
        número de um aluno e uma nota, e os alunos vêm em qualquer ordem. Uma nota NaN é como
        nenhuma. Um aluno que fez o mesmo exame mais de uma vez é julgado pela melhor nota. O ganho
        de um aluno com nota nos dois exames é a segunda nota menos a primeira. Divida o ganho médio
        pelo desvio padrão amostral dos ganhos, que nunca é zero; se menos de dois alunos têm ganho,
        responda 0.0.""",
    ),
    signature="def gain(exam1: np.ndarray, exam2: np.ndarray) -> float:",
    ordinary=_enrolled,
    imports=_IMPORT,
    body="""
    marks: list[dict[float, float]] = []
    for exam in (exam1, exam2):
        best: dict[float, float] = {}
        for pupil, mark in exam.tolist():
            if mark > best.get(pupil, -np.inf):
                best[pupil] = mark
        marks.append(best)
    both = marks[0].keys() & marks[1].keys()
    if len(both) < 2:
        return 0.0
    gains = np.array([marks[1][pupil] - marks[0][pupil] for pupil in both])
    return float(gains.mean() / gains.std(ddof=1))
    """,
    edges=lambda rng: [
        _exams([], [], [], []),
        _exams([1, 2], numbers(rng, 2), [3, 4], numbers(rng, 2)),
        _exams([1, 2], numbers(rng, 2), [2, 1], [*numbers(rng, 1), NAN]),
        _exams([1, 2], numbers(rng, 2), [2, 1], numbers(rng, 2)),
        _exams([1, 2, 2], [1.0, 5.0, 3.0], [2, 1, 1], [9.0, 2.0, rng.choice((3.0, 4.0, 7.0, 9.0))]),
        _exams([5, 6, 7, 5], [NAN, 2.0, -4.0, -1.0], [7, 5, 6], numbers(rng, 3)),
    ],
    oracle=_paired_oracle,
)


ADVANCED: tuple[Variant, ...] = (_BALANCE, _SUPERIORITY, _PAIRED)
