"""Text normalisation at levels 3 and 4: frequent words, names written differently, an index."""

import unicodedata
from random import Random

import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

_VOCABULARY = (
    "café",
    "Cafe",
    "pão",
    "the",
    "The",
    "milk",
    "a",
    "tea,",
    "tea!",
    "ice-cream",
    "rosa",
)
_STOP = ["the", "a", "de", "e"]


def _comments(rng: Random, size: int) -> Args:
    rare = [f"w{chr(97 + rng.randrange(26))}" for _ in range(3)]
    pool = [*_VOCABULARY, *rare]
    comments = [" ".join(rng.choices(pool, k=rng.randint(1, 5))) for _ in range(size)]
    return comments, list(_STOP), rng.randint(2, 4)


def _flat(column: "pd.Series[str]") -> "pd.Series[str]":
    lowered = column.astype(str).str.normalize("NFKD").str.lower()
    return lowered.str.replace("[\u0300-\u036f]", "", regex=True)


def _common_oracle(comments: list[str], stop_words: list[str], k: int) -> object:
    words = _flat(pd.Series(comments, dtype=object)).str.findall("[a-z]+").explode().dropna()
    counts = words[~words.isin(stop_words)].value_counts().sort_index()
    top = counts.sort_values(ascending=False, kind="stable").head(k)
    return [(str(word), int(count)) for word, count in top.items()]


_COMMON = advanced(
    "common_words",
    3,
    doc="Return the k commonest words of the comments with their counts.",
    ask=text(
        en="""Count the words of all `comments`. First bring each comment to lower case and take the
        accents off its letters ("Café" becomes "cafe"). A word is then a longest run of the letters
        a to z; everything else, digits and hyphens too, only separates words. Words in
        `stop_words`, which are given in lower case without accents, do not count. Return the `k`
        commonest words as tuples (word, count), the commonest first; words with equal counts are in
        alphabetical order. If there are fewer than `k` words, return all of them.""",
        pt="""Conte as palavras de todos os `comments`. Primeiro passe cada comentário para
        minúsculas e tire os acentos das letras ("Café" vira "cafe"). Uma palavra é então uma
        sequência máxima de letras de a a z; todo o resto, inclusive dígitos e hifens, apenas separa
        palavras. Palavras em `stop_words`, que vêm em minúsculas e sem acentos, não contam. Retorne
        as `k` palavras mais comuns como tuplas (palavra, contagem), a mais comum primeiro; palavras
        com contagens iguais ficam em ordem alfabética. Se há menos de `k` palavras, retorne
        todas.""",
    ),
    signature="def common(comments: list[str], stop_words: list[str], k: int) -> list[object]:",
    ordinary=_comments,
    imports="import re\nimport unicodedata\nfrom collections import Counter",
    body="""
    skipped = set(stop_words)
    counts: Counter[str] = Counter()
    for comment in comments:
        parts = unicodedata.normalize("NFKD", comment.lower())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
        words = re.findall("[a-z]+", plain)
        counts.update(word for word in words if word not in skipped)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return list(ranked[:k])
    """,
    edges=lambda rng: [
        ([], [], 3),
        (["The a", "THE"], ["the", "a"], 2),
        (["ice-cream ice2cream"], [], rng.randint(2, 5)),
        (["b a", "c b", f"{rng.choice('xyz')} c a"], ["x"], 2),
        (["Ação ação ACAO", "à À a"], ["e"], 1),
        (["d'água dagua", "!!", "9"], ["d"], rng.randint(1, 5)),
    ],
    oracle=_common_oracle,
)

_COMPANIES = ("Padaria São João", "Café Central", "Auto Peças Lima", "Lima Foods", "Porto Data")


