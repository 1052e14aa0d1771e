"""Values that ordinary programs answer with: each comes out, is shown, and is JSON."""

# pylint: disable=missing-function-docstring

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from parelha.solve.answers import answer_json, answer_text, comparable
from parelha.solve.running import DataTools, Run
from parelha.solve.tables import read_tables
from parelha.types import Outcome

pytestmark = pytest.mark.slow

HEAD = """
import array, collections, dataclasses, datetime as dt, decimal, enum, fractions, itertools, types
import zoneinfo
import numpy as np
import pandas as pd
import scipy.stats

@dataclasses.dataclass(frozen=True)
class Place:
    name: str
    size: decimal.Decimal

class Colour(enum.Enum):
    RED = 1

class Level(enum.IntEnum):
    LOW = 1

Point = collections.namedtuple("Point", "x y")
Zone = type("Zone", (dt.tzinfo,), {"utcoffset": lambda *_: dt.timedelta(0), "dst": lambda *_: None})

"""


ROWS = """region,year,amount,day
N,2020,1.5,2024-01-01
S,2021,2.5,2024-01-02
N,2021,3.0,2024-02-01
"""


@pytest.fixture(name="tools", scope="module")
def _tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataTools]:
    path = tmp_path_factory.mktemp("data") / "sales.csv"
    path.write_text(ROWS, encoding="utf-8")
    linters: Any = None
    with DataTools(read_tables([path]), linters, seconds=20.0) as tools:
        yield tools


def answered(tools: DataTools, expression: str) -> Run:
    return tools.run(f"{HEAD}def answer(sales):\n    return {expression}\n")


