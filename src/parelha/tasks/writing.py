"""Values as text, at the cost of the text and not of the value."""

import math
from collections.abc import Iterator
from itertools import islice
from reprlib import Repr
from typing import Any

_MOST_PRINTED = 1000  # elements of an array; numpy itself prints as many whole
_MOST_NESTED = 20  # those of one that stands inside another value, where many may stand
_EDGES = 6  # of a larger array numpy prints as many places along each dimension
_MAX_SORTED = 1000  # elements that are put in order, so that equal sets give one text
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    dict: ("{", "}"),
}


class BriefRepr(Repr):
    """`reprlib` for values that came out of a program: nothing in it is quadratic, or worse."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 60

    def repr_set(self, x: set[Any], level: int) -> str:
        """Return a set; a large one in the order it has, since `reprlib` would sort it all."""
        return super().repr_set(_few(x), level)

    def repr_frozenset(self, x: frozenset[Any], level: int) -> str:
        """Return a frozenset, as `repr_set`."""
        return super().repr_frozenset(frozenset(_few(set(x))), level)

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Return a dict, as `repr_set`."""
        few = x if len(x) <= _MAX_SORTED else dict(islice(x.items(), _MAX_SORTED))
        return super().repr_dict(few, level)

    def repr_instance(self, x: Any, level: int) -> str:
        """Return anything else; a table or a larger array inside another value by its shape."""
        text = _written(x, _MOST_PRINTED if level == self.maxlevel else _MOST_NESTED)
        return text if len(text) <= self.maxother else text[: self.maxother - 3] + "..."


def written_out(value: object, characters: int) -> str:
    """Return the first `characters` or so of a value as Python writes it; may raise."""
    text: list[str] = []
    length = 0
    for piece in _pieces(value, characters):
        text.append(piece)
        length += len(piece)
        if length >= characters:
            break
    return "".join(text)


def _pieces(value: Any, characters: int) -> Iterator[str]:
    kind = type(value)
    if kind in (str, bytes):
        yield repr(value[:characters])
    elif kind not in _BRACKETS or not value:
        yield _written(value)
    else:
        opening, closing = _BRACKETS[kind]
        yield opening
        for place, item in enumerate(value):
            if place:
                yield ", "
            yield from _pieces(item, characters)
            if kind is dict:
                yield ": "
                yield from _pieces(value[item], characters)
        yield ",)" if kind is tuple and len(value) == 1 else closing


def _few(items: set[Any]) -> set[Any]:
    return items if len(items) <= _MAX_SORTED else set(islice(items, _MAX_SORTED))


def _written(value: Any, most: int = _MOST_PRINTED) -> str:
    """Return the repr of a value; of some arrays and tables, only the shape.

    These are: those that hold containers, since their libraries write such a cell more than once,
    so that the cost doubles with every level; arrays of which numpy would print more than `most`
    elements (with eight dimensions, half a million); tables, where `most` is but a few.
    """
    shape = getattr(value, "shape", ())
    if not isinstance(shape, tuple) or not shape:
        return repr(value)
    if _printed(value, shape) > most or holds_containers(value):
        return f"<{type(value).__name__} of shape {shape}>"
    return repr(value)


def _printed(value: Any, shape: tuple[int, ...]) -> int:
    """About how many elements the repr of an array or a table writes out."""
    if type(value).__module__.partition(".")[0] == "pandas":
        return _MOST_NESTED + 1  # up to 60 rows and 20 columns, whatever its size
    size = math.prod(shape)
    return size if size <= _MOST_PRINTED else math.prod(min(n, _EDGES) for n in shape)


def holds_containers(value: Any) -> bool:
    """Return whether a cell or a label of an array or a table is a container itself."""
    kind = type(value).__name__
    if kind == "DataFrame":
        odd = [i for i, dtype in enumerate(value.dtypes) if dtype in ("object", "category")]
        tables = [value.index, value.columns, *(value.iloc[:, i].array for i in odd)]
        return any(map(holds_containers, tables))
    if kind == "Series":
        return holds_containers(value.index) or holds_containers(value.array)
    if kind == "MultiIndex":
        return any(map(holds_containers, value.levels))
    if kind in ("Categorical", "CategoricalIndex"):
        return holds_containers(value.categories)
    if getattr(value, "dtype", None) != "object":
        return False
    cells = value.ravel().tolist() if kind == "ndarray" else value.tolist()
    return any(hasattr(cell, "__len__") and not isinstance(cell, str | bytes) for cell in cells)
