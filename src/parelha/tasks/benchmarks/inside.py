"""What runs beside a benchmark's program, inside the sandbox: loads it, looks at what it returned.

The text of this file goes into the sandbox in front of what `harness` generates, so it imports
nothing of the package. It does not spell the names of the large libraries either: the sandbox
picks its warm parent by the words of a program (docs/sandbox.md).

An assertion such as ``assert sorted(f(x)) == [1, 2]`` looks at the result with ``sorted`` first.
Such *steps* are taken here, on the object itself, as plain Python takes them; what leaves the
sandbox is a plain value that plain Python finds equal to the same things. The right answers stay
outside.
"""

# One branch for each kind of value.
# pylint: disable=too-many-return-statements

import __future__

import builtins
import copy
import datetime
import sys
from collections import UserList, UserString, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AnySet
from decimal import Decimal
from fractions import Fraction
from numbers import Complex, Integral, Number, Real
from types import CodeType, ModuleType
from typing import Any

Step = tuple[str, tuple[Any, ...]]  # a name of `STEPS`, and its further arguments
Steps = tuple[Step, ...]
Watch = Callable[..., None]  # takes code objects: nothing else may be executed from then on
Seen = tuple[bool, Any]  # True and a plain value, or False and the name of what a step raised

OPAQUE = "<a value of type "
MAX_DEPTH = 60  # as in `answers`: containers inside containers
_ATOMS: frozenset[type] = frozenset({type(None), bool, int, float, complex, str, bytes})
_DATES: frozenset[type] = frozenset(
    {datetime.date, datetime.datetime, datetime.time, datetime.timedelta}
)
# Their arrays and tables travel as they are. Written so that the words do not stand here.
_LIBRARIES = frozenset({"num" + "py", "pan" + "das"})


# --- the program -------------------------------------------------------------------------------


def load_program(
    watch: Watch, source: str, before: str = "", imports: str = "", after: CodeType | None = None
) -> ModuleType:
    """Execute a program in a module of its own, which holds nothing of ours.

    From its first statement on the process is watched: nothing may be executed any more but its
    own text and what is named here.

    Args:
        watch: the sandbox's `begin_watch`.
        source: the program, compiled alone: its first statement may be ``from __future__``.
        before: imports and helpers that the prompt gives, executed in the module before it.
        imports: those of the test, one a line. A benchmark's own runner has program and test in one
            module, so that a program may use them when it is called.
        after: a test that is to be executed behind it.
    """
    module = ModuleType("program")
    module.__dict__["__builtins__"] = builtins
    sys.modules["program"] = sys.modules["__main__"] = module
    given = compile(before, "<prompt>", "exec")
    execute(given, module)
    for line in imports.splitlines():
        try:
            execute(line, module)
        except ImportError:
            continue  # the right answers were found without it
    # As if the program stood below the prompt: a __future__ import of the prompt holds for it too.
    flags = given.co_flags & __future__.annotations.compiler_flag
    code = compile(source, "<program>", "exec", flags=flags, dont_inherit=True)
    watch(*filter(None, (code, after)))
    execute(code, module)
    return module


def execute(code: Any, module: ModuleType) -> None:
    """Execute a text or code in a module."""
    exec(code, module.__dict__)  # pylint: disable=exec-used


def function_of(module: ModuleType, name: str) -> Any:
    """Return the function a program was asked for.

    Raises NameError where the program defines no such thing.
    """
    if name not in module.__dict__:
        raise NameError(f"the program defines no {name!r}")
    return module.__dict__[name]