DAY = "2024-01-01T00:00:00"
BY_TWO = "sales.groupby(['region', 'year'])['amount']"
# A program's answer, and its JSON.
VALUES: dict[str, Any] = {
    "sales['region'].unique()": ["N", "S"],
    "sales['day'].unique()[:1]": [DAY],
    "sales['region'].astype('category').unique()": ["N", "S"],
    "sales['region'].astype('category').array": ["N", "S", "N"],
    "pd.array([1, None])": [1, None],
    "pd.array([1.5, 0], dtype='Sparse[float]')": [1.5, 0.0],
    "pd.arrays.IntervalArray.from_breaks([0, 1])": ["(0, 1]"],
    "sales['day'].dt.to_period('M').unique()": ["2024-01", "2024-02"],
    "sales['amount'].dtype": "float64",
    "sales['region'].dtype": "str",
    "sales.dtypes.to_dict()": {
        **{"region": "str", "year": "int64", "amount": "float64"},
        "day": "datetime64[us]",
    },
    f"{BY_TWO}.sum().to_dict()": {"N, 2020": 1.5, "N, 2021": 3.0, "S, 2021": 2.5},
    f"{BY_TWO}.agg(['sum']).to_dict('index')": {
        **{"N, 2020": {"sum": 1.5}, "N, 2021": {"sum": 3.0}},
        "S, 2021": {"sum": 2.5},
    },
    f"{BY_TWO}.groups": {"N, 2020": [0], "N, 2021": [2], "S, 2021": [1]},
    "sales.pivot_table(index='region', values='amount', aggfunc=['sum']).to_dict()": {
        "sum, amount": {"N": 4.5, "S": 2.5}
    },
    "sales.shape": [3, 4],
    "Point(np.int64(1), np.float32(0.5))": [1, 0.5],
    "{Point(1, 2): 3}": {"1, 2": 3},
    "range(3)": [0, 1, 2],
    "{range(2): 1}": {"0, 1": 1},
    "frozenset(sales['region'])": ["N", "S"],
    "{'a': {pd.Period('2024-01'), frozenset([2, 1])}}": {"a": ["2024-01", [1, 2]]},
    "{frozenset(['b', 'a']): 2}": {"a, b": 2},
    "decimal.Decimal('12.50')": 12.5,
    "decimal.Decimal('12345678901234567890')": 12345678901234567890,
    "decimal.Decimal('1E+400')": "1E+400",
    "[fractions.Fraction(1, 2), fractions.Fraction(4, 2)]": [0.5, 2],
    "np.longdouble(1.5)": 1.5,
    "sales['amount'].to_numpy().astype('longdouble')": [1.5, 2.5, 3.0],
    "sales['amount'].astype('longdouble').tolist()": [1.5, 2.5, 3.0],
    "[np.int64(1), np.bool_(True), np.str_('a'), np.datetime64('2024-01-01')]": [1, True, "a", DAY],
    "np.array([(1, 2.5)], dtype='i4,f8')": [[1, 2.5]],
    "np.ma.array([1, 2], mask=[0, 1])": [1, None],
    "np.array([decimal.Decimal('1.5'), [1, 2]], dtype=object)": [1.5, [1, 2]],
    "[pd.Period('2024-01'), pd.Interval(0, 1), pd.NaT, pd.NA, None]": [
        *("2024-01", "(0, 1]"),
        *(None, None, None),
    ],
    "{pd.Interval(0, 1): pd.Timedelta('1D')}": {"(0, 1]": "1 days 00:00:00"},
    "{pd.NaT: 1, pd.Timestamp('2024-01-01'): 2}": {"None": 1, DAY: 2},
    "pd.Timestamp('2024-01-01', tz=Zone())": "2024-01-01 00:00:00+00:00",
    "dt.time(1, 2, tzinfo=dt.timezone.utc)": "01:02:00+00:00",
    "sales['region'].value_counts().index": ["N", "S"],
    "sales.set_index(['region', 'year']).index": [["N", 2020], ["S", 2021], ["N", 2021]],
    "(x for x in {'a': 1}.items())": [["a", 1]],
    "{'a': 1}.keys()": ["a"],
    "zip([1], 'a')": [[1, "a"]],
    "map(str, [1])": ["1"],
    "itertools.chain([1], [2])": [1, 2],
    "collections.deque([1])": [1],
    "array.array('d', [1.5])": [1.5],
    "types.MappingProxyType({'a': 1})": {"a": 1},
    "collections.Counter(sales['region'])": {"N": 2, "S": 1},
    "bytearray(b'x')": "x",
    "complex(1, 2)": "(1+2j)",
    "Place('a', decimal.Decimal('1.5'))": {"name": "a", "size": 1.5},
    "{Place('a', 1): 1}": {"Place(name='a', size=1)": 1},
    "[Colour.RED, Level.LOW]": ["Colour.RED", 1],
    "scipy.stats.linregress([1, 2], [2, 4])[0]": 2.0,
    "slice(1, 2)": "slice(1, 2, None)",
    "type(sales)": "<class 'pandas.DataFrame'>",
    "np.poly1d([1, 2])": " \n1 x + 2",
    "{1: 'a', '1': 'b'}": {"1": "a", "'1'": "b"},
    "{'a': [sales[['year']].head(1)]}": {
        "a": [{"columns": ["year"], "index": [0], "rows": [[2020]]}]
    },
}


@pytest.mark.parametrize("expression", VALUES)
def test_an_ordinary_value_comes_out_as_what_it_holds(tools: DataTools, expression: str) -> None:
    found = answered(tools, expression)
    assert found.answers, found
    assert answer_json(found.value) == VALUES[expression]
    json.dumps(answer_json(found.value), allow_nan=False)
    assert "cannot be shown" not in answer_text(found.value)
    assert comparable(found.value) == comparable(answered(tools, expression + " ").value)


