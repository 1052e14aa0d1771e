"""Where a program's functions take or give what `object` is, whatever it is called there.

Whatever comes is an `object`, and mypy finds nothing wrong with what an ``isinstance`` makes of it.
Which types are that is asked of mypy's own rules. What the task asks for is not known here: only
where the wide types stand is told, in the same way in which an annotation can be read.

Loaded by path in a warm linter, as `_mypy_sight`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

# Mypy is compiled: pylint sees no names in it.
# pylint: disable=no-name-in-module,c-extension-no-member
from mypy.nodes import ARG_STAR, COVARIANT
from mypy.subtypes import find_member, is_subtype
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    TupleType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

_DEEPEST = 4  # types of types: an alias may hold itself
_PARAMETERS = 20  # that a starred one may stand for
# Of these mypy knows that no list is one.
_SCALARS = frozenset({f"builtins.{name}" for name in ("bool", "int", "float", "complex", "str")})


def wide_places(tree: Any, anything: Any, led: Mapping[str, list[str]]) -> list[str]:
    """The places at which the functions of a module are as wide as `object`.

    Args:
        tree: mypy's tree of the program after the check.
        anything: mypy's own class `object`.
        led: for each name of the module that is assigned, the names in what it is assigned.

    Returns:
        Such as "solve 2.0": the function's name and the place, which is 0 for the return, 1 for the
        first parameter, with .0 for the first type in its brackets. A "+" follows where it is wide
        only beside a type that has types in brackets itself: any other class, of which
        ``isinstance(values, list)`` makes a list of Any as well, and where a wide type in brackets
        takes what a narrower one takes (``Iterable[object]``, ``list[T]``).
    """
    top = Instance(anything, [])
    return sorted(
        f"{name} {place}"
        for name in tree.names
        for place in {one for call in _calls(name, tree, led) for one in _places(call, top)}
    )


def _calls(name: str, tree: Any, led: Mapping[str, list[str]]) -> Iterator[CallableType]:
    """What is known of the functions of a module that a name leads to."""
    pending, seen = [name], set()
    while pending:
        name = pending.pop()
        symbol = tree.names.get(name)
        node = symbol.node if symbol is not None and name not in seen else None
        seen.add(name)
        if not getattr(node, "fullname", "").startswith(f"{tree.fullname}."):
            continue  # a library's
        # The body is checked as it is written, behind overloads and under decorators.
        node = getattr(node, "impl", None) or node
        node = getattr(node, "func", node)
        meant = get_proper_type(getattr(node, "type", None))
        if isinstance(meant, Instance) and meant.type.module_name == tree.fullname:
            meant = get_proper_type(find_member("__call__", meant, meant))
        if isinstance(meant, CallableType):
            yield meant
        else:
            pending += led.get(name, [])  # ``solve = cache(_solve)``


def _places(call: CallableType, top: Instance) -> Iterator[str]:
    yield from _wide("0", call.ret_type, top)
    for number, (kind, meant) in enumerate(zip(call.arg_kinds, call.arg_types, strict=True), 1):
        last = _PARAMETERS if kind == ARG_STAR else number
        if kind.is_positional(star=True):
            for place in range(number, last + 1):
                yield from _wide(str(place), meant, top)


def _wide(place: str, meant: Any, top: Instance) -> Iterator[str]:
    """The wide places of one annotation, which stands at `place` itself."""
    is_parameter = place != "0"
    pending: list[tuple[str, Any, bool]] = [(place, meant, False)]
    seen = set()
    while pending:
        key = pending.pop()
        place, meant, takes_more = key
        if key in seen or place.count(".") > _DEEPEST:
            continue
        seen.add(key)
        choices = [one for one in _choices(meant) if not isinstance(one, NoneType)]
        if any(is_subtype(top, one) for one in choices if not isinstance(one, AnyType)):
            yield f"{place}+" if takes_more or ("." in place and _is_usual(meant)) else place
        elif is_parameter and choices and all(map(_is_bare, choices)):
            yield f"{place}+"
        for one in choices:
            for number, (part, covariant) in enumerate(_parts(one)):
                pending.append((f"{place}.{number}", part, covariant and is_parameter))


def _choices(meant: Any) -> Iterator[Any]:
    """What a type may stand for: a union's items, a type variable's, what a new type is made of."""
    meant = get_proper_type(meant)
    if isinstance(meant, UnionType):
        items = meant.items
    elif isinstance(meant, TypeVarType):
        items = meant.values or [meant.upper_bound]
    elif isinstance(meant, Instance) and meant.type.is_newtype:
        items = list(meant.type.bases)
    else:
        yield meant
        return
    for item in items:
        yield from _choices(item)


def _is_bare(meant: Any) -> bool:
    """Whether a type is a class without types in brackets, and no scalar."""
    return isinstance(meant, Instance) and not meant.args and meant.type.fullname not in _SCALARS


def _is_usual(meant: Any) -> bool:
    """Whether honest programs write such a type in brackets: ``list[T]``, ``dict[Hashable, V]``."""
    meant = get_proper_type(meant)
    return isinstance(meant, TypeVarType) or (
        isinstance(meant, Instance) and meant.type.fullname == "typing.Hashable"
    )


def _parts(meant: Any) -> Iterator[tuple[Any, bool]]:
    """The types in a type's brackets, and whether a wider one there makes the whole wider."""
    if isinstance(meant, TupleType):
        yield from ((item, True) for item in meant.items)
    elif isinstance(meant, Instance):
        for part, variable in zip(meant.args, meant.type.defn.type_vars, strict=False):
            yield part, getattr(variable, "variance", None) == COVARIANT
