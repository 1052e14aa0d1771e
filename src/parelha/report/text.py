"""Plain text for the terminal; light, for commands that must answer at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol


class Check(Protocol):
    """One finding of `parelha.doctor`."""

    @property
    def name(self) -> str:
        """What was looked at."""

    @property
    def state(self) -> str:
        """How it is."""

    @property
    def found(self) -> str:
        """What is there."""

    @property
    def advice(self) -> str:
        """What to do, if anything."""


def checks_text(checks: Sequence[Check]) -> str:
    """What `doctor` found, advice below each finding that needs it."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{check.state:8} {check.name:{width}}  {check.found}")
        if check.advice:
            lines.append(f"{'':8} {'':{width}}  → {check.advice}")
    return "\n".join(lines)


def table_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of equal keys as aligned columns under their names; numbers to the right."""
    columns = []
    for name in rows[0]:
        cells = [name, *(row[name] for row in rows)]
        width = max(map(len, cells))
        numeric = all(cell[:1] in "+-−–0123456789" for cell in cells[1:])
        columns.append([c.rjust(width) if numeric else c.ljust(width) for c in cells])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def printable(text: str) -> str:
    """Text without what could steer a terminal: model output is untrusted."""
    return "".join(c if c.isprintable() or c in "\n\t" else spelled(c) for c in text)


def spelled(character: str) -> str:
    """A character by its number, as JSON writes it."""
    return json.dumps(character).strip('"')
