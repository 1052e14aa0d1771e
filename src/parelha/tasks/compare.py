"""When two values are the same answer. Total: any two values of the closed list can be compared.

The rules, which `docs/tasks.md` repeats for users:

* ``None`` equals ``None``. A bool is no int: ``True`` is never ``1``. A numpy scalar counts as the
  Python scalar of its kind (``np.float64`` as float, ``np.bool_`` as bool).
* An int is accepted where a float is expected, and an int or a float where a complex is (as PEP 484
  has it); never the other way round.
* Floats are equal when ``|expected - actual| <= max(absolute, rel * |expected|)``; NaN equals NaN,
  an infinity equals itself alone, and ``-0.0`` equals ``0.0``.
* A list is no tuple, unless `sequences_alike`. Strings and bytes are equal exactly.
* Sets match element by element, floats within tolerance; the order of a dict's keys never matters,
  and keys match exactly and by kind.
* numpy arrays: same shape and same kind of dtype (int accepted for float); the width of a dtype
  matters only with `exact_dtype`. pandas objects: the same, plus the names, the order of columns
  and (unless `check_index` is off) the index; all missing markers of pandas are one.
"""

import datetime
import hashlib
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from parelha.tasks.matching import cost_of_matching, unmatched
from parelha.tasks.writing import BriefRepr

MAX_LINE = 200  # characters of a difference
MAX_DEPTH = 32  # containers inside containers
MAX_MATCHED = 500  # unordered elements matched one with each; beyond, numbers only
MAX_STEPS = 1_000_000  # elements looked at while they are matched

_KINDS: dict[type, str] = {
    type(None): "None",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    list: "list",
    tuple: "tuple",
    set: "set",
    frozenset: "set",
    dict: "dict",
    # As which they arrive from a program.
    **dict.fromkeys((defaultdict, Counter, OrderedDict), "dict"),
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "timedelta",
    np.ndarray: "ndarray",
    np.datetime64: "datetime64",
    np.timedelta64: "timedelta64",
}
_FLAT = frozenset({type(None), bool, int, float, complex, str, bytes})
_NUMPY_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}
_NUMPY_KINDS |= {"U": "str", "S": "bytes"}
_PANDAS_KINDS = {"Timestamp": "datetime", "Timedelta": "timedelta"}
_PANDAS_KINDS |= {"NaTType": "NaT", "NAType": "NA"}
_ACCEPTED = {"float": ("float", "int"), "complex": ("complex", "float", "int")}


