"""The pandas half of the codec: Series, DataFrame, Index and pandas' own scalars.

A column is written as the array behind it, by a closed list of kinds: numpy, text, nullable
numbers, moments with a zone, and categories. Everything else (sparse, intervals, periods,
third-party extension arrays) is refused. Nothing of pandas is ever evaluated from text that came
in: units and zones are looked up in closed lists.
"""

# As in the other halves: exact types, one branch for each, pandas imported where it is used.
# pylint: disable=unidiomatic-typecheck,too-many-branches,import-outside-toplevel

from typing import Any

from .codec import (
    CODES_PER_PART,
    COLUMN_PARTS,
    NUMBERS_PER_PART,
    ZONE_PARTS,
    CodecError,
    zone_name,
    zone_of,
)

_UNITS = frozenset({"s", "ms", "us", "ns"})
_MASKED = {
    "Int8": "|i1",
    "Int16": "<i2",
    "Int32": "<i4",
    "Int64": "<i8",
    "UInt8": "|u1",
    "UInt16": "<u2",
    "UInt32": "<u4",
    "UInt64": "<u8",
    "Float32": "<f4",
    "Float64": "<f8",
    "boolean": "|b1",
}


def write(encoder: Any, value: Any, depth: int) -> bool:
    """Append `value` if it is one of pandas' plain types; say whether it was."""
    pd, np = encoder.pandas, encoder.numpy
    kind = type(value)
    if value is pd.NaT:
        encoder.put(b"n")
    elif value is pd.NA:
        encoder.put(b"q")
    elif kind is pd.Timestamp:
        encoder.put(b"m")
        encoder.put_bytes(b"", zone_name(value.tzinfo).encode())
        encoder.write(value.tz_convert(None).asm8 if value.tzinfo else value.asm8, depth + 1)
    elif kind is pd.Timedelta:
        encoder.put(b"l")
        encoder.write(value.asm8, depth + 1)
    elif kind is pd.Series:
        encoder.put(b"1")
        encoder.write(value.name, depth + 1)
        encoder.write(value.index, depth + 1)
        _write_column(encoder, value, depth + 1)
    elif kind is pd.DataFrame:
        encoder.put(b"2", value.shape[1].to_bytes(4, "little"))
        encoder.write(value.index, depth + 1)
        encoder.write(value.columns, depth + 1)
        for place in range(value.shape[1]):
            _write_column(encoder, value.iloc[:, place], depth + 1)
    elif kind is pd.RangeIndex:
        encoder.put(b"r")
        for item in (value.name, value.start, value.stop, value.step):
            encoder.write(item, depth + 1)
    elif kind is pd.MultiIndex:
        encoder.put(b"p", value.nlevels.to_bytes(4, "little"))
        lean = value.remove_unused_levels()
        for level, codes in zip(lean.levels, lean.codes, strict=True):
            encoder.write(level, depth + 1)
            encoder.write_array(np.asarray(codes), depth + 1)
    elif kind in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex):
        encoder.put(b"3")
        encoder.write(value.name, depth + 1)
        _write_column(encoder, value, depth + 1)
    else:
        return False
    encoder.uses_pandas = True
    return True


def _write_column(encoder: Any, column: Any, depth: int) -> None:
    """Append the array behind a Series or an Index."""
    pd, np = encoder.pandas, encoder.numpy
    dtype, array = column.dtype, column.array
    name = str(dtype.name)
    if type(dtype) is pd.StringDtype:
        values = array.to_numpy(dtype=object, na_value=None)
        encoder.put(b"s" if dtype.na_value is pd.NA else b"t")
        encoder.write_array(values, depth)
    elif type(dtype) is pd.DatetimeTZDtype:
        encoder.put(b"z")
        encoder.put_bytes(b"", zone_name(dtype.tz).encode())
        encoder.write_array(np.asarray(array.view("i8")).view(f"<M8[{dtype.unit}]"), depth)
    elif type(dtype) is pd.CategoricalDtype:
        encoder.put(b"c", b"\1" if dtype.ordered else b"\0")
        encoder.write(dtype.categories, depth + 1)
        encoder.write_array(np.asarray(array.codes), depth)
    elif name in _MASKED and type(array).__module__.startswith("pandas."):
        missing = np.asarray(array.isna(), dtype=bool)
        encoder.put(b"k")
        encoder.put_bytes(b"", name.encode())
        encoder.write_array(array.to_numpy(dtype=_MASKED[name], na_value=0), depth)
        encoder.write_array(missing, depth)
    elif isinstance(dtype, np.dtype):
        encoder.put(b"a")
        encoder.write_array(np.asarray(array), depth)
    else:
        raise CodecError(f"a column of dtype {name[:40]} is outside the list of plain types")


