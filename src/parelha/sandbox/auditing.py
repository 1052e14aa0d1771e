"""Notices when a program runs code that does not stand in its text, whatever way it found to do so.

Linters read a program's text, so what runs must be that text. The interpreter says what is about
to run through audit events (PEP 578): code handed to ``exec``, a function made of a code object, a
function whose code is exchanged. None of them can be had without its event, by whichever name or
library it was reached. Code that is neither the program's own, nor a library's file, nor made by a
library of nothing but names, is *unread*.

The finding leaves the process as a lowered resource limit (`syscalls.MARK`): no process without
privileges can raise one again, so there is nothing to close, to forge or to take back. Everything
that the hook needs is bound to it as constants and defaults, because a program can reach every
global of its process; exchanging those of a function has an event of its own. What is left: a
program that rewrites its own memory (``ctypes``) can also rewrite this.

Loaded by path in a process that must not know the package, so it imports nothing of it.
"""

import _imp
import dis
import io
import marshal
import os
import resource
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .syscalls import MARK

_EVENTS = frozenset(
    {
        "exec",
        "function.__new__",
        "object.__setattr__",
        # The interpreter's own functions, which know code that has no event.
        "ctypes.dlsym",
        "ctypes.dlsym/handle",
        "ctypes.call_function",
        # Memory at any address, which holds a function's code.
        "ctypes.cdata",
        "ctypes.cdata/buffer",
        "import",
        # An interpreter of its own, and functions that may change what runs while it runs.
        "cpython.PyInterpreterState_New",
        "sys.settrace",
        "sys.setprofile",
        "sys.monitoring.register_callback",
    }
)
# Modules for tests of the interpreter itself, which hand out what has no event.
_INTERPRETER_TESTS = frozenset(
    {"_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testbuffer", "_testclinic"}
    | {"_testclinic_limited", "_testexternalinspection", "_testimportmultiple", "_ctypes_test"}
    | {"_testmultiphase", "_testsinglephase", "_xxtestfuzz"}
    | {"xxlimited", "xxlimited_35", "xxsubtype"}
)
# What evaluates an annotation: names, attributes, subscripts and "|". By itself it computes
# nothing; who makes a library evaluate one is counted by `analysis/structure.py`.
_NAMING = (
    "CACHE RESUME NOP PUSH_NULL LOAD_NAME LOAD_ATTR LOAD_CONST BINARY_SUBSCR BUILD_TUPLE "
    "BUILD_LIST RETURN_VALUE RETURN_CONST LOAD_SMALL_INT EXTENDED_ARG NOT_TAKEN"
)
# What hands its arguments on, as the argument parsers of scipy's distributions do.
_HANDING_ON = (
    _NAMING + " LOAD_FAST LOAD_FAST_BORROW LOAD_FAST_LOAD_FAST LOAD_FAST_BORROW_LOAD_FAST_BORROW "
    "LOAD_METHOD PRECALL CALL KW_NAMES CALL_KW MAKE_FUNCTION SET_FUNCTION_ATTRIBUTE STORE_NAME"
)
# Libraries that write code for the names they are given: the function, and its variable that holds
# the names by then. The others of their kind in the libraries that programs may use run at import.
_MAKERS = (
    ("collections", "namedtuple", "field_names"),
    ("dataclasses", "_process_class", "fields"),
    ("scipy._lib._bunch", "_make_tuple_bunch", "all_names"),
    ("scipy.stats._distn_infrastructure", "rv_generic._attach_argparser_methods", ""),
)
_FIXED = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, str)


class Watch:
    """What is learnt of the libraries in a warm parent, before any program has run there."""

    def __init__(self, farm: str) -> None:
        """Look at the modules that are loaded.

        Args:
            farm: the folder from which programs import.

        Raises:
            OSError: the limit is down already, so that nothing could be told by lowering it.
        """
        if is_marked(0):
            raise OSError("the limit on file locks is 0, which would mark every program")
        makers = tuple(_makers())
        field = getattr(sys.modules.get("dataclasses"), "Field", None)
        operators = dis.opmap
        union = bytes((operators["BINARY_OP"], _union_argument()))
        naming = frozenset(operators[name] for name in _NAMING.split() if name in operators)
        handing_on = frozenset(operators[name] for name in _HANDING_ON.split() if name in operators)
        computes_nothing = _bound(_computes_nothing, union, types.CodeType, type, range, len)
        is_from_file = _bound(
            _is_from_file,
            # Packages of the interpreter's own start import from its library, others from links.
            (farm + "/", f"{Path(os.__file__).parent}/"),
            f"/__pycache__/{{}}.{sys.implementation.cache_tag}.pyc",
            _imp.get_frozen_object,
            io.FileIO,
            marshal.loads,
            compile,
            (OSError, ImportError, ValueError, EOFError, TypeError, SyntaxError),
        )
        is_made_of_names = _bound(
            _is_made_of_names,
            makers,
            field,
            str.isidentifier,
            type,
            (str, dict, list, tuple),
            computes_nothing,
            handing_on,
        )
        mark = _bound(_mark, resource.setrlimit, MARK)
        self._fixed = (
            _EVENTS,
            _INTERPRETER_TESTS,
            __file__,
            computes_nothing,
            naming,
            is_from_file,
            is_made_of_names,
            mark,
            sys._getframe,
            types.CodeType,
            type,
        )

    def begin(self, *codes: types.CodeType) -> None:
        """Watch this process from here on.

        Args:
            codes: the program, as it was compiled from the text that the linters read; and what
                is to run after it that is not its own (a benchmark's test).
        """
        own = frozenset(part for code in codes for part in _parts(code))
        files = frozenset(code.co_filename for code in codes)
        sys.addaudithook(_bound(_on_event, own, files, *self._fixed))