@dataclass(frozen=True)
class Comparator:
    """Compares an expected with an actual value by the rules at the top of this file.

    The expected value is trusted, the actual one is not: the cost of a comparison is bounded by the
    size of the expected value, and nothing of the actual one is hashed but text.

    Attributes:
        rel: tolerance relative to the expected value.
        absolute: tolerance near zero.
        ordered: False when the order of the outermost list or tuple does not matter.
        sequences_alike: True when list, tuple and one-dimensional array are taken for each other.
        exact_dtype: True when dtypes of arrays and of pandas objects must be the same, not only
            of the same kind.
        check_index: False when the index of a Series or DataFrame does not matter.
    """

    rel: float = 1e-6
    absolute: float = 1e-9
    ordered: bool = True
    sequences_alike: bool = False
    exact_dtype: bool = False
    check_index: bool = True

    def __call__(self, expected: object, actual: object) -> str | None:
        """Return None when the values are the same answer, else one line that says what differs."""
        try:
            difference = self.difference(expected, actual, 0)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # A value may be hostile in ways nobody listed; then it is a wrong answer, not a crash.
            difference = f": the values could not be compared ({type(error).__name__})"
        return None if difference is None else one_line(difference.removeprefix(": "))

    def difference(self, expected: object, actual: object, depth: int) -> str | None:
        """Return the first difference as ``path: what differs``, or None; may raise."""
        if depth > MAX_DEPTH:
            return f": nested more than {MAX_DEPTH} deep"
        expected, actual = python_scalar(expected), python_scalar(actual)
        wanted, got = kind_of(expected), kind_of(actual)
        if self._are_sequences(wanted, got, expected, actual):
            sides: list[Any] = [expected, actual]
            left, right = map(list, sides)
            if len(left) != len(right):
                return f": expected {len(left)} elements, got {len(right)}"
            if depth == 0 and not self.ordered:
                return self.unordered(left, right)
            return self._sequence(left, right, depth)
        if got not in _ACCEPTED.get(wanted, (wanted,)):
            return f": expected {named(expected)}, got {named(actual)}"
        return _BY_KIND.get(wanted, _scalar_difference)(self, expected, actual, depth)

    def close(self, expected: float, actual: float) -> bool:
        """Return whether two floats are equal within tolerance (NaN equals NaN)."""
        if math.isnan(expected) or math.isnan(actual):
            return math.isnan(expected) and math.isnan(actual)
        if math.isinf(expected) or math.isinf(actual):
            return expected == actual
        return abs(expected - actual) <= max(self.absolute, self.rel * abs(expected))

    def _are_sequences(self, wanted: str, got: str, *values: object) -> bool:
        """Whether both are compared item by item; two arrays are compared as arrays."""
        if wanted == got or not self.sequences_alike:
            return wanted == got and wanted in ("list", "tuple")
        flat = (isinstance(one, np.ndarray) and one.ndim == 1 for one in values)
        kinds = zip((wanted, got), flat, strict=True)
        return all(kind in ("list", "tuple") or is_flat for kind, is_flat in kinds)

    def _sequence(self, expected: list[Any], actual: list[Any], depth: int) -> str | None:
        for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
            inner = self.difference(left, right, depth + 1)
            if inner is not None:
                return f"[{index}]{inner}"
        return None

    def unordered(self, expected: list[Any], actual: list[Any]) -> str | None:
        """Match elements regardless of order: exact pairs first, the rest within tolerance."""
        if len(expected) != len(actual):
            return f": expected {len(expected)} elements, got {len(actual)}"
        size = element_count(expected)
        if element_count(actual) > 2 * size + MAX_MATCHED:
            return f": the elements together hold more than {size} values"
        missing = _left_over(expected, actual)
        surplus = _left_over(actual, expected)
        many = len(missing) > MAX_MATCHED
        if many and all(kind_of(item) in ("int", "float") for item in missing + surplus):
            return self._sequence(sorted(missing), sorted(surplus), 1)
        mine, theirs = ([self._outline(item, 1) for item in one] for one in (missing, surplus))
        if cost_of_matching(mine, theirs, [*map(element_count, missing)]) > MAX_STEPS:
            return f": {len(missing)} elements differ"
        alone = unmatched(
            mine, theirs, lambda one, other: not self.difference(missing[one], surplus[other], 1)
        )
        return None if alone is None else f": {describe(missing[alone])} is missing"

    def _outline(self, value: Any, depth: int) -> str:
        """A text that is equal for values that may be the same: what no tolerance is for."""
        value = python_scalar(value)
        kind = kind_of(value)
        if kind in ("int", "float", "complex") or depth > MAX_DEPTH:
            return "number"
        is_flat = self.sequences_alike and isinstance(value, np.ndarray) and value.ndim == 1
        if kind in ("list", "tuple") or is_flat:
            inside = ",".join([self._outline(item, depth + 1) for item in value])
            return f"{'sequence' if self.sequences_alike else kind}({inside})"
        return canonical(value) if kind in ("None", "bool", "str", "bytes") else kind


def _number_difference(rule: Comparator, expected: Any, actual: Any, depth: int) -> str | None:
    del depth
    try:
        if kind_of(expected) == "complex":
            left, right = complex(expected), complex(actual)
            # Each part within the tolerance of the larger part: 1e9+0j equals 1e9+1e-5j.
            slack = rule.rel * max(abs(left.real), abs(left.imag))
            same = all(
                rule.close(a, b) or abs(a - b) <= slack < math.inf
                for a, b in ((left.real, right.real), (left.imag, right.imag))
            )
        else:
            same = rule.close(float(expected), float(actual))
    except OverflowError:  # an int beyond the range of floats
        same = False
    return None if same else f": expected {describe(expected)}, got {describe(actual)}"


