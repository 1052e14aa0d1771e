"""Relatives of the analysis of variance that outliers move less; kept for evaluation."""

from random import Random
from typing import Any

import numpy as np
from scipy import stats

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.family import Args, Level, Variant, levels, text

Groups = list[list[float]]


def _rankings(rng: Random, size: int) -> Args:
    scores = distinct(rng, max(size, 5))
    cut = rng.randint(1, 2)
    return ([scores[:cut], scores[cut : cut + 2], scores[cut + 2 :]],)


def _kruskal_oracle(teams: Groups) -> object:
    kept = [team for team in teams if team]
    everything = [x for team in kept for x in team]
    if len(kept) < 2:
        return 0.0
    if len(set(everything)) < 2:
        return NotImplemented
    ranks: Any = stats.rankdata(everything)
    ties = stats.tiecorrect(ranks)
    return float(stats.kruskal(*kept).statistic * ties)


_KRUSKAL = levels(
    "kruskal_wallis",
    heldout=True,
    doc="Return the Kruskal-Wallis statistic of the teams.",
    ask=text(
        en="""Do some teams jump higher than others? Put the heights of all `teams` in one line and
        number them from 1, the lowest, to N, the highest; r is the sum of a team's numbers and m
        the size of the team. The Kruskal-Wallis statistic is 12 / (N * (N + 1)) times the sum of r
        * r / m over the teams, minus 3 * (N + 1).""",
        pt="""Algumas equipes saltam mais alto que outras? Ponha as alturas de todas as equipes
        (`teams`) em uma só fila e numere-as de 1, a mais baixa, a N, a mais alta; r é a soma dos
        números de uma equipe e m o tamanho dela. A estatística de Kruskal-Wallis é 12 / (N * (N +
        1)) vezes a soma de r * r / m sobre as equipes, menos 3 * (N + 1).""",
    ),
    signature="def kruskal_wallis(teams: list[list[float]]) -> float:",
    ordinary=_rankings,
    easy=Level(
        contract=text(
            "No height comes twice, and every team has jumped.",
            "Nenhuma altura aparece duas vezes, e toda equipe saltou.",
        ),
        body="""
        line = sorted(height for team in teams for height in team)
        total = 0.0
        for team in teams:
            total += sum(line.index(x) + 1 for x in team) ** 2 / len(team)
        size = len(line)
        return 12 / (size * (size + 1)) * total - 3 * (size + 1)
        """,
        edges=lambda rng: [
            ([distinct(rng, 1), [100.0]],),
            ([[1.0, 2.0, 3.0], [4.0, 5.0, float(rng.randint(6, 40))]],),
            ([distinct(rng, 3, 0, 9), distinct(rng, 4, 10, 20), [30.0]],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Jumps of the same height share the mean of their numbers, and the statistic is not
            corrected for it. A team may be without jumps and is then passed over; when fewer than
            two teams jumped, the statistic is 0.0.""",
            pt="""Saltos da mesma altura dividem a média dos seus números, e a estatística não é
            corrigida por isso. Uma equipe pode estar sem saltos e é então desconsiderada; quando
            menos de duas equipes saltaram, a estatística é 0.0.""",
        ),
        body="""
        jumped = [team for team in teams if team]
        if len(jumped) < 2:
            return 0.0
        line = sorted(height for team in jumped for height in team)
        size, total = len(line), 0.0
        for team in jumped:
            ranks = [line.index(x) + (line.count(x) + 1) / 2 for x in team]
            total += sum(ranks) ** 2 / len(team)
        return 12 / (size * (size + 1)) * total - 3 * (size + 1)
        """,
        edges=lambda rng: [
            ([],),
            ([[], distinct(rng, 3)],),
            ([[5.0, 5.0, float(rng.randint(0, 9))], [5.0, 8.0]],),
            ([[], [2.0, 2.0, 2.0], [3.0, float(rng.randint(1, 3))], [1.0]],),
        ],
    ),
    oracle=_kruskal_oracle,
)


def _whole(rng: Random, size: int) -> list[float]:
    return [float(rng.randint(0, 30)) for _ in range(size)]


def _lots(rng: Random, size: int) -> Args:
    return ([[*_whole(rng, max(3, size // 2)), 40.0] for _ in range(3)],)


def _levene_oracle(batches: Groups) -> object:
    kept = [batch for batch in batches if len(batch) > 1]
    if len(kept) < 2 or all(len({abs(x - np.median(b)) for x in b}) == 1 for b in kept):
        return 0.0
    return float(stats.levene(*kept, center="median").statistic)


_LEVENE = levels(
    "brown_forsythe",
    heldout=True,
    doc="Return the Brown-Forsythe statistic of the batches.",
    ask=text(
        en="""Are all `batches` equally uniform? Replace each weight by its distance to the median
        of its own batch, and let d be the mean distance of a batch, D the mean of all N distances,
        and b the number of batches. Answer with (N - b) / (b - 1) times the sum over the batches of
        length * (d - D)**2, divided by the sum over all distances of the squared difference to
        their own d.""",
        pt="""Todos os lotes em `batches` são igualmente uniformes? Troque cada peso pela sua
        distância até a mediana do próprio lote, e seja d a distância média de um lote, D a média de
        todas as N distâncias, e b o número de lotes. Responda com (N - b) / (b - 1) vezes a soma
        sobre os lotes de comprimento * (d - D)**2, dividida pela soma sobre todas as distâncias da
        diferença ao quadrado até o seu próprio d.""",
    ),
    signature="def brown_forsythe(batches: list[list[float]]) -> float:",
    ordinary=_lots,
    easy=Level(
        contract=text(
            "There are several batches of several weights each, and the divisor is never zero.",
            "Há vários lotes de vários pesos cada um, e o divisor nunca é zero.",
        ),
        imports="from statistics import mean, median, pvariance",
        body="""
        far = [[abs(x - median(b)) for x in b] for b in batches]
        every = [x for own in far for x in own]
        between = sum(len(d) * (mean(d) - mean(every)) ** 2 for d in far)
        within = sum(len(d) * pvariance(d) for d in far)
        return (len(every) - len(far)) / (len(far) - 1) * between / within
        """,
        edges=lambda rng: [
            ([[1.0, 2.0, 9.0], [4.0, 5.0, float(rng.randint(6, 30))]],),
            ([numbers(rng, 3), numbers(rng, 5)],),
            ([[0.0, 0.0, 6.0], [1.0, float(rng.randint(2, 9))], [5.0, 5.0]],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A batch of fewer than two weights says nothing about uniformity: discard it at the
            start. If fewer than two batches are then to be had, or the divisor is zero, answer
            0.0.""",
            pt="""Um lote de menos de dois pesos não diz nada sobre uniformidade: descarte-o no
            início. Se depois disso há menos de dois lotes, ou se o divisor é zero, responda
            0.0.""",
        ),
        imports="from statistics import mean, median, pvariance",
        body="""
        large = [batch for batch in batches if len(batch) > 1]
        far = [[abs(x - median(b)) for x in b] for b in large]
        within = sum(len(d) * pvariance(d) for d in far)
        if len(far) < 2 or within == 0:
            return 0.0
        every = [x for own in far for x in own]
        between = sum(len(d) * (mean(d) - mean(every)) ** 2 for d in far)
        return (len(every) - len(far)) / (len(far) - 1) * between / within
        """,
        edges=lambda rng: [
            ([],),
            ([_whole(rng, 4), [3.0], []],),
            ([[1.0, 3.0], [5.0, float(rng.randint(6, 30))]],),
            ([[7.0], [1.0, 2.0, 9.0], [4.0, 5.0, float(rng.randint(6, 30))]],),
        ],
    ),
    oracle=_levene_oracle,
)


ROBUST: tuple[Variant, ...] = (*_KRUSKAL, *_LEVENE)
