"""Text normalisation: slugs, accents, phone numbers, names with the surname first, hashtags."""

import re
import unicodedata
from random import Random

import pandas as pd

from parelha.tasks.families.clean_data import text_normalisation_frames
from parelha.tasks.families.clean_data.text_normalisation_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

_WORDS = ("coffee", "Green", "tea", "NEW", "price", "2024", "list", "of", "Top", "10", "rice")


def _titles(rng: Random, size: int) -> Args:
    return ([" ".join(rng.choices(_WORDS, k=rng.randint(1, 4))) for _ in range(size)],)


def _slug_oracle(titles: list[str]) -> object:
    kept = pd.Series(titles, dtype=object).str.lower().str.replace(r"[^a-z0-9\s-]", "", regex=True)
    return kept.str.replace(r"[\s-]+", "-", regex=True).str.strip("-").tolist()


_SLUGS = levels(
    "slugs",
    doc="Return the titles as slugs.",
    ask=text(
        en="""Make a slug of each of the `titles`: the title in lower case, its words joined by "-"
        instead of blanks. Return the list of the slugs.""",
        pt="""Faça de cada um dos `titles` um slug: o título em minúsculas, com as palavras unidas
        por "-" em vez de espaços. Retorne a lista dos slugs.""",
    ),
    signature="def slugs(titles: list[str]) -> list[str]:",
    ordinary=_titles,
    easy=Level(
        contract=text(
            "Titles hold letters a to z, digits and single blanks between words.",
            "Os títulos têm letras de a a z, dígitos e um só espaço entre as palavras.",
        ),
        body="""return [title.lower().replace(" ", "-") for title in titles]""",
        edges=lambda rng: [([],), ([rng.choice(_WORDS)],), (["A B C", "a b"],)],
    ),
    hard=Level(
        contract=text(
            en="""Leave out every character except the letters a to z, digits, white space and
            hyphens; a run of white space and hyphens gives one "-", and none is at either end of a
            slug.""",
            pt="""Deixe de fora todo caractere que não seja letra de a a z, dígito, espaço em branco
            ou hífen; uma sequência de espaços e hifens dá um só "-", e não há nenhum nas pontas do
            slug.""",
        ),
        imports="import re",
        body="""
        result = []
        for title in titles:
            kept = re.sub(r"[^a-z0-9\\s-]", "", title.lower())
            result.append(re.sub(r"[\\s-]+", "-", kept).strip("-"))
        return result
        """,
        edges=lambda rng: [
            (["Coffee & tea", f"Top {rng.randint(2, 9)}!", "50% off"],),
            (["  new   price  ", "-a--b-", "up\tto - date"],),
            (["!!!", "", "R&D", "e-mail"],),
        ],
    ),
    oracle=_slug_oracle,
)

_ACCENTED = ("café", "pão", "maçã", "São", "João", "Über", "naïve", "rosa", "Ação", "à", "piñata")


def _accented(rng: Random, size: int) -> Args:
    return ([" ".join(rng.choices(_ACCENTED, k=rng.randint(1, 2))) for _ in range(size)],)


def _accent_oracle(words: list[str]) -> object:
    plain = [word.translate(str.maketrans("“”‘’–—", "\"\"''--")) for word in words]
    flat = [unicodedata.normalize("NFD", word) for word in plain]
    return [re.sub("[\u0300-\u036f]", "", word) for word in flat]


_ACCENTS = levels(
    "accents",
    doc="Return the words without accents.",
    ask=text(
        en="""Take the accents and cedillas off the letters in `words`: "maçã" becomes "maca".
        Return the list of the plain words.""",
        pt="""Tire os acentos e cedilhas das letras em `words`: "maçã" vira "maca". Retorne a lista
        das palavras simples.""",
    ),
    signature="def plain(words: list[str]) -> list[str]:",
    ordinary=_accented,
    easy=Level(
        contract=text("Upper and lower case are kept.", "Maiúsculas e minúsculas são mantidas."),
        imports="import unicodedata",
        body="""
        kept = []
        for word in words:
            parts = unicodedata.normalize("NFKD", word)
            kept.append("".join(c for c in parts if not unicodedata.combining(c)))
        return kept
        """,
        edges=lambda rng: [([],), (["", "rosa"],), ([rng.choice(_ACCENTED), "ÁÉÍÓÚ", "âêôãõü"],)],
    ),
    hard=Level(
        contract=text(
            en="""Typographic quotes “ ” and ‘ ’ become " and ', the dashes – and — become "-", and
            all other characters stay.""",
            pt="""As aspas tipográficas “ ” e ‘ ’ viram " e ', os travessões – e — viram "-", e
            todos os outros caracteres ficam.""",
        ),
        imports="import unicodedata",
        body="""
        table = str.maketrans("“”‘’–—", "\\"\\"''--")
        kept = []
        for word in words:
            parts = unicodedata.normalize("NFD", word.translate(table))
            kept.append("".join(c for c in parts if not unicodedata.combining(c)))
        return kept
        """,
        edges=lambda rng: [
            (["“café”", "‘pão’", "d’água"],),
            ([f"{rng.randint(1, 9)}–12", "a—b", "e-mail"],),
            (["½ kg", "5 €", "ß ø", "x²"],),
        ],
    ),
    oracle=_accent_oracle,
)


