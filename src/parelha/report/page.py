"""One HTML page that opens offline: the template, and what it is filled with.

Everything in a run folder is untrusted text, the models' words above all: the template escapes
every value, charts travel as JSON in which no ``<`` is left, and a content security policy lets
the page load nothing from anywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from parelha import __version__
from parelha.tracking import write_atomic

# Direction marks reorder text on the screen, and control characters hide it.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


@dataclass(frozen=True)
class Chart:
    """A figure with its heading; `note` says how to read it."""

    title: str
    figure: Any
    note: str = ""
    wide: bool = False

    @property
    def json(self) -> Markup:
        """The figure for a script element: JSON with no character that could end it."""
        text = str(self.figure.to_json())
        for character in "<>&\u2028\u2029":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return Markup(text)


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


def write_page(path: Path, context: dict[str, Any]) -> Path:
    """Render the template into a file; raises UsageError where it cannot be written."""
    plotly = Markup(get_plotlyjs())
    page = _environment().get_template("page.html")
    write_atomic(path, page.render(**context, plotly=plotly, version=__version__))
    return path


def drawn(found: Sequence[Chart]) -> list[Chart]:
    """The charts that have something to show."""
    return [chart for chart in found if chart.figure is not None]


def visible(text: object) -> str:
    """Text with its invisible characters spelled out."""
    return _INVISIBLE.sub(lambda m: f"\\u{ord(m[0]):04x}", str(text))


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