def _scalar_difference(rule: Comparator, expected: Any, actual: Any, depth: int) -> str | None:
    del rule, depth
    if kind_of(expected) == "datetime":  # for == two moments of a repeated hour (PEP 495) are one
        same = _moment(expected) == _moment(actual)
    else:
        same = expected is actual or bool(expected == actual)
    if same:
        return None
    if isinstance(expected, np.datetime64 | np.timedelta64) and np.isnat(expected):
        return None if np.isnat(actual) else f": expected NaT, got {describe(actual)}"
    return f": expected {describe(expected)}, got {describe(actual)}"


def _set_difference(rule: Comparator, expected: Any, actual: Any, depth: int) -> str | None:
    del depth
    return rule.unordered(list(expected), list(actual))


def _dict_difference(rule: Comparator, expected: Any, actual: Any, depth: int) -> str | None:
    if len(actual) > 2 * len(expected) + MAX_MATCHED:
        return f": expected {len(expected)} keys, got {len(actual)}"
    found = {canonical(key): value for key, value in actual.items()}
    if len(found) < len(actual):  # NaN can be a key more than once; then pairs are matched
        return rule.unordered(list(expected.items()), list(actual.items()))
    for key, value in expected.items():
        exact = canonical(key)
        if exact not in found:
            return f": key {describe(key)} is missing"
        inner = rule.difference(value, found.pop(exact), depth + 1)
        if inner is not None:
            return f"[{describe(key)}]{inner}"
    if len(expected) != len(actual):
        return f": {len(actual) - len(expected)} keys too many"
    return None


def _array_difference(rule: Comparator, expected: Any, actual: Any, depth: int) -> str | None:
    # pandas takes half a second to import; most answers never need it.
    from parelha.tasks import compare_frames  # pylint: disable=import-outside-toplevel

    return compare_frames.difference(rule, expected, actual, depth)


_BY_KIND: dict[str, Callable[[Comparator, Any, Any, int], str | None]] = {
    "float": _number_difference,
    "complex": _number_difference,
    "set": _set_difference,
    "dict": _dict_difference,
    "ndarray": _array_difference,
    "Series": _array_difference,
    "DataFrame": _array_difference,
    "Index": _array_difference,
}


def kind_of(value: object) -> str:
    """Return the word under which a value is compared, by its type; named tuples are tuples."""
    kind = _KINDS.get(type(value))
    if isinstance(value, np.timedelta64) and value.dtype == "m8" and not np.isnat(value):
        return "timedelta64 without a unit"  # numpy finds it equal to as many of any unit
    if kind is not None or isinstance(value, tuple):
        return kind or "tuple"  # a reference's named tuple; a program's has arrived as a tuple
    if isinstance(value, np.generic):
        return _NUMPY_KINDS.get(value.dtype.kind, value.dtype.name)
    name = type(value).__name__
    if type(value).__module__.partition(".")[0] == "pandas":
        if name in ("Series", "DataFrame"):
            return name
        return _PANDAS_KINDS.get(name, "Index" if name.endswith("Index") else name)
    return name


def python_scalar(value: Any) -> Any:
    """Return a numpy scalar as the Python scalar of its kind, anything else as it is.

    numpy compares a narrow scalar with a Python number by making the number as narrow:
    ``np.float16("inf") == 1e6``.
    """
    if isinstance(value, np.generic) and value.dtype.kind in _NUMPY_KINDS:
        return value.item()
    return value


def canonical(value: Any, depth: int = 0) -> str:
    """Return a text that is equal for values that are the same without any tolerance.

    A text, because its hash cannot be chosen by whoever chose the value, and because comparing two
    of them does not walk through what they stand for.
    """
    value = python_scalar(value)
    kind, inside = kind_of(value), depth + 1
    if depth > MAX_DEPTH:
        exact = str(id(value))
    elif kind in ("ndarray", "Series", "DataFrame", "Index"):
        exact = _content(value, kind, inside)
    elif kind == "float":
        exact = repr(value + 0.0)  # adding 0.0 makes a negative zero a plain one
    elif kind == "complex":
        exact = repr((value.real + 0.0, value.imag + 0.0))
    elif kind == "int":
        exact = hex(value)
    elif kind in ("list", "tuple"):
        exact = ",".join([canonical(item, inside) for item in value])
    elif kind == "set":
        exact = ",".join(sorted([canonical(item, inside) for item in value]))
    elif kind == "dict":
        pairs = [f"{canonical(k, inside)}:{canonical(v, inside)}" for k, v in value.items()]
        exact = ",".join(sorted(pairs))
    elif kind in ("datetime", "time"):
        exact = _moment(value)
    elif kind == "timedelta":
        parts = (value.days, value.seconds, value.microseconds, getattr(value, "nanoseconds", 0))
        exact = str(parts)
    else:
        exact = str(value) if kind in ("datetime64", "timedelta64") else repr(value)
    return f"{kind}({exact})"


