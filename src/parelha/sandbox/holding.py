"""What a warm parent may hold for its programs besides libraries: values of its owner, plotting.

A program's process is forked from its parent, so that it finds these values in its memory: they are
read once however many programs come, nothing of their size is sent to any of them, and what one of
them changes is its own copy of a page. No path leads to where they came from.

Loaded by path in a process that must not know the package, so it imports nothing of it.
"""

import io
import mmap
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO


def keep(values: tuple[object, ...]) -> BinaryIO:
    """Write values to a file without a name; closing it gives the space back.

    Raises:
        OSError: the disk is full.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # pylint: disable=consider-using-with
    try:
        pickle.dump(values, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


def held(descriptor: int) -> tuple[object, ...]:
    """The values of `keep`, and the descriptor closed. The owner wrote them: they are trusted."""
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content:
        os.close(descriptor)
        values: tuple[object, ...] = pickle.loads(content)
    return values


def prepare_plots(empty: str) -> None:
    """Import matplotlib so that programs can draw, with its own fonts, and write nothing.

    It is given an empty folder in place of the one that it would like to write to.
    """
    os.environ["MPLBACKEND"] = "Agg"
    make_folder = tempfile.mkdtemp
    tempfile.mkdtemp = lambda *_, **__: empty  # type: ignore[assignment]
    try:
        __import__("matplotlib.pyplot")
    finally:
        tempfile.mkdtemp = make_folder
    modules: dict[str, Any] = sys.modules
    matplotlib, fonts = modules["matplotlib"], modules["matplotlib.font_manager"].fontManager
    own = Path(matplotlib.get_data_path()).resolve()
    fonts.ttflist = [font for font in fonts.ttflist if own in Path(font.fname).resolve().parents]
    plots = modules["matplotlib.pyplot"]
    figure, axes = plots.subplots()
    axes.plot([0.0, 1.0], label="x")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plots.close("all")