def _phones(rng: Random, size: int) -> Args:
    phones = []
    for _ in range(size):
        digits = [f"{rng.randint(100, 999)}" for _ in range(3)]
        phones.append(
            rng.choice(["{} {} {}", "({}) {}-{}", "{}.{}.{}", "{}/{} {}"]).format(*digits)
        )
    return (phones,)


def _phone_oracle(phones: list[str]) -> object:
    column = pd.Series(phones, dtype=object).str.replace(r"^\s*00", "+", regex=True)
    digits = column.str.replace(r"\D", "", regex=True)
    full = ("+" + digits).where(column.str.strip().str.startswith("+").astype(bool), digits)
    return [p if len(d) >= 7 else None for p, d in zip(full, digits, strict=True)]


_PHONES = levels(
    "phone_numbers",
    doc="Return the phone numbers without separators.",
    ask=text(
        en="""The phone numbers in `phones` are written with blanks, brackets and other signs. For
        each return the text of its digits alone.""",
        pt="""Os números de telefone em `phones` estão escritos com espaços, parênteses e outros
        sinais. Para cada um retorne o texto só com os dígitos.""",
    ),
    signature="def digits(phones: list[str]) -> list[str]:",
    ordinary=_phones,
    easy=Level(
        contract=text("No number begins with 00 or +.", "Nenhum número começa com 00 ou +."),
        body="""return ["".join(c for c in p if c in "0123456789") for p in phones]""",
        edges=lambda rng: [
            ([],),
            ([f"{rng.randint(1000000, 9999999)}", "(21) 3456-7890"],),
            (["12 34 56 78", "0800-123-456"],),
        ],
    ),
    hard=Level(
        signature="def digits(phones: list[str]) -> list[str | None]:",
        contract=text(
            en="""A number that begins with "+" or "00", blanks before it aside, is international:
            put one "+" before its digits, without the 00. A number with fewer than seven digits
            (those of a 00 at the beginning do not count) becomes None.""",
            pt="""Um número que começa com "+" ou "00", sem contar espaços antes, é internacional:
            ponha um "+" antes dos dígitos, sem o 00. Um número com menos de sete dígitos (os de um
            00 no começo não contam) vira None.""",
        ),
        imports="import re",
        body="""
        result: list[str | None] = []
        for phone in phones:
            number = re.sub("^00", "+", phone.strip())
            only = re.sub("[^0-9]", "", number)
            sign = "+" if number.startswith("+") else ""
            result.append(sign + only if len(only) >= 7 else None)
        return result
        """,
        edges=lambda rng: [
            ([f"+55 11 {rng.randint(1000, 9999)}-0000", "0055 (11) 98888-7777"],),
            (["123-456", "123-4567", "00 123 456", "00 1234567"],),
            (["", "n/a", " +351 210 000 000", "  00351 210 000 000", "+12 34"],),
        ],
    ),
    oracle=_phone_oracle,
)

_GIVEN = ("Ana", "Maria Clara", "João", "Zoë", "Rui Pedro")
_SURNAMES = ("Souza", "Lima", "Silva", "Prado", "Nunes")


def _people(rng: Random, size: int) -> Args:
    return ([f"{rng.choice(_GIVEN)} {rng.choice(_SURNAMES)}" for _ in range(size)],)


def _surname_oracle(people: list[str]) -> object:
    pattern = re.compile(r"(.+?) ((?:(?:da|de|do|das|dos) )*\S+)")
    matches = [(pattern.fullmatch(" ".join(p.split())), " ".join(p.split())) for p in people]
    return [f"{m[2]}, {m[1]}" if m else whole for m, whole in matches]


