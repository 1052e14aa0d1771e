"""Comparison of numpy arrays and pandas objects; the rules are at the top of `compare.py`."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from parelha.tasks.compare import Comparator

# Kinds of dtype that count as one: signed and unsigned, the ways to hold text.
_FAMILIES = {"i": "int", "u": "int", "U": "text", "T": "text", "O": "object"}
_VECTORISED = "biufcmM"


def difference(rule: "Comparator", expected: Any, actual: Any, depth: int) -> str | None:
    """Return the first difference of two values of the same kind, or None; may raise."""
    if isinstance(expected, np.ndarray):
        return _arrays(rule, expected, actual, depth)
    if isinstance(expected, pd.DataFrame):
        return _frames(rule, expected, actual, depth)
    if isinstance(expected, pd.Series):
        return _series(rule, expected, actual, depth)
    return _indexes(rule, expected, actual, depth)


def _arrays(
    rule: "Comparator", expected: npt.NDArray[Any], actual: npt.NDArray[Any], depth: int
) -> str | None:
    if expected.shape != actual.shape:
        return f": expected shape {expected.shape}, got {actual.shape}"
    wrong_dtype = _dtypes(rule, expected.dtype, actual.dtype, expected.size)
    if wrong_dtype:
        return wrong_dtype
    if not expected.size:  # nothing to compare, and of some dtypes numpy cannot
        return None
    if expected.dtype.kind not in _VECTORISED:
        return rule.difference(expected.tolist(), actual.tolist(), depth + 1)
    same = _same_elements(rule, expected, actual)
    if same.all():
        return None
    first = tuple(int(i) for i in np.argwhere(~same)[0])
    return f"{list(first)}: expected {expected[first]}, got {actual[first]}"


def _same_elements(
    rule: "Comparator", expected: npt.NDArray[Any], actual: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    """Return a mask, shaped like both arrays, of the elements that are equal within tolerance."""
    if expected.dtype.kind == "c":
        # Each part within the tolerance of the larger part, as for one number.
        larger = np.fmax(np.abs(expected.real), np.abs(expected.imag))
        real = _close(rule, expected.real, actual.real, larger)
        return real & _close(rule, expected.imag, actual.imag, larger)
    if expected.dtype.kind == "f":
        return _close(rule, expected, actual, expected)
    same = np.asarray(expected == actual)
    if expected.dtype.kind in "mM":
        return np.asarray(same | (np.isnat(expected) & np.isnat(actual)))
    return same


def _close(rule: "Comparator", expected: Any, actual: Any, scale: Any) -> npt.NDArray[np.bool_]:
    """Return a mask of the real numbers that are equal within the tolerance of `scale`."""
    with np.errstate(all="ignore"):
        # An infinite tolerance would forgive everything, hence the tests for finite values.
        scale = np.abs(np.where(np.isfinite(scale), scale, expected))
        slack = np.maximum(rule.absolute, rule.rel * scale)
        near = np.isfinite(expected) & np.isfinite(actual) & (np.abs(expected - actual) <= slack)
    both_nan = np.isnan(expected) & np.isnan(actual)
    return np.asarray((expected == actual) | near | both_nan)


def _frames(
    rule: "Comparator", expected: pd.DataFrame, actual: pd.DataFrame, depth: int
) -> str | None:
    wrong_columns = _indexes(rule, expected.columns, actual.columns, depth)
    if wrong_columns:
        return f".columns{wrong_columns}"
    if len(expected) != len(actual):
        return f": expected {len(expected)} rows, got {len(actual)}"
    if rule.check_index:
        wrong_index = _indexes(rule, expected.index, actual.index, depth)
        if wrong_index:
            return f".index{wrong_index}"
    for place, name in enumerate(expected.columns):  # by place: names may repeat
        left, right = expected.iloc[:, place], actual.iloc[:, place]
        wrong = _dtypes(rule, left.dtype, right.dtype, len(left))
        wrong = wrong or _elements(rule, left, right, depth)
        if wrong:
            return f"[{name!r}]{wrong}"
    return None


def _series(
    rule: "Comparator", expected: "pd.Series[Any]", actual: "pd.Series[Any]", depth: int
) -> str | None:
    if len(expected) != len(actual):
        return f": expected {len(expected)} elements, got {len(actual)}"
    wrong = rule.difference(expected.name, actual.name, depth + 1)
    if wrong:
        return f".name{wrong}"
    if rule.check_index:
        wrong = _indexes(rule, expected.index, actual.index, depth)
        if wrong:
            return f".index{wrong}"
    wrong = _dtypes(rule, expected.dtype, actual.dtype, len(expected))
    return wrong or _elements(rule, expected, actual, depth)


def _indexes(rule: "Comparator", expected: Any, actual: Any, depth: int) -> str | None:
    if len(expected) != len(actual):
        return f": expected {len(expected)} labels, got {len(actual)}"
    if len(expected.names) != len(actual.names):
        return f": expected {len(expected.names)} levels, got {len(actual.names)}"
    wrong = rule.difference(list(expected.names), list(actual.names), depth + 1)
    if wrong:
        return f".names{wrong}"
    if len(expected) == 0:
        return None
    wrong = _dtypes(rule, expected.dtype, actual.dtype, len(expected))
    return wrong or _elements(rule, expected, actual, depth)


def _dtypes(rule: "Comparator", expected: Any, actual: Any, size: int) -> str | None:
    """How the dtypes differ; what is empty has whatever dtype came out of its making."""
    if not size and not rule.exact_dtype:
        return None
    if rule.exact_dtype:
        same = _same_dtype(rule, expected, actual)
        return None if same else f": expected dtype {expected}, got {actual}"
    wanted, got = _family(expected), _family(actual)
    if wanted == got or (wanted, got) in (("f", "int"), ("c", "int"), ("c", "f")):
        return None
    return f": expected dtype {expected}, got {actual}"


def _same_dtype(rule: "Comparator", expected: Any, actual: Any) -> bool:
    """Return whether two dtypes are equal; pandas would hash the categories of both."""
    if not all(isinstance(dtype, pd.CategoricalDtype) for dtype in (expected, actual)):
        return bool(expected == actual)
    left, right = expected.categories, actual.categories
    if bool(expected.ordered) != bool(actual.ordered) or left.dtype != right.dtype:
        return False
    if expected.ordered:
        return _indexes(rule, left, right, 0) is None
    return rule.unordered(left.tolist(), right.tolist()) is None


def _family(dtype: Any) -> str:
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if isinstance(dtype, pd.StringDtype):
        return "object"  # pandas gives text as `str` or as `object`, by version and by source
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "datetime with time zone"
    if str(dtype) == "timedelta64":
        return "timedelta without a unit"  # equal to as many of any unit, for numpy
    kind = str(getattr(dtype, "kind", "O"))
    return _FAMILIES.get(kind, kind)


def _elements(rule: "Comparator", expected: Any, actual: Any, depth: int) -> str | None:
    if all(
        isinstance(d, np.dtype) and d.kind in _VECTORISED for d in (expected.dtype, actual.dtype)
    ):
        return _arrays(rule, expected.to_numpy(), actual.to_numpy(), depth)
    for place, (left, right) in enumerate(zip(expected.tolist(), actual.tolist(), strict=True)):
        if _is_missing(left) and _is_missing(right):
            continue
        wrong = rule.difference(left, right, depth + 1)
        if wrong:
            return f"[{place}]{wrong}"
    return None


def _is_missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float) and math.isnan(value)
