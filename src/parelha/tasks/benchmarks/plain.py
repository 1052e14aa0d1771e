"""What a program returned, made ready for Python's own operators.

Benchmarks compare with plain ``==``, which is neither exact nor cheap on numpy's and pandas' types:
a narrow scalar makes the other side narrow (``np.float16("inf") == 1e6``), two arrays are stretched
to the product of their sizes, tables are aligned by hashing their labels. Here every numpy scalar
becomes the Python value of its kind, arrays become as wide as they can be, and what could cost
more than its size is refused.
"""

from typing import Any

import numpy as np

from parelha.tasks.compare import element_count, python_scalar

MAX_PAIRS = 10_000_000  # of elements that an operator may bring together

_WIDEST = {"f": np.float64, "c": np.complex128, "i": np.int64, "u": np.uint64}
_PYTHONS = frozenset({type(None), bool, int, float, complex, str, bytes})


class Row(list[Any]):
    """An array or a table inside another value: Python finds no truth in a comparison with it."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        """Raise ValueError, as the truth of an array does."""
        raise ValueError("the truth of an array is ambiguous")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__


def plain(value: Any, *, inside: bool = False) -> Any:
    """Return a value from the sandbox with Python's scalars in place of numpy's."""
    value = python_scalar(value)
    kind = type(value)
    if kind is np.ndarray:
        return _array(value, inside)
    if kind in (list, tuple, set, frozenset):
        if _PYTHONS.issuperset(map(type, value)):
            return value
        return kind(plain(item, inside=True) for item in value)
    if kind is dict:
        return {plain(k, inside=True): plain(v, inside=True) for k, v in value.items()}
    if inside and kind.__module__.partition(".")[0] == "pandas" and hasattr(value, "shape"):
        cells = value.to_numpy().tolist() if value.ndim > 1 else value.tolist()
        return Row(plain(cell, inside=True) for cell in cells)
    return value


def refuse_stretching(value: Any, right: Any) -> None:
    """Raise ValueError where an operator would stretch an array beyond all bounds."""
    if isinstance(value, np.ndarray) and value.size * element_count(right) > MAX_PAIRS:
        raise ValueError("an array that is stretched too far")


def _array(array: Any, inside: bool) -> Any:
    if array.ndim == 0:
        return plain(array[()], inside=inside)
    if inside and (array.size != 1 or array.dtype.kind == "O"):
        return Row(plain(cell, inside=True) for cell in array.tolist())
    if array.dtype.kind == "O":
        cells = np.empty(array.size, dtype=object)
        for place, cell in enumerate(array.ravel().tolist()):
            cells[place] = plain(cell, inside=True)
        return cells.reshape(array.shape)
    return array.astype(_WIDEST.get(array.dtype.kind, array.dtype), copy=False)
