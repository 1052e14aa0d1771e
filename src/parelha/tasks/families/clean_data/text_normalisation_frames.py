"""Text normalisation of a Series: names typed by many hands."""

from random import Random

import pandas as pd

from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
_NAMES = ("ana", "bia costa", "zoë", "joão lima", "li", "caio")


def _series(names: list[str | None]) -> "pd.Series[str]":
    return pd.Series(names, dtype="str")


def _typed(rng: Random, size: int) -> Args:
    names: list[str | None] = []
    for _ in range(size):
        name = rng.choice(_NAMES)
        spelled = rng.choice((name, name.title(), name.upper()))
        names.append(" " * rng.randint(0, 2) + spelled + " " * rng.randint(0, 1))
    return (_series(names),)


def _tidy_oracle(names: "pd.Series[str]") -> object:
    tidy = ["" if pd.isna(name) else " ".join(str(name).lower().split()) for name in names]
    return pd.Series(tidy, index=names.index, dtype="str")


TIDY: tuple[Variant, ...] = levels(
    "tidy_series",
    doc="Return the names in lower case, without surrounding blanks.",
    ask=text(
        en="""The Series `names` holds names. Return a Series of the same length and index with each
        name in lower case and without blanks at its beginning and end.""",
        pt="""A Series `names` contém nomes. Retorne uma Series do mesmo tamanho e com o mesmo
        índice, com cada nome em minúsculas e sem espaços no começo e no fim.""",
    ),
    signature="def tidy(names: pd.Series) -> pd.Series:",
    ordinary=_typed,
    easy=Level(
        contract=text(
            "Inside a name there is never more than one blank in a row.",
            "Dentro de um nome nunca há mais de um espaço seguido.",
        ),
        imports=_IMPORT,
        body="return names.str.strip().str.lower()",
        edges=lambda rng: [
            (_series([]),),
            (_series(["  "]),),
            (_series([" ÉVA ", "ÇA VA", rng.choice(_NAMES).upper()]),),
            (pd.Series([" Ana", "BIA "], index=[7, rng.randint(8, 99)], dtype="str"),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Several blanks or tabs in a row inside a name become one blank. A missing name
            becomes an empty text.""",
            pt="""Vários espaços ou tabulações seguidos dentro de um nome viram um só espaço. Um
            nome ausente vira um texto vazio.""",
        ),
        imports=_IMPORT,
        body="""
        known = names.fillna("").str.lower()
        return known.str.split().str.join(" ")
        """,
        edges=lambda rng: [
            (_series([None, "Ana", None]),),
            (_series(["Ana  Lima", "JOÃO \t COSTA ", f"r{rng.randint(1, 9)}   x"]),),
            (_series([None]),),
        ],
    ),
    oracle=_tidy_oracle,
)

MISTAKES = (
    Mistake("tidy_series", """return names.str.replace(" ", "").str.lower()""", imports=_IMPORT),
    Mistake("tidy_series", "return names.str.strip().str.lower()", level=2, imports=_IMPORT),
)