def read(decoder: Any, tag: bytes, depth: int) -> Any:
    """One pandas value.

    Raises:
        CodecError: an unknown tag or parts that do not fit together.
    """
    if tag not in _TAGS:
        raise CodecError("an unknown kind of value")
    import pandas as pd

    return _TAGS[tag](decoder, pd, depth)


def _read_moment(decoder: Any, pd: Any, depth: int) -> Any:
    name = decoder.take_text()
    if name != decoder.zone:
        decoder.spend(ZONE_PARTS)
        decoder.zone = name
    zone = zone_of(name)
    moment = pd.Timestamp(_scalar(decoder, depth, "M"))
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)


def _read_delta(decoder: Any, pd: Any, depth: int) -> Any:
    return pd.Timedelta(_scalar(decoder, depth, "m"))


def _scalar(decoder: Any, depth: int, kind: str) -> Any:
    value = decoder.read(depth + 1)
    import numpy as np

    if type(value) not in (np.datetime64, np.timedelta64) or value.dtype.kind != kind:
        raise CodecError("a moment that is none")
    return value


def _read_series(decoder: Any, pd: Any, depth: int) -> Any:
    name = decoder.read(depth + 1)
    index = _read_index(decoder, pd, depth + 1)
    return _series(pd, _read_column(decoder, pd, depth + 1), index, name)


def _series(pd: Any, column: Any, index: Any, name: Any = None) -> Any:
    """A Series; of objects it stays one of objects, whatever they look like."""
    dtype = object if column.dtype == object else None
    return pd.Series(column, index=index, name=name, dtype=dtype, copy=False)


def _read_frame(decoder: Any, pd: Any, depth: int) -> Any:
    count = decoder.take_count()
    index = _read_index(decoder, pd, depth + 1)
    columns = _read_index(decoder, pd, depth + 1)
    if len(columns) != count:
        raise CodecError("a table whose columns do not match their names")
    data = {place: _read_column(decoder, pd, depth + 1) for place in range(count)}
    if any(len(column) != len(index) for column in data.values()):
        raise CodecError("a table whose columns differ in length")
    for place, column in data.items():
        if column.dtype == object:
            data[place] = _series(pd, column, index)
    frame = pd.DataFrame(data, index=index, columns=range(count))
    frame.columns = columns
    return frame


def _read_index(decoder: Any, pd: Any, depth: int) -> Any:
    value = decoder.read(depth)
    if not isinstance(value, pd.Index):
        raise CodecError("an index that is none")
    return value


def _read_range(decoder: Any, pd: Any, depth: int) -> Any:
    name, start, stop, step = (decoder.read(depth + 1) for _ in range(4))
    if not all(type(number) is int and abs(number) < 2**62 for number in (start, stop, step)):
        raise CodecError("a range of no numbers")
    # A range weighs nothing but costs memory as soon as somebody looks at it.
    decoder.spend(len(range(start, stop, step)) // NUMBERS_PER_PART)
    return pd.RangeIndex(start, stop, step, name=name)


def _read_levels(decoder: Any, pd: Any, depth: int) -> Any:
    count = decoder.take_count()
    if not 1 <= count <= 32:
        raise CodecError("an index of too many levels")
    levels: list[Any] = []
    codes: list[Any] = []
    for _ in range(count):
        level = _read_index(decoder, pd, depth + 1)
        places = _codes(decoder, depth + 1, len(level))
        if isinstance(level, pd.MultiIndex) or (codes and len(places) != len(codes[0])):
            raise CodecError("an index whose levels do not fit together")
        levels.append(level)
        codes.append(places)
    # Verifying would hash the labels. Two levels that are equal harm nobody who reads labels.
    names = [level.name for level in levels]
    return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)


