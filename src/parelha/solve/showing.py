"""A solution on the terminal, as JSON, and as a program that runs by itself."""

import ast
from pathlib import Path
from typing import Any

import numpy as np

from parelha.report.text import printable

from .answers import answer_json, answer_text
from .describing import ENTRY_POINT
from .harness import outside, reads_outside, set_outside, takes
from .solving import Pair, Solution, dialogue
from .tables import Table

_RULE = "─" * 4
_WORDS, _LINES = 1000, 10  # of what stands in place of a program


def solution_text(solution: Solution, plot: Path | None) -> str:
    """The answer and the program."""
    parts: list[str] = []
    run = solution.run
    if run is not None and run.answers:
        if run.value is not None:
            parts.append(answer_text(run.value))
        elif run.printed.strip():
            parts.append(printable(run.printed.strip()))
        if run.plot:
            parts.append(f"plot: {plot}" if plot else "a plot was drawn: keep it with --plot FILE")
    if solution.program:
        head = f"{_RULE} program"
        if run and run.answers:
            head += f": {solution.verdict}"
            if (count := len(solution.branches)) > 1:
                head += f"; {solution.agreeing} of {count} programs give this answer"
        parts.append(f"{head}\n{printable(solution.program.strip())}")
    return "\n\n".join(parts)


def words_text(solution: Solution) -> str:
    """The beginning of what the coder wrote in place of a program, for a few lines."""
    lines = [line for line in solution.words[:_WORDS].splitlines() if line.strip()]
    left = len(lines) > _LINES or len(solution.words) > _WORDS
    return printable("\n".join([*lines[:_LINES], *(["..."] if left else [])]))


def dialogue_text(solution: Solution) -> str:
    """What was asked, and all that was said, in order."""
    lines = [f"{_RULE} question", solution.task.statement["en"]]
    for record in dialogue(solution):
        if record["agent"] == "coder":
            action = f", {record['action']}" if record.get("action") else ""
            lines += [f"{_RULE} coder, {record['kind']}{action}", record["answer"].strip()]
        else:
            for tool, said in record["tools"].items():
                lines += [f"{_RULE} {tool}", said.strip()]
            severity = f", {record['severity']}" if record["severity"] else ""
            lines.append(f"{_RULE} reviewer, {record['action'] or 'cut off'}{severity}")
            lines += [f"> {record['quote']}"] if record["quote"] else []
            lines += [record["review"].strip()] if record["review"] else []
        lines += [record["dropped"]] if "dropped" in record else []
    return printable("\n".join(lines))


def solution_record(
    question: str, tables: tuple[Table, ...], pair: Pair, solution: Solution, plot: Path | None
) -> dict[str, Any]:
    """All of it for a program that reads it."""
    run = solution.run
    answered = run is not None and run.answers
    return {
        "question": question,
        "answer": answer_json(run.value) if run is not None and answered else None,
        "kind": _kind(run.value) if run is not None and answered else None,
        "printed": run.printed if run is not None else "",
        "plot": str(plot) if plot and run is not None and run.plot else None,
        "why_not": solution.why_not,
        "words": solution.words,
        "program": solution.program,
        "verdict": solution.verdict,
        "agreeing": solution.agreeing,
        "drafts": len(solution.branches),
        "model": pair.name,
        "step": pair.step,
        "tables": [{"name": t.name, "source": t.source, "shape": t.frame.shape} for t in tables],
        "notices": [*(notice for table in tables for notice in table.notices), *solution.notices],
        "dialogue": dialogue(solution),
    }


def _kind(value: object) -> str:
    """What an answer is, in one word."""
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return "number"
    known = {"DataFrame": "table", "Series": "table", "str": "text", "NoneType": "none"}
    return known.get(type(value).__name__, "other")


def program_file(program: str, tables: tuple[Table, ...]) -> str:
    """The program below the lines that read its files, so that it runs by itself (`harness`)."""
    source = program.strip()
    try:
        body = ast.parse(source).body
    except SyntaxError:  # kept as it is, to be mended
        body = []
    lines = source.split("\n")
    first = _first_line(body)
    load = ["import pandas as pd", "", *(line for table in tables for line in table.code), "", ""]
    names = [table.name for table in tables]
    # The program's own lines may make another table of that name, for an example.
    changed = set_outside(body) & set(names)
    kept = f"({''.join(f'{name}, ' for name in names).strip()})" if changed else ""
    load += [f"_tables = {kept}", "", ""] if kept else []
    end = _shown(body, names, "*_tables" if kept else ", ".join(names))
    return "\n".join([*lines[:first], *load, *lines[first:], *end]) + "\n"


def _first_line(body: list[ast.stmt]) -> int:
    """How many lines have to stay at the top: those up to the last `from __future__ import`."""
    ends = [
        node.end_lineno or 0
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    return max(ends, default=0)


def _shown(body: list[ast.stmt], tables: list[str], arguments: str) -> list[str]:
    """Lines that print what the program was asked for, found as `harness` finds it."""
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    names = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Name)]
    kept = set_outside(body)
    says = "result" in kept or any(node.id == "print" for node in outside(body))
    tells = says and reads_outside(body, tables)
    if ENTRY_POINT in functions or ENTRY_POINT not in kept:
        for name, node in functions.items():
            alone = len(functions) == 1 and takes(node, len(tables)) and not tells
            if name == ENTRY_POINT or alone:
                return ["", "", f"print({name}({arguments}))"]
    if any(node.id == "print" for node in names):
        return []
    return [f"print({found})" for found in (ENTRY_POINT, "result") if found in kept][:1]
