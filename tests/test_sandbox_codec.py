"""The codec: what crosses the border arrives as it left, and nothing else arrives at all."""

import contextlib
import datetime as dt
import math
import os
import random
import struct
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
import pytest
from pandas import testing

from parelha.sandbox.codec import MAX_INT_BYTES, CodecError
from parelha.sandbox.codec_read import Decoder
from parelha.sandbox.codec_write import Encoder


def encode(value: object, limit: int = 1 << 22) -> bytes:
    return Encoder(limit, np, pd).encode(value)


def travel(value: object) -> Any:
    return Decoder(encode(value)).decode()


PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(10**300),
    0.1,
    -0.0,
    math.inf,
    1 + 2j,
    "",
    "café \U0001f600",
    b"\0\xff",
    [],
    [1, [2.5, "x"]],
    (),
    (1, (2,)),
    {1, 2},
    {"a": 1, (1, 2): [None]},
    dt.date(2024, 2, 29),
    dt.time(23, 59, 58, 123456),
    dt.timedelta(days=-3, seconds=5, microseconds=7),
    dt.datetime(1, 1, 1),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
    dt.datetime(2024, 10, 27, 1, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Lisbon")),
    dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-3))),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_arrive_with_their_exact_type(value: object) -> None:
    back = travel(value)
    assert type(back) is type(value)
    assert back == value
    assert repr(back) == repr(value)


def test_nan_and_negative_zero_keep_their_bits() -> None:
    assert math.isnan(travel(math.nan))
    assert math.copysign(1, travel(-0.0)) == -1


def test_standard_dict_subclasses_arrive_as_dict() -> None:
    for value in (Counter("aab"), OrderedDict(a=1), defaultdict(int, a=1)):
        back = travel(value)
        assert type(back) is dict
        assert back == dict(value)


class Named(NamedTuple):
    low: float
    high: float


class Sly(tuple[Any, ...]):
    """Would answer anything, and count what it is asked."""

    asked: ClassVar[list[str]] = []

    def __getattribute__(self, name: str) -> Any:
        Sly.asked.append(name)
        return super().__getattribute__(name)

    def __iter__(self) -> Iterator[Any]:
        Sly.asked.append("iter")
        return iter((42.0,) * 9)

    def __len__(self) -> int:
        Sly.asked.append("len")
        return 9

    def __getitem__(self, place: Any) -> Any:
        Sly.asked.append("item")
        return 42.0

    def __eq__(self, other: object) -> bool:
        Sly.asked.append("eq")
        return True

    def __hash__(self) -> int:
        Sly.asked.append("hash")
        return 1


def test_an_answer_that_is_a_named_tuple_arrives_as_the_tuple_that_it_is() -> None:
    Point = namedtuple("Point", "x y")
    for value, plain in [
        (Named(1.0, 2.0), (1.0, 2.0)),
        (Point(1, Named(0.5, 3.0)), (1, (0.5, 3.0))),
        ([Point(1, 2)], [(1, 2)]),
        ({Point(1, 2): Named(0.0, 1.0)}, {(1, 2): (0.0, 1.0)}),
    ]:
        back = Decoder(Encoder(10_000, named_tuples=True).encode(value)).decode()
        assert back == plain
        assert repr(back) == repr(plain)  # exact types, all the way down
        with pytest.raises(CodecError, match="outside the list of plain types"):
            encode(value)  # a program that is given it could ask for a field


def test_of_a_tuple_with_methods_of_its_own_nothing_is_called() -> None:
    value = [Sly((1, Sly((2, 3))))]
    Sly.asked.clear()
    back = Decoder(Encoder(10_000, named_tuples=True).encode(value)).decode()
    assert not Sly.asked
    assert repr(back) == "[(1, (2, 3))]"


