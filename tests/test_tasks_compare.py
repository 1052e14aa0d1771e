import copy
import datetime
import math
import pickle
from collections import namedtuple
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parelha.tasks import Comparator
from parelha.tasks.compare import MAX_LINE, canonical, describe

EQUAL = Comparator()
NAN = math.nan
UTC = datetime.UTC


class Lisbon(datetime.tzinfo):
    """Its clocks went back by an hour at two o'clock on 27 October 2024."""

    def utcoffset(self, dt: datetime.datetime | None) -> datetime.timedelta:
        assert dt is not None
        switched = dt.replace(tzinfo=None) >= datetime.datetime(2024, 10, 27, 1)
        return datetime.timedelta(hours=1 - (switched and (dt.fold or dt.hour > 1)))

    def dst(self, dt: datetime.datetime | None) -> datetime.timedelta:
        return self.utcoffset(dt)

    def tzname(self, dt: datetime.datetime | None) -> str:
        return "Lisbon"


TWICE = datetime.datetime(2024, 10, 27, 1, 30, tzinfo=Lisbon())


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1.0, 1.0 + 5e-7),
        (0.0, -0.0),
        (0.0, 5e-10),
        (NAN, float("nan")),
        (math.inf, math.inf),
        (1.0, 1),
        (1.0, np.float64(1.0)),
        (1.0, np.float32(1.0)),
        (1.0, np.int64(1)),
        (True, np.bool_(True)),
        (3, np.int64(3)),
        ("é", np.str_("é")),
        (1 + 2j, 1 + 2j),
        (2 + 0j, 2),
        ([1.0, [NAN]], [1, [NAN]]),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}),
        ({NAN: 1.0}, {float("nan"): 1.0}),
        ({1.0, 2.0}, {2.0, 1.0 + 1e-9}),
        ({1, 2}, frozenset({1, 2})),
        (np.array([1.0, NAN]), np.array([1.0, NAN], dtype=np.float32)),
        (np.array([1.0, 2.0]), np.array([1, 2])),
        (np.array(["a"]), np.array(["a"])),
        (np.array(["2020-01-01", "NaT"], "M8[D]"), np.array(["2020-01-01", "NaT"], "M8[ns]")),
        (pd.Series([1.0, NAN]), pd.Series([1.0 + 1e-9, NAN])),
        (pd.Series([1, 2]), pd.Series([1, 2], dtype="Int64")),
        (pd.Series(["a", None]), pd.Series(["a", NAN], dtype=object)),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1]})),
        (pd.DataFrame(), pd.DataFrame()),
        # What is empty has whatever dtype came out of its making.
        (pd.DataFrame({"a": np.array([], int)}), pd.DataFrame([], columns=["a"])),
        (pd.Series([], dtype=float, name="a"), pd.Series([], dtype=object, name="a")),
        (np.array([], dtype=int), np.array([])),
        (pd.Index([1, 2]), pd.RangeIndex(1, 3)),
        (datetime.datetime(2020, 1, 2), pd.Timestamp("2020-01-02")),
        (TWICE, datetime.datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        (TWICE.replace(fold=1), datetime.datetime(2024, 10, 27, 1, 30, tzinfo=UTC)),
        (datetime.datetime(2024, 10, 27, 1, 30, tzinfo=UTC), TWICE.replace(fold=1)),
        (pd.Timestamp("2024-10-27T01:30Z"), TWICE.replace(fold=1)),
        (
            datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            datetime.datetime(1, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
        ),
        (complex(NAN, 1), complex(NAN, 1)),
        (np.array([complex(NAN, 1)]), np.array([complex(NAN, 1)])),
        (np.array([complex(1e9, 0)]), np.array([complex(1e9, 1e-5)])),
        (np.array([1j, 2]), np.array([1j, 2], np.complex64)),
        (np.array([2 + 0j]), np.array([2])),
        (np.datetime64("NaT"), np.datetime64("NaT")),
        (pd.NaT, pd.NaT),
        (None, None),
    ],
    ids=describe,
)
def test_the_same_answer_is_equal(expected: object, actual: object) -> None:
    assert EQUAL(expected, actual) is None


