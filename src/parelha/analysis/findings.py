"""What the tools print, read into one record; and that record as text for the reviewer's prompt."""

import json
import re
import secrets
from collections.abc import Iterable
from typing import Any, Literal

from parelha.types import Finding

Tool = Literal["pylint", "flake8", "mypy"]
TOOLS: tuple[Tool, ...] = ("flake8", "mypy", "pylint")  # the order of `Analysis.findings`
PROGRAM_NAME = "program.py"
# flake8 knows no format that quotes: a message may hold line breaks, and what looks like the next
# finding. This mark, which no program can know, tells where findings begin.
_FLAKE8_MARK = secrets.token_hex(16)
FLAKE8_FORMAT = f"{_FLAKE8_MARK}%(row)d:%(col)d:%(code)s:%(text)s"

_FLAKE8_FINDING = re.compile(r"(\d+):(-?\d+):([^:\s]+):(.*)", re.DOTALL)
_SIGHT = '{"unseen"'  # no message of mypy begins so
# pylint names the report of its own crash after the clock and the user's home.
_CRASH_FILE = re.compile(r"'[^']*pylint-crash-[^']*'")


def read_pylint(output: str) -> tuple[tuple[Finding, ...], float | None]:
    """Findings and score from ``pylint --output-format=json2``.

    Returns:
        The findings, and the score; the score is None when pylint could not read the program.

    Raises:
        ValueError: the output is not pylint's.
    """
    report: dict[str, Any] = json.loads(output)
    found = tuple(
        Finding(
            tool="pylint",
            code=str(item["messageId"]),
            message=_CRASH_FILE.sub("'...'", _printable(str(item["message"]))),
            line=int(item["line"] or 1),
            column=int(item["column"] or 0),
            severity=str(item["type"]),
        )
        for item in report["messages"]
    )
    unread = any(item.severity == "fatal" or item.code == "E0001" for item in found)
    score = report["statistics"]["score"]
    # A formula of the user's own may have failed: the score is then a sentence.
    return found, float(score) if isinstance(score, int | float) and not unread else None


def read_flake8(output: str) -> tuple[Finding, ...]:
    """Findings from flake8 with `FLAKE8_FORMAT`; its columns, which start at 1, start at 0 here.

    Raises:
        ValueError: the output is not flake8's.
    """
    found: list[Finding] = []
    for record in output.split(_FLAKE8_MARK)[1:]:
        match = _FLAKE8_FINDING.fullmatch(record)
        if match is None:
            raise ValueError(f"not a finding of flake8: {record[:200]!r}")
        row, column, code, message = match.groups()
        severity = "error" if code.startswith(("E9", "F")) else "warning"
        found.append(
            Finding("flake8", code, message.strip(), int(row), max(0, int(column) - 1), severity)
        )
    return tuple(found)


def split_sight(output: str) -> tuple[str, dict[str, Any]]:
    """A warm mypy's output apart from the line that says what it did not see (`_mypy_sight`)."""
    lines = output.rstrip("\n").split("\n")
    sight = json.loads(lines[-1]) if lines[-1].startswith(_SIGHT) else {}
    return "\n".join(lines[:-1] if sight else lines), sight


def read_mypy(output: str) -> tuple[Finding, ...]:
    """Findings from ``mypy --output json``, one object a line; other lines say something else.

    Raises:
        ValueError: the output is not mypy's.
    """
    found: list[Finding] = []
    for line in output.split("\n"):
        if not line.startswith("{"):
            continue
        item: dict[str, Any] = json.loads(line)
        message = _printable(str(item["message"]))
        row, column = int(item["line"]), int(item["column"])
        if item["file"] != PROGRAM_NAME:  # an installed stub that mypy cannot read
            message, row, column = f"{str(item['file']).rsplit('/', 1)[-1]}: {message}", 1, 0
        severity = str(item["severity"])
        code = str(item["code"] or ("note" if severity == "note" else "misc"))
        found.append(Finding("mypy", code, message, row, max(0, column), severity))
    return tuple(found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by tool, line, column, code; the message decides between equals."""
    return tuple(
        sorted(
            findings, key=lambda item: (item.tool, item.line, item.column, item.code, item.message)
        )
    )


def to_text(findings: Iterable[Finding], limit: int = 20) -> str:
    """Findings as compact lines for a prompt: ``pylint C0116 line 3: Missing function docstring``.

    Args:
        findings: in the order they are to be shown; mypy's notes are left out.
        limit: lines at most, the line that says how many were left out included; at least 1.

    Returns:
        The lines, or "no findings".
    """
    lines = [
        f"{item.tool} {item.code} line {item.line}: {' '.join(item.message.split())[:200]}"
        for item in findings
        if item.severity != "note"
    ]
    if not lines:
        return "no findings"
    if len(lines) > limit:
        kept = max(0, limit - 1)
        lines = [*lines[:kept], f"... and {len(lines) - kept} more"]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """A message without lone surrogates, which a program's strings may hold and no file can."""
    return text.encode("utf-8", "backslashreplace").decode()