ARRAYS = [
    np.arange(6).reshape(2, 3),
    np.array(1.5),
    np.array([], dtype="f4"),
    np.zeros((0, 3)),
    np.array([True, False]),
    np.array(["a", "bcd", ""]),
    np.array([b"a", b"bc"]),
    np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
    np.array([1, 2], dtype="m8[ms]"),
    np.array([1, 2], dtype=">i4"),
    np.array([[1, None], ["x", 2.5]], dtype=object),
    np.arange(10)[::-2],
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array([1 + 1j]),
    np.array([1.5], dtype="f2"),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_arrays_arrive(array: np.ndarray[Any, Any]) -> None:
    back = travel(array)
    assert type(back) is np.ndarray
    assert back.shape == array.shape
    assert back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable


@pytest.mark.parametrize(
    "scalar",
    [
        np.float64(1.5),
        np.int64(3),
        np.bool_(True),
        np.str_("ab"),
        np.datetime64("2024-01-01"),
        np.float32(0.1),
        np.complex64(1j),
    ],
    ids=repr,
)
def test_numpy_scalars_arrive_as_numpy_scalars(scalar: np.generic) -> None:
    back = travel(scalar)
    assert type(back) is type(scalar)
    assert back == scalar


MOMENTS = pd.date_range("2024-01-01", periods=3, tz="America/Sao_Paulo")
TABLES: list[Any] = [
    pd.Series([1, 2, 3], name="n"),
    pd.Series([1.5, None], index=["a", "b"]),
    pd.Series(["x", None, "z"]),
    pd.Series(["x", None], dtype="string"),
    pd.Series([1, None, 3], dtype="Int64"),
    pd.Series([True, None], dtype="boolean"),
    pd.Series([0.5, None], dtype="Float64"),
    pd.Series(["a", "b", "a", None], dtype="category"),
    pd.Series(pd.Categorical(["lo", "hi"], ["lo", "hi"], ordered=True)),
    pd.Series(MOMENTS),
    pd.Series(MOMENTS).dt.tz_localize(None),
    pd.Series(pd.to_timedelta([1, 2], unit="s")),
    pd.Series([1, "a", None, [2]], dtype=object),
    pd.Series([], dtype="float64"),
    pd.Series([1], index=pd.MultiIndex.from_tuples([("a", 1)], names=["x", None])),
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, math.nan]}),
    pd.DataFrame({"a": [1]}, index=pd.Index(["r"], name="key")),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pd.DataFrame({"t": MOMENTS}, index=MOMENTS),
    pd.DataFrame(),
    pd.DataFrame({"a": []}),
    pd.DataFrame(index=[1, 2]),
    pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
]


@pytest.mark.parametrize("place", range(len(TABLES)))
def test_tables_arrive(place: int) -> None:
    value = TABLES[place]
    back = travel(value)
    assert type(back) is type(value)
    if isinstance(value, pd.Series):
        testing.assert_series_equal(back, value, check_freq=False)
    else:
        testing.assert_frame_equal(back, value, check_freq=False)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(2, 9, 3, name="r"),
        pd.Index([1, 2]),
        pd.Index(["a"], name="n"),
        pd.DatetimeIndex(["2024-01-01"]),
        MOMENTS,
        pd.to_timedelta([1], unit="s"),
        pd.CategoricalIndex(["a", "b"]),
        pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["l", "n"]),
    ],
    ids=lambda index: type(index).__name__,
)
def test_indexes_arrive(index: Any) -> None:
    back = travel(index)
    assert type(back) is type(index)
    assert back.equals(index)
    assert list(back.names) == list(index.names)


@pytest.mark.parametrize(
    "value",
    [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-07-01 12:00", tz="Europe/Lisbon"),
        pd.Timedelta("1D"),
        pd.NaT,
        pd.NA,
    ],
    ids=repr,
)
def test_pandas_scalars_arrive(value: Any) -> None:
    back = travel(value)
    assert type(back) is type(value)
    assert back is value or back == value


class _Int(int):
    pass


