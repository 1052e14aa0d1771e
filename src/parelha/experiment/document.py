"""``docs/results.md``: made from the results of experiments, with no figure typed by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from parelha.errors import UsageError
from parelha.experiment.claims import claims
from parelha.experiment.runs import RESULTS, read_times
from parelha.experiment.stored import Results, read_stored
from parelha.experiment.tables import Rows, facts, titled_tables
from parelha.files import write_atomic
from parelha.report.page import visible

_HEAD = """# Results

Made by `parelha experiment --page` from the `results.json` of each experiment; no figure is typed
by hand. `parelha experiment FILE` at the commit named below repeats one; at another commit the
configuration may differ. An arm that was trained in another experiment was trained at that one's
commit.
"""
_NOTHING = "No experiment has been measured yet, so there is nothing to claim."


def write_document(path: Path, folders: Sequence[Path]) -> Path:
    """Write the document on the experiments in these folders and return its path.

    Args:
        path: of the document.
        folders: of experiments, or folders that hold such folders; the experiments in one of these
            come by name, and where it is empty the document says that nothing was measured.

    Raises:
        UsageError: a folder without results of an experiment, or the file cannot be written.
    """
    found = [one for folder in folders for one in _experiments(folder)]
    parts = [_HEAD, *(_part(results, read_times(folder)) for folder, results in found)]
    write_atomic(path, "\n".join(parts if found else [_HEAD, _NOTHING, ""]))
    return path


def _experiments(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The results in a folder, or in those that it holds."""
    if (results := read_stored(folder / RESULTS, Results)) is not None:
        return [(folder, results)]
    within = sorted(folder.iterdir()) if folder.is_dir() else []
    tables = ((one, read_stored(one / RESULTS, Results)) for one in within if one.is_dir())
    found = [(one, table) for one, table in tables if table is not None]
    is_run = (folder / "config.json").is_file() or any(folder.glob("*/config.json"))
    if not found and (not folder.is_dir() or is_run):
        raise UsageError(f"{folder} holds no {RESULTS}: `parelha experiment FILE` makes it")
    return found


def _part(results: Mapping[str, Any], times: Mapping[str, Any]) -> str:
    lines = [f"## {_cell(results['name'])}", "", *map(_cell, claims(results)), ""]
    lines += _markdown([{"": name, " ": value} for name, value in facts(results, times).items()])
    for title, rows, note in titled_tables(results, times):
        lines += [f"### {title}", "", note, "", *_markdown(rows)]
    return "\n".join(lines)


def _markdown(rows: Rows) -> list[str]:
    """A table, and an empty line behind it."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return [*(f"| {' | '.join(map(_cell, line))} |" for line in lines), ""]


def _cell(text: str) -> str:
    """Text in which nothing is a mark of Markdown's tables or of HTML."""
    plain = visible(" ".join(text.split()))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
