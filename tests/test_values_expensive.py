"""What a program returns costs its reader a bounded time and memory, whatever it is."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parelha.sandbox.codec import CodecError
from parelha.sandbox.codec_read import Decoder
from parelha.sandbox.codec_write import Encoder
from parelha.tasks import Comparator
from parelha.tasks.benchmarks.answers import Right, compare
from parelha.tasks.compare import canonical, describe
from parelha.tasks.writing import written_out
from parelha.types import Limits

from .attacks.toll import Toll

pytestmark = pytest.mark.slow

PARTS = Limits().output_parts
PRIME = 2**61 - 1  # integers that differ by it have one hash
FLOOD = [k * PRIME for k in range(20_000)]
SHORT_FLOOD = FLOOD[:3_000]


@contextmanager
def cheap() -> Iterator[None]:
    with Toll() as toll:
        yield
    assert toll.problems() == []


def encode(value: object) -> bytes:
    return Encoder(1 << 26, np, pd).encode(value)


def read(data: bytes) -> Any:
    return Decoder(data, PARTS).decode()


def cells(*items: object) -> Any:
    array = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):
        array[place] = item
    return array


def flooded_index(labels: list[Any]) -> Any:
    return pd.Index(cells(*labels), dtype=object)


def unchecked_category(labels: list[Any]) -> Any:
    """A column whose categories nobody has hashed, as it comes out of the sandbox."""
    category: Any = pd.CategoricalDtype
    # pylint: disable-next=protected-access
    dtype = category._from_fastpath(flooded_index(labels), ordered=False)
    return pd.Series(pd.Categorical.from_codes(np.arange(len(labels)), dtype=dtype))


# --- reading --------------------------------------------------------------------------------------


def flooded_levels(labels: pd.Index) -> bytes:
    return b"p" + struct.pack("<I", 1) + encode(labels) + encode(np.arange(len(labels)))


@pytest.mark.parametrize(
    "labels",
    [
        flooded_index(list(FLOOD)),
        flooded_index([(k * PRIME, k * PRIME) for k in range(20_000)]),
        flooded_index([(0,) * 40 + (k * PRIME,) for k in range(2_000)]),
        pd.Index(np.arange(50_000) << 33),
        pd.Index(np.arange(50_000) * 2.0**40),
        pd.DatetimeIndex((np.arange(50_000) << 33).view("M8[ns]")),
        pd.Index([f"{'x' * 300}{k}" for k in range(10_000)]),
    ],
    ids=["integers", "pairs", "tuples", "int64", "float64", "moments", "long texts"],
)
@pytest.mark.parametrize("kind", ["levels", "categories", "labels"])
def test_labels_are_not_hashed_when_they_are_read(labels: pd.Index, kind: str) -> None:
    frame = b"1N" + encode(labels) + b"a" + encode(np.arange(len(labels)))
    category = b"1N" + encode(pd.RangeIndex(len(labels))) + b"c\0" + encode(labels)
    data = {
        "levels": flooded_levels(labels),
        "categories": category + encode(np.arange(len(labels))),
        "labels": frame,
    }[kind]
    with cheap():
        value = read(data)
        assert Comparator()(value, value) is None
        assert describe(value)


def test_an_index_of_levels_that_do_not_differ_reads_as_its_labels() -> None:
    labels = flooded_index(["a", "b", "a"])
    assert read(flooded_levels(labels)).tolist() == [("a",), ("b",), ("a",)]


@pytest.mark.parametrize("place", [-2, 3, 127])
@pytest.mark.parametrize("kind", [b"c", b"p"])
def test_a_code_outside_its_labels_is_refused(place: int, kind: bytes) -> None:
    labels, codes = encode(pd.Index([1, 2, 3])), encode(np.array([0, place], dtype=np.int8))
    head = {b"c": b"1N" + encode(pd.RangeIndex(2)) + b"c\0", b"p": b"p" + struct.pack("<I", 1)}
    with pytest.raises(CodecError):
        read(head[kind] + labels + codes)


def many(one: bytes) -> bytes:
    count = (4 << 20) // len(one)
    return b"L" + struct.pack("<I", count) + one * count


DEAR: dict[str, Any] = {
    "empty list": [],
    "empty set": set(),
    "pairs": [(None, None)],
    "dict": {None: None},
    "array": np.zeros(0),
    "rows": np.zeros((9, 0)),
    "object array": cells(None),
    "dimensions": cells(None).reshape((1,) * 8),
    "scalar": np.float32(1),
    "moment": pd.Timestamp("2024-01-01", tz="Europe/Lisbon"),
    "range": pd.RangeIndex(1_000_000),
    "index": pd.Index([1]),
    "levels": pd.MultiIndex.from_tuples([(1, 2)]),
    "series": pd.Series([1]),
    "category": pd.Series([1], dtype="category"),
    "nullable": pd.Series([1], dtype="Int64"),
    "text": pd.Series(["a"]),
    "frame": pd.DataFrame(),
    "frames inside": pd.DataFrame({"a": cells(pd.DataFrame({"a": [1]}))}),
}


@pytest.mark.parametrize("value", DEAR.values(), ids=DEAR.keys())
def test_many_small_objects_are_refused_before_they_are_dear(value: object) -> None:
    data = many(encode(value))
    with cheap(), pytest.raises(CodecError, match="too many parts"):
        read(data)


def test_moments_that_change_their_zone_each_time_are_few() -> None:
    zones = ["Europe/Lisbon", "Asia/Tokyo"]
    data = encode([pd.Timestamp(k, unit="h", tz=zones[k % 2]) for k in range(1_000)])
    with cheap(), pytest.raises(CodecError, match="too many parts"):
        read(data)


@pytest.mark.parametrize("column", [b"a" + encode(np.zeros(0)), b"to\1\0\0\0\0"])
def test_wide_tables_without_a_row_are_refused(column: bytes) -> None:
    count = 140_000
    head = b"2" + struct.pack("<I", count) + encode(pd.RangeIndex(0)) + encode(pd.RangeIndex(count))
    with cheap(), pytest.raises(CodecError, match="too many parts"):
        read(head + column * count)


@pytest.mark.parametrize(
    "keys",
    [FLOOD[:100], range(0, 50_000 << 40, 1 << 40), [(k,) for k in range(50_000)]],
    ids=["one hash", "chosen hashes", "tuples"],
)
def test_keys_that_may_collide_are_few(keys: Any) -> None:
    data = encode(dict.fromkeys(keys))
    with cheap(), pytest.raises(CodecError):
        read(data)


HONEST: dict[str, Any] = {
    "rows": [{"name": f"n{k}", "value": k / 7, "group": k % 5} for k in range(10_000)],
    "numbers": [k / 7 for k in range(400_000)],
    "words": {f"w{k}": k for k in range(40_000)},
    "keys": {k * 37: str(k) for k in range(10_000)},
    "array": np.zeros((500, 1_000)),
    "frame": pd.DataFrame({n: [f"t{k}" for k in range(3_000)] for n in range(12)}),
    "pivot": pd.DataFrame(np.zeros((30, 1_000))),
    "levels": pd.Series(1.0, index=pd.MultiIndex.from_product([range(100), range(200)])),
    "category": pd.Series([f"c{k % 3_000}" for k in range(20_000)], dtype="category"),
    "moments": [pd.Timestamp(k, unit="h", tz="Europe/Lisbon") for k in range(5_000)],
}


@pytest.mark.parametrize("value", HONEST.values(), ids=HONEST.keys())
def test_large_honest_values_arrive(value: object) -> None:
    with cheap():
        assert Comparator(exact_dtype=True)(value, read(encode(value))) is None


def test_objects_stay_objects_whatever_they_look_like() -> None:
    for column in (["x", "y"], [pd.Timestamp("2024-01-01")] * 2, [1, 2]):
        frame = pd.DataFrame({"a": pd.Series(column, dtype=object)})
        assert read(encode(frame))["a"].dtype.kind == "O"
        assert read(encode(frame["a"])).dtype.kind == "O"
        assert read(encode(pd.Index(column, dtype=object))).dtype.kind == "O"


# --- comparing ------------------------------------------------------------------------------------

ROWS = [[1.0] * 300 + [float(n)] for n in range(400)]
ALIKE = [[1.0] * 300 + [-1.0 - n] for n in range(400)]
ANY_ORDER = Comparator(ordered=False)
COMPARED: dict[str, tuple[Comparator, Any, Any]] = {
    "rows that differ at their end": (ANY_ORDER, ROWS, ALIKE),
    "one hash": (ANY_ORDER, list(range(3_000)), SHORT_FLOOD),
    "tuples of one hash": (
        ANY_ORDER,
        [(*(0,) * 60, n) for n in range(2_000)],
        [(*(0,) * 60, n * PRIME) for n in range(1, 2_001)],
    ),
    "dict keys": (Comparator(), {1: 1}, {(*(0,) * 60, n * PRIME): 0 for n in range(2_000)}),
    "categories": (
        Comparator(exact_dtype=True),
        pd.Series(range(20_000), dtype="category"),
        unchecked_category(FLOOD),
    ),
    "wide array for a list": (
        Comparator(sequences_alike=True),
        [1, 2],
        np.zeros(4_000_000, np.int8),
    ),
    "moments in any order": (
        ANY_ORDER,
        [pd.Series([1])],
        [pd.Series(pd.date_range("2024", periods=500_000, freq="s", tz="Europe/Lisbon"))],
    ),
    "as many moments": (
        ANY_ORDER,
        [pd.Series(np.zeros(400_000))],
        [pd.Series(pd.date_range("2024", periods=400_000, freq="s", tz="Europe/Lisbon"))],
    ),
    "tables in any order": (
        ANY_ORDER,
        [pd.Series([1])] * 2,
        [pd.Series(np.zeros(1_500_000, np.int8)), pd.RangeIndex(1_500_000)],
    ),
}


@pytest.mark.parametrize(("rule", "expected", "actual"), COMPARED.values(), ids=COMPARED.keys())
def test_a_comparison_costs_no_more_than_the_right_answer_is_large(
    rule: Comparator, expected: object, actual: object
) -> None:
    with cheap():
        assert rule(expected, actual) is not None


def test_equal_categories_in_another_order_are_one_dtype() -> None:
    rule = Comparator(exact_dtype=True)
    left = pd.Series(pd.Categorical(["a", "b"], ["a", "b"]))
    right = pd.Series(pd.Categorical(["a", "b"], ["b", "a"]))
    ordered = pd.Series(pd.Categorical(["a", "b"], ["a", "b"], ordered=True))
    other = pd.Series(pd.Categorical(["a", "b"], ["a", "b", "c"]))
    assert rule(left, right) is None
    assert rule(left, ordered) is not None
    assert rule(left, other) is not None
    assert rule(ordered, ordered.copy()) is None


BENCHMARKS: dict[str, tuple[Right, Callable[[], Any]]] = {
    "set of one hash": (Right({1, 2}, wrappers=(("set", ()),)), lambda: list(FLOOD)),
    "set of many": (Right({1}, wrappers=(("set", ()),)), lambda: np.arange(400_000) << 33),
    "dict of one hash": (Right({}, wrappers=(("dict", ()),)), lambda: [(k, 0) for k in FLOOD]),
    "stretched column": (Right(list(range(50_000))), lambda: np.zeros((200_000, 1))),
    "stretched inside": (
        Right([list(range(50_000))]),
        lambda: [np.zeros((200_000, 1))],
    ),
    "added up": (
        Right(0, wrappers=(("sum", ()),)),
        lambda: [np.zeros((60_000, 1)), np.zeros((1, 60_000))],
    ),
    "greatest": (
        Right(0, wrappers=(("max", ()),)),
        lambda: [np.zeros((60_000, 1)), np.zeros((1, 60_000))],
    ),
    "lists added up": (Right([1], wrappers=(("sum", ([],)),)), lambda: [[0]] * 60_000),
    "close to a table": (
        Right([0.5] * 1_000, "allclose", 1e-6),
        lambda: np.zeros((1_000, 400, 1)),
    ),
    "numpy close": (
        Right([0.5] * 1_000, "numpy close", 1e-6),
        lambda: np.zeros((1_000, 400, 1)).tolist(),
    ),
    "tables with flooded labels": (
        Right(0, wrappers=(("sum", ()),)),
        lambda: [pd.Series(0, index=flooded_index(f)) for f in (FLOOD, FLOOD[::-1])],
    ),
    "nested text": (Right("", wrappers=(("str", ()),)), lambda: nested(unchecked_category)),
}


def nested(level: Callable[[list[Any]], Any]) -> Any:
    """Containers inside containers; their libraries write each twice or more."""
    value: Any = 1
    for _ in range(25):
        value = level([value])
    return value


@pytest.mark.parametrize(("right", "make"), BENCHMARKS.values(), ids=BENCHMARKS.keys())
def test_a_benchmarks_rule_costs_no_more_than_its_values(
    right: Right, make: Callable[[], Any]
) -> None:
    value = make()
    with cheap():
        assert compare(right, [(True, value)]) is not None


SHOWN: dict[str, Callable[[], Any]] = {
    "categories": lambda: nested(unchecked_category),
    "column": lambda: nested(lambda items: pd.Series(cells(*items))),
    "labels": lambda: nested(lambda items: pd.Series([1], index=flooded_index(items))),
    "dimensions": lambda: nested(lambda items: cells(flooded_index(items)).reshape((1,) * 8)),
    "set": lambda: set(range(300_000)),
    "dict": lambda: {(k, "x" * 10): k for k in range(100_000)},
    "numbers": lambda: [k / 7 for k in range(500_000)],
    "integers": lambda: [(1 << 13_590) - k for k in range(2_400)],
    "text": lambda: "\0" * 4_000_000,
    "many dimensions": lambda: np.random.default_rng(0).random((6,) * 6 + (2, 5)),
    "nested arrays": lambda: [[[np.arange(1_000) / 7] * 6] * 6] * 6,
    "nested tables": lambda: [[[pd.DataFrame(np.ones((10, 20)))] * 6] * 6] * 6,
}


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN.keys())
def test_showing_a_value_costs_no_more_than_its_beginning(make: Callable[[], Any]) -> None:
    value = make()
    with cheap():
        assert len(describe(value)) <= 80
        assert len(written_out(value, 800)) < 30_000
    if not isinstance(value, list | dict | str):
        with cheap():
            assert describe([value])


@pytest.mark.parametrize(
    "value",
    [
        [1, 2.5, "a'b", None],
        (1,),
        (),
        {"a": [1, {2}], (1, 2): b"x"},
        set(),
        [[], {}, [()]],
        np.arange(3),
        [np.float64(1.5)],
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
        [list(range(500))] * 3,
    ],
    ids=describe,
)
def test_the_beginning_of_a_value_is_what_python_writes(value: object) -> None:
    assert written_out(value, 10**6) == repr(value)
    assert repr(value).startswith(written_out(value, 20)[:20])


MOMENTS = pd.date_range("2024-01-01", periods=3, tz="Europe/Lisbon")


def test_equal_values_have_one_text_and_others_another() -> None:
    equal = [
        (1, np.int8(1)),
        (0.0, -0.0),
        (0.5, np.float16(0.5)),
        ({1, 2}, {2, 1}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (pd.Timestamp("2024-01-01 12:00", tz="UTC"), pd.Timestamp("2024-01-01 12:00+00:00")),
        (
            pd.Timestamp("2024-07-01 12:00", tz="UTC"),
            pd.Timestamp("2024-07-01 13:00", tz="Europe/Lisbon"),
        ),
        (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01").to_pydatetime()),
        (pd.Timedelta("1D"), pd.Timedelta("1D").to_pytimedelta()),
        (np.array([0.0, np.nan]), np.array([-0.0, np.nan])),
        (pd.Series(MOMENTS), pd.Series(list(MOMENTS))),
    ]
    for left, right in equal:
        assert canonical(left) == canonical(right), (left, right)
    different = [1, True, 1.0, "1", b"1", [1], (1,), ["1", "2"], ["1,str('2')"], [["1"], "2"], {1}]
    different += [
        {1: 1},
        None,
        MOMENTS,
        MOMENTS.tz_convert("UTC"),
        np.array([1]),
        np.array([[1]]),
        pd.Series([1]),
        pd.Index([1]),
    ]
    assert len({canonical(value) for value in different}) == len(different)
