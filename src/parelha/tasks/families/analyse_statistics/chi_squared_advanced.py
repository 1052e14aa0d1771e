"""Chi-squared at levels 3 and 4: messy answers, many columns at once, changes of mind."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.family import Args, Variant, advanced, text


def _statistic(left: Any, right: Any) -> tuple[float, int]:
    """Chi-squared without correction, and degrees of freedom, of two sequences of labels."""
    result = stats.chi2_contingency(pd.crosstab(np.array(left), np.array(right)), correction=False)
    return float(result.statistic), int(result.dof)


def _spelled(rng: Random, word: str) -> str:
    return rng.choice((word, word, word.upper(), word.title(), f" {word}", f"{word} "))


def _messy(rng: Random, size: int) -> Args:
    size = max(size, 12)
    groups = [rng.choice(("treated", "control", "waiting")) for _ in range(size)]
    answers: list[str | None] = []
    for _ in range(size):
        word = rng.choice(("better", "better", "same", "worse", "same", "dead", "lost"))
        answers.append(None if rng.random() < 0.08 else _spelled(rng, word))
    rare = rng.choice(("moved", "unclear"))
    return [*groups, "treated", "control"], [*answers, _spelled(rng, rare), rare]


def _messy_oracle(groups: list[str], answers: list[str | None]) -> object:
    table = pd.DataFrame(
        {"group": pd.Series(groups, dtype=object), "answer": pd.Series(answers, dtype=object)}
    ).dropna()
    words = [str(answer).strip().lower() for answer in table["answer"]]
    words = [word if words.count(word) >= 3 else "other" for word in words]
    if len(set(words)) < 2 or table["group"].nunique() < 2:
        return (0.0, 0)
    return _statistic(table["group"], words)


_MESSY = advanced(
    "messy_answers",
    3,
    doc="Return chi-squared and degrees of freedom of messy answers.",
    ask=text(
        en="""groups[i] is the group of person i and answers[i] the answer as typed. Ignore persons
        whose answer is None. Two answers are the same if they are equal once spaces at the ends are
        stripped and letters are lowercased. After that, merge all answers given fewer than three
        times in total into one answer "other" (an answer spelled "other" joins them). Return the
        tuple (chi-squared, degrees of freedom) for the independence of group and answer: the sum of
        (count - expected)**2 / expected over all cells of the contingency table, without continuity
        correction, and (rows - 1) * (columns - 1). If fewer than two groups or fewer than two
        answers are left, return (0.0, 0).""",
        pt="""groups[i] é o grupo da pessoa i e answers[i] a resposta como foi digitada. Ignore
        pessoas cuja resposta é None. Duas respostas são a mesma se ficam iguais depois de tirados
        os espaços das pontas e postas as letras em minúsculas. Em seguida, junte todas as respostas
        dadas menos de três vezes no total em uma só resposta "other" (uma resposta escrita "other"
        se junta a elas). Retorne a tupla (qui-quadrado, graus de liberdade) para a independência
        entre grupo e resposta: a soma de (contagem - esperado)**2 / esperado sobre todas as células
        da tabela de contingência, sem correção de continuidade, e (linhas - 1) * (colunas - 1). Se
        restam menos de dois grupos ou menos de duas respostas, retorne (0.0, 0).""",
    ),
    signature="def messy(groups: list[str], answers: list[str | None]) -> tuple[float, int]:",
    ordinary=_messy,
    imports="from collections import Counter",
    body="""
    kept = [(g, a) for g, a in zip(groups, answers) if a is not None]
    pairs = [(g, a.strip().lower()) for g, a in kept]
    given = Counter(answer for _, answer in pairs)
    pairs = [(g, a if given[a] >= 3 else "other") for g, a in pairs]
    cells = Counter(pairs)
    rows = Counter(group for group, _ in pairs)
    columns = Counter(answer for _, answer in pairs)
    if min(len(rows), len(columns)) < 2:
        return 0.0, 0
    statistic = 0.0
    for group, row in rows.items():
        for answer, column in columns.items():
            expected = row * column / len(pairs)
            statistic += (cells[group, answer] - expected) ** 2 / expected
    return statistic, (len(rows) - 1) * (len(columns) - 1)
    """,
    edges=lambda rng: [
        ([], []),
        (["a", "b", "a"], [None, "x", rng.choice(("y", "z"))]),
        (["a", "b"] * 5, [" Same", "same"] * 5),
        (["a"] * 6 + ["b"] * 6, ["x", "Y"] * 4 + ["other", "y", "X ", rng.choice(("x", "w"))]),
        (["a", "b", "a"] * 4, ["u", "v", "u", "u", "v", None, "u", "V", "u", "q", "v", " v"]),
        (list("aabbbaab"), ["u", "u", "U ", "v", "v", rng.choice("wx"), "v", " v"]),
        (["a"] * 10, ["x", rng.choice(("y", "Y "))] * 5),
    ],
    oracle=_messy_oracle,
)


def _features(rng: Random, size: int) -> Args:
    """Columns of labels, some related to the target, and a constant one."""
    target = [rng.choice(("buys", "leaves")) for _ in range(size)]
    columns: dict[str, list[str | None]] = {}
    for name in rng.sample(("device", "browser", "country", "weekday", "referrer"), 4):
        labels = [f"{name[0]}{k}" for k in range(rng.randint(2, 5))]
        pull = rng.choice((0.0, 0.2, 0.6))
        columns[name] = [
            labels[t == "buys"] if rng.random() < pull else rng.choice(labels) for t in target
        ]
        for place in rng.sample(range(size), size // 20):
            columns[name][place] = None
    columns["version"] = ["v1"] * size
    return _labelled(columns, target)


def _labelled(columns: Mapping[str, Sequence[str | None]], target: list[str]) -> Args:
    everything: dict[str, Any] = {**columns, "target": target}
    return (pd.DataFrame({name: pd.Series(x, dtype=object) for name, x in everything.items()}),)


def _features_oracle(df: pd.DataFrame) -> object:
    answer = {}
    for name in df.columns.drop("target"):
        rows = df[[name, "target"]].dropna()
        if rows[name].nunique() > 1 and rows["target"].nunique() > 1:
            counts = pd.crosstab(rows[name], rows["target"]).to_numpy()
            answer[str(name)] = float(stats.contingency.association(counts, method="cramer"))
    return answer


_FEATURES = advanced(
    "features",
    4,
    doc="Return Cramér's V between the target and every other column.",
    ask=text(
        en="""All columns of the DataFrame `df` hold text. For each column other than "target",
        compute how strongly it is associated with "target": v = sqrt(x / (n * (k - 1))), where x is
        the chi-squared statistic of the contingency table of the two columns (no continuity
        correction), n its number of cases, and k the smaller of its numbers of rows and columns. A
        row in which the column is missing (None) is left out for this column only; "target" is
        never missing. Return a dictionary from column name to v. A column is not in it if in its
        rows either it or "target" has fewer than two different values. Tables have thousands of
        rows.""",
        pt="""Todas as colunas do DataFrame `df` contêm texto. Para cada coluna fora "target",
        calcule quão forte é a sua associação com "target": v = raiz(x / (n * (k - 1))), em que x é
        a estatística qui-quadrado da tabela de contingência das duas colunas (sem correção de
        continuidade), n o número de casos dela, e k o menor entre os seus números de linhas e de
        colunas. Uma linha em que a coluna está ausente (None) fica de fora só para essa coluna;
        "target" nunca está ausente. Retorne um dicionário do nome da coluna para v. Uma coluna não
        aparece nele se nas suas linhas ela ou "target" tem menos de dois valores diferentes. As
        tabelas têm milhares de linhas.""",
    ),
    signature="def features(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=_features,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    result = {}
    for name in df.columns.drop("target"):
        counts = pd.crosstab(df[name], df["target"]).to_numpy(dtype=float)
        smaller = min(counts.shape)
        if smaller > 1:
            chance = np.outer(counts.sum(axis=1), counts.sum(axis=0))
            chance /= counts.sum()
            x = ((counts - chance) ** 2 / chance).sum()
            share = x / (counts.sum() * (smaller - 1))
            result[str(name)] = float(share**0.5)
    return result
    """,
    edges=lambda rng: [
        _labelled({"a": ["x", "x", rng.choice("xyz")]}, ["u", "u", "u"]),
        _labelled({"a": ["x", None, None], "b": ["p", "q", rng.choice("pq")]}, ["u", "v", "v"]),
        _labelled({"a": ["x", "y", "z", rng.choice("xyz")]}, ["u", "v", "w", "u"]),
        _labelled({"a": [None, "y", "y", "z"], "b": ["p"] * 4}, ["u", "v", "v", rng.choice("vw")]),
        _labelled({}, ["u", rng.choice("uv")]),
    ],
    oracle=_features_oracle,
)


