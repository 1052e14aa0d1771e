"""Types as wide as `object`, whatever they are called, stand for none that the task asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parelha.analysis import structure, widened
from parelha.analysis.findings import split_sight
from parelha.analysis.warm import WarmTool

# A busy machine stretches the start of the linters twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HEAD = """import builtins
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Sized
from functools import cache
from typing import Any, List, NamedTuple, NewType, Optional, Protocol, TypeAlias, TypedDict
from typing import TypeVar, Union, overload
"""
FLOATS = "def f(values: list[float]) -> dict[str, float]:"
ROWS = "def f(values: list[list[float]]) -> dict[str, float]:"
RECORDS = "def f(values: list[dict[str, float]]) -> tuple[str, float]:"
OBJECTS = "def f(values: list[dict[str, object]]) -> object:"
CALLED = "def f(values: list[float], key: Callable[[float], float]) -> float:"


@pytest.fixture(name="mypy", scope="module")
def fixture_mypy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmTool]:
    mypy = WarmTool("mypy", "bare", None, 1, Path(tmp_path_factory.mktemp("mypy")))
    yield mypy
    mypy.close()


def is_wide(mypy: WarmTool, source: str, signature: str) -> bool:
    source = f"{HEAD}{source}\n"
    _, sight = split_sight(mypy.run(source).stdout)
    assert sight
    return widened(structure(source, sight), signature, "f")


def taking(kind: str, head: str = "", gives: str = "dict[str, float]") -> str:
    return f"{head}\ndef f(values: {kind}) -> {gives}: raise ValueError"


@pytest.mark.parametrize(
    "source",
    [
        taking("object"),
        taking("'list[float] | object'"),
        taking("Optional[object]"),
        taking("builtins.object"),
        taking("Hashable"),
        taking("list[float]", gives="object"),
        taking("list[float]", gives="'dict[str, object]'"),
        taking("list[object]"),
        taking("T", "from builtins import object as T"),
        taking("T", "T = list[float] | object"),
        taking("T", "T: TypeAlias = 'object'"),
        taking("T", "T, U = object, int"),
        taking("T", "if True:\n    T = object"),
        taking("T", "print(T := object)"),
        taking("A.T", "class A:\n    T = object"),
        taking("T", "T = TypeVar('T')"),
        taking("T", "T = TypeVar('T', bound='object')"),
        taking("T", "T = TypeVar('T', object, float)"),
        taking("T", "T = NewType('T', object)"),
        taking("T", "class T(Protocol): ..."),
        taking("T", "class U(Protocol): ...\nclass T(U, Protocol): ..."),
        taking("T[int]", "S = TypeVar('S')\nclass T(Protocol[S]): ..."),
        taking("T", "class T(Protocol):\n    def __str__(self) -> str: ..."),
        # Other classes, of which isinstance makes a list of Any too.
        taking("T", "class T: ..."),
        taking("Sized"),
        taking("T | None", "class T(Protocol):\n    def __len__(self) -> int: ..."),
        # However the function gets its name.
        "def f(*values: object) -> dict[str, float]: raise ValueError",
        "def g(values: object) -> float: raise ValueError\nf = g",
        "def g(values: object) -> float: raise ValueError\nf = cache(g)",
        "@cache\ndef f(values: object) -> float: raise ValueError",
        "class G:\n    def __call__(self, values: object) -> float: raise ValueError\nf = G()",
        "@overload\ndef f(values: list[float]) -> float: ...\n"
        "@overload\ndef f(values: list[int]) -> int: ...\n"
        "def f(values: object) -> float: raise ValueError",
    ],
)
def test_a_function_as_wide_as_object_is_told_whatever_its_types_are_called(
    mypy: WarmTool, source: str
) -> None:
    assert is_wide(mypy, source, FLOATS)


@pytest.mark.parametrize("kind", ["list[object]", "Sequence[object]", "list[Sized]", "list[T]"])
def test_what_hides_the_types_in_the_tasks_brackets_is_told(mypy: WarmTool, kind: str) -> None:
    assert is_wide(mypy, taking(kind, "T = TypeVar('T')"), ROWS)


@pytest.mark.parametrize(
    ("source", "signature"),
    [
        (taking("list[float]"), FLOATS),
        (taking("Sequence[float]", gives="Mapping[str, float]"), FLOATS),
        (taking("List[float]", gives="Optional[dict[str, float]]"), FLOATS),
        (taking("Iterable[object]"), FLOATS),
        (taking("list[T]", "T = TypeVar('T')"), FLOATS),
        (taking("Sequence[T]", "T = TypeVar('T', bound=float)"), FLOATS),
        (taking("list[T]", "T = TypeVar('T', int, float)"), FLOATS),
        (taking("list[float]", gives="dict[Hashable, float]"), FLOATS),
        (taking("list[Any]", gives="Any"), FLOATS),
        ("@cache\ndef f(values: list[float]) -> float: raise ValueError", FLOATS),
        (taking("list[float]") + "\ndef g(values: object) -> object: return values", FLOATS),
        (taking("list[T]", "class T(TypedDict):\n    a: float"), RECORDS),
        (taking("list[dict[str, float]]", "class T(NamedTuple):\n    a: str", "T"), RECORDS),
        (taking("list[dict[str, object]]", gives="object"), OBJECTS),
        ("def f(values: list[float], key: Callable[..., object]) -> float: return 0.0", CALLED),
        (
            "class Key(Protocol):\n    def __call__(self, value: float, /) -> float: ...\n"
            "def f(values: list[float], key: Key) -> float: return 0.0",
            CALLED,
        ),
        (taking("J", "J = Union[list['J'], dict[str, 'J'], None]"), FLOATS),
        ("f = 3", FLOATS),
        ("from math import fsum as f", FLOATS),
        ("f = cache(f)", FLOATS),
    ],
)
def test_honest_types_are_not_taken_for_wide_ones(
    mypy: WarmTool, source: str, signature: str
) -> None:
    assert not is_wide(mypy, source, signature)