def _companies(rng: Random, size: int) -> Args:
    names = []
    for _ in range(size):
        words = [*rng.choice(_COMPANIES).split(), str(rng.randrange(max(2, size // 3)))]
        if rng.random() < 0.5:
            rng.shuffle(words)
        joined = rng.choice([" ", "  ", ", "]).join(words)
        plain = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode()
        names.append(rng.choice([joined, joined.upper(), plain, f"{joined}."]))
    return (names,)


def _same_oracle(names: list[str]) -> object:
    words = _flat(pd.Series(names, dtype=object)).str.findall("[a-z0-9]+")
    keys = words.map(lambda found: " ".join(sorted(set(found))))
    members: dict[str, list[int]] = {}
    for place in keys[keys.ne("") & keys.duplicated(keep=False)].index:
        members.setdefault(str(keys[place]), []).append(int(place))
    return list(members.values())


_SAME_NAMES = advanced(
    "same_names",
    4,
    doc="Return the groups of positions whose names have the same key.",
    ask=text(
        en="""The same company is written in several ways in `names`. Compute a key for each name:
        lower case, without accents on the letters, split into words (longest runs of the letters a
        to z and the digits 0 to 9), each different word once, in alphabetical order. So "Café
        Central" and "CENTRAL, cafe." have the same key. Return the groups of positions (from 0) of
        the names with the same key, for the keys that occur at least twice. Positions rise within a
        group, and the groups are in the order of their first position. Names without any word
        belong to no group.""",
        pt="""A mesma empresa está escrita de várias formas em `names`. Calcule uma chave para cada
        nome: minúsculas, sem acentos nas letras, separado em palavras (sequências máximas de letras
        de a a z e dígitos de 0 a 9), cada palavra diferente uma só vez, em ordem alfabética. Assim,
        "Café Central" e "CENTRAL, cafe." têm a mesma chave. Retorne os grupos de posições (a partir
        de 0) dos nomes com a mesma chave, para as chaves que ocorrem pelo menos duas vezes. As
        posições crescem dentro do grupo, e os grupos ficam na ordem da primeira posição de cada um.
        Nomes sem nenhuma palavra não pertencem a nenhum grupo.""",
    ),
    signature="def same_names(names: list[str]) -> list[list[int]]:",
    ordinary=_companies,
    imports="import re\nimport unicodedata",
    body="""
    groups: dict[frozenset[str], list[int]] = {}
    for place, name in enumerate(names):
        parts = unicodedata.normalize("NFKD", name.lower())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
        words = frozenset(re.findall("[a-z0-9]+", plain))
        if words:
            groups.setdefault(words, []).append(place)
    return [places for places in groups.values() if len(places) > 1]
    """,
    edges=lambda rng: [
        ([],),
        (["", "...", " " * rng.randint(1, 9)],),
        (["Café Central", "CENTRAL, cafe.", f"Cafe Central {rng.randint(1, 9)}"],),
        (["b a", "x", "A, B", "X x", "a b b"],),
        (["ab c", "a bc", "c-ab", "c AB"],),
        (["Ações", "acoes", "ACOES", f"acao {rng.randint(1, 9)}"],),
    ],
    oracle=_same_oracle,
)


def _notes(rng: Random, size: int) -> Args:
    top = max(4, size // 2)
    pool = [f"t{number}" for number in range(top)]
    notes = [" ".join(rng.choices(pool, k=rng.randint(0, 5))) for _ in range(size)]
    return ([note.title() if rng.random() < 0.3 else f"{note}." for note in notes],)


def _index_oracle(notes: list[str]) -> object:
    words = pd.Series(notes, dtype=object).str.lower().str.findall("[a-z0-9]+").explode().dropna()
    pairs = words.rename("word").rename_axis("note").reset_index().drop_duplicates()
    lists = pairs.groupby("word")["note"].agg(list)
    return {str(w): [int(n) for n in found] for w, found in lists.items() if len(found) > 1}


_INDEX = advanced(
    "word_index",
    4,
    heldout=True,
    doc="Return for each shared word the numbers of the notes that hold it.",
    ask=text(
        en="""Build an index for a search box. A term is an unbroken stretch of ASCII letters and
        digits inside one of the `notes`, whatever its case. The index tells for each term, in lower
        case, which notes contain it, as an ascending list of their numbers counted from 0, with no
        number twice. Terms found in a single note are useless for the box and stay out of the
        dictionary.""",
        pt="""Construa um índice para uma caixa de busca. Um termo é um trecho contínuo de letras e
        dígitos ASCII dentro de uma das notas `notes`, em maiúsculas ou minúsculas. O índice diz
        para cada termo, em minúsculas, quais notas o contêm, em uma lista crescente dos seus
        números contados a partir de 0, sem repetir nenhum. Termos encontrados em uma única nota são
        inúteis para a caixa e ficam fora do dicionário.""",
    ),
    signature="def build_index(notes: list[str]) -> dict[str, list[int]]:",
    ordinary=_notes,
    imports="import re",
    body="""
    index: dict[str, list[int]] = {}
    for number, note in enumerate(notes):
        for term in set(re.findall("[a-z0-9]+", note.lower())):
            index.setdefault(term, []).append(number)
    return {term: found for term, found in index.items() if len(found) > 1}
    """,
    edges=lambda rng: [
        ([],),
        (["", "..."],),
        (["a a a", f"b {rng.randint(1, 9)}"],),
        (["Tea-time, TEA", "tea", "time2"],),
        (["x_y", "y x", f"xy {rng.randint(1, 9)}", "X"],),
        (["pão", "po", "p o"],),
    ],
    oracle=_index_oracle,
)

ADVANCED: tuple[Variant, ...] = (_COMMON, _SAME_NAMES, _INDEX)
