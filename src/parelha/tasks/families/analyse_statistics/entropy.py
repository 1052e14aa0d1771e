"""Entropy and its relatives, in bits: a family kept whole for evaluation."""

import math
from collections import Counter
from random import Random

import numpy as np
from scipy import stats
from sklearn.metrics import mutual_info_score

from parelha.tasks.families.analyse_statistics.entropy_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _letters(rng: Random, size: int, alphabet: str = "abcd") -> list[str]:
    return [rng.choice(alphabet) for _ in range(size)]


def _tallies(rng: Random, size: int) -> Args:
    return ([rng.randint(1, 30) for _ in range(size)],)


_COUNTS = levels(
    "of_counts",
    doc="Return the Shannon entropy of counts, in bits.",
    ask=text(
        en="""A machine sorted items into bins and `counts` tells how many fell into each. Work out
        the Shannon entropy in bits, minus the sum of p * log2(p) over the bins, where p is the
        portion of all items that lies in the bin.""",
        pt="""Uma máquina separou itens em caixas e `counts` diz quantos caíram em cada uma.
        Determine a entropia de Shannon em bits, menos a soma de p * log2(p) sobre as caixas, em que
        p é a porção de todos os itens que está na caixa.""",
    ),
    signature="def entropy(counts: list[int]) -> float:",
    ordinary=_tallies,
    easy=Level(
        contract=text(
            "No bin came out empty, and bins there are.",
            "Nenhuma caixa ficou sem itens, e caixas existem.",
        ),
        imports="import math",
        body="""
        total = sum(counts)
        return sum(c / total * math.log2(total / c) for c in counts)
        """,
        edges=lambda rng: [
            ([rng.randint(1, 99)],),
            ([7, 7, 7, 7],),
            ([1, rng.randint(500, 900)],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""An empty bin adds nothing to the entropy, which is 0.0 when no item was sorted at
            all.""",
            pt="""Uma caixa sem itens não acrescenta nada à entropia, que é 0.0 quando nenhum item
            chegou a ser separado.""",
        ),
        imports="import math",
        body="""
        total = sum(counts)
        bins = [c for c in counts if c > 0]
        return sum((c / total * math.log2(total / c) for c in bins), 0.0)
        """,
        edges=lambda rng: [
            ([],),
            ([0] * rng.randint(1, 4),),
            ([0, rng.randint(1, 9), 0],),
            ([rng.randint(2, 9), 0, 1, 5],),
        ],
    ),
    oracle=lambda counts: float(stats.entropy(counts, base=2)) if sum(counts) else 0.0,
)


def _gini_oracle(labels: list[str | None]) -> object:
    known = [label for label in labels if label is not None]
    if not known:
        return 0.0
    return float(1 - np.sum(np.square(list(Counter(known).values()))) / len(known) ** 2)


_GINI = levels(
    "gini_impurity",
    doc="Return the Gini impurity of labels.",
    ask=text(
        en="""Draw two of the `labels` blindly, putting the first back before the second draw. The
        Gini impurity is the probability that they differ: 1 minus the sum of the squared portions
        of the distinct labels. Work it out.""",
        pt="""Sorteie às cegas dois dos rótulos em `labels`, devolvendo o primeiro antes do segundo
        sorteio. A impureza de Gini é a probabilidade de que sejam diferentes: 1 menos a soma dos
        quadrados das porções dos rótulos distintos. Determine-a.""",
    ),
    signature="def gini_impurity(labels: list[str]) -> float:",
    ordinary=lambda rng, size: (_letters(rng, size),),
    easy=Level(
        contract=text("One label is there for certain.", "Um rótulo existe com certeza."),
        body="""
        squares = sum(labels.count(name) ** 2 for name in set(labels))
        return 1 - squares / len(labels) ** 2
        """,
        edges=lambda rng: [
            (["a"] * rng.randint(1, 9),),
            (["x", "y", "z", rng.choice("abc")],),
            (["a", "A", "a ", rng.choice("aA")],),
        ],
    ),
    hard=Level(
        signature="def gini_impurity(labels: list[str | None]) -> float:",
        contract=text(
            en="""None is an illegible label and is put aside beforehand. Nothing legible means an
            impurity of 0.0.""",
            pt="""None é um rótulo ilegível e é posto de lado de antemão. Nada legível significa uma
            impureza de 0.0.""",
        ),
        body="""
        known = [label for label in labels if label is not None]
        if not known:
            return 0.0
        squares = sum(known.count(name) ** 2 for name in set(known))
        return 1 - squares / len(known) ** 2
        """,
        edges=lambda rng: [
            ([],),
            ([None] * rng.randint(1, 5),),
            ([None, *_letters(rng, 4), None],),
            (["", "", "b", rng.choice("ab")],),
        ],
    ),
    oracle=_gini_oracle,
)


def _two_laws(rng: Random, size: int) -> Args:
    """Two distributions over the same names, in twentieths."""
    names = "abcdef"[: max(2, min(size, 6))]
    laws = []
    for _ in range(2):
        parts = [1] * len(names)
        for _ in range(20 - len(names)):
            parts[rng.randrange(len(names))] += 1
        laws.append({name: part / 20 for name, part in zip(names, parts, strict=True)})
    return tuple(laws)


def _coin(names: str, rng: Random) -> dict[str, float]:
    share = rng.randint(1, 19) / 20
    return {names[0]: share, names[1]: 1 - share}


def _divergence_oracle(p: dict[str, float], q: dict[str, float]) -> object:
    names = sorted(p.keys() | q.keys())
    return float(
        stats.entropy([p.get(name, 0.0) for name in names], [q.get(name, 0.0) for name in names])
        / math.log(2)
    )


_DIVERGENCE = levels(
    "divergence",
    doc="Return the Kullback-Leibler divergence in bits.",
    ask=text(
        en="""How badly does the model `q` describe the world `p`? Both map outcomes to
        probabilities that add up to one. Work out the Kullback-Leibler divergence of p from q in
        bits: p[x] * log2(p[x] / q[x]), summed over the outcomes x.""",
        pt="""Quão mal o modelo `q` descreve o mundo `p`? Ambos associam resultados a probabilidades
        que juntas dão um. Determine a divergência de Kullback-Leibler de p em relação a q em bits:
        p[x] * log2(p[x] / q[x]), somado sobre os resultados x.""",
    ),
    signature="def divergence(p: dict[str, float], q: dict[str, float]) -> float:",
    ordinary=_two_laws,
    easy=Level(
        contract=text(
            "Both know the same outcomes and hold none of them impossible.",
            "Ambos conhecem os mesmos resultados e não julgam nenhum impossível.",
        ),
        imports="import math",
        body="return sum(x * math.log2(x / q[name]) for name, x in p.items())",
        edges=lambda rng: [
            ({"a": 1.0}, {"a": 1.0}),
            ({"a": 0.5, "b": 0.5}, {"b": 0.75, "a": 0.25}),
            ({"a": 0.05, "b": 0.95}, _coin("ab", rng)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""An outcome absent from a dictionary has probability zero there. What is impossible
            in p contributes zero; what is possible in p and impossible in q makes the divergence
            infinite.""",
            pt="""Um resultado ausente de um dicionário tem nele probabilidade zero. O que é
            impossível em p contribui com zero; o que é possível em p e impossível em q torna a
            divergência infinita.""",
        ),
        imports="import math",
        body="""
        total = 0.0
        for name, x in p.items():
            if x > 0:
                if q.get(name, 0.0) == 0:
                    return math.inf
                total += x * math.log2(x / q[name])
        return total
        """,
        edges=lambda rng: [
            ({"a": 0.5, "b": 0.5}, {"a": 1.0}),
            ({"a": 0.5, "b": 0.5}, {"a": 1.0, "b": 0.0}),
            ({"a": 1.0, "b": 0.0}, _coin("ac", rng)),
            ({"a": 1.0}, _coin("ab", rng)),
            ({"a": 0.0, "b": 1.0}, {"b": 1.0}),
        ],
    ),
    oracle=_divergence_oracle,
)


def _mutual_oracle(xs: list[str], ys: list[str]) -> object:
    pairs = [(x, y) for x, y in zip(xs, ys, strict=True) if "?" not in (x, y)]
    if not pairs:
        return 0.0
    nats = mutual_info_score([x for x, _ in pairs], [y for _, y in pairs])
    return float(nats) / math.log(2)


def _weather(rng: Random, size: int) -> Args:
    sky = _letters(rng, size, "SCR")
    return sky, [x if rng.random() < 0.5 else rng.choice("SCR") for x in sky]


_MUTUAL = levels(
    "mutual_information",
    doc="Return the mutual information of two lists, in bits.",
    ask=text(
        en="""Each morning a station noted the wind, xs[i], and the sky, ys[i]. Work out their
        mutual information in bits. It sums f * log2(f / (g * h)) over the distinct pairs (x, y)
        that were noted, with f the portion of mornings with this pair, g the portion with wind x,
        and h the portion with sky y.""",
        pt="""A cada manhã uma estação anotou o vento, xs[i], e o céu, ys[i]. Determine a informação
        mútua dos dois em bits. Ela soma f * log2(f / (g * h)) sobre os pares distintos (x, y) que
        foram anotados, sendo f a porção das manhãs com esse par, g a porção com o vento x, e h a
        porção com o céu y.""",
    ),
    signature="def mutual_information(xs: list[str], ys: list[str]) -> float:",
    ordinary=_weather,
    easy=Level(
        contract=text(
            "Notes exist for one morning or several.", "Existem notas de uma ou várias manhãs."
        ),
        imports="import math\nfrom collections import Counter",
        body="""
        n = len(xs)
        first, second = Counter(xs), Counter(ys)
        total = 0.0
        for (x, y), count in Counter(zip(xs, ys)).items():
            total += count / n * math.log2(count * n / first[x] / second[y])
        return total
        """,
        edges=lambda rng: [
            (["a"], [rng.choice("ab")]),
            (["a", "b", "c", "a"], ["x", "y", "z", "x"]),
            (["a", "a", "b", "b"], ["x", "y", "x", "y"]),
            (["a", "b"] * 3, ["ab", rng.choice(["a", "b"])] * 3),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A note "?" means that nobody looked: such a morning does not count, whichever of
            the two is missing. Without a complete morning the information is 0.0.""",
            pt="""Uma nota "?" significa que ninguém olhou: uma manhã assim não conta, falte qual
            das duas faltar. Sem nenhuma manhã completa, a informação é 0.0.""",
        ),
        imports="import math\nfrom collections import Counter",
        body="""
        pairs = [pair for pair in zip(xs, ys) if "?" not in pair]
        first = Counter(x for x, _ in pairs)
        second = Counter(y for _, y in pairs)
        n, total = len(pairs), 0.0
        for (x, y), count in Counter(pairs).items():
            total += count / n * math.log2(count * n / first[x] / second[y])
        return total
        """,
        edges=lambda rng: [
            ([], []),
            (["?", "a"], [rng.choice("ab"), "?"]),
            (["?", *_letters(rng, 5, "SR"), "S"], ["S", *_letters(rng, 5, "SR"), "?"]),
            (["a", "?", "b", "b", "a"], ["x", "y", "y", "?", rng.choice("xy")]),
        ],
    ),
    oracle=_mutual_oracle,
)


def _surprise_oracle(guesses: list[float], happened: list[bool]) -> object:
    chances = np.where(happened, guesses, 1 - np.asarray(guesses))
    if len(chances) == 0:
        return 0.0
    with np.errstate(divide="ignore"):
        return float(-np.log2(chances).mean()) + 0.0


def _forecasts(rng: Random, size: int) -> Args:
    guesses = [rng.randint(1, 19) / 20 for _ in range(size)]
    return guesses, [rng.random() < guess for guess in guesses]


_SURPRISE = levels(
    "log_loss",
    doc="Return the mean surprise of a forecaster, in bits.",
    ask=text(
        en="""Every day a forecaster gave rain the chance guesses[i], and happened[i] says whether
        it rained. Her surprise is -log2(chance she gave to what came about), thus that of
        guesses[i] after rain and that of 1 - guesses[i] after a dry day. Work out her mean
        surprise.""",
        pt="""Todo dia uma meteorologista deu à chuva a chance guesses[i], e happened[i] diz se
        choveu. A surpresa dela é -log2(chance que deu ao que aconteceu), portanto a de guesses[i]
        depois de chuva e a de 1 - guesses[i] depois de um dia seco. Determine a surpresa média
        dela.""",
    ),
    signature="def mean_surprise(guesses: list[float], happened: list[bool]) -> float:",
    ordinary=_forecasts,
    easy=Level(
        contract=text(
            "She never was quite certain, and made a forecast or more.",
            "Ela nunca teve certeza total, e fez uma previsão ou mais.",
        ),
        imports="import math",
        body="""
        pairs = zip(guesses, happened)
        chances = [g if rain else 1 - g for g, rain in pairs]
        return -sum(math.log2(chance) for chance in chances) / len(chances)
        """,
        edges=lambda rng: [
            ([0.5], [rng.random() < 0.5]),
            ([0.25, 0.75], [True, False]),
            ([0.05 * rng.randint(1, 9), 0.9], [True, True]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Chances of 0 and 1 are allowed: being certain and right surprises by 0, being
            certain and wrong makes the mean infinite. No forecasts, no surprise: 0.0.""",
            pt="""Chances de 0 e 1 são permitidas: ter certeza e acertar surpreende em 0, ter
            certeza e errar torna a média infinita. Sem previsões, sem surpresa: 0.0.""",
        ),
        imports="import math",
        body="""
        pairs = zip(guesses, happened)
        chances = [g if rain else 1 - g for g, rain in pairs]
        if 0 in chances:
            return math.inf
        logs = sum(math.log2(1 / chance) for chance in chances)
        return logs / max(len(chances), 1)
        """,
        edges=lambda rng: [
            ([], []),
            ([1.0, 0.0], [True, False]),
            ([1.0, 0.5], [False, rng.random() < 0.5]),
            ([0.05 * rng.randint(1, 9), 0.0], [True, True]),
            ([1.0, 0.05 * rng.randint(1, 9), 0.0], [True, False, False]),
        ],
    ),
    oracle=_surprise_oracle,
)


_MISTAKES = (
    Mistake(
        "of_counts",
        """
        t = sum(counts)
        return -sum(c / t * math.log(c / t) for c in counts)
        """,
        imports="import math",
    ),
    Mistake(
        "gini_impurity", "return sum((labels.count(x) / len(labels)) ** 2 for x in set(labels))"
    ),
    Mistake(
        "divergence",
        "return sum(q[x] * math.log2(q[x] / p[x]) for x in p)",
        imports="import math",
    ),
)

FAMILY = Family(
    "analyse_statistics.entropy",
    CoderAction.ANALYSE_STATISTICS,
    (*_COUNTS, *_GINI, *_DIVERGENCE, *_MUTUAL, *_SURPRISE, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