def _codes(decoder: Any, depth: int, count: int) -> Any:
    """Places in a list of `count` labels, -1 for none."""
    places = _array(decoder, depth, "i")
    decoder.spend(len(places) // CODES_PER_PART)
    if len(places) and not -1 <= places.min() <= places.max() < count:
        raise CodecError("a label outside the list of labels")
    return places


def _read_plain_index(decoder: Any, pd: Any, depth: int) -> Any:
    name = decoder.read(depth + 1)
    column = _read_column(decoder, pd, depth + 1)
    return pd.Index(column, name=name, dtype=object if column.dtype == object else None)


def _read_column(decoder: Any, pd: Any, depth: int) -> Any:
    import numpy as np

    tag = decoder.take(1).tobytes()
    decoder.spend(COLUMN_PARTS.get(tag, 1))
    if tag in (b"s", b"t"):
        missing = pd.NA if tag == b"s" else np.nan
        values = _array(decoder, depth)
        if not all(item is None or type(item) is str for item in values.tolist()):
            raise CodecError("a text column that holds no text")
        return pd.array(values, dtype=pd.StringDtype(na_value=missing))
    if tag == b"z":
        zone = zone_of(decoder.take_text())
        moments = _array(decoder, depth, "M")
        unit = np.datetime_data(moments.dtype)[0]
        if zone is None or unit not in _UNITS:
            raise CodecError("moments without a zone")
        return pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone).array
    if tag == b"c":
        ordered = bool(decoder.take(1)[0])
        categories = _read_index(decoder, pd, depth + 1)
        codes = _codes(decoder, depth, len(categories))
        if isinstance(categories, pd.MultiIndex) or categories.hasnans:
            raise CodecError("categories that are none")
        # The public constructor hashes the categories to see that they differ.
        # pylint: disable-next=protected-access
        dtype = pd.CategoricalDtype._from_fastpath(categories, ordered=ordered)
        return pd.Categorical.from_codes(codes, dtype=dtype)
    if tag == b"k":
        name = decoder.take_text()
        values, missing = _array(decoder, depth), _array(decoder, depth, "b")
        if name not in _MASKED or values.dtype.str != _MASKED[name]:
            raise CodecError("a nullable column of an unknown kind")
        if values.shape != missing.shape:
            raise CodecError("a nullable column without its mask")
        decoder.spend(len(values) // CODES_PER_PART)
        kind = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
        if values.dtype.kind == "f":
            missing |= np.isnan(values)
        return kind.get(values.dtype.kind, pd.arrays.IntegerArray)(values, missing)
    if tag == b"a":
        column = _array(decoder, depth)
        if column.dtype.kind in "US":
            raise CodecError("a column of a kind that pandas does not have")
        return column
    raise CodecError("an unknown kind of column")


def _array(decoder: Any, depth: int, kind: str | None = None) -> Any:
    tag = decoder.take(1).tobytes()
    if tag not in (b"a", b"o"):
        raise CodecError("a column that is no array")
    array = decoder.read_array(tag, depth)
    if array.ndim != 1 or (kind is not None and array.dtype.kind != kind):
        raise CodecError("a column that is no array of its kind")
    return array


_TAGS = {
    b"n": lambda _decoder, pd, _depth: pd.NaT,
    b"q": lambda _decoder, pd, _depth: pd.NA,
    b"m": _read_moment,
    b"l": _read_delta,
    b"1": _read_series,
    b"2": _read_frame,
    b"3": _read_plain_index,
    b"r": _read_range,
    b"p": _read_levels,
}