# A program's answer, a table, and the JSON of its index, its columns and its first row.
TABLES: dict[str, tuple[Any, Any, Any]] = {
    "sales.dtypes.head(1)": (["region"], ["value"], ["str"]),
    "sales.groupby(pd.cut(sales.amount, [0, 2, 4]))['year'].max()": (
        *(["(0, 2]", "(2, 4]"], ["year"]),
        [2020],
    ),
    "sales.groupby(sales.day.dt.to_period('M'))[['amount']].sum().iloc[0]": (
        *(["amount"], ["2024-01"]),
        [4.0],
    ),
    "sales.groupby([sales.day.dt.to_period('Y'), 'region'])['year'].sum()": (
        *([["2024", "N"], ["2024", "S"]], ["year"]),
        [4041],
    ),
    "pd.DataFrame({'a': [decimal.Decimal('1.5'), 2]})": ([0, 1], ["a"], [1.5]),
    "pd.DataFrame({'a': [frozenset([1]), (1, 2)]})": ([0, 1], ["a"], [[1]]),
    "pd.DataFrame({'a': pd.array([1.5], dtype='Sparse[float]')})": ([0], ["a"], [1.5]),
    "pd.DataFrame({'a': pd.interval_range(0, 2)})": ([0, 1], ["a"], ["(0, 1]"]),
    "pd.DataFrame({pd.Period('2024-01'): [1]})": ([0], ["2024-01"], [1]),
    "pd.Series([1], index=[decimal.Decimal('1.5')])": ([1.5], ["value"], [1]),
    "pd.Series([1], index=pd.Index([frozenset('a')], name=pd.Period('2024')))": (
        *([["a"]], ["value"]),
        [1],
    ),
    "pd.Series([pd.Timestamp('2024-01-01', tz=Zone())])": (
        *([0], ["value"]),
        ["2024-01-01 00:00:00+00:00"],
    ),
    "sales['amount'].astype('longdouble')": ([0, 1, 2], ["amount"], [1.5]),
}


@pytest.mark.parametrize("expression", TABLES)
def test_a_table_of_odd_cells_and_labels_comes_out(tools: DataTools, expression: str) -> None:
    found = answered(tools, expression)
    assert found.answers, found
    plain = answer_json(found.value)
    assert (plain["index"], plain["columns"], plain["rows"][0]) == TABLES[expression]
    assert "cannot be shown" not in answer_text(found.value)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("sales.groupby('region')", "a DataFrameGroupBy has no values yet: call sum()"),
        ("{'a': sales['amount'].rolling(2)}", "a Rolling has no values yet: call sum()"),
        ("sales['amount'].mean", "a method is no answer: call it"),
        ("object()", "a object is no answer: return a number"),
    ],
)
def test_what_is_no_value_yet_says_what_to_do(tools: DataTools, expression: str, says: str) -> None:
    found = answered(tools, expression)
    assert found.outcome is Outcome.RAISED and says in found.error


@pytest.mark.parametrize("expression", ["itertools.count()", "range(10**15)"])
def test_what_never_ends_is_refused_by_its_size(tools: DataTools, expression: str) -> None:
    found = answered(tools, expression)
    assert found.outcome is Outcome.BAD_VALUE and "parts" in found.error


def test_keys_of_several_parts_are_shown_by_their_parts(tools: DataTools) -> None:
    found = answered(tools, f"{BY_TWO}.sum().to_dict()")
    assert answer_text(found.value) == "N, 2020: 1.5\nN, 2021: 3.0\nS, 2021: 2.5"


def test_numbers_of_numpy_inside_a_list_are_shown_as_numbers(tools: DataTools) -> None:
    found = answered(tools, "[np.float64(1.5), {'a': np.int64(2)}, (np.bool_(True),)]")
    assert answer_text(found.value) == "[1.5, {'a': 2}, (True,)]"


def test_exact_numbers_that_are_none_stay_what_they_are(tools: DataTools) -> None:
    found = answered(tools, "[decimal.Decimal('NaN'), decimal.Decimal('-Infinity')]")
    assert isinstance(found.value, list) and math.isnan(found.value[0])
    assert found.value[1] == -math.inf


def test_equal_sets_are_one_answer_whatever_their_order() -> None:
    one, other = {0, 8}, {8, 0}
    assert list(one) != list(other)  # they share a place in the table of the set
    assert comparable(one) == comparable(other) == comparable({np.float64(n) for n in one})


@pytest.mark.parametrize(
    "drawn",
    ["plt.plot([1, 2])", "plt.hist([1, 2])", "sales[['year']].hist()", "sales.boxplot('year')"],
)
def test_what_a_plotting_call_gives_is_no_answer_beside_the_plot(
    tools: DataTools, drawn: str
) -> None:
    pytest.importorskip("matplotlib")
    found = tools.run(f"import matplotlib.pyplot as plt\ndef answer(sales):\n    return {drawn}\n")
    assert found.value is None and found.plot, found
