"""Plain text for the terminal; light, for commands that must answer at once."""

import json
from collections.abc import Mapping, Sequence


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
