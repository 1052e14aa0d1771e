"""The text that is run around a program in the sandbox: it calls it and packs what it gave.

It is sent as text and shares the program's process, which can change all of it. So nothing that
comes out of it is believed: the owner takes plain values, and a picture only if it is one.
"""

# A program may raise anything, and running it is what this file is for.
# pylint: disable=broad-exception-caught,exec-used
# One branch for each kind of value.
# pylint: disable=too-many-branches,too-many-return-statements

import ast
import contextlib
import dataclasses
import datetime as dt
import io
import itertools
import linecache
import math
import sys
import traceback
import types
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, MappingView, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Number, Real
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

MAX_PRINTED = 20_000
FILE = "<answer>"
_FRAMES = 4
# What can be sent as it is, beside arrays, moments and tables.
_PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes, dt.date, dt.timedelta})
_ZONES = frozenset({type(None), dt.timezone, zoneinfo.ZoneInfo})
_MOST = 2_000_001  # items of what may never end: one more than can be sent


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
    return None if is_figure or _is_drawing(value) else value


def _is_drawing(value: Any) -> bool:
    """Whether a value is what a plotting call gives: axes, lines and bars, or a set of them."""
    if type(value).__module__.startswith("matplotlib"):
        return True
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, np.ndarray | pd.Series) and value.dtype == object:
        value = value.tolist()
    return isinstance(value, list | tuple) and any(map(_is_drawing, value))


# --- values ------------------------------------------------------------------------------------


def _plain(value: Any, hashed: bool = False) -> Any:
    """What can be sent in place of a value: the nearest kind, else its text.

    Args:
        value: any object.
        hashed: whether it is a key, a label, or inside a set, and has to stay hashable.

    Raises:
        TypeError: it is no value, such as a function that was not called.
    """
    kind = type(value)
    if kind in _PLAIN or value is pd.NA or value is pd.NaT or kind is pd.Timedelta:
        return value
    if kind in (dt.datetime, pd.Timestamp):
        return value if type(value.tzinfo) in _ZONES else str(value)
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return _plain_table(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.datetime64 | np.timedelta64):
        return value
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):
        return _plain(value.item(), hashed)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, Mapping):
        return {_plain(key, True): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and not hashed:
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return tuple(_plain(item, hashed) for item in value)
    if isinstance(value, set | frozenset):
        items = [_plain(item, True) for item in value]
        # One order for equal sets, so that they are one key.
        return tuple(sorted(items, key=repr)) if hashed else set(items)
    if isinstance(value, Sequence | Iterator | MappingView | ExtensionArray):
        found: Any = value  # stubs know no iterating of all of these
        items = list(itertools.islice(found, _MOST))
        if not set(map(type, items)) <= _PLAIN:
            items = [_plain(item, hashed) for item in items]
        return tuple(items) if hashed else items
    return _as_text(value)


def _number(value: Any) -> Any:
    """An exact number, or one of a kind of its own, as one of Python's."""
    try:
        if isinstance(value, Decimal | Fraction):
            near = float(value)
            if math.isinf(near) and near != value:
                return str(value)
            return int(value) if math.isfinite(near) and int(value) == value else near
        kind = int if isinstance(value, Integral) else float if isinstance(value, Real) else complex
        return kind(value)
    except (ArithmeticError, TypeError, ValueError):
        return str(value)


def _as_text(value: Any) -> str:
    """The text of a value of another kind; raises TypeError where it says nothing."""
    name = type(value).__name__
    if hasattr(value, "aggregate") and not isinstance(value, type):
        raise TypeError(f"a {name} has no values yet: call sum(), mean() or the like on it")
    if isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        raise TypeError(f"a {name} is no answer: call it")
    text = str.__str__(str(value))
    if " at 0x" in text:
        raise TypeError(f"a {name} is no answer: return a number, a text, a list or a table")
    return text


def _array(value: Any) -> Any:
    """An array whose cells can be sent; the value itself where it has no dimensions."""
    if isinstance(value, np.ma.MaskedArray):
        return _plain(value.tolist())
    array = np.asarray(value)
    if not array.ndim:
        return _plain(array[()])
    if _plain_dtype(array.dtype):
        return array
    cells = map(_plain, array.astype(object).ravel())
    return np.fromiter(cells, dtype=object, count=array.size).reshape(array.shape)


def _plain_dtype(dtype: Any) -> bool:
    """Whether cells of a numpy type can be sent in one block."""
    most = {"f": 8, "c": 16}.get(dtype.kind, dtype.itemsize)
    return dtype.kind in "biufcmMUS" and dtype.itemsize <= most


def _plain_table(value: Any) -> Any:
    if isinstance(value, pd.Index):
        return _index(value)
    if isinstance(value, pd.Series):
        series = pd.Series(value) if _sendable(value) else _column(value)
        series.index = _index(value.index)
        series.name = _plain(value.name, True)
        return series
    frame = pd.DataFrame(value)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if not _sendable(column):
            frame.isetitem(place, _column(column).array)
    frame.index, frame.columns = _index(frame.index), _index(frame.columns)
    return frame


def _sendable(column: Any) -> bool:
    """Whether a column, or an index of one level, can be sent as it is."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _sendable(dtype.categories)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return type(dtype.tz) in _ZONES
    if isinstance(dtype, np.dtype):
        return _plain_dtype(dtype) or (dtype.kind == "O" and set(map(type, column)) <= _PLAIN)
    return not isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype | pd.ArrowDtype)


def _column(column: Any, hashed: bool = False) -> "pd.Series[Any]":
    """The cells of a column, or the labels of an index, that can be sent."""
    cells = (_plain(cell, hashed) for cell in column)
    array = np.fromiter(cells, dtype=object, count=len(column))
    return pd.Series(array, dtype=object).infer_objects()


def _index(index: Any) -> Any:
    if isinstance(index, pd.MultiIndex):
        levels = [_index(level) for level in index.levels]
        codes: Any = index.codes
        names = [_plain(name, True) for name in index.names]
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)
    if not _sendable(index):
        labels = _column(index, True)
        index = pd.Index(labels, dtype=labels.dtype, name=index.name, tupleize_cols=False)
    return index.rename(_plain(index.name, True))


# --- errors ------------------------------------------------------------------------------------


def _trace(error: BaseException) -> str:
    """The traceback below this file, and at most some frames of it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == FILE][-_FRAMES:]
    lines = [f"line {frame.lineno}, in {frame.name}: {frame.line}" for frame in own]
    last = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines, last])[:2000]