class _Str(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class _Frame(pd.DataFrame):
    pass


class _Liar:
    __class__ = float  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("true",)


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    "value",
    [
        _Int(1),
        _Str("a"),
        _Frame({"a": [1]}),
        _Liar(),
        [_Liar()],
        CIRCLE,
        lambda: 1,
        (n for n in "ab"),
        range(3),
        frozenset({1}),
        "\ud800",
        2 ** (8 * MAX_INT_BYTES),
        np.ma.masked_array([1], [True]),
        np.zeros(1, dtype=[("a", "i4")]),
        np.array([_Liar()], dtype=object),
        np.zeros(1, dtype=np.longdouble),
        pd.Series(pd.arrays.SparseArray([0, 1])),
        pd.period_range("2024", periods=2, freq="M"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


def test_heavy_values_are_refused_before_they_are_copied() -> None:
    with pytest.raises(CodecError, match="weighs"):
        encode(np.zeros(1000), limit=1000)
    with pytest.raises(CodecError, match="weighs"):
        encode("x" * 2000, limit=1000)


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def array(dtype: bytes, shape: tuple[int, ...], data: bytes, tag: bytes = b"a") -> bytes:
    sizes = b"".join(u32(size) for size in shape)
    return tag + u32(len(dtype)) + dtype + bytes([len(shape)]) + sizes + u32(len(data)) + data


HOSTILE = {
    "empty": b"",
    "unknown tag": b"?",
    "cut float": b"f\0",
    "huge list": b"L" + u32(2**32 - 1),
    "huge text": b"s" + u32(2**32 - 1),
    "trailing bytes": b"NN",
    "bad utf-8": b"s" + u32(1) + b"\xff",
    "deep": b"L\1\0\0\0" * 10_000,
    "unhashable key": b"S" + u32(1) + b"L" + u32(0),
    "object dtype": array(b"|O", (1,), b"\0" * 8),
    "void dtype": array(b"|V8", (1,), b"\0" * 8),
    "structured dtype": array(b"i4,i4", (1,), b"\0" * 8),
    "huge shape": array(b"<f8", (2**31, 2**31, 2**31), b""),
    "huge beside zero": array(b"<f8", (0, 2**32 - 1), b""),
    "mismatch": array(b"<f8", (2,), b"\0" * 8),
    "zero width text": array(b"<U0", (2**31,), b""),
    "dimensions": array(b"|u1", (1,) * 9, b"\0"),
    "half a boolean": array(b"|b1", (1,), b"\2"),
    "outside Unicode": array(b"<U1", (1,), b"\xff\xff\xff\x7f"),
    "surrogate": array(b"<U1", (1,), b"\0\xd8\0\0"),
    "huge object array": b"o\2" + u32(2**31) + u32(2**31),
    "path as zone": b"t" + bytes(17) + u32(14) + b"=../etc/passwd",
    "year 10000": b"d" + struct.pack("<q", 2**40),
    "endless range": b"rN" + b"i\1\0\0\0\0" + b"i" + u32(6) + b"\0" * 5 + b"\1" + b"i\1\0\0\0\1",
    "ragged table": b"2" + u32(1) + encode(pd.RangeIndex(3)) * 2 + b"a" + array(b"|u1", (1,), b"1"),
    "text column of numbers": b"1N" + encode(pd.RangeIndex(1)) + b"to\1" + u32(1) + encode(1),
    "hash flood": b"S" + u32(500) + b"".join(encode(k * (2**61 - 1)) for k in range(500)),
    "long integer": b"i" + u32(5000) + b"\x7f" * 5000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_refused_with_one_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        Decoder(data).decode()


def test_damaged_bytes_never_raise_anything_else() -> None:
    dice = random.Random(0)
    samples = [encode(value) for value in [*PLAIN, *ARRAYS, *TABLES]]
    for _ in range(3000):
        data = bytearray(dice.choice(samples))
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with contextlib.suppress(CodecError):
            Decoder(bytes(data[: dice.randint(1, len(data))])).decode()
