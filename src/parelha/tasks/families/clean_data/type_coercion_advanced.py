"""Type coercion at levels 3 and 4: schemas, inferred types, accounting texts, mixed codes."""

from random import Random

import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

_ENTRIES = (
    "12",
    "-7",
    " 30 ",
    "4.5",
    "-0.25",
    "1e3",
    "yes",
    "No",
    "TRUE",
    "false",
    "",
    " ",
    "n/a",
    "x9",
)


def _typed_rows(rng: Random, size: int) -> Args:
    schema = {"id": "int", "price": "float", "paid": "bool"}
    rows = []
    for number in range(size):
        row = {name: rng.choice(_ENTRIES) for name in schema}
        row["id"] = rng.choice([str(number), row["id"]])
        if rng.random() < 0.2:
            del row[rng.choice(list(row))]
        if rng.random() < 0.2:
            row["extra"] = rng.choice(_ENTRIES)
        rows.append(row)
    return rows, schema


def _typed_edges(rng: Random) -> list[Args]:
    pick = rng.choice(_ENTRIES)
    return [
        ([], {"a": "int"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "int"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "float"}),
        ([{"a": entry} for entry in (*_ENTRIES, "1", "0", " YES ")], {"a": "bool"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "text"}),
        ([{"b": pick}, {}, {"a": pick}], {"a": "int", "b": "text", "c": "float"}),
    ]


_BY_SCHEMA = advanced(
    "rows_by_schema",
    3,
    doc="Return the rows with the columns of the schema, in their types.",
    ask=text(
        en="""All values in `rows` were read as text. `schema` gives for each column its type:
        "int", "float", "bool" or "text". Return new rows that have exactly the columns of the
        schema, with each text stripped of surrounding white space and then converted. For "int"
        and "float" use int() and float(). For "bool" the text "yes" or "true" gives True and "no"
        or "false" gives False, in upper or lower case. A column that a row lacks, a text that is
        empty after stripping (for every type), and a text that cannot be converted give None.""",
        pt="""Todos os valores de `rows` foram lidos como texto. `schema` dá o tipo de cada coluna:
        "int", "float", "bool" ou "text". Retorne novas linhas com exatamente as colunas do schema,
        cada texto sem os espaços em branco ao redor e depois convertido. Para "int" e "float" use
        int() e float(). Para "bool", o texto "yes" ou "true" dá True e "no" ou "false" dá False, em
        maiúsculas ou minúsculas. Uma coluna que falta na linha, um texto que fica vazio sem os
        espaços (em qualquer tipo) e um texto que não pode ser convertido dão None.""",
    ),
    signature="def typed(rows: list[dict[str, str]], schema: dict[str, str]) -> list[object]:",
    ordinary=_typed_rows,
    body="""
    truth = {"yes": True, "true": True, "no": False, "false": False}

    def convert(entry: str, kind: str) -> object:
        if kind == "bool":
            return truth.get(entry.lower())
        try:
            if kind == "int":
                return int(entry)
            return float(entry) if kind == "float" else entry or None
        except ValueError:
            return None

    return [
        {c: convert(row.get(c, "").strip(), schema[c]) for c in schema}
        for row in rows
    ]
    """,
    edges=_typed_edges,
)

_WHOLE = ("4", "-12", "+7", " 0 ", "305")
_DECIMAL = ("0.5", "-3.25", "1e2", " 7.0 ")
_WORDS = ("red", "n/a", "x1")


def _untyped_table(rng: Random, size: int) -> Args:
    pools = (_WHOLE, _WHOLE + _DECIMAL, _WHOLE + _DECIMAL + _WORDS, ("",))
    table = {}
    for place, pool in enumerate(rng.sample(pools, 4)):
        table[f"c{place}"] = [rng.choice((*pool, "", " ")) for _ in range(size)]
    return (table,)


_INFERRED = advanced(
    "inferred_types",
    3,
    heldout=True,
    doc="Return the columns of a table in the narrowest type that fits.",
    ask=text(
        en="""The dictionary `table` maps column names to lists of strings. Find the narrowest type
        for every column and convert it: ints if int() reads every non-blank cell, otherwise floats
        if float() reads every one of them, otherwise strings, which keep the cell just as it is.
        In all three cases a blank cell (no characters but white space) is turned into None and has
        no say in the choice; columns that are entirely blank therefore hold nothing but None. The
        names and the lengths of the columns do not change.""",
        pt="""O dicionário `table` leva nomes de colunas a listas de strings. Encontre o tipo mais
        estreito para cada coluna e converta-a: ints, se int() lê toda célula não vazia; senão
        floats, se float() lê todas elas; senão strings, que mantêm a célula exatamente como está.
        Nos três casos, uma célula vazia (sem nada além de espaços) se transforma em None e não
        influencia a escolha; colunas inteiramente vazias contêm, portanto, apenas None. Os nomes e
        os comprimentos das colunas não mudam.""",
    ),
    signature="def infer(table: dict[str, list[str]]) -> dict[str, list[object]]:",
    ordinary=_untyped_table,
    body="""
    def converted(cells: list[str]) -> list[object]:
        for kind in (int, float):
            try:
                return [kind(cell) if cell.strip() else None for cell in cells]
            except ValueError:
                continue
        return [cell if cell.strip() else None for cell in cells]

    return {name: converted(cells) for name, cells in table.items()}
    """,
    edges=lambda rng: [
        ({},),
        ({"a": []},),
        ({"a": ["", " ", "\t"]},),
        ({"a": [" x ", "", str(rng.randint(1, 9))], "b": ["1", "", " 2 "]},),
        ({"a": ["1", "2", f"{rng.randint(1, 9)}.0"]},),
        ({"a": ["1", "2.5", "3", " three"]},),
    ],
)