@pytest.mark.parametrize(
    ("expected", "actual", "says"),
    [
        (1, True, "expected int 1, got bool True"),
        (True, 1, "got int 1"),
        (1, 1.0, "got float 1.0"),
        (1.0, True, "got bool True"),
        (1.0, "1.0", "got str '1.0'"),
        (1.0, 1.00001, "expected 1.0, got 1.00001"),
        (0.0, NAN, "got nan"),
        (math.inf, -math.inf, "got -inf"),
        (1.0, 10**400, "got"),
        (1.0, 10**5000, "got"),
        (None, [], "expected None, got list []"),
        ([1.0, 2.0], (1.0, 2.0), "got tuple (1.0, 2.0)"),
        ([1.0, 2.0], np.array([1.0, 2.0]), "got ndarray"),
        ([1.0], [1.0, 1.0], "expected 1 elements, got 2"),
        ([[1.0, 2.0]], [[1.0, 3.0]], "[0][1]: expected 2.0, got 3.0"),
        ({"a": [1.0]}, {"a": [2.0]}, "['a'][0]: expected 1.0, got 2.0"),
        ({"a": 1}, {}, "key 'a' is missing"),
        ({}, {"a": 1}, "1 keys too many"),
        ({1: "x"}, {True: "x"}, "key 1 is missing"),
        ({1, 2}, {1, 3}, "2 is missing"),
        ("a", b"a", "got bytes"),
        (1 + 2j, 1 + 3j, "got (1+3j)"),
        (np.array([1.0]), np.array([[1.0]]), "expected shape (1,), got (1, 1)"),
        (np.array([1]), np.array([1.0]), "expected dtype int64, got float64"),
        (np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]), "[0, 1]: expected 2.0, got 3.0"),
        (np.array([True]), np.array([1]), "expected dtype bool"),
        (pd.Series([1.0], name="a"), pd.Series([1.0], name="b"), ".name: expected 'a', got 'b'"),
        (pd.Series([1.0], index=[1]), pd.Series([1.0], index=[2]), ".index[0]: expected 1, got 2"),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]}), ".columns[0]"),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [2.0]}), "['a'][0]: expected 1.0, got 2.0"),
        (pd.DataFrame({"a": [1]}), pd.Series([1], name="a"), "got Series"),
        (pd.Series([1]), pd.Series(["1"]), "expected dtype int64"),
        (datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1), "got datetime"),
        (TWICE, TWICE.replace(fold=1), "got datetime"),
        ({"a": TWICE.replace(fold=1)}, {"a": TWICE}, "got datetime"),
        (TWICE, TWICE.replace(tzinfo=None), "got datetime"),
        (np.array([complex(NAN, 1)]), np.array([complex(5, NAN)]), "[0]: expected (nan+1j)"),
        (np.array([complex(math.inf, 1)]), np.array([complex(math.inf, 2)]), "expected (inf+1j)"),
        ({1: [complex(NAN, 1)]}, {1: [complex(NAN, 2)]}, "expected (nan+1j)"),
    ],
    ids=describe,
)
def test_another_answer_is_told_apart_in_one_line(
    expected: object, actual: object, says: str
) -> None:
    difference = EQUAL(expected, actual)
    assert difference is not None
    assert says in difference
    assert "\n" not in difference
    assert len(difference) <= MAX_LINE


