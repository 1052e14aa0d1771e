"""Duplicates in a DataFrame: prices that were entered more than once."""

from random import Random

import pandas as pd

from parelha.tasks.compare import Comparator
from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
_CODES = ("a1", "b2", "c3", "d4")


def _priced(codes: list[str], prices: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"code": pd.Series(codes, dtype="str"), "price": pd.Series(prices, dtype="float64")}
    )


def _list(rng: Random, size: int) -> Args:
    codes = rng.choices(_CODES, k=size - 1)
    prices = [float(rng.randint(1, 3)) for _ in codes]
    place, later = rng.randrange(len(codes)), rng.randint(1, len(codes))
    codes.insert(max(place + 1, later), codes[place])
    prices.insert(max(place + 1, later), prices[place])
    return (_priced(codes, prices),)


def _unrepeated_oracle(df: pd.DataFrame) -> object:
    seen: set[tuple[str, float]] = set()
    kept = []
    for code, price in zip(df["code"].tolist(), df["price"].tolist(), strict=True):
        kept.append((code.lower(), price) not in seen)
        seen.add((code.lower(), price))
    return df[pd.Series(kept, index=df.index, dtype=bool)]


REPEATED_ROWS: tuple[Variant, ...] = levels(
    "repeated_rows",
    doc="Return the price list without repeated rows.",
    ask=text(
        en="""The DataFrame `df` is a price list with the columns "code" and "price". Return it
        without repeated rows: among rows with the same code and the same price the first stays,
        and the rows that stay keep their order. The index is not looked at.""",
        pt="""O DataFrame `df` é uma lista de preços com as colunas "code" e "price". Retorne-o sem
        linhas repetidas: entre linhas com o mesmo código e o mesmo preço fica a primeira, e as
        linhas que ficam mantêm a ordem. O índice não é examinado.""",
    ),
    signature="def without_repeats(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_list,
    compare=Comparator(check_index=False),
    easy=Level(
        contract=text("", ""),
        imports=_IMPORT,
        body="return df.drop_duplicates()",
        edges=lambda rng: [
            (_priced([], []),),
            (_priced(["a1"] * 4, [float(rng.randint(1, 9))] * 4),),
            (_priced(["b2", "a1", "b2", "a1"], [2.0, 2.0, 3.0, float(rng.randint(4, 9))]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Codes that differ only in upper and lower case are the same code; the row that
            stays shows its code as it was written.""",
            pt="""Códigos que só diferem em maiúsculas e minúsculas são o mesmo código; a linha que
            fica mostra o código como foi escrito.""",
        ),
        imports=_IMPORT,
        body="""
        plain = df.assign(code=df["code"].str.lower())
        return df[~plain.duplicated()]
        """,
        edges=lambda rng: [
            (_priced(["A1", "a1", "B2"], [float(rng.randint(1, 9)), 11.0, 12.0]),),
            (_priced(["A1", "a1", "b2", "A1"], [2.0, 2.0, float(rng.randint(1, 9)), 2.0]),),
            (_priced(["c3", "C3", "C3"], [5.0, 5.0, float(rng.randint(6, 9))]),),
        ],
    ),
    oracle=_unrepeated_oracle,
)

MISTAKES = (
    Mistake("repeated_rows", """return df.drop_duplicates(subset="code")""", imports=_IMPORT),
    Mistake("repeated_rows", "return df.drop_duplicates()", level=2, imports=_IMPORT),
)
