"""A question about tables as a task: what both agents are told of the data, and of the answer.

What comes from a file (names, cells) is written as Python writes it, on one line and capped; that
none of it becomes a control token or a frame is the prompt's own business, as with every statement.
"""

import re
from typing import Any

import pandas as pd

from parelha.types import CoderAction, Lang, Limits, Task

from .tables import Table

ENTRY_POINT = "answer"
MAX_COLUMNS = 40  # of all tables together; a line each
MIN_COLUMNS = 4  # of each table, however many there are
_ROWS = 3
_FEW = 6  # different values that are all named
_LOOKED_AT = 100_000  # rows in which different values are counted
_CELL = 28
_NAME = 48
_DOCSTRING = 300
_PLOT = re.compile(
    r"\b(?:plot|chart|graph|draw|diagram|histogram|gr[aá]fico|desenh|histograma)", re.I
)

_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "tables": "The data are loaded already. The function is given:",
        "table": "`{name}`: a DataFrame of {rows} rows and {columns} columns ({source})",
        "first": "its columns, with type and first values:",
        "missing": "{count} missing",
        "all": "only {values}",
        "more": "... and {count} more columns, from {first} to {last}",
        "answer": "Return the answer itself: a number, a text or a DataFrame. Read no files.",
        "plot": "Draw the plot with matplotlib.pyplot.",
    },
    "pt": {
        "tables": "Os dados já estão carregados. A função recebe:",
        "table": "`{name}`: um DataFrame de {rows} linhas e {columns} colunas ({source})",
        "first": "suas colunas, com tipo e primeiros valores:",
        "missing": "{count} ausentes",
        "all": "só {values}",
        "more": "... e mais {count} colunas, de {first} a {last}",
        "answer": "Devolva a própria resposta: um número, um texto ou um DataFrame. Não leia "
        "arquivos.",
        "plot": "Desenhe o gráfico com matplotlib.pyplot.",
    },
}


def as_task(question: str, tables: tuple[Table, ...], lang: Lang, limits: Limits) -> Task:
    """The question as both agents read it, without examples, hidden inputs and a reference."""
    names = ", ".join(f"{table.name}: pd.DataFrame" for table in tables)
    return Task(
        id="question",
        family="question",
        action=CoderAction.ANALYSE_STATISTICS,  # said to nobody
        level=1,
        split="heldout_seeds",
        statement=dict.fromkeys(("en", "pt"), _statement(question, tables, lang)),
        signature=f"def {ENTRY_POINT}({names}) -> object:\n    {_docstring(question)}",
        entry_point=ENTRY_POINT,
        examples=(),
        make_cases=lambda seed: (),
        reference="",
        compare=lambda right, actual: None,
        limits=limits,
    )


def _docstring(question: str) -> str:
    """The question where the program begins: between it and the program stands much else."""
    line = " ".join(question.split()).replace("\\", "/").replace('"', "'")
    return f'"""{line if len(line) <= _DOCSTRING else line[: _DOCSTRING - 3] + "..."}"""'


def columns_shown(table: Table, question: str, room: int) -> list[str]:
    """The columns that are described: those that the question names, then the first ones."""
    every = table.frame.columns.tolist()
    asked = question.casefold()
    named = [name for name in every if name.strip() and name.strip().casefold() in asked]
    # A longer name that is asked for holds shorter ones.
    named.sort(key=len, reverse=True)
    chosen = set(named[:room])
    for name in every:
        if len(chosen) >= room:
            break
        chosen.add(name)
    return [name for name in every if name in chosen]


def room_of(tables: tuple[Table, ...]) -> int:
    """How many columns of each table are described."""
    return max(MIN_COLUMNS, MAX_COLUMNS // len(tables))


def _statement(question: str, tables: tuple[Table, ...], lang: Lang) -> str:
    words = _WORDS[lang]
    lines = [question.strip(), "", words["tables"]]
    for table in tables:
        rows, columns = table.frame.shape
        head = words["table"].format(
            name=table.name, rows=rows, columns=columns, source=table.source
        )
        lines += [f"{head}; {words['first']}"]
        shown = columns_shown(table, question, room_of(tables))
        lines += [_column(table.frame[name], words) for name in shown]
        if left := [name for name in table.frame.columns if name not in set(shown)]:
            first, last = (_brief(name, _NAME) for name in (left[0], left[-1]))
            lines.append(words["more"].format(count=len(left), first=first, last=last))
    # Said where it is asked for alone: told of plots, a small model draws one.
    wanted = [words["plot"]] if _PLOT.search(question) else []
    return "\n".join([*lines, " ".join([words["answer"], *wanted])])


def _column(column: "pd.Series[Any]", words: dict[str, str]) -> str:
    """Name, type, and values: all different ones of a text that has few, else the first ones."""
    said = [str(column.dtype)]
    few: list[object] = []
    if isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype) or column.dtype == object:
        few = _different(column)
    if 0 < len(few) <= _FEW:
        said.append(words["all"].format(values=", ".join(_brief(v, _CELL) for v in few)))
    else:
        said.append(", ".join(_brief(value, _CELL) for value in column.iloc[:_ROWS]))
    if missing := int(column.isna().sum()):
        said.append(words["missing"].format(count=missing))
    return f"- {_brief(column.name, _NAME)}: {'; '.join(said)}"


def _different(column: "pd.Series[Any]") -> list[object]:
    """The different values; none where there are many, or where cells are no plain values."""
    if len(column) > _LOOKED_AT:
        return []
    try:
        found: list[object] = column.dropna().unique().tolist()
    except TypeError:  # lists in cells
        return []
    return found if len(found) < len(column) else []


def _brief(value: object, most: int) -> str:
    """A value as Python writes it, and plain numbers and dates as people do."""
    if isinstance(value, str):
        return repr(value if len(value) <= most else value[: most - 3] + "...")
    text = " ".join(str(value).split()).removesuffix(" 00:00:00")
    return text if len(text) <= most else text[: most - 3] + "..."
