"""The text that is run around a program in the sandbox: it calls it and packs what it gave.

It is sent as text and shares the program's process, which can change all of it. So nothing that
comes out of it is believed: the owner takes plain values, and a picture only if it is one.
"""

# A program may raise anything, and running it is what this file is for.
# pylint: disable=broad-exception-caught,exec-used,import-outside-toplevel

import ast
import contextlib
import io
import linecache
import sys
import traceback
import types
from collections.abc import Iterable
from typing import Any

MAX_PRINTED = 20_000
FILE = "<answer>"
_FRAMES = 4


def run(*arguments: Any) -> tuple[str, object, str, bytes, bool]:
    """Run a program on tables.

    Args:
        arguments: the tables, then their names, the name of the function, and the program's source.

    Returns:
        ``"answer"`` and a value, or ``"error"`` and a traceback; then what was printed, a PNG, and
        whether the program names a table at all.
    """
    *tables, names, entry, source = arguments
    printed, pictures = io.StringIO(), list[bytes]()
    given = dict(zip(names, tables, strict=True))
    _keep_pictures(pictures)
    try:
        with contextlib.redirect_stdout(printed):
            value, uses = _call(source, entry, given, printed)
            value = _drawn(value, pictures)
            return "answer", _plain(value), _text(printed), (pictures or [b""])[-1], uses
    except MemoryError:
        raise  # the sandbox has an outcome of its own for it
    except BaseException as error:
        return "error", _trace(error), _text(printed), b"", True


def _text(printed: io.StringIO) -> str:
    return printed.getvalue()[:MAX_PRINTED]


def _call(
    source: str, entry: str, given: dict[str, Any], printed: io.StringIO
) -> tuple[object, bool]:
    """The value of the function, or of the variable of that name; else what comes nearest to them.

    That is a single function that takes the tables, a variable called `result`, or nothing where
    something was printed. Statements that read a table themselves and say something come before
    the function, which is a helper then.
    """
    tree = ast.parse(source, FILE)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    module = types.ModuleType("program")
    # A script finds the tables under their names.
    module.__dict__.update(given)
    sys.modules["program"] = sys.modules["__main__"] = module
    exec(compile(tree, FILE, "exec"), module.__dict__)
    found = module.__dict__
    by_itself = _names(tree, set(given))
    says = "result" in found or bool(printed.getvalue())
    tells = says and reads_outside(tree.body, given)
    if entry not in functions and entry in found:
        return found[entry], by_itself
    for name, node in functions.items():
        alone = len(functions) == 1 and takes(node, len(given)) and not tells
        if name == entry or alone:
            return found[name](*given.values()), _reads_its_arguments(tree, name)
    if functions and not says:
        raise NameError(f"the program defines no function {entry!r}")
    return found.get("result"), by_itself


def outside(body: list[ast.stmt]) -> list[ast.Name]:
    """The names in statements outside of all functions."""
    plain = (node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef))
    return [node for part in plain for node in ast.walk(part) if isinstance(node, ast.Name)]


def set_outside(body: list[ast.stmt]) -> set[str]:
    """The variables that statements outside of all functions set."""
    return {node.id for node in outside(body) if isinstance(node.ctx, ast.Store)}


def reads_outside(body: list[ast.stmt], tables: Iterable[str]) -> bool:
    """Whether a statement outside of all functions reads a table, and none sets it."""
    return bool({node.id for node in outside(body)} & set(tables) - set_outside(body))


def takes(function: ast.FunctionDef, count: int) -> bool:
    """Whether a function can be called with so many arguments."""
    known = function.args
    places = len(known.posonlyargs) + len(known.args)
    if any(default is None for default in known.kw_defaults):
        return False
    return places - len(known.defaults) <= count and (count <= places or known.vararg is not None)


def _reads_its_arguments(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            known = node.args
            every = [*known.posonlyargs, *known.args, *known.kwonlyargs, known.vararg, known.kwarg]
            return any(_names(part, {a.arg for a in every if a}) for part in node.body)
    return True


def _names(tree: ast.AST, wanted: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in wanted for node in ast.walk(tree))


# --- pictures ----------------------------------------------------------------------------------


def _keep_pictures(pictures: list[bytes]) -> None:
    """Let `savefig` keep the picture, wherever it should go: no file can be written."""
    figures: Any = sys.modules.get("matplotlib.figure")
    if figures is None:
        return
    save = figures.Figure.savefig

    def keep(figure: Any, *_: Any, **__: Any) -> None:
        buffer = io.BytesIO()
        save(figure, buffer, format="png", dpi=100, metadata={"Software": None})
        pictures.append(buffer.getvalue())

    figures.Figure.savefig = keep


def _drawn(value: object, pictures: list[bytes]) -> object:
    """Keep what stands on the newest figure, unless it was saved; the value if it is no figure."""
    plots = sys.modules.get("matplotlib.pyplot")
    if plots is None:
        return value
    figure: Any = getattr(value, "figure", None)  # of axes, and of a figure itself
    is_figure = isinstance(figure, sys.modules["matplotlib.figure"].Figure)
    if not pictures and is_figure:
        figure.savefig("")
    elif not pictures and plots.get_fignums():
        plots.gcf().savefig("")
    return None if is_figure or type(value).__module__.startswith("matplotlib") else value


# --- values ------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """The value with what cannot be sent (periods, intervals, other people's types) as text."""
    import pandas as pd

    kind = type(value).__name__
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        value = _plain_table(value)
    elif isinstance(value, pd.Period | pd.Interval):
        value = str(value)
    elif isinstance(value, dict):
        value = {_plain(key): _plain(item) for key, item in value.items()}
    # Views of a dict, generators and their like are lists as well.
    elif isinstance(value, list | tuple) or hasattr(value, "__next__") or kind.startswith("dict_"):
        value = [_plain(item) for item in value]
    elif kind == "ndarray" and not value.ndim:
        value = _plain(value[()])
    return value


def _plain_table(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, pd.Index):
        return _index(value)
    if isinstance(value, pd.Series):
        series = pd.Series(value if _sendable(value.dtype) else value.astype(str))
        series.index = _index(series.index)
        return series
    frame = pd.DataFrame(value)
    for place, dtype in enumerate(frame.dtypes):
        if not _sendable(dtype):
            frame.isetitem(place, frame.iloc[:, place].astype(str).array)
    frame.index, frame.columns = _index(frame.index), _index(frame.columns)
    return frame


def _sendable(dtype: Any) -> bool:
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        return _sendable(dtype.categories.dtype)
    odd = (pd.PeriodDtype, pd.IntervalDtype, pd.SparseDtype)
    return not isinstance(dtype, odd)


def _index(index: Any) -> Any:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        codes: Any = index.codes
        levels = [_index(level) for level in index.levels]
        return pd.MultiIndex(levels=levels, codes=codes, names=index.names)
    return index if _sendable(index.dtype) else index.astype(str)


# --- errors ------------------------------------------------------------------------------------


def _trace(error: BaseException) -> str:
    """The traceback below this file, and at most some frames of it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == FILE][-_FRAMES:]
    lines = [f"line {frame.lineno}, in {frame.name}: {frame.line}" for frame in own]
    last = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines, last])[:2000]
