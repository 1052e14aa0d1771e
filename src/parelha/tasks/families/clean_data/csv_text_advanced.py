"""CSV text at levels 3 and 4: an export with mixed separators, and a long till roll added up."""

import io
from random import Random

import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

_SEPARATORS = (",", ";", "\t", "|")


def _export(rng: Random, size: int) -> Args:
    mark = rng.choice(_SEPARATORS)
    lines = [mark.join(["Name", " Town ", "name", "Note"])]
    for number in range(size):
        cells = [f"n{number}", rng.choice(["Porto", "", " Faro "]), f"x{rng.randint(1, 9)}", "ok"]
        cells = cells[: rng.choice([4, 4, 4, 3, 2])] + ["spare"] * rng.choice([0, 0, 1])
        lines.append(mark.join(cells) if rng.random() < 0.9 else rng.choice(["", mark * 3, "  "]))
    return (rng.choice(["", "\ufeff"]) + rng.choice(["\n", "\r\n"]).join(lines),)


_REPAIRED = advanced(
    "repaired_export",
    3,
    doc="Return the repaired lines of an export as dictionaries.",
    ask=text(
        en="""An office export is damaged in known ways; turn the string `export` into a list of
        dictionaries from column name to text. (1) A byte order mark "\\ufeff" at the very beginning
        is to be ignored, and lines end in "\\n" or "\\r\\n". (2) The separator is whichever of
        comma, semicolon, tab and "|" occurs most often in the first line, which has the names and
        contains a single kind of them. (3) Strip white space from all names and cells, and make
        names lower case; a name that already occurred gets "_2" appended, the next "_3", and so on.
        (4) Cells missing at the end of a line are "", cells beyond the last name are thrown away.
        (5) Data lines in which all cells are empty after stripping yield nothing. No cell is
        quoted.""",
        pt="""Uma exportação de escritório está danificada de formas conhecidas; transforme a string
        `export` em uma lista de dicionários do nome da coluna para texto. (1) Uma marca de ordem de
        bytes "\\ufeff" bem no início deve ser ignorada, e as linhas terminam em "\\n" ou "\\r\\n".
        (2) O separador é aquele entre vírgula, ponto e vírgula, tabulação e "|" que mais ocorre na
        primeira linha, a qual tem os nomes e contém um só tipo deles. (3) Tire os espaços em branco
        ao redor de todos os nomes e células, e ponha os nomes em minúsculas; um nome que já ocorreu
        recebe "_2" no fim, o próximo "_3", e assim por diante. (4) Células que faltam no fim de uma
        linha são "", células além do último nome são jogadas fora. (5) Linhas de dados em que todas
        as células ficam vazias não produzem nada. Nenhuma célula leva aspas.""",
    ),
    signature="def repaired(export: str) -> list[dict[str, str]]:",
    ordinary=_export,
    body="""
    plain_text = export.removeprefix("\\ufeff").replace("\\r\\n", "\\n")
    first, *lines = plain_text.split("\\n")
    mark = max(",;\\t|", key=first.count)
    counts: dict[str, int] = {}
    names = []
    for name in first.split(mark):
        plain = name.strip().lower()
        counts[plain] = counts.get(plain, 0) + 1
        repeat = counts[plain]
        names.append(plain if repeat == 1 else f"{plain}_{repeat}")
    rows = []
    for line in lines:
        cells = [cell.strip() for cell in line.split(mark)]
        if any(cells):
            cells += [""] * len(names)
            rows.append(dict(zip(names, cells)))
    return rows
    """,
    edges=lambda rng: [
        ("a,b",),
        (f"\ufeffA;a;A\r\n1;2;{rng.randint(3, 9)}\r\n",),
        (f"x\ty\n1\n\n \t \n2\t3\t{rng.randint(4, 9)}",),
        (f"name|age\nAna, Bia|{rng.randint(1, 99)}\n|\n|7",),
        (f" Total , total,TOTAL ,n\n,,,\n , ,{rng.randint(1, 9)}",),
        (f"only\n{rng.randint(1, 9)}\n\n x ",),
    ],
)