def _accounts(rng: Random, size: int) -> Args:
    entries = []
    for _ in range(size):
        amount = f"{rng.uniform(1.0, 4000.0):,.2f}"
        forms = (amount, f"({amount})", f" {amount} ", f"${amount}", f"($ {amount})", "-", "", "?")
        entries.append(rng.choice(forms))
    return (entries,)


def _accounts_oracle(entries: list[str]) -> object:
    column = pd.Series(entries, dtype=object).str.replace(r"[\s$,]", "", regex=True)
    column = column.str.replace(r"^\((.*)\)$", r"-\1", regex=True).replace("-", "0")
    valid = pd.to_numeric(column, errors="coerce").astype(float).dropna()
    return [float(value) for value in valid.cumsum()]


_BALANCE = advanced(
    "running_balance",
    4,
    doc="Return the balance after each readable entry of an account.",
    ask=text(
        en="""The `entries` of an account are texts such as "1,250.00", "$80.50" or "(300.00)".
        White space, dollar signs and the commas between thousands carry no meaning; brackets
        around an amount make it negative; a single "-" means zero. Return the balance after each
        entry: the sum of all amounts up to it, starting from 0. Entries that are blank or cannot
        be read in this way are skipped, so that they add no element to the result.""",
        pt="""As `entries` de uma conta são textos como "1,250.00", "$80.50" ou "(300.00)". Espaços
        em branco, cifrões e as vírgulas entre os milhares não têm significado; parênteses ao redor
        do valor o tornam negativo; um "-" sozinho significa zero. Retorne o saldo depois de cada
        lançamento: a soma de todos os valores até ele, a partir de 0. Lançamentos em branco, ou que
        não podem ser lidos assim, são pulados e não acrescentam elemento ao resultado.""",
    ),
    signature="def running_balance(entries: list[str]) -> list[float]:",
    ordinary=_accounts,
    body="""
    balances = []
    total = 0.0
    for entry in entries:
        amount = "".join(entry.split()).replace("$", "").replace(",", "")
        if amount.startswith("(") and amount.endswith(")"):
            amount = "-" + amount[1:-1]
        try:
            total += 0.0 if amount == "-" else float(amount)
        except ValueError:
            continue
        balances.append(total)
    return balances
    """,
    edges=lambda rng: [
        ([],),
        (["", " ", "?"],),
        (["-", f"{rng.randint(1, 99)}.00", "-"],),
        (["(5.00)", "( 5.00 )", "$ (5.00)", "(5.00"],),
        (["1,000,000.50", "-250.25", "abc", "5.00)"],),
        (["0.10"] * rng.randint(3, 9),),
    ],
    oracle=_accounts_oracle,
)


def _raw_codes(rng: Random, size: int) -> Args:
    top = max(3, size // 20)
    raw: list[object] = []
    for _ in range(size):
        code = rng.randint(-2, top)
        raw.append(rng.choice([code, float(code), str(code), f" {code}", f"{code}.0"]))
    for odd in (None, True, False, "?", "", 0.5, "1.5"):
        raw.insert(rng.randint(0, len(raw)), odd)
    return (raw,)


_CODES = advanced(
    "codes_by_frequency",
    4,
    heldout=True,
    doc="Return the codes in a raw list with their counts, commonest first.",
    ask=text(
        en="""Survey software delivered the codes in `raw` in whatever type came along: the code 7
        may appear as 7, 7.0, "7", " 7" or "7.0", all of which are the same code. Count how often
        every code was delivered, and give pairs (code, count) with the code as int, the highest
        count in front; where counts tie, the smaller code goes in front. Skip all that is no whole
        number: None, True and False, fractions like 0.5 or "1.5", and strings float() cannot
        read. NaN and infinities are not delivered.""",
        pt="""Um programa de pesquisas entregou os códigos em `raw` no tipo que calhou: o código 7
        pode aparecer como 7, 7.0, "7", " 7" ou "7.0", e tudo isso é o mesmo código. Conte quantas
        vezes cada código foi entregue e dê pares (código, contagem), com o código como int, e a
        maior contagem na frente; em caso de empate nas contagens, o código menor fica na frente.
        Pule tudo o que não é número inteiro: None, True e False, frações como 0.5 ou "1.5", e
        strings que float() não consegue ler. NaN e infinitos não são entregues.""",
    ),
    signature="def code_counts(raw: list[object]) -> list[tuple[int, int]]:",
    ordinary=_raw_codes,
    imports="from collections import Counter",
    body="""
    counts: Counter[int] = Counter()
    for item in raw:
        try:
            number = float(str(item))
        except ValueError:
            continue
        if number.is_integer():
            counts[int(number)] += 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    """,
    edges=lambda rng: [
        ([],),
        ([None, True, False, "x", ""],),
        ([1, True, "1", 1.0, "True", rng.randint(2, 9)],),
        (["10", 9, "9.0", 10.0, " 2 "],),
        ([-3, "-3", 0, "-0.0", 0.5],),
        ([rng.randint(1, 3) for _ in range(40)],),
    ],
)

ADVANCED: tuple[Variant, ...] = (_BY_SCHEMA, _INFERRED, _BALANCE, _CODES)