class Once:
    """A program that is loaded at its first call; where that fails, every call fails alike."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load: Callable[[], Any] | None = load
        self._loaded: Any = None
        self._failure: BaseException | None = None

    def get(self) -> Any:
        """Return what was loaded, or raise what loading raised."""
        if self._load is not None:
            load, self._load = self._load, None
            try:
                self._loaded = load()
            except BaseException as error:  # pylint: disable=broad-exception-caught
                self._failure = error
        if self._failure is not None:
            raise self._failure
        return self._loaded


# --- what it returned --------------------------------------------------------------------------


def look(value: Any, views: Sequence[Steps]) -> list[Seen]:
    """Return what each view sees of a value: the steps of each assertion on it, innermost first.

    Raises MemoryError where there is no memory left to look.
    """
    return [_view(value, steps) for steps in views]


def _view(value: Any, steps: Steps) -> Seen:
    try:
        for name, further in steps:
            value = STEPS[name](value, *further)
        return True, plain(value)
    except MemoryError:
        raise
    except Exception as error:  # pylint: disable=broad-exception-caught
        return False, type(error).__name__


def plain(value: Any, depth: int = 0, hashed: bool = False) -> Any:
    """Return a plain value that is ``==`` to the same plain values as `value` is.

    Subclasses become their base (a named tuple a tuple), exact numbers an int or a float where one
    is equal; what equals no plain value becomes a text that says its type, which equals none.

    Args:
        value: any object.
        depth: containers around it.
        hashed: True inside a set or of a dict's keys, where a set has to stay frozen.
    """
    kind = type(value)
    if kind in _ATOMS or kind in _DATES or kind.__module__.partition(".")[0] in _LIBRARIES:
        number = kind not in _ATOMS and isinstance(value, Number)
        return _number(value) if number else value
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, str | UserString):
        return str.__str__(value) if isinstance(value, str) else value.data
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, Number):
        return _number(value)
    inside = depth + 1
    if isinstance(value, list | UserList):
        items = list(value)
        if set(map(type, items)) <= _ATOMS:
            return items
        return [plain(item, inside) for item in items]
    if isinstance(value, tuple):
        return tuple(plain(item, inside, hashed) for item in value)
    if isinstance(value, AnySet):  # the keys of a dict too
        return opaque(value) if hashed else {plain(item, inside, True) for item in value}
    if isinstance(value, Mapping):
        return {plain(key, inside, True): plain(item, inside) for key, item in value.items()}
    return opaque(value)


def opaque(value: Any) -> str:
    """Return a text in place of what no plain value equals."""
    return f"{OPAQUE}{type(value).__name__}>"


def _number(value: Any) -> Any:
    """The int, float or complex that is equal to an exact or a library's number, if there is."""
    forms: tuple[type, ...] = (int, float)
    if isinstance(value, Real) and not isinstance(value, Integral | Fraction):
        forms = (float, int)
    elif isinstance(value, Complex) and not isinstance(value, Real):
        forms = (complex,)
    for form in forms:
        try:
            number = form(value)
            if number == value or str(value).lower().strip("+-") == "nan":
                return number
        except (TypeError, ValueError, ArithmeticError):
            continue
    return opaque(value)


def _exact(value: Any) -> Any:
    """For ``is``: an object of another type is never the constant that an assertion names."""
    return value if type(value) in _ATOMS else opaque(value)


def _near(value: Any) -> Any:
    """For an order or a distance: a fraction counts as the float nearest to it."""
    return float(value) if isinstance(value, Fraction) else value


def _ordered(value: Any) -> Any:
    """For an order alone: a Decimal has no distance to a float, but an order."""
    return float(value) if isinstance(value, Fraction | Decimal) else value


# Functions that assertions put around a call, ``sorted(f(x)) == [1, 2]``.
WRAPPERS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (abs, bool, dict, float, int, len, list, max, min, round)
} | {function.__name__: function for function in (set, sorted, str, sum, tuple)}
# Beside them names that no test can spell: these belong to the rules, not to the assertions.
STEPS = WRAPPERS | {"is it": _exact, "near": _near, "ordered": _ordered}


# --- objects for a benchmark's own helpers ----------------------------------------------------


def _packed(value: Any) -> tuple[str, Any]:
    """For a helper, which may look at types: the value, and what it has to be made into again."""
    if isinstance(value, Iterator):
        return "iterator", [plain(item) for item in value]
    if isinstance(value, range):
        return "range", (value.start, value.stop, value.step)
    if isinstance(value, deque):
        return "deque", [plain(item) for item in value]
    if isinstance(value, frozenset):
        return "frozenset", plain(value)
    if isinstance(value, Decimal):
        return "decimal", str(value)
    if isinstance(value, Fraction):
        return "fraction", (value.numerator, value.denominator)
    return "plain", plain(value)


STEPS["packed"] = _packed
_UNPACKED: dict[str, Callable[[Any], Any]] = {
    "iterator": iter,
    "range": lambda ends: range(*ends),
    "deque": deque,
    "frozenset": frozenset,
    "decimal": Decimal,
    "fraction": lambda parts: Fraction(*parts),
    "plain": lambda value: value,
}


def holds(helper: Any, place: int, others: Sequence[Any], whole: bool, packed: Any) -> bool:
    """Return what a benchmark's helper says of a value.

    Args:
        helper: the function.
        place: where among its arguments the value stands.
        others: the other arguments.
        whole: True where its result is asserted; else it asserts by itself.
        packed: the value as `_packed` gave it.

    Raises MemoryError where there is no memory left to ask it.
    """
    try:
        kind, content = packed
        value = _UNPACKED[kind](content)
        result = helper(*others[:place], value, *others[place:])
        return bool(result) if whole else True
    except MemoryError:
        raise
    except Exception:  # pylint: disable=broad-exception-caught
        return False