def test_the_options_do_what_they_say() -> None:
    assert Comparator(ordered=False)([1.0, 2.0, 2.0], [2.0, 1.0 + 1e-9, 2.0]) is None
    assert Comparator(ordered=False)([1.0, 2.0, 2.0], [2.0, 1.0, 1.0]) is not None
    assert Comparator(ordered=False)([[1, 2]], [[2, 1]]) is not None  # the outermost list alone
    assert Comparator(ordered=False)([{"a": 1.0}, {}], [{}, {"a": 1}]) is None
    assert Comparator(sequences_alike=True)([1.0, [2.0]], (1.0, (2.0,))) is None
    assert Comparator(sequences_alike=True)([1.0], np.array([1.0])) is None
    assert Comparator(rel=0.1)(1.0, 1.05) is None
    assert Comparator(absolute=0.1)(0.0, 0.05) is None
    assert Comparator(exact_dtype=True)(np.zeros(1), np.zeros(1, np.float32)) is not None
    assert Comparator(ordered=False)([complex(NAN, 1)], [complex(NAN, 2)]) is not None
    odd = [np.array([complex(5, NAN)])]
    assert Comparator(ordered=False)([np.array([complex(NAN, 1)])], odd) is not None
    shuffled = pd.Series([1.0], index=[7])
    assert Comparator(check_index=False)(pd.Series([1.0]), shuffled) is None


def test_a_references_named_tuple_is_the_tuple_that_it_holds() -> None:
    Range = namedtuple("Range", "low high")
    compare = Comparator(ordered=False)
    assert compare(Range(1.0, [2.0]), (1.0, [2.0])) is None
    assert compare([Range(1, 2), Range(3, 4)], [(3, 4), (1, 2)]) is None
    assert compare({Range(1, 2): "a"}, {(1, 2): "a"}) is None
    assert compare(Range(1.0, 2.0), (1.0, 2.5)) is not None
    assert compare(Range(1.0, 2.0), [1.0, 2.0]) is not None  # a list is no tuple


def test_thousands_of_unordered_numbers_are_compared_within_tolerance() -> None:
    numbers = [value / 7 for value in range(3000)]
    noisy = [value * (1 + 1e-9) for value in reversed(numbers)]
    assert Comparator(ordered=False)(numbers, noisy) is None
    noisy[5] += 1.0
    assert Comparator(ordered=False)(numbers, noisy) is not None


def test_values_nested_without_end_are_wrong_and_no_crash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    looped: list[Any] = []
    looped.append(looped)
    for value in (deep, looped):
        assert EQUAL([1.0], value) is not None
        assert "deep" in str(EQUAL(looped, value))
        assert Comparator(ordered=False)([value], [1]) is not None
    while deep:  # taken apart by hand: freeing it at once would recurse
        deep = deep[0]


def test_a_value_that_raises_when_touched_is_wrong_and_no_crash() -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        def __repr__(self) -> str:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    assert EQUAL(1.0, Hostile()) is not None
    assert EQUAL([Hostile()], [Hostile()]) is not None
    assert Comparator(ordered=False)([1], [Hostile()]) is not None


def test_a_comparator_goes_to_a_worker_process() -> None:
    rule = Comparator(rel=0.5, ordered=False)
    assert pickle.loads(pickle.dumps(rule)) == rule


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(
        [
            np.float32(1.5),
            np.int8(3),
            np.uint64(2**63),
            np.bool_(True),
            np.complex64(1j),
            np.str_("a"),
            np.datetime64("2020-01-01"),
            np.timedelta64(3, "h"),
            np.datetime64("NaT"),
            pd.Timestamp("2020-01-01", tz="UTC"),
            pd.Timedelta("1h"),
            pd.NaT,
            pd.NA,
        ]
    ),
)
ARRAYS = st.one_of(
    st.lists(st.floats(), max_size=4).map(np.array),
    st.lists(st.integers(-9, 9), max_size=4).map(lambda v: np.array(v, dtype=np.int16)),
    st.lists(st.text(max_size=3), max_size=4).map(lambda v: np.array(v, dtype=str)),
    st.lists(SCALARS, max_size=4).map(lambda v: np.array([*v, None], dtype=object)),
    st.lists(st.floats(), min_size=4, max_size=4).map(lambda v: np.array(v).reshape(2, 2)),
    st.floats().map(np.array),
)
FRAMES = st.one_of(
    st.lists(st.floats(), max_size=4).map(pd.Series),
    st.lists(SCALARS, max_size=3).map(lambda v: pd.Series(v, dtype=object, name="x")),
    st.lists(st.sampled_from("abc"), max_size=4).map(lambda v: pd.Series(v, dtype="category")),
    st.lists(st.integers(0, 9), max_size=4).map(lambda v: pd.Series([*v, None], dtype="Int64")),
    st.lists(st.floats(), max_size=4).map(lambda v: pd.DataFrame({"a": v, 1: v})),
    st.lists(st.floats(), max_size=4).map(pd.Index),
    st.lists(st.tuples(st.integers(0, 2), st.text(max_size=2)), min_size=1, max_size=4).map(
        pd.MultiIndex.from_tuples
    ),
    st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2030, 1, 1)).map(
        lambda d: pd.DatetimeIndex([d, None])
    ),
)
VALUES = st.recursive(
    st.one_of(SCALARS, ARRAYS, FRAMES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(
            st.one_of(st.text(max_size=3), st.floats(), st.integers()), inner, max_size=3
        ),
        st.sets(st.one_of(st.floats(), st.integers(), st.text(max_size=2)), max_size=4),
    ),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None)
