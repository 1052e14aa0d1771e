# attack 0: classes for which the library writes code
# must: passed
# ---
from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import typing

Pair = collections.namedtuple("Pair", "total count", defaults=[1])
Mean = dataclasses.make_dataclass("Mean", ["total", ("count", int)])


class Named(typing.NamedTuple):
    total: float
    count: int = 1


class Kind(enum.IntFlag):
    A = 1
    B = 2


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Frozen:
    total: float
    values: list[float] = dataclasses.field(default_factory=list)
    kind: typing.ClassVar[Kind] = Kind.A


@dataclasses.dataclass(kw_only=True, unsafe_hash=True)
class Filled:
    self: int = 1
    start: dataclasses.InitVar[float] = 0.0
    total: float = 0.0

    def __post_init__(self_, start):
        self_.total = start


@functools.singledispatch
def mean(value):
    return value


@mean.register
def _(value: list) -> list[float] | None:
    return sum(value) / len(value)


def solve(values):
    repr(Frozen(1.0)), hash(Filled(start=2.0)), Frozen(1.0) < Frozen(2.0), Named(1.0)
    typing.get_type_hints(Frozen)
    pair = Pair(sum(values), len(values))
    assert Mean(*pair).total == pair.total and mean(values) == pair.total / pair.count
    return pair.total / pair.count