def _moment(value: Any) -> str:
    """Return the same text for one moment in two time zones, and for pandas' and Python's."""
    offset = value.utcoffset()
    if offset is None or isinstance(value, datetime.time):
        return str(value.isoformat())
    if hasattr(value, "tz_convert"):  # pandas' own way is fifty times faster than a difference
        return f"{value.tz_convert(None).isoformat()}Z"
    try:
        return f"{(value - offset).replace(tzinfo=None).isoformat()}Z"
    except OverflowError:  # before the first or behind the last hour of the calendar
        return f"{value.replace(tzinfo=None) - datetime.datetime.min - offset}Z"


def _content(value: Any, kind: str, depth: int) -> str:
    """Return types, labels and elements of an array or a pandas object."""
    if kind == "DataFrame":
        columns = [_cells(value.iloc[:, i], depth) for i in range(value.shape[1])]
        names = canonical(value.columns.tolist(), depth)
        return f"{names};{_content(value.index, 'Index', depth)};{','.join(columns)}"
    labels = str(value.shape)
    if kind != "ndarray":
        labels = canonical(list(value.names) if kind == "Index" else value.name, depth)
    if kind == "Series":
        labels += _content(value.index, "Index", depth)
    return f"{labels};{_cells(value, depth)}"


def _cells(value: Any, depth: int) -> str:
    """Return type and elements of an array or a column."""
    dtype = value.dtype
    dated = dtype.kind in "mM" and not isinstance(value, np.ndarray)
    moments = getattr(value.array, "asi8", None) if dated else None
    if moments is not None or (isinstance(dtype, np.dtype) and dtype.kind != "O" and value.ndim):
        cells = np.asarray(value if moments is None else moments)
        if cells.dtype.kind == "c":
            cells = np.stack((cells.real, cells.imag))
        if cells.dtype.kind == "f":
            cells = np.where(np.isnan(cells), np.nan, cells + 0.0)
        content = hashlib.blake2b(np.ascontiguousarray(cells).tobytes()).hexdigest()
    else:
        flat = value.ravel() if isinstance(value, np.ndarray) else value
        content = canonical(flat.tolist(), depth)
    return f"{dtype};{content}"


def describe(value: object) -> str:
    """Return a short text of any value; never raises, and costs no more than it is long."""
    try:
        return one_line(_REPR.repr(value), 80)
    except Exception:  # pylint: disable=broad-exception-caught
        return f"a value of type {type(value).__name__}"


def named(value: object) -> str:
    """Return a value with its type, as ``list [1, 2]``; None speaks for itself."""
    return "None" if value is None else f"{type(value).__name__} {describe(value)}"


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """Return `text` on one line of at most `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def element_count(value: object) -> int:
    """Return how many elements a value has, those inside others included."""
    if isinstance(value, list | tuple | set | frozenset):
        if _FLAT.issuperset(map(type, value)):
            return 1 + len(value)
        return 1 + sum(map(element_count, value))
    if isinstance(value, dict):
        return 1 + sum(map(element_count, value.keys())) + sum(map(element_count, value.values()))
    return 1 + int(getattr(value, "size", 0))


def _left_over(these: Sequence[Any], those: Sequence[Any]) -> list[Any]:
    """Return the elements of `these` without an exact partner in `those`."""
    partners = Counter(canonical(item) for item in those)
    rest: list[Any] = []
    for item in these:
        exact = canonical(item)
        if partners[exact]:
            partners[exact] -= 1
        else:
            rest.append(item)
    return rest


_REPR = BriefRepr()