# --- the harnesses: each returns the function that the sandbox calls ---------------------------

PASSED = "passed"
Answer = Callable[[tuple[Any, ...], Sequence[Steps]], list[Seen]]


def calls(watch: Watch, program: str, before: str, imports: str, entry: str) -> Answer:
    """A program that is called, and looked at."""
    loaded = Once(lambda: function_of(load_program(watch, program, before, imports), entry))

    def answer(args: tuple[Any, ...], views: Sequence[Steps]) -> list[Seen]:
        function = loaded.get()
        # Each assertion calls anew, as in the test: what a program keeps between calls is seen.
        given = [args, *(copy.deepcopy(args) for _ in views[1:])]
        return [_view(function(*its), steps) for its, steps in zip(given, views, strict=True)]

    return answer


def _with_test(
    watch: Watch, program: str, before: str, test: str, entry: str
) -> tuple[ModuleType, Any]:
    """A program's module, with the test executed behind it, and the function."""
    code = compile(test, "<test>", "exec", dont_inherit=True)
    module = load_program(watch, program, before, after=code)
    function = function_of(module, entry)
    execute(code, module)
    return module, function


def checked(watch: Watch, program: str, before: str, test: str, entry: str) -> Answer:
    """A test of assertions or with a ``check(candidate)``, in the program's own module."""
    loaded = Once(lambda: _with_test(watch, program, before, test, entry))

    def answer(args: tuple[Any, ...], views: Sequence[Steps]) -> list[Seen]:
        module, function = loaded.get()
        if args == ("check",):
            module.__dict__["check"](function)
        return look(PASSED, views)

    return answer


def unittested(watch: Watch, program: str, before: str, test: str, entry: str) -> Answer:
    """A unittest class in the program's own module; each call runs one of its tests."""
    import unittest  # pylint: disable=import-outside-toplevel  # slow, and seldom needed

    loaded = Once(lambda: _with_test(watch, program, before, test, entry))

    def answer(args: tuple[Any, ...], views: Sequence[Steps]) -> list[Seen]:
        case, method = args[0].split(".")
        result = unittest.TestResult()
        unittest.TestSuite([loaded.get()[0].__dict__[case](method)]).run(result)
        for _, text in result.failures + result.errors:
            raise AssertionError(text.strip().splitlines()[-1])
        if result.skipped or result.unexpectedSuccesses or result.testsRun != 1:
            raise AssertionError("the test was not run to its end")
        return look(PASSED, views)

    return answer


def context(watch: Watch, program: str, before: str, test: str, entry: str) -> Answer:
    """DS-1000: the test takes the program as a text, and executes it in a context of its own.

    What is the program's cannot be told from what is the test's there, so nothing is watched.
    """
    del watch, before, entry

    def load() -> Any:
        module = ModuleType("context")
        execute(compile(test, "<test>", "exec", dont_inherit=True), module)
        return module

    loaded = Once(load)

    def answer(args: tuple[Any, ...], views: Sequence[Steps]) -> list[Seen]:
        loaded.get().__dict__[args[0]](program)
        return look(PASSED, views)

    return answer


def recorded(
    watch: Watch, program: str, before: str, test: str, entry: str
) -> Callable[..., list[Any]]:
    """A rewritten test beside the benchmark's own solution: what it records of its calls."""

    def answer(recorder: str, most: int, has_check: bool) -> list[Any]:
        records: list[Any] = []
        module = load_program(watch, program, before)
        function = function_of(module, entry)
        # Copied at once: a test may go on to change what it has compared.
        module.__dict__[recorder] = lambda *row: records.append(copy.deepcopy(row))
        execute(compile(test, "<test>", "exec", dont_inherit=True), module)
        if has_check:
            module.__dict__["check"](function)
        return records[:most]

    return answer


def judge(watch: Watch, source: str) -> Callable[..., list[bool]]:
    """A benchmark's helpers, in a process in which no candidate has run."""
    loaded = Once(lambda: load_program(watch, source))

    def answer(name: str, place: int, others: Sequence[Any], whole: bool, seen: Any) -> list[bool]:
        helper = function_of(loaded.get(), name)
        return [holds(helper, place, others, whole, packed) for packed in seen]

    return answer
