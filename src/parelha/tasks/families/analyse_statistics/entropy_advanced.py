"""Entropy at levels 3 and 4: the best question to ask, and how predictable a text is."""

import math
from collections import Counter
from itertools import pairwise
from random import Random

import numpy as np
from scipy import stats
from sklearn.metrics import mutual_info_score

from parelha.tasks.family import Args, Variant, advanced, text

NAN = math.nan


def _gains(values: list[float], classes: list[str]) -> dict[float, float]:
    """Information gain in bits of each cut, the midpoints between neighbouring values."""
    pairs = [(v, c) for v, c in zip(values, classes, strict=True) if not math.isnan(v)]
    line = sorted({value for value, _ in pairs})
    names = [name for _, name in pairs]
    return {
        (low + high) / 2: float(
            mutual_info_score(names, [str(value <= low) for value, _ in pairs]) / math.log(2)
        )
        for low, high in pairwise(line)
    }


def _labelled(rng: Random, size: int) -> Args:
    """Values with gaps, and classes that change somewhere along the line."""
    values = [float(value) for value in rng.choices(range(60), k=size)]
    cut = rng.randint(15, 45)
    classes = ["p" if value < cut else "q" for value in values]
    for place in rng.sample(range(size), size // 4):
        classes[place] = rng.choice("pqr")
    for place in rng.sample(range(size), size // 10):
        values[place] = NAN
    return values, classes


def _cut_oracle(values: list[float], classes: list[str]) -> object:
    gains = _gains(values, classes)
    if not gains:
        return (0.0, 0.0)
    best = max(sorted(gains), key=lambda cut: round(gains[cut], 9))
    return (best, gains[best])


_QUESTION = advanced(
    "best_question",
    4,
    doc="Return the cut with the largest information gain, and the gain.",
    ask=text(
        en="""A decision tree is about to ask "is the value at most t?". Which t tells most
            about the class? classes[i] goes with values[i]; entries whose value is NaN are struck
            off. The candidates for t lie halfway between neighbouring distinct values. The gain of
            t is H - (a * Ha + b * Hb) / (a + b): a entries answer yes and b answer no, Ha and Hb
            are the entropies in bits of the classes among them, and H is that of all. Work out the
            tuple (t, gain) of the best candidate, or of the lowest among candidates whose gains are
            within 1e-9 of the best. With no candidate it is (0.0, 0.0). Keep running tallies while
            t moves up: values come in thousands, classes are few.""",
        pt="""Uma árvore de decisão vai perguntar "o valor é no máximo t?". Qual t diz mais
            sobre a classe? classes[i] acompanha values[i]; entradas cujo valor é NaN são riscadas.
            Os candidatos a t ficam no meio entre valores distintos vizinhos. O ganho de t é H - (a
            * Ha + b * Hb) / (a + b): a entradas respondem sim e b respondem não, Ha e Hb são as
            entropias em bits das classes entre elas, e H é a de todas. Determine a tupla (t, ganho)
            do melhor candidato, ou do menor entre os candidatos cujos ganhos estão a até 1e-9 do
            melhor. Sem candidato ela é (0.0, 0.0). Mantenha contagens correntes enquanto t sobe: os
            valores vêm aos milhares, as classes são poucas.""",
    ),
    signature="def best_cut(values: list[float], classes: list[str]) -> tuple[float, float]:",
    ordinary=_labelled,
    imports="import math\nfrom collections import Counter\nfrom collections.abc import Iterable",
    body="""
        def bits(tally: Iterable[int]) -> float:
            counts = [count for count in tally if count > 0]
            # The entropy times the number of entries.
            return sum(c * math.log2(sum(counts) / c) for c in counts)

        pairs = zip(values, classes)
        line = sorted(pair for pair in pairs if not math.isnan(pair[0]))
        yes, no = Counter[str](), Counter(name for _, name in line)
        whole = bits(no.values())
        best = (0.0, 0.0)
        for place, (value, name) in enumerate(line[:-1], start=1):
            yes[name] += 1
            no[name] -= 1
            after = line[place][0]
            if after > value:
                rest = bits(yes.values()) + bits(no.values())
                gain = (whole - rest) / len(line)
                if best[1] + 1e-9 < gain or best == (0.0, 0.0):
                    best = ((value + after) / 2, gain)
        return best
        """,
    edges=lambda rng: [
        ([], []),
        ([4.0, 4.0, NAN], ["p", "q", rng.choice("pq")]),
        ([2.0, 1.0, 3.0, 4.0], ["p", "p", "q", rng.choice("qr")]),
        ([1.0, 2.0, 9.0, NAN], ["p", "q", "p", rng.choice("pq")]),
        ([5.0, float(rng.randint(6, 9)), 3.0], ["p", "p", "p"]),
        ([3.0, 8.0, 1.0, 2.0], ["p", "q", "p", rng.choice("pr")]),
    ],
    oracle=_cut_oracle,
)


def _prose(rng: Random, size: int) -> Args:
    """Letters that depend on the letter before, with capitals, spaces and digits among them."""
    follows = {"a": "bbbc", "b": "aacd", "c": "abdd", "d": "aaab"}
    letters, letter = [], "a"
    for _ in range(size):
        letter = rng.choice(follows[letter]) if rng.random() < 0.8 else rng.choice("abcd")
        letters.append(letter.upper() if rng.random() < 0.1 else letter)
        if rng.random() < 0.15:
            letters.append(rng.choice(" .,7"))
    return ("".join(letters),)


def _prose_oracle(message: str) -> object:
    letters = [letter for letter in message.lower() if letter.isalpha()]
    pairs = list(pairwise(letters))
    if not pairs:
        return 0.0
    joint = float(stats.entropy(list(Counter(pairs).values()), base=2))
    return joint - float(stats.entropy(list(Counter(a for a, _ in pairs).values()), base=2))


_PROSE = advanced(
    "of_text",
    4,
    doc="Return the entropy of a letter given the letter before, in bits.",
    ask=text(
        en="""How many bits does the next letter of `message` carry for someone who knows the letter
        before it? Whatever is not a letter (str.isalpha) is deleted first, so that the letters on
        either side become neighbours, and capitals become small. Take all pairs of neighbours (x,
        y), each as often as it comes. The answer is the sum over the distinct pairs of f * log2(g /
        f), with f the portion of the pairs that equal (x, y) and g the portion that begin with x. A
        message without a pair carries 0.0 bits. It may be thousands of letters long.""",
        pt="""Quantos bits a próxima letra de `message` traz para quem conhece a letra anterior?
        Tudo o que não é letra (str.isalpha) é apagado primeiro, de modo que as letras dos dois
        lados viram vizinhas, e as maiúsculas viram minúsculas. Tome todos os pares de vizinhas (x,
        y), cada um tantas vezes quantas aparece. A resposta é a soma sobre os pares distintos de f
        * log2(g / f), sendo f a porção dos pares iguais a (x, y) e g a porção dos que começam com
        x. Uma mensagem sem nenhum par traz 0.0 bits. Ela pode ter milhares de letras.""",
    ),
    signature="def letter_entropy(message: str) -> float:",
    ordinary=_prose,
    imports="import math\nfrom collections import Counter",
    body="""
    letters = [letter for letter in message.lower() if letter.isalpha()]
    pairs = Counter(zip(letters, letters[1:]))
    starts = Counter(letters[:-1])
    total = 0.0
    for (x, _), count in pairs.items():
        total += count * math.log2(starts[x] / count)
    return total / max(len(letters) - 1, 1)
    """,
    edges=lambda rng: [
        ("",),
        (rng.choice("xyz") + "7",),
        ("aB" * rng.randint(2, 9),),
        ("a-b. A b c" + rng.choice("abc"),),
        ("Ação, coração: não" + "!" * rng.randint(0, 5),),
        ("ab" + rng.choice("bcd"),),
    ],
    oracle=_prose_oracle,
)


def _clusterings(rng: Random, size: int) -> Args:
    """Two ways to sort documents by topic, partly alike, with some documents left out."""
    names = [f"doc{place}" for place in range(size)]
    first: dict[str, str] = {name: rng.choice("ABC") for name in names}
    second: dict[str, str] = {}
    for name in rng.sample(names, size - size // 8):
        alike = rng.random() < 0.6
        second[name] = f"t{first[name]}" if alike else rng.choice(("tA", "tB", "tC", "tD"))
    for name in rng.sample(names, size // 9):
        first[name] = "?"
    return first, second


def _variation_oracle(first: dict[str, str], second: dict[str, str]) -> object:
    both = [
        (first[name], second[name])
        for name in sorted(first.keys() & second.keys())
        if "?" not in (first[name], second[name])
    ]
    if not both:
        return 0.0
    own = [stats.entropy(list(Counter(pair[k] for pair in both).values())) for k in (0, 1)]
    shared = mutual_info_score([str(a) for a, _ in both], [str(b) for _, b in both])
    return float((np.sum(own) - 2 * shared) / math.log(2))


_VARIATION = advanced(
    "variation_of_information",
    3,
    doc="Return how far two groupings are apart, in bits.",
    ask=text(
        en="""Two librarians sorted documents by topic; `first` and `second` map a document to the
        topic it was given, or to "?" where the librarian could not decide. Only documents to which
        both gave a topic matter. Work out the variation of information of the two sortings in bits,
        2 * H(pairs) - H(first) - H(second): H is the Shannon entropy, over the documents that
        matter, of the pair of topics, of the first topic, and of the second topic respectively. It
        is 0.0 when no document matters.""",
        pt="""Duas bibliotecárias separaram documentos por tema; `first` e `second` associam um
        documento ao tema que recebeu, ou a "?" onde a bibliotecária não soube decidir. Só importam
        os documentos aos quais as duas deram um tema. Determine a variação de informação das duas
        separações em bits, 2 * H(pares) - H(first) - H(second): H é a entropia de Shannon, sobre os
        documentos que importam, respectivamente do par de temas, do primeiro tema e do segundo
        tema. Ela é 0.0 quando nenhum documento importa.""",
    ),
    signature="def variation(first: dict[str, str], second: dict[str, str]) -> float:",
    ordinary=_clusterings,
    imports="import math\nfrom collections import Counter",
    body="""
    pairs = [(one, second.get(name, "?")) for name, one in first.items()]
    pairs = [pair for pair in pairs if "?" not in pair]
    left = Counter(one for one, _ in pairs)
    right = Counter(two for _, two in pairs)
    total = 0.0
    for (one, two), count in Counter(pairs).items():
        total += count * math.log2(left[one] / count * right[two] / count)
    return total / max(len(pairs), 1)
    """,
    edges=lambda rng: [
        ({}, {}),
        ({"a": "x", "b": "?"}, {"b": "t", "a": "?", "c": rng.choice("tu")}),
        ({"a": "x", "b": "y", "c": "x"}, {"a": "t", "b": "u", "c": "t"}),
        ({"a": "x", "b": "x", "c": "y", "d": "y"}, dict(zip("abcd", "tutu", strict=True))),
        ({"a": "x", "b": "", "c": "y", "d": "?"}, {"a": "t", "b": rng.choice("tu"), "c": "t"}),
        ({k: k for k in "abc"}, dict.fromkeys("abcde"[: rng.randint(2, 5)], "t")),
    ],
    oracle=_variation_oracle,
)


ADVANCED: tuple[Variant, ...] = (_VARIATION, _QUESTION, _PROSE)
