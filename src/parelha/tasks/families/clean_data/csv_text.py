"""CSV text, tidy and messy, read and written; the whole family is kept for evaluation."""

import csv
import io
from random import Random

import pandas as pd

from parelha.tasks.compare import Comparator
from parelha.tasks.draws import PRODUCTS
from parelha.tasks.families.clean_data.csv_text_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _lines(rng: Random, size: int) -> list[str]:
    return [
        f"{rng.choice(PRODUCTS)},{rng.randint(1, 99)},{rng.uniform(0.5, 20.0):.2f}"
        for _ in range(max(2, size // 2))
    ]


def _plain(rng: Random, size: int) -> Args:
    return ("\n".join(_lines(rng, size)) + rng.choice(["", "\n"]),)


_CELLS = levels(
    "cells",
    doc="Return the cells of a comma-separated text.",
    ask=text(
        en="""The string `document` is comma-separated text, one record on each line. Split it into
        a list of records, where a record is the list of its cells as strings.""",
        pt="""A string `document` é um texto separado por vírgulas, com um registro em cada linha.
        Divida-o em uma lista de registros, em que um registro é a lista das suas células como
        strings.""",
    ),
    signature="def cells(document: str) -> list[list[str]]:",
    ordinary=_plain,
    easy=Level(
        contract=text(
            "Quotation marks do not occur, nor do empty lines.",
            "Não ocorrem aspas, nem linhas vazias.",
        ),
        body="""return [line.split(",") for line in document.splitlines()]""",
        edges=lambda rng: [("",), (f"a,,{rng.randint(1, 9)}\n,,",), ("one",), ("a b, c\n1,2",)],
    ),
    hard=Level(
        contract=text(
            en="""Cells may be enclosed in double quotes, and then commas and line breaks inside
            belong to the cell and two double quotes in a row stand for one.""",
            pt="""Células podem vir entre aspas duplas; nesse caso, vírgulas e quebras de linha de
            dentro pertencem à célula, e duas aspas duplas seguidas representam uma.""",
        ),
        imports="import csv\nimport io",
        body="""return list(csv.reader(io.StringIO(document, newline="")))""",
        edges=lambda rng: [
            (f'"a,b",{rng.randint(1, 9)}\nc,"d"',),
            ('"say ""hi""",x\n"",y',),
            (f'"two\nlines",{rng.randint(1, 9)}\nz,w\n',),
        ],
    ),
    oracle=lambda document: list(csv.reader(io.StringIO(document, newline=""))),
)


def _headed(rng: Random, size: int) -> Args:
    return ("product,units,price\n" + "\n".join(_lines(rng, size)),)


def _records_oracle(table: str) -> object:
    lines = [line for line in table.split("\n") if line.strip() and not line.startswith("#")]
    frame = pd.read_csv(io.StringIO("\n".join(lines)), dtype="str", keep_default_na=False)
    return [
        {str(name).strip(): str(cell).strip() for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


_RECORDS = levels(
    "records",
    doc="Return the lines of a table as dictionaries.",
    ask=text(
        en="""In the string `table`, the first line names the columns and the remaining lines hold
        data, all with commas between the cells. Give one dictionary per data line that assigns
        every column name its cell, a string.""",
        pt="""Na string `table`, a primeira linha nomeia as colunas e as demais contêm dados, todas
        com vírgulas entre as células. Dê um dicionário por linha de dados, que atribui a cada nome
        de coluna a sua célula, uma string.""",
    ),
    signature="def records(table: str) -> list[dict[str, str]]:",
    ordinary=_headed,
    easy=Level(
        contract=text("There are no quotation marks.", "Não há aspas."),
        body="""
        head, *lines = [line.split(",") for line in table.splitlines()]
        return [dict(zip(head, line)) for line in lines]
        """,
        edges=lambda rng: [
            ("a,b",),
            (f"a\n{rng.randint(1, 9)}\nx",),
            (f"n,m\n,\n1,{rng.randint(1, 9)}",),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Skip blank lines and lines that start with "#", even ahead of the names; blanks
            around names and cells are dropped.""",
            pt="""Pule linhas em branco e linhas que começam com "#", mesmo antes dos nomes; espaços
            ao redor de nomes e células são eliminados.""",
        ),
        body="""
        useful = [line for line in table.splitlines() if line.strip()]
        rows = [line.split(",") for line in useful if line[0] != "#"]
        head, *lines = [[cell.strip() for cell in row] for row in rows]
        return [dict(zip(head, line)) for line in lines]
        """,
        edges=lambda rng: [
            (f"# from the till\na, b\n1 , {rng.randint(1, 9)}",),
            (f"\n  \na,b\n\n x y ,2\n# end, 7\n3,{rng.randint(1, 9)}\n",),
            (f"a,#b\n1,#{rng.randint(1, 9)}",),
        ],
    ),
    oracle=_records_oracle,
)


def _named_column(rng: Random, size: int) -> Args:
    return (*_headed(rng, size), rng.choice(["units", "price"]))


def _sum_oracle(table: str, column: str) -> object:
    separator = ";" if ";" in table.partition("\n")[0] else ","
    frame = pd.read_csv(io.StringIO(table), sep=separator)
    return float(pd.to_numeric(frame[column], errors="coerce").astype(float).sum())


_SUM = levels(
    "column_sum",
    doc="Return the sum of a named column of a table.",
    ask=text(
        en="""`table` is text whose first line is the header; commas separate the cells. Add up the
        numbers in the column called `column` and give the float.""",
        pt="""`table` é um texto cuja primeira linha é o cabeçalho; vírgulas separam as células.
        Some os números da coluna chamada `column` e dê o float.""",
    ),
    signature="def column_sum(table: str, column: str) -> float:",
    ordinary=_named_column,
    easy=Level(
        contract=text("", ""),
        body="""
        head, *rows = [line.split(",") for line in table.splitlines()]
        place = head.index(column)
        return sum((float(row[place]) for row in rows), 0.0)
        """,
        edges=lambda rng: [
            ("a,b", "b"),
            (f"a,b\n1,{rng.randint(2, 99)}\n3,-4.5", "b"),
            (f"unit,units\n{rng.randint(1, 9)},20", "units"),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If the header contains a semicolon, semicolons separate the cells instead. Cells
            that are empty or no numbers, "n/a" for one, add nothing.""",
            pt="""Se o cabeçalho contém um ponto e vírgula, são eles que separam as células. Células
            vazias ou que não são números, como "n/a", não acrescentam nada.""",
        ),
        body="""
        lines = table.splitlines()
        separator = ";" if ";" in lines[0] else ","
        head, *rows = [line.split(separator) for line in lines]
        total = 0.0
        for row in rows:
            try:
                total += float(row[head.index(column)])
            except ValueError:
                continue
        return total
        """,
        edges=lambda rng: [
            (f"a;b\nx,y;{rng.randint(1, 9)}\nz;2.5", "b"),
            (f"a,b\n1,\n2,n/a\n3,{rng.randint(1, 9)}", "b"),
            (f"b;a\n;x\n{rng.randint(1, 9)};n/a\n1 kg;2", "b"),
        ],
    ),
    oracle=_sum_oracle,
)


def _sensor_text(rng: Random, size: int) -> Args:
    rows = [
        f"{rng.uniform(-5.0, 40.0):.1f},{rng.uniform(20.0, 90.0):.1f}"
        for _ in range(max(2, size // 2))
    ]
    return ("temperature,humidity\n" + "\n".join(rows),)


def _frame_oracle(document: str) -> object:
    head, *lines = document.split("\n")
    names = head.split(",")
    columns: dict[str, list[float | None]] = {name: [] for name in names}
    for line in filter(None, lines):
        cells = line.split(",")
        for name, cell in zip(names, cells, strict=True):
            columns[name].append(None if cell.strip() in ("", "-", "?") else float(cell))
    return pd.DataFrame({name: pd.Series(c, dtype="float64") for name, c in columns.items()})


_FRAME = levels(
    "to_frame",
    doc="Return the table as a DataFrame of floats.",
    ask=text(
        en="""Read the string `document`, comma-separated measurements below a line with their
        names, into a pandas DataFrame: float64 columns in the sequence of the names. Its index is
        of no importance.""",
        pt="""Leia a string `document`, medições separadas por vírgulas sob uma linha com os seus
        nomes, para um DataFrame do pandas: colunas float64 na sequência dos nomes. O índice é
        indiferente.""",
    ),
    signature="def read(document: str) -> pd.DataFrame:",
    ordinary=_sensor_text,
    compare=Comparator(check_index=False, exact_dtype=True),
    easy=Level(
        contract=text("", ""),
        imports="import io\n\nimport pandas as pd",
        body="""return pd.read_csv(io.StringIO(document), dtype="float64")""",
        edges=lambda rng: [
            ("x,y",),
            (f"x\n{rng.randint(1, 9)}\n2",),
            (f"y,x\n1,0.5\n-2,{rng.randint(1, 9)}e1",),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A measurement that failed was written as "-" or "?" or left empty; make it NaN.
            Blank lines at the end do not count.""",
            pt="""Uma medição que falhou foi escrita como "-" ou "?" ou deixada vazia; transforme-a
            em NaN. Linhas em branco no fim não contam.""",
        ),
        imports="import io\n\nimport pandas as pd",
        body="""
        source, failed = io.StringIO(document), ["-", "?"]
        return pd.read_csv(source, dtype="float64", na_values=failed)
        """,
        edges=lambda rng: [
            (f"x,y\n-,{rng.randint(1, 9)}\n?,-2",),
            (f"x,y\n,{rng.randint(1, 9)}\n1,\n\n\n",),
            (f"a,b,c\n?,-,\n-1,?,{rng.randint(1, 9)}",),
        ],
    ),
    oracle=_frame_oracle,
)


def _to_write(rng: Random, size: int) -> Args:
    words = ("milk", "tea", "rice", "pão", "")
    width = rng.randint(2, 3)
    return ([[rng.choice(words) for _ in range(width)] for _ in range(max(2, size // 2))],)


def _written_oracle(rows: list[list[str]]) -> object:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(rows)
    return out.getvalue()


_WRITE = levels(
    "written",
    doc="Return the rows as comma-separated text.",
    ask=text(
        en="""Go the other way and make CSV text of `rows`, lists of two or more strings: commas
        between cells, and every line, the final one included, closed by a newline "\\n".""",
        pt="""Faça o caminho inverso e produza texto CSV de `rows`, listas de duas ou mais strings:
        vírgulas entre as células, e toda linha, inclusive a última, fechada por uma quebra de linha
        "\\n".""",
    ),
    signature="def written(rows: list[list[str]]) -> str:",
    ordinary=_to_write,
    easy=Level(
        contract=text(
            "No string has a comma, a quote or a newline.",
            "Nenhuma string tem vírgula, aspas ou quebra de linha.",
        ),
        body="""return "".join(",".join(row) + "\\n" for row in rows)""",
        edges=lambda rng: [
            ([],),
            ([["a", str(rng.randint(1, 9))]],),
            ([["", ""], ["x y", " z "]],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A cell containing a comma, a double quote or a newline goes between double quotes,
            its own double quotes written twice; other cells are never quoted.""",
            pt="""Uma célula que contém vírgula, aspas duplas ou quebra de linha vai entre aspas
            duplas, e as suas próprias aspas são escritas duas vezes; outras células nunca levam
            aspas.""",
        ),
        body="""
        lines = []
        for row in rows:
            line = []
            for cell in row:
                if any(sign in cell for sign in ',"\\n'):
                    cell = '"' + cell.replace('"', '""') + '"'
                line.append(cell)
            lines.append(",".join(line) + "\\n")
        return "".join(lines)
        """,
        edges=lambda rng: [
            ([["a,b", str(rng.randint(1, 9))], ["c", "d,"]],),
            ([['say "hi"', "x"], ['"', f"{rng.randint(1, 9)}"]],),
            ([["two\nlines", " y "], ["'", f'a,"{rng.randint(1, 9)}"\n']],),
        ],
    ),
    oracle=_written_oracle,
)

_MISTAKES = (
    Mistake("cells", "return [document.split(',')]"),
    Mistake("cells", "return [line.split(',') for line in document.splitlines()]", level=2),
    Mistake("records", "return [dict(zip('abc', r.split(','))) for r in table.split('\\n')[1:]]"),
    Mistake(
        "column_sum",
        "return sum(float(line.split(',')[-1]) for line in table.splitlines()[1:])",
    ),
    Mistake("written", "return '\\n'.join(','.join(row) for row in rows)"),
)

FAMILY = Family(
    "clean_data.csv_text",
    CoderAction.CLEAN_DATA,
    (*_CELLS, *_RECORDS, *_SUM, *_FRAME, *_WRITE, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
