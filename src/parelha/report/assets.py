"""Files that a page has beside it: the charting library, which pages share, and texts of episodes.

Both are scripts, since that is what a page opened from the file system may load. Their names hold
a hash of their content, so a file is either the right one or has another name; a page that is made
again never finds half of the old.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from plotly import __version__ as plotly_version
from plotly.offline import get_plotlyjs

from parelha.files import cannot_write, write_atomic

_HASH_DIGITS = 12
# A script's name, or that under which a killed process was writing it.
_OURS = re.compile(rf"[a-z0-9_]+-[0-9a-f]{{{_HASH_DIGITS}}}\.js|\..+\.tmp")


@cache
def library() -> tuple[str, str]:
    """Name and text of the charting library; some megabytes."""
    text = str(get_plotlyjs())
    return hashed_name(f"plotly-{plotly_version}", text), text


def hashed_name(stem: str, text: str) -> str:
    """``STEM-HASH.js``, another name for every content."""
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return f"{stem}-{digest[:_HASH_DIGITS]}.js"


def csp_hash(script: str) -> str:
    """How a content security policy names a script that stands in the page."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def share_library(shelf: Path) -> Path:
    """Put the charting library into a folder where several pages find it, and return its path.

    Raises:
        UsageError: it cannot be written.
    """
    name, text = library()
    path = shelf / name
    # A file that another tool copied in part has the right name and the wrong size.
    if not path.is_file() or path.stat().st_size != len(text.encode("utf-8")):
        write_atomic(path, text)
    return path


def shelf_of(folder: Path) -> Path:
    """Where the pages of a run's neighbours find the library as well: the folder above the run's.

    The run's own folder where that cannot be written.
    """
    above = folder.resolve().parent
    return above if os.access(above, os.W_OK) else folder


def write_scripts(folder: Path, scripts: Mapping[str, str]) -> None:
    """Write the scripts of a page, by hashed name; those that are there already stay.

    Raises:
        UsageError: they cannot be written.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    for name, text in scripts.items():
        if not (folder / name).is_file():
            write_atomic(folder / name, text)


def forget_scripts(folder: Path, kept: Iterable[str]) -> None:
    """Remove what an earlier page had in its folder, and the folder where nothing is left in it."""
    if not folder.is_dir():
        return
    wanted = set(kept)
    for path in folder.iterdir():
        if path.name not in wanted and _OURS.fullmatch(path.name):
            path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