_SURNAMES_FIRST = levels(
    "surname_first",
    heldout=True,
    doc="Return the people's names in the form used by a catalogue.",
    ask=text(
        en="""A library catalogue wants the last name up front: "Rui Pedro Lima" is filed as "Lima,
        Rui Pedro". Convert all names in `people`; the surname is the last word.""",
        pt="""O catálogo de uma biblioteca quer o sobrenome na frente: "Rui Pedro Lima" é arquivado
        como "Lima, Rui Pedro". Converta todos os nomes de `people`; o sobrenome é a última
        palavra.""",
    ),
    signature="def catalogue(people: list[str]) -> list[str]:",
    ordinary=_people,
    easy=Level(
        contract=text(
            "There are at least two words in a name.", "Um nome tem ao menos duas palavras."
        ),
        body="""
        filed = []
        for person in people:
            given, _, surname = person.rpartition(" ")
            filed.append(f"{surname}, {given}")
        return filed
        """,
        edges=lambda rng: [
            ([],),
            (["A B C D E"],),
            ([f"{rng.choice(_GIVEN)} O'Neill", "Ana Vaz-Luz"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Any of the words da, de, do, das and dos directly in front of it belong to the
            surname ("Ana da Silva" is "da Silva, Ana"), though never the first word of a name. A
            single word remains as it is, and superfluous blanks disappear.""",
            pt="""As palavras da, de, do, das e dos que vêm logo antes dele fazem parte do sobrenome
            ("Ana da Silva" é "da Silva, Ana"), mas nunca a primeira palavra do nome. Uma única
            palavra permanece como está, e espaços supérfluos desaparecem.""",
        ),
        body="""
        filed = []
        for person in people:
            words = person.split()
            cut = len(words) - 1
            while cut > 1 and words[cut - 1] in ("da", "de", "do", "das", "dos"):
                cut -= 1
            parts = [" ".join(words[cut:]), " ".join(words[:cut])]
            filed.append(", ".join(part for part in parts if part))
        return filed
        """,
        edges=lambda rng: [
            (["Ana da Silva", f"{rng.choice(_GIVEN)} dos Santos", "Eva de Sá Lima"],),
            (["Pelé", "  Ana   Maria  Lima ", "da Silva", ""],),
            (["Rui de do Carmo", "Ana Da Silva", "de das Neves"],),
        ],
    ),
    oracle=_surname_oracle,
)

_TAGS = ("#data", "#python", "#café", "#Big", "#ai", "#ml2")


def _posts(rng: Random, size: int) -> Args:
    posts = []
    for _ in range(size):
        words = rng.choices(["we", "like", "clean"], k=3) + rng.sample(_TAGS, rng.randint(0, 2))
        rng.shuffle(words)
        posts.append(" ".join(words))
    return (posts,)


def _tag_oracle(posts: list[str]) -> object:
    found = [re.findall(r"(?<!\S)#([^\s.,!?]\S*)", post.lower()) for post in posts]
    return [list(dict.fromkeys(tag.rstrip(".,!?") for tag in tags)) for tags in found]


_HASHTAGS = levels(
    "hashtags",
    heldout=True,
    doc="Return the hashtags of each post in lower case.",
    ask=text(
        en="""Which topics do people write about? From every text in `posts` pick the words that
        start with "#", and give one list per post with these words in lower case and without their
        "#".""",
        pt="""Sobre que temas as pessoas escrevem? De cada texto em `posts`, pegue as palavras que
        começam com "#" e dê uma lista por post com essas palavras em minúsculas e sem o "#".""",
    ),
    signature="def topics(posts: list[str]) -> list[list[str]]:",
    ordinary=_posts,
    easy=Level(
        contract=text("", ""),
        body="""
        found = []
        for post in posts:
            words = post.lower().split()
            found.append([word[1:] for word in words if word.startswith("#")])
        return found
        """,
        edges=lambda rng: [
            ([],),
            (["no tags here", ""],),
            ([rng.choice(_TAGS), "#A b#c #D"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Any of the signs . , ! ? at the end of such a word are cut off; if nothing is left
            behind the "#", skip it. Within a post no topic is repeated.""",
            pt="""Os sinais . , ! ? no fim de uma palavra dessas são cortados; se não sobra nada
            depois do "#", pule-a. Dentro de um post nenhum tema se repete.""",
        ),
        body="""
        found = []
        for post in posts:
            words = [word.rstrip(".,!?") for word in post.lower().split()]
            tags = [word[1:] for word in words if word.startswith("#")]
            found.append(list(dict.fromkeys(tag for tag in tags if tag)))
        return found
        """,
        edges=lambda rng: [
            (["#Data, #data! #DATA?!", f"#v{rng.randint(1, 9)}.0."],),
            (["# #! #, x", "#a #b #a"],),
            (["#a,b #c", f"end #t{rng.randint(1, 9)}?"],),
        ],
    ),
    oracle=_tag_oracle,
)

_MISTAKES = (
    Mistake("slugs", 'return [t.replace(" ", "-") for t in titles]'),
    Mistake("accents", 'return [w.encode("ascii", "ignore").decode() for w in words]'),
    Mistake("phone_numbers", 'return [p.replace("-", "").replace(" ", "") for p in phones]'),
    Mistake(
        "surname_first",
        'return [", ".join(reversed(p.split(" ", 1))) for p in people]',
    ),
)

FAMILY = Family(
    "clean_data.text_normalisation",
    CoderAction.CLEAN_DATA,
    (
        *(*_SLUGS, *_ACCENTS, *_PHONES, *text_normalisation_frames.TIDY),
        *(*_SURNAMES_FIRST, *_HASHTAGS, *ADVANCED),
    ),
    mistakes=(*_MISTAKES, *text_normalisation_frames.MISTAKES),
)
