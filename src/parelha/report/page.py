"""One HTML page that opens offline: the template, and what it is filled with.

Everything in a run folder is untrusted text, the models' words above all: the template escapes
every value, charts travel as JSON in which no ``<`` is left, and a content security policy lets
the page run its own scripts alone and load nothing but the files beside it.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from unicodedata import category

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.io.json import to_json_plotly

from parelha import __version__
from parelha.files import taking_turns, write_atomic
from parelha.report.assets import (
    csp_hash,
    forget_scripts,
    hashed_name,
    library,
    share_library,
    write_scripts,
)
from parelha.report.text import spelled

# Direction marks reorder text on the screen, and control characters hide it: of all but plain text
# those of Unicode's categories.
_NOT_PLAIN, _INVISIBLE = re.compile(r"[^\n\t -~]"), ("Cc", "Cf", "Cs", "Zl", "Zp")
# Of the page's own scripts, in the order in which they run.
_SCRIPTS = ("charts.js", "diff.js", "episodes.js")
# What names stand in, of a chart's traces: its templates for what hovers are our own.
_NAMED = ("name", "legendgroup", "x", "y", "text")
# What a page may do without.
_PARTS = "facts runs tables change_rows before_after quality outcomes steps differences config"


@dataclass(frozen=True)
class Chart:
    """A figure with its heading; `note` says how to read it."""

    title: str
    figure: Any
    note: str = ""
    wide: bool = False

    @property
    def json(self) -> Markup:
        """The figure for a script element; names in it may be anybody's text."""
        figure = self.figure.to_dict()
        for trace in figure["data"]:
            trace.update({key: _label(trace[key]) for key in _NAMED if key in trace})
        return for_script(to_json_plotly(figure))


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    charts: list[Chart]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of equal keys under a heading."""

    title: str
    rows: list[dict[str, str]]
    note: str = ""


@dataclass(frozen=True)
class Packed:
    """Episodes for the page's browser, packed as `parelha.report.episodes` does: chunks by name."""

    count: int
    index: str
    chunks: Mapping[str, str]


def write_page(
    path: Path,
    told: Mapping[str, Any],
    *,
    shelf: Path,
    single_file: bool = False,
    episodes: Packed | None = None,
) -> Path:
    """Render the template into a file, and write what it loads beside it.

    The page is written after what it loads: until then the old one is there with its own files.
    Of one page's writers with scripts beside it, each begins when the one before it is done.

    Args:
        path: the page.
        told: what the template shows.
        shelf: folder of the charting library, which the pages of several runs share.
        single_file: the page holds everything, and has nothing beside it.
        episodes: what its browser of episodes shows.

    Raises:
        UsageError: a file cannot be written.
    """
    context = dict.fromkeys(_PARTS.split(), ()) | dict(told)
    folder = path.with_name(f"{path.stem}_files")
    chunks = episodes.chunks if episodes is not None else {}
    scripts = {name: f'parelhaTexts("{name}","{text}");\n' for name, text in chunks.items()}
    names = {name: hashed_name(name, text) for name, text in scripts.items()}
    library_name, library_text = library()
    own = [files("parelha.report").joinpath(name).read_text("utf-8") for name in _SCRIPTS]
    if single_file:
        inline, allowed = [library_text, *own], ""
    else:
        # Browsers differ in whether a page from the file system has an origin of its own.
        inline, allowed = own, "'self' file: "
    shared = Path(os.path.relpath(shelf.resolve() / library_name, path.resolve().parent)).as_posix()
    settings = {
        "library": [] if single_file else list(dict.fromkeys((shared, library_name))),
        "folder": folder.name,
        "chunks": {} if single_file else names,
    }
    page = (
        _environment()
        .get_template("page.html")
        .render(
            **context,
            version=__version__,
            single_file=single_file,
            library_name=library_name,
            files_name=folder.name,
            episodes=episodes,
            contents=_contents(context, episodes),
            policy=Markup(allowed + " ".join(map(csp_hash, inline))),
            settings=for_script(json.dumps(settings)),
            scripts=list(map(Markup, inline)),
        )
    )
    if not single_file:
        share_library(shelf)
    if episodes is None:
        write_atomic(path, page)
        return path
    beside = {} if single_file else {names[name]: text for name, text in scripts.items()}
    with taking_turns(path):  # else another would remove scripts that its own page does without
        if beside:
            write_scripts(folder, beside)
        write_atomic(path, page)
        forget_scripts(folder, beside)
    return path


def _contents(context: Mapping[str, Any], episodes: Packed | None) -> list[tuple[str, str]]:
    """Anchors and names of the page's parts, in order; none for a page that is short."""
    charts = [(f"charts-{i}", part.title) for i, part in enumerate(context["sections"], 1)]
    tables = [(f"table-{i}", part.title) for i, part in enumerate(context["tables"], 1)]
    parts = [
        ("runs", "The runs", context["runs"]),
        *((anchor, name, True) for anchor, name in tables),
        ("changes", "Before and after", context["change_rows"]),
        ("quality", "Linters", context["quality"]),
        *((anchor, name, True) for anchor, name in charts),
        ("outcomes", "How programs ended", context["outcomes"]),
        ("episodes", "Episodes", episodes is not None and episodes.count),
        ("steps", "Every step", context["steps"]),
        ("differences", "Configurations", context["differences"]),
        ("config", "Configuration", context["config"]),
    ]
    found = [(anchor, name) for anchor, name, there in parts if there]
    return found if len(found) > 3 else []


def for_script(text: str) -> Markup:
    """JSON with no character that could end a script element."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def drawn(found: Sequence[Chart]) -> list[Chart]:
    """The charts that have something to show."""
    return [chart for chart in found if chart.figure is not None]


def visible(text: object) -> str:
    """Text with its invisible characters spelled out."""
    return _NOT_PLAIN.sub(
        lambda m: spelled(m[0]) if category(m[0]) in _INVISIBLE else m[0], str(text)
    )


def _label(value: Any) -> Any:
    """The same names, one or several, as Plotly shows them: it reads some of HTML in labels."""
    if isinstance(value, str):
        plain = visible(value).replace("<", "‹").replace(">", "›")
        return plain.replace("\n", "<br>")
    return list(map(_label, value)) if isinstance(value, list | tuple) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("parelha", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    return environment
