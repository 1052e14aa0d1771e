"""Type coercion: texts to numbers and truth values, numbers to codes, mixed lists to floats."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.families.clean_data.type_coercion_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _padded(rng: Random, entry: str) -> str:
    return " " * rng.randint(0, 2) + entry + " " * rng.randint(0, 2)


def _integer_texts(rng: Random, size: int) -> Args:
    return ([_padded(rng, str(rng.randint(-50, 500))) for _ in range(size)],)


def _integers_oracle(texts: list[str]) -> object:
    if any("_" in entry for entry in texts):
        return NotImplemented  # pandas has an opinion of its own on underscores
    parsed = pd.to_numeric(pd.Series(texts, dtype=object).str.strip(), errors="coerce")
    whole = [None if math.isnan(value) else int(value) for value in parsed.astype(float)]
    return [v if "." not in entry else None for v, entry in zip(whole, texts, strict=True)]


_INTEGERS = levels(
    "integers",
    doc="Return the texts as whole numbers.",
    ask=text(
        en="""Each of the `texts` is a whole number written as text, sometimes with blanks around
        it. Return the list of the numbers as int.""",
        pt="""Cada um dos `texts` é um número inteiro escrito como texto, às vezes com espaços ao
        redor. Retorne a lista dos números como int.""",
    ),
    signature="def to_integers(texts: list[str]) -> list[int]:",
    ordinary=_integer_texts,
    easy=Level(
        contract=text("", ""),
        body="return [int(entry) for entry in texts]",
        edges=lambda rng: [
            ([],),
            (["-0", "007", str(rng.randint(1, 99))],),
            ([f"  {rng.randint(-99, -1)} "],),
            (["+5", "0"],),
        ],
    ),
    hard=Level(
        signature="def to_integers(texts: list[str]) -> list[int | None]:",
        contract=text(
            en="""A text that is anything but an optional sign and digits, such as "", "3.5",
            "1_000" or "12a", becomes None.""",
            pt="""Um texto que não é só um sinal opcional e dígitos, como "", "3.5", "1_000" ou
            "12a", vira None.""",
        ),
        imports="import re",
        body="""
        whole = re.compile("[+-]?[0-9]+")
        stripped = [entry.strip() for entry in texts]
        return [int(s) if whole.fullmatch(s) else None for s in stripped]
        """,
        edges=lambda rng: [
            (["", "  ", "-", str(rng.randint(1, 99))],),
            (["1_000", "1000", "12a", "a12"],),
            (["3.5", "3.0", " +8 ", "- 8"],),
        ],
    ),
    oracle=_integers_oracle,
)

_ANSWERS = ("yes", "no", "yes", "no", "y", "n", "true", "false", "1", "0", "maybe", "")


def _plain_answers(rng: Random, size: int) -> Args:
    return ([rng.choice(_ANSWERS[:2]) for _ in range(size)],)


_YES_NO = levels(
    "yes_no",
    doc="Return the answers as truth values.",
    ask=text(
        en="""Turn the `answers` of a form into truth values: "yes" becomes True and "no" becomes
        False. Return the list.""",
        pt="""Transforme as respostas `answers` de um formulário em valores lógicos: "yes" vira
        True e "no" vira False. Retorne a lista.""",
    ),
    signature="def to_bools(answers: list[str]) -> list[bool]:",
    ordinary=_plain_answers,
    easy=Level(
        contract=text("No other answer occurs.", "Não ocorre nenhuma outra resposta."),
        body="""return [answer == "yes" for answer in answers]""",
        edges=lambda rng: [([],), (["yes"],), (["no"],), (["no", "no", "yes"],)],
    ),
    hard=Level(
        signature="def to_bools(answers: list[str]) -> list[bool | None]:",
        contract=text(
            en="""Upper and lower case and white space around an answer do not matter; "y", "true"
            and "1" also mean yes, "n", "false" and "0" also mean no, and everything else becomes
            None.""",
            pt="""Maiúsculas, minúsculas e espaços ao redor da resposta não importam; "y", "true" e
            "1" também querem dizer sim, "n", "false" e "0" também querem dizer não, e todo o resto
            vira None.""",
        ),
        body="""
        meaning = dict.fromkeys(("yes", "y", "true", "1"), True)
        meaning.update(dict.fromkeys(("no", "n", "false", "0"), False))
        return [meaning.get(answer.strip().lower()) for answer in answers]
        """,
        edges=lambda rng: [
            (["Yes", "NO", " yes ", "\tno\n"],),
            (["y", "n", "Y", "N", rng.choice(_ANSWERS)],),
            (["TRUE", "False", "true", "1", "0"],),
            (["", " ", "maybe", "yes!", "10", rng.choice(_ANSWERS)],),
        ],
    ),
)


def _percentages(rng: Random, size: int) -> Args:
    return ([f"{value}%" for value in numbers(rng, size, -40.0, 160.0)],)


def _percent_oracle(texts: list[str]) -> object:
    entries = pd.Series(texts, dtype=object).str.strip()
    if entries.eq("").any():
        return NotImplemented
    values = pd.to_numeric(entries.str.rstrip("%")).astype(float)
    signed = entries.str.endswith("%").astype(bool)
    return [float(v) for v in values.where(~signed, values / 100.0)]


_PERCENT = levels(
    "percent",
    doc="Return percentages given as text as fractions.",
    ask=text(
        en="""The `texts` are percentages such as "12.5%". Return them as fractions, as floats:
        "12.5%" becomes 0.125.""",
        pt="""Os `texts` são porcentagens como "12.5%". Retorne-as como frações, em floats: "12.5%"
        vira 0.125.""",
    ),
    signature="def to_fractions(texts: list[str]) -> list[float]:",
    ordinary=_percentages,
    easy=Level(
        contract=text("", ""),
        body="""return [float(entry.rstrip("%")) / 100.0 for entry in texts]""",
        edges=lambda rng: [
            ([],),
            (["0%", "100%"],),
            ([f"-{rng.randint(1, 99)}%", "250%"],),
        ],
    ),
    hard=Level(
        signature="def to_fractions(texts: list[str]) -> list[float | None]:",
        contract=text(
            en="""A text without the sign "%" is a fraction already. Blanks may stand around the
            number or before the sign, and a text that is blank becomes None.""",
            pt="""Um texto sem o sinal "%" já é uma fração. Pode haver espaços ao redor do número ou
            antes do sinal, e um texto em branco vira None.""",
        ),
        body="""
        fractions: list[float | None] = []
        for entry in texts:
            number = entry.strip()
            if number.endswith("%"):
                fractions.append(float(number[:-1]) / 100.0)
            else:
                fractions.append(float(number) if number else None)
        return fractions
        """,
        edges=lambda rng: [
            ([f"{rng.randint(1, 9)}", "0.25", "25%"],),
            ([" 40 % ", "7 %", " 0.5"],),
            (["", "   ", f"{rng.randint(1, 99)}%"],),
        ],
    ),
    oracle=_percent_oracle,
)


def _codes(rng: Random, size: int) -> Args:
    return ([rng.randint(0, 10 ** rng.randint(1, 5) - 1) for _ in range(size)],)


_ZIP_CODES = levels(
    "postal_codes",
    doc="Return postal codes as texts of five digits.",
    ask=text(
        en="""A spreadsheet turned postal codes into numbers and lost their leading zeros. Return
        the `codes` as texts of five digits, with zeros in front.""",
        pt="""Uma planilha transformou códigos postais em números, e os zeros à esquerda se
        perderam. Retorne os `codes` como textos de cinco dígitos, com zeros na frente.""",
    ),
    signature="def to_postal(codes: list[int]) -> list[str]:",
    ordinary=_codes,
    easy=Level(
        contract=text("Every code is from 0 to 99999.", "Cada código está entre 0 e 99999."),
        body="""return [f"{code:05d}" for code in codes]""",
        edges=lambda rng: [([],), ([0],), ([99999, 10000, 9999],), ([7, rng.randint(1, 99)],)],
    ),
    hard=Level(
        signature="def to_postal(codes: list[int | None]) -> list[str]:",
        contract=text(
            en="""An unknown code (None) becomes an empty text, and so does a number that is
            negative or has more than five digits.""",
            pt="""Um código desconhecido (None) vira um texto vazio, assim como um número negativo
            ou com mais de cinco dígitos.""",
        ),
        body="""
        texts = []
        for code in codes:
            known = code is not None and 0 <= code <= 99999
            texts.append(f"{code:05d}" if known else "")
        return texts
        """,
        edges=lambda rng: [
            ([None, 0, None],),
            ([100000, 99999, rng.randint(200000, 999999)],),
            ([-1, -rng.randint(2, 99), 1, 0],),
        ],
    ),
)


def _comma_decimals(rng: Random, size: int) -> Args:
    return ([f"{value:.2f}".replace(".", ",") for value in numbers(rng, size, -90.0, 900.0)],)


def _decimal_comma_oracle(entries: list[str]) -> object:
    column = pd.Series(entries, dtype=object)
    signs = column.str.endswith("-").map({True: -1.0, False: 1.0})
    plain = column.str.rstrip("-").str.replace(".", "", regex=False)
    parsed = plain.str.replace(",", ".", regex=False).astype(float) * signs
    return [float(value) for value in parsed]


_DECIMAL_COMMA = levels(
    "decimal_comma",
    heldout=True,
    doc="Return the entries, written with a decimal comma, as floats.",
    ask=text(
        en="""An export from Lisbon writes decimals with a comma, for instance "3,75". Give the
        `entries` back as floats, in sequence.""",
        pt="""Uma exportação de Lisboa escreve as casas decimais com vírgula, por exemplo "3,75".
        Devolva as entradas `entries` como floats, na mesma sequência.""",
    ),
    signature="def parse(entries: list[str]) -> list[float]:",
    ordinary=_comma_decimals,
    easy=Level(
        contract=text("", ""),
        body="""return [float(entry.replace(",", ".")) for entry in entries]""",
        edges=lambda rng: [
            ([],),
            (["0,00", "12"],),
            ([f"-{rng.randint(1, 9)},5", "1000,25"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Points group the thousands ("1.250,00" means 1250.0). Some programs put the minus
            sign behind the digits, as in "5,00-".""",
            pt="""Pontos agrupam os milhares ("1.250,00" significa 1250.0). Alguns programas põem o
            sinal de menos depois dos algarismos, como em "5,00-".""",
        ),
        body="""
        values = []
        for entry in entries:
            number = entry.replace(".", "").replace(",", ".")
            behind = number.endswith("-")
            value = float(number.rstrip("-"))
            values.append(-value if behind else value)
        return values
        """,
        edges=lambda rng: [
            (["1.250,00", f"{rng.randint(1, 9)}.000.000,5"],),
            (["5,00-", "-5,00", "5,00"],),
            (["2.500-", "0,10-"],),
        ],
    ),
    oracle=_decimal_comma_oracle,
)