def _polls(rng: Random, size: int) -> Args:
    """Answers of the same people in two polls; each poll misses some of them."""
    people = [f"p{k:03}" for k in range(size + 6)]
    first = {name: rng.choice(("for", "against", "unsure")) for name in people[3:]}
    second = {}
    for name in rng.sample(people, size + 3):
        keep = rng.random() < 0.6 and name in first
        second[name] = first[name] if keep else rng.choice(("for", "for", "against", "unsure"))
    return first, second


def _polls_oracle(first: dict[str, str], second: dict[str, str]) -> object:
    table: Any = pd.DataFrame({"a": pd.Series(first, dtype=object), "b": pd.Series(second)})
    table = table[table.isin(["for", "against"]).all(axis=1)]
    gained = int(((table["a"] == "against") & (table["b"] == "for")).sum())
    lost = int(((table["a"] == "for") & (table["b"] == "against")).sum())
    if gained + lost == 0:
        return [0.0, 0.0, 0.0]
    statistic = max(abs(gained - lost) - 1, 0) ** 2 / (gained + lost)
    return [float(gained), float(lost), statistic]


_POLLS = advanced(
    "changes_of_mind",
    3,
    heldout=True,
    doc="Return who changed sides between two polls, and McNemar's statistic.",
    ask=text(
        en="""Two polls asked for opinions; `first` and `second` map a person to "for", "against" or
        "unsure". Look only at people who took part in both and were unsure in neither. Let g be the
        number who moved from "against" to "for", and l the number who moved the other way.
        McNemar's statistic with Edwards's correction is (|g - l| - 1)**2 / (g + l), except that
        |g - l| - 1 is raised to 0 when it is negative, and that the statistic is 0.0 when nobody
        moved. Answer with the list [g, l, statistic] of three floats.""",
        pt="""Duas pesquisas perguntaram opiniões; `first` e `second` associam uma pessoa a "for" (a
        favor), "against" (contra) ou "unsure" (em dúvida). Olhe só para quem participou das duas e
        não estava em dúvida em nenhuma. Seja g o número dos que passaram de "against" para "for", e
        l o número dos que fizeram o caminho contrário. A estatística de McNemar com a correção de
        Edwards é (|g - l| - 1)**2 / (g + l), só que |g - l| - 1 sobe para 0 quando é negativo, e
        que a estatística é 0.0 quando ninguém mudou. Responda com a lista [g, l,
        estatística] de três floats.""",
    ),
    signature="def moved(first: dict[str, str], second: dict[str, str]) -> list[float]:",
    ordinary=_polls,
    body="""
    pairs = [(first[name], second.get(name)) for name in first]
    gained = float(pairs.count(("against", "for")))
    lost = float(pairs.count(("for", "against")))
    gap = max(abs(gained - lost) - 1, 0.0)
    return [gained, lost, gap**2 / max(gained + lost, 1.0)]
    """,
    edges=lambda rng: [
        ({}, {}),
        ({"a": "for", "b": "against"}, {"a": "against", "b": "for", "c": "for"}),
        ({"a": "for"}, {"b": rng.choice(("for", "against"))}),
        ({"a": "for", "b": "unsure", "c": "against"}, {"b": "for", "c": "for", "a": "unsure"}),
        (dict.fromkeys("abcde", "for"), dict.fromkeys("abcd"[: rng.randint(2, 4)], "against")),
        (dict.fromkeys("abcdef", "against"), dict.fromkeys("bcdefg"[: rng.randint(3, 6)], "for")),
    ],
    oracle=_polls_oracle,
)


ADVANCED: tuple[Variant, ...] = (_MESSY, _FEATURES, _POLLS)
