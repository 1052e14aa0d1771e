"""Parameterisations of the family naive_bayes that are kept for evaluation."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Variant, levels, text


def _test_args(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.01, 0.5, 2), 0.9, round(rng.uniform(0.02, 0.3), 2)


_POSTERIOR = levels(
    "posterior",
    heldout=True,
    doc="Return the chance of illness after a positive test.",
    ask=text(
        en="""A test is positive for the fraction `hit` of the ill and for the fraction `alarm` of
        the healthy. For each town, given the fraction of ill people in `towns`, tell by Bayes' rule
        how likely a person with a positive test is ill: ill * hit divided by (ill * hit + (1 - ill)
        * alarm).""",
        pt="""Um teste dá positivo para a fração `hit` dos doentes e para a fração `alarm` dos
        saudáveis. Para cada cidade, dada a fração de doentes em `towns`, diga pela regra de Bayes
        quão provável é que uma pessoa com teste positivo esteja doente: doentes * hit dividido por
        (doentes * hit + (1 - doentes) * alarm).""",
    ),
    signature="def chances(towns: list[float], hit: float, alarm: float) -> list[float]:",
    ordinary=_test_args,
    easy=Level(
        contract=text(
            "All fractions are above 0 and below 1.",
            "Todas as frações ficam acima de 0 e abaixo de 1.",
        ),
        body="return [p * hit / (p * hit + (1 - p) * alarm) for p in towns]",
        edges=lambda rng: [
            ([], 0.9, 0.1),
            ([0.5], 0.8, 0.8),
            ([0.01, 0.99], round(rng.uniform(0.5, 0.9), 2), 0.05),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Fractions may be 0 or 1. Where nobody can test positive the answer for the town is
            0.0. Should the fraction of a town be NaN, use 0.5 for it.""",
            pt="""As frações podem ser 0 ou 1. Onde ninguém pode dar positivo, a resposta para a
            cidade é 0.0. Se a fração de uma cidade for NaN, use 0.5 para ela.""",
        ),
        imports="import math",
        body="""
        result = []
        for town in towns:
            p = 0.5 if math.isnan(town) else town
            positive = p * hit + (1 - p) * alarm
            result.append(p * hit / positive if positive else 0.0)
        return result
        """,
        edges=lambda rng: [
            ([0.0, 0.5, 1.0], 0.9, 0.0),
            ([math.nan, 0.25], round(rng.uniform(0.5, 0.9), 2), 0.1),
            ([0.0, 1.0], 0.0, round(rng.uniform(0.1, 0.3), 2)),
            ([0.3, math.nan], 0.0, 0.0),
        ],
    ),
    oracle=lambda towns, hit, alarm: [
        # odds form: posterior odds are prior odds times the likelihood ratio
        float(np.divide(odds, 1.0 + odds))
        if alarm > 0.0 and town < 1.0
        else (1.0 if town > 0.0 and hit > 0.0 else 0.0)
        for town in [0.5 if math.isnan(t) else t for t in towns]
        for odds in [town / (1.0 - town) * hit / alarm if alarm and town < 1.0 else 0.0]
    ],
)


def _scored(rng: Random, size: int) -> Args:
    clues = [f"clue{i}" for i in range(size)]
    table = {clue: [rng.randint(1, 9) / 10 + 0.03, rng.randint(1, 9) / 10] for clue in clues}
    return table, rng.sample(clues, rng.randint(1, size))


_EVIDENCE = levels(
    "evidence",
    heldout=True,
    doc="Return the weight of evidence of the clues seen.",
    ask=text(
        en="""`table` gives for each clue a pair: how often it occurs with fraud, and how often
        without. Independent clues add their evidence: total log(with / without), natural logarithm,
        over the clues in `seen`.""",
        pt="""`table` dá para cada pista um par: com que frequência ocorre com fraude, e com que
        frequência sem. Pistas independentes somam a sua evidência: totalize log(com / sem),
        logaritmo natural, sobre as pistas em `seen`.""",
    ),
    signature="def evidence(table: dict[str, list[float]], seen: list[str]) -> float:",
    ordinary=_scored,
    easy=Level(
        contract=text(
            "Each clue seen is in the table, with frequencies above zero.",
            "Cada pista vista está na tabela, com frequências acima de zero.",
        ),
        imports="import math",
        body="""
        pairs = [table[clue] for clue in seen]
        return float(sum(math.log(p / q) for p, q in pairs))
        """,
        edges=lambda rng: [
            ({"night": [0.5, 0.25]}, []),
            ({"night": [0.5, 0.25], "abroad": [0.1, rng.randint(3, 9) / 10]}, ["abroad"]),
            ({"a": [0.3, 0.3], "b": [0.8, 0.2]}, ["a", "b"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A clue seen several times counts once. Clues missing from the table say nothing.
            Both frequencies are limited to at least 0.001 before they are divided.""",
            pt="""Uma pista vista várias vezes conta uma vez. Pistas que faltam na tabela não dizem
            nada. As duas frequências são limitadas a no mínimo 0.001 antes da divisão.""",
        ),
        imports="import math",
        body="""
        total = 0.0
        for clue in dict.fromkeys(seen):
            if clue in table:
                p, q = table[clue]
                total += math.log(max(p, 0.001) / max(q, 0.001))
        return total
        """,
        edges=lambda rng: [
            ({"night": [0.5, 0.25]}, ["abroad"]),
            ({"night": [0.5, rng.randint(1, 4) / 10]}, ["night", "night", "day"]),
            ({"a": [0.0, 0.2], "b": [0.7, 0.0], "c": [0.1, 0.4]}, ["a", "c"]),
            ({"a": [0.0, 0.2], "b": [0.7, 0.0]}, ["b"]),
        ],
    ),
    oracle=lambda table, seen: sum(
        (
            float(np.diff(np.log(np.clip(table[clue], 0.001, None)))[0]) * -1.0
            for clue in set(seen) & set(table)
        ),
        start=0.0,
    ),
)

HELDOUT: tuple[Variant, ...] = (*_POSTERIOR, *_EVIDENCE)