@given(VALUES)
def test_every_value_equals_its_copy(value: Any) -> None:
    for rule in (EQUAL, Comparator(ordered=False), Comparator(exact_dtype=True)):
        assert rule(value, copy.deepcopy(value)) is None


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES, st.booleans(), st.booleans())
def test_any_two_values_can_be_compared(
    expected: Any, actual: Any, ordered: bool, alike: bool
) -> None:
    difference = Comparator(ordered=ordered, sequences_alike=alike)(expected, actual)
    assert difference is None or (len(difference) <= MAX_LINE and "\n" not in difference)
    assert "could not be compared" not in (difference or "")


def arrays_and_tables() -> list[object]:
    """Values that differ from each other, each made afresh at every call."""
    frame = pd.DataFrame({"a": [1.0, float("nan")], "b": ["x", None]})
    return [
        np.array([1.0, float("nan")]),
        np.array([1.0, 2.0]),
        np.array([[1.0, 2.0]]),
        np.array([1, 2]),
        pd.Series([1.0, 2.0]),
        pd.Series([1.0, 2.0], name="a"),
        pd.Series([1.0, 2.0], index=[1, 2]),
        pd.Series(pd.to_datetime(["2024-01-01", "NaT"])),
        pd.Index([1.0, 2.0]),
        frame,
        frame.rename(columns={"a": "c"}),
        frame.set_index("b"),
        frame.iloc[:0],
    ]


def test_arrays_and_tables_stand_for_their_content() -> None:
    first = [canonical(value) for value in arrays_and_tables()]
    assert first == [canonical(value) for value in arrays_and_tables()]
    assert len(set(first)) == len(first)


DTYPES = ["?", "i8", "u1", "f8", "f4", "c16", "O", "U3", "M8[ns]", "M8[D]", "m8[s]"]
FRAME_DTYPES = ["bool", "i8", "f8", "O", "str", "category", "M8[ns]", "m8[s]", "Int64"]


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_what_is_empty_may_have_any_dtype_unless_dtypes_are_exact(shape: tuple[int, ...]) -> None:
    for one in DTYPES:
        for other in DTYPES:
            expected, actual = np.zeros(shape, one), np.zeros(shape, other)
            assert EQUAL(expected, actual) is None, (one, other)
            assert EQUAL(expected, np.zeros((*shape, 1), other)) is not None
            exact = Comparator(exact_dtype=True)(expected, actual)
            assert (exact is None) == (one == other), (one, other)


def test_a_column_without_rows_may_have_any_dtype_unless_dtypes_are_exact() -> None:
    for one in FRAME_DTYPES:
        for other in FRAME_DTYPES:
            left, right = (pd.Series([], dtype=dtype, name="a") for dtype in (one, other))
            for expected, actual in ((left, right), (left.to_frame(), right.to_frame())):
                assert EQUAL(expected, actual) is None, (one, other)
                exact = Comparator(exact_dtype=True)(expected, actual)
                assert (exact is None) == (one == other), (one, other)