def _till_roll(rng: Random, size: int) -> Args:
    goods = [f"g{number}" for number in range(max(2, size // 50))]
    lines = ["item,units,price"]
    for _ in range(size):
        item, units = rng.choice(goods), rng.randint(1, 9)
        price = f'"{rng.randint(1, 4)},{rng.randint(0, 999):03d}.50"'
        price = rng.choice([price, f"{rng.uniform(0.5, 90.0):.2f}", f"${rng.randint(1, 90)}"])
        line = f"{item},{units},{price}"
        lines.append(rng.choice([line] * 8 + ["item,units,price", f"VOID {line}", f"{item},,", ""]))
    return ("\n".join(lines),)


def _till_oracle(roll: str) -> object:
    lines = [line for line in roll.split("\n") if line.strip()]
    frame = pd.read_csv(io.StringIO("\n".join(lines)), dtype="str", keep_default_na=False)
    void = frame["item"].str.startswith("VOID ")
    price = pd.to_numeric(frame["price"].str.replace("[$,]", "", regex=True), errors="coerce")
    units = pd.to_numeric(frame["units"], errors="coerce").astype(float)
    value = (units * price.astype(float)).where(~void, -units * price.astype(float)).dropna()
    item = frame["item"].str.removeprefix("VOID ")
    totals = value.groupby(item).sum()
    return {str(name): float(total) for name, total in totals.items()}


_TILL = advanced(
    "till_roll",
    4,
    doc="Return the takings by item of a till roll.",
    ask=text(
        en="""A till appended its daily files to one long string, `roll`. The first line is the
        header "item,units,price"; it comes again wherever a new day starts and is no sale. Any
        other line is one sale: an item, whole units, and a price that may carry a dollar sign
        and, in double quotes, commas between thousands ("1,250.50"). An item beginning with
        "VOID " takes back a sale: its units times price are subtracted from the item named
        behind that word. Empty lines and lines whose units or price are empty are no sales
        either. Compute the takings, units times price, of each item with a sale or a VOID, as a
        dictionary of floats.""",
        pt="""Um caixa juntou os arquivos de cada dia em uma só string longa, `roll`. A primeira
        linha é o cabeçalho "item,units,price"; ele vem de novo sempre que um novo dia começa e não
        é uma venda. Qualquer outra linha é uma venda: um item, unidades inteiras e um preço que
        pode trazer um cifrão e, entre aspas duplas, vírgulas entre os milhares ("1,250.50"). Um
        item que começa com "VOID " desfaz uma venda: as suas unidades vezes o preço são subtraídas
        do item indicado depois dessa palavra. Linhas vazias e linhas cujas unidades ou preço estão
        vazios tampouco são vendas. Calcule a receita, unidades vezes preço, de cada item com uma
        venda ou um VOID, como um dicionário de floats.""",
    ),
    signature="def takings(roll: str) -> dict[str, float]:",
    ordinary=_till_roll,
    imports="import csv",
    body="""
    totals: dict[str, float] = {}
    for row in csv.reader(roll.splitlines()):
        if not row or row == ["item", "units", "price"]:
            continue
        item, units, price = row
        if units and price:
            name = item.removeprefix("VOID ")
            value = int(units) * float(price.strip("$").replace(",", ""))
            signed = value if name == item else -value
            totals[name] = totals.get(name, 0.0) + signed
    return totals
    """,
    edges=lambda rng: [
        ("item,units,price",),
        (f"item,units,price\ntea,2,3.50\nVOID tea,1,3.50\nmilk,{rng.randint(1, 9)},1.00",),
        (f'item,units,price\ntea,{rng.randint(1, 9)},"1,250.50"\ntea,1,"$2,000,000"',),
        (f"item,units,price\n\nitem,units,price\nitem,{rng.randint(1, 9)},$4\n\n",),
        (f"item,units,price\ntea,,2.00\ntea,2,\nVOID rice,{rng.randint(1, 9)},0.50",),
        ("item,units,price\na,0,5.00\nb,1,0.00\nVOID b,,",),
    ],
    oracle=_till_oracle,
)

ADVANCED: tuple[Variant, ...] = (_REPAIRED, _TILL)
