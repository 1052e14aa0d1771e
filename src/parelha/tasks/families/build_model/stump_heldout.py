"""Parameterisations of the family stump that are kept for evaluation."""

import math
from random import Random

import numpy as np
from scipy.stats import entropy

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Variant, levels, text


def _entropy_oracle(votes: dict[str, int]) -> object:
    counts = [count for count in votes.values() if count > 0]
    return float(entropy(counts, base=2)) if counts else 0.0


_ENTROPY = levels(
    "entropy",
    heldout=True,
    doc="Return the entropy of votes in bits.",
    ask=text(
        en="""How mixed are the `votes`, given as a dictionary from candidate to number of votes?
        Measure the entropy in bits: minus the sum of share * log2(share).""",
        pt="""Quão misturados são os votos `votes`, dados como dicionário de candidato para
        quantidade de votos? Meça a entropia em bits: menos a soma de parcela * log2(parcela).""",
    ),
    signature="def entropy(votes: dict[str, int]) -> float:",
    ordinary=lambda rng, size: ({f"c{i}": rng.randint(1, 20) for i in range(min(size, 6))},),
    easy=Level(
        contract=text("Each candidate has votes.", "Cada candidato tem votos."),
        imports="import math",
        body="""
        total = sum(votes.values())
        shares = [count / total for count in votes.values()]
        return sum(share * math.log2(1 / share) for share in shares)
        """,
        edges=lambda rng: [
            ({"ann": 4, "bo": 4, "cy": rng.randint(5, 9)},),
            ({"ann": 1, "bo": 1, "cy": 1, "di": 1},),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Candidates can have no votes; they do not change the entropy. It is 0.0 if nobody
            has any.""",
            pt="""Pode haver candidatos sem votos; eles não mudam a entropia. Ela é 0.0 se ninguém
            tem votos.""",
        ),
        imports="import math",
        body="""
        total = sum(votes.values())
        shares = [count / total for count in votes.values() if count]
        return float(sum(share * math.log2(1 / share) for share in shares))
        """,
        edges=lambda rng: [
            ({},),
            ({"ann": 0, "bo": 0},),
            ({"ann": 0, "bo": rng.randint(2, 9), "cy": 3},),
            ({"ann": 5, "bo": 0},),
        ],
    ),
    oracle=_entropy_oracle,
)


def _committee(rng: Random, size: int) -> Args:
    members = [[rng.randint(0, 9) + 0.5, round(rng.uniform(0.1, 2.0), 3)] for _ in range(3)]
    return members, numbers(rng, size, 0, 10, 0)


def _committee_oracle(members: list[list[float]], temperatures: list[float]) -> object:
    bounds = np.array([bound for bound, _ in members])
    weights = np.array([weight for _, weight in members])
    found = []
    for temperature in temperatures:
        if math.isnan(temperature):
            found.append(False)
        else:
            found.append(bool(weights @ np.where(temperature > bounds, 1.0, -1.0) > 0.0))
    return found


_COMMITTEE = levels(
    "weighted_vote",
    heldout=True,
    doc="Return the decision of weighted stumps for every temperature.",
    ask=text(
        en="""A committee decides about alarms. Each of its `members`, a pair [bound, weight], is
        for the alarm if the temperature is above its bound, else against it. Alarm is given if the
        weights of those in favour add up to more than the weights of those against. Tell, for the
        list `degrees`, where alarm is given (list of bool).""",
        pt="""Um comitê decide sobre alarmes. Cada membro de `members`, um par [limite, peso], é a
        favor do alarme se a temperatura está acima do limite dele, senão contra. O alarme é dado se
        os pesos dos que são a favor somam mais que os pesos dos que são contra. Diga, para a lista
        `degrees`, onde o alarme é dado (lista de bool).""",
    ),
    signature="def alarms(members: list[list[float]], degrees: list[float]) -> list[bool]:",
    ordinary=_committee,
    easy=Level(
        contract=text("No two sums are equal.", "Nunca há duas somas iguais."),
        body="""
        result = []
        for degree in degrees:
            votes = [w if degree > bound else -w for bound, w in members]
            result.append(sum(votes) > 0)
        return result
        """,
        edges=lambda rng: [
            ([[3.0, 1.0]], [2.0, 3.0, float(rng.randint(4, 9))]),
            ([[1.0, 1.0], [5.0, 3.0]], [0.0, 4.0, 6.0]),
            ([[2.0, 1.0], [4.0, 2.0], [6.0, 2.5]], [1.0, 3.0, 5.0, 7.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""With equal sums there is no alarm, nor where the temperature is NaN. A member with
            a negative weight is left out.""",
            pt="""Com somas iguais não há alarme, nem onde a temperatura é NaN. Um membro com peso
            negativo fica de fora.""",
        ),
        body="""
        result = []
        for degree in degrees:
            votes = [
                w if degree > bound else -w for bound, w in members if w > 0
            ]
            result.append(sum(votes) > 0)
        return result
        """,
        edges=lambda rng: [
            ([], [1.0, float(rng.randint(4, 9))]),
            ([[1.0, 2.0], [5.0, 2.0]], [0.0, 3.0, 9.0]),
            ([[1.0, 2.0]], [math.nan, 3.0]),
            ([[1.0, -2.0], [5.0, 1.0]], [0.0, 3.0, 9.0]),
        ],
    ),
    oracle=lambda members, temperatures: _committee_oracle(
        [member for member in members if member[1] > 0.0], temperatures
    ),
)

HELDOUT: tuple[Variant, ...] = (*_ENTROPY, *_COMMITTEE)