def is_marked(process: int) -> bool:
    """Whether a child of this process (0: this process itself) has run unread code."""
    return resource.prlimit(process, MARK)[1] == 0


def _parts(code: types.CodeType) -> Iterator[types.CodeType]:
    """A program's code with that of every function, class and comprehension in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _parts(constant)


def _makers() -> Iterator[tuple[types.CodeType, str, tuple[tuple[str, Any], ...]]]:
    """For each loaded one: its code, its variable of names, and its module as it is untouched."""
    for module_name, path, names in _MAKERS:
        module = sys.modules.get(module_name)
        found: Any = module
        for name in path.split("."):
            found = getattr(found, name, None)
        code = getattr(found, "__code__", None)
        if module is not None and code is not None:
            parts = [item for item in vars(module).items() if isinstance(item[1], _FIXED)]
            yield code, names, tuple(parts)


def _union_argument() -> int:
    """The operand by which BINARY_OP means "|"."""
    code = compile("a | b", "", "eval").co_code
    return code[code.index(dis.opmap["BINARY_OP"]) + 1]


def _bound(function: Callable[..., Any], *values: object) -> Callable[..., Any]:
    """The function with its last parameters bound, and no global or builtin name in reach."""
    return types.FunctionType(
        function.__code__, {"__builtins__": {}}, function.__name__, tuple(values)
    )


# --- from here on, only parameters, constants and operators ------------------------------------
# pylint: disable=too-many-arguments,too-many-positional-arguments,too-many-return-statements


def _on_event(
    event: str,
    args: tuple[Any, ...],
    own: Any,
    files: Any,
    events: Any,
    interpreter_tests: Any,
    file: Any,
    computes_nothing: Any,
    naming: Any,
    is_from_file: Any,
    is_made_of_names: Any,
    mark: Any,
    frame_at: Any,
    code_type: Any,
    type_of: Any,
) -> None:
    """The hook itself: called for every audit event, so what is not asked for must be cheap."""
    if event not in events:
        return
    if event == "object.__setattr__":
        if args[1] != "__code__" and args[1] != "__defaults__" and args[1] != "__kwdefaults__":
            return
        # Honest elsewhere (namedtuple sets defaults, types.coroutine a flag), but not on the
        # functions of this file.
        code = args[0].__code__
        if code.co_filename != file and (
            args[1] != "__code__" or code.replace(co_flags=args[2].co_flags) == args[2]
        ):
            return
    elif event == "import":
        name = args[0]
        if type_of(name) is type_of("") and name.rpartition(".")[2] not in interpreter_tests:
            return
    elif event == "ctypes.dlsym":
        name = args[1]
        text = type_of(name) is type_of("")
        python, finder = (("Py", "_P"), "sym") if text else ((b"Py", b"_P"), b"sym")
        known = text or type_of(name) is type_of(b"")
        # Nor what finds any other function (dlsym, dlvsym).
        if known and name[:2] not in python and finder not in name:
            return
    elif event in ("exec", "function.__new__"):
        code = args[0]
        if type_of(code) is code_type:
            # Equal code may still claim another file, for which it could then be taken.
            if code in own and code.co_filename in files:
                return
            if event == "exec" and (
                computes_nothing(code, naming)
                or is_from_file(code)
                or is_made_of_names(code, frame_at(1))
            ):
                return
    mark()


def _mark(setrlimit: Any, limit: Any) -> None:
    setrlimit(limit, (0, 0))


def _computes_nothing(
    code: Any, allowed: Any, union: Any, code_type: Any, type_of: Any, numbers: Any, length: Any
) -> Any:
    """Whether code, that of functions in it included, has only instructions from a list, or "|"."""
    pending = [code]
    while pending:
        code = pending.pop()
        raw = code.co_code
        for place in numbers(0, length(raw), 2):
            if raw[place] not in allowed and raw[place : place + 2] != union:
                return False
        for constant in code.co_consts:
            if type_of(constant) is code_type:
                pending.append(constant)
    return True


def _is_from_file(
    code: Any,
    roots: Any,
    cached: Any,
    frozen: Any,
    open_file: Any,
    loads: Any,
    compiled: Any,
    errors: Any,
) -> Any:
    """Whether code is what a library's file says: compared with the file, whatever it claims."""
    name = code.co_filename
    try:
        if name.startswith("<frozen "):
            return frozen(name[8:-1]) == code
        if not name.startswith(roots):
            return False
        folder, _, file = name.rpartition("/")
        try:
            with open_file(folder + cached.format(file[:-3])) as binary:
                return loads(binary.read()[16:]) == code
        except errors:
            with open_file(name) as source:
                return compiled(source.read(), name, "exec", 0, True) == code
    except errors:
        return False


def _is_made_of_names(
    code: Any,
    frame: Any,
    makers: Any,
    field: Any,
    is_identifier: Any,
    type_of: Any,
    plain: Any,
    computes_nothing: Any,
    handing_on: Any,
) -> Any:
    """Whether a library has written this code for names, and for nothing else than names."""
    text, table = plain[0], plain[1]
    module = frame.f_globals
    for maker, variable, parts in makers:
        step = frame
        while step is not None and step.f_globals is module and step.f_code != maker:
            step = step.f_back
        if step is None or step.f_code is not maker:
            continue
        for name, part in parts:
            if name not in module or module[name] is not part:
                return False
        if not variable:
            return computes_nothing(code, handing_on)
        names = step.f_locals[variable]
        if type_of(names) not in plain or type_of(names) is text:
            return False
        for name in names:
            if type_of(name) is not text or not is_identifier(name):
                return False
            if type_of(names) is table and (
                type_of(names[name]) is not field or names[name].name != name
            ):
                return False
        return True
    return False