def _mixed(rng: Random, size: int) -> Args:
    values: list[object] = []
    for value in numbers(rng, size):
        values.append(rng.choice([value, str(value), int(value), f" {value} "]))
    return (values,)


def _mixed_edges(rng: Random) -> list[Args]:
    return [([],), ([str(rng.randint(1, 9)), 3, 0.5],), ([0, "-0.25", " 1e2 "],)]


_MIXED = levels(
    "mixed_column",
    heldout=True,
    doc="Return a column of numbers and texts as floats.",
    ask=text(
        en="""One `column` of a table holds ints, floats and numbers in quotation marks side by
        side. Make floats of all of them and hand back the new column.""",
        pt="""Uma coluna `column` de uma tabela mistura ints, floats e números entre aspas. Faça de
        todos eles floats e devolva a nova coluna.""",
    ),
    signature="def as_floats(column: list[object]) -> list[float]:",
    ordinary=_mixed,
    easy=Level(
        contract=text("", ""),
        body="return [float(str(item)) for item in column]",
        edges=_mixed_edges,
    ),
    hard=Level(
        contract=text(
            en="""True, False and None are no numbers: leave them out. Whatever text cannot be read
            as a number turns into NaN.""",
            pt="""True, False e None não são números: deixe-os de fora. Qualquer texto que não possa
            ser lido como número se transforma em NaN.""",
        ),
        imports="import math",
        body="""
        floats = []
        for item in column:
            if item is None or isinstance(item, bool):
                continue
            try:
                floats.append(float(str(item)))
            except ValueError:
                floats.append(math.nan)
        return floats
        """,
        edges=lambda rng: [
            ([True, 1, False, 0, None, rng.randint(2, 9)],),
            (["n/a", "", "2.5", "2,5"],),
            ([None, "None", "True", 4.0],),
        ],
    ),
    oracle=lambda column: [
        float(value)
        for value in pd.to_numeric(
            pd.Series([v for v in column if type(v) in (int, float, str)], dtype=object).map(
                lambda v: v.strip() if isinstance(v, str) else v
            ),
            errors="coerce",
        )
    ],
)

_MISTAKES = (
    Mistake("integers", "return [int(float(t)) if t.strip().isdigit() else None for t in texts]"),
    Mistake("yes_no", "return [bool(answer) for answer in answers]"),
    Mistake(
        "percent",
        'return [float(t.strip().rstrip("%")) / 100 for t in texts if t.strip()]',
        level=2,
    ),
    Mistake("postal_codes", "return [str(code).ljust(5, '0') for code in codes]"),
    Mistake(
        "mixed_column",
        "return [float(str(v)) for v in column if str(v).strip()[-1:].isdigit()]",
        level=2,
    ),
)

FAMILY = Family(
    "clean_data.type_coercion",
    CoderAction.CLEAN_DATA,
    (
        *_INTEGERS,
        *_YES_NO,
        *_PERCENT,
        *_ZIP_CODES,
        *_DECIMAL_COMMA,
        *_MIXED,
        *ADVANCED,
    ),
    mistakes=_MISTAKES,
)
