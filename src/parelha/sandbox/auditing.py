"""Notices when a program runs code that does not stand in its text, whatever way it found to do so.

Linters read a program's text, so what runs must be that text. The interpreter says what is about
to run through audit events (PEP 578): code handed to ``exec``, a function made of a code object, a
function whose code is exchanged. None of them can be had without its event, by whichever name or
library it was reached. Code that is neither the program's own, nor a library's file, nor written by
a library for nothing but names (`written`), is *unread*.

The finding leaves the process as a lowered resource limit (`syscalls.MARK`): no process without
privileges can raise one again, so there is nothing to close, to forge or to take back. Everything
that the hook needs is bound to it as constants and defaults, because a program can reach every
global of its process; exchanging those of a function has an event of its own. Whatever the program
may have made is asked for nothing but its type until it is known to be of one of the interpreter's
own: the methods of a subclass (of ``str`` as a file's name, of ``tuple`` as names) are the
program's, and answer what suits it. What is left: a program that rewrites its own memory
(``ctypes``) can also rewrite this.

Loaded by path in a process that must not know the package, so it imports nothing of it.
"""

import __future__

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

from . import written
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
    "CACHE RESUME NOP PUSH_NULL LOAD_NAME LOAD_ATTR LOAD_CONST BINARY_SUBSCR BINARY_OP BUILD_TUPLE "
    "BUILD_LIST RETURN_VALUE RETURN_CONST LOAD_SMALL_INT EXTENDED_ARG NOT_TAKEN"
)
# What a compiler leaves in code, beside code, tuples, frozen sets and slices of these.
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...))


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
        self._content_of = content_of = _bound(
            _content, types.CodeType, type, tuple, frozenset, slice, _PLAIN
        )
        keeps_code = _bound(
            _keeps_code, (__file__, written.__file__), content_of, types.FunctionType, type
        )
        errors = (OSError, ImportError, LookupError, ValueError, EOFError, TypeError, SyntaxError)
        only_names = _bound(
            _only_names,
            {dis.opmap[name]: name for name in _NAMING.split() if name in dis.opmap},
            # In an attribute's operand, the lowest bit says whether it is called.
            int(sys.version_info >= (3, 12)),
            __future__.annotations.compiler_flag,
            range,
            len,
            compile,
            content_of,
            errors,
        )
        is_from_file = _bound(
            _is_from_file,
            # Packages of the interpreter's own start import from its library, others from links.
            (farm + "/", f"{Path(os.__file__).parent}/"),
            f"/__pycache__/{{}}.{sys.implementation.cache_tag}.pyc",
            _imp.get_frozen_object,
            io.FileIO,
            marshal.loads,
            compile,
            content_of,
            errors,
        )
        is_made_of_names = _bound(
            written.is_made_of_names,
            tuple(written.makers()),
            written.distributions(),
            types.CodeType,
            type,
            str,
            compile,
            content_of,
            errors,
        )
        mark = _bound(_mark, resource.setrlimit, MARK)
        self._fixed = (
            _EVENTS,
            _INTERPRETER_TESTS,
            keeps_code,
            content_of,
            only_names,
            is_from_file,
            is_made_of_names,
            mark,
            sys._getframe,
            type,
            str,
            bytes,
        )

    def begin(self, *codes: types.CodeType) -> None:
        """Watch this process from here on.

        Args:
            codes: the program, as it was compiled from the text that the linters read; and what
                is to run after it that is not its own (a benchmark's test).
        """
        own = frozenset(self._content_of(part) for code in codes for part in _parts(code))
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


def _bound(function: Callable[..., Any], *values: object) -> Callable[..., Any]:
    """The function with its last parameters bound, and no global or builtin name in reach.

    But for what a compiler asks for itself, where a name in the text is not ASCII (PEP 3131).
    """
    names = {"__builtins__": {"__import__": __import__}}
    return types.FunctionType(function.__code__, names, function.__name__, tuple(values))


# --- from here on, only parameters, constants and operators ------------------------------------
# pylint: disable=too-many-arguments,too-many-positional-arguments,too-many-return-statements


def _on_event(
    event: str,
    args: tuple[Any, ...],
    own: Any,
    files: Any,
    events: Any,
    interpreter_tests: Any,
    keeps_code: Any,
    content_of: Any,
    only_names: Any,
    is_from_file: Any,
    is_made_of_names: Any,
    mark: Any,
    frame_at: Any,
    type_of: Any,
    text: Any,
    binary: Any,
) -> None:
    """The hook itself: called for every audit event, so what is not asked for must be cheap.

    A program can send an event of any of these names itself, with anything in it.
    """
    if event not in events:
        return
    if event == "object.__setattr__":
        name = args[1]
        if type_of(name) is text and (
            name not in ("__code__", "__defaults__", "__kwdefaults__")
            or keeps_code(args[0], name, args[2])
        ):
            return
    elif event == "import":
        name = args[0]
        if type_of(name) is text and name.rpartition(".")[2] not in interpreter_tests:
            return
    elif event == "ctypes.dlsym":
        name = args[1]
        kind = type_of(name)
        python, finder = (("Py", "_P"), "sym") if kind is text else ((b"Py", b"_P"), b"sym")
        known = kind is text or kind is binary
        # Nor what finds any other function (dlsym, dlvsym).
        if known and name[:2] not in python and finder not in name:
            return
    elif event in ("exec", "function.__new__"):
        code = args[0]
        content = content_of(code)
        if content is not None:
            # Equal code may still claim another file, for which it could then be taken.
            if content in own and code.co_filename in files:
                return
            if event == "exec" and (
                only_names(code, content)
                or is_from_file(code, content)
                or is_made_of_names(code, content, frame_at(1))
            ):
                return
    mark()


def _keeps_code(
    function: Any,
    name: Any,
    value: Any,
    hook_files: Any,
    content_of: Any,
    function_type: Any,
    type_of: Any,
) -> Any:
    """Whether a function does after the exchange what it did before.

    Defaults may be exchanged (namedtuple does), and code for the same with the flag that
    types.coroutine sets (inspect.CO_ITERABLE_COROUTINE), but nothing of the hook's own functions.
    """
    if type_of(function) is not function_type:
        return False
    code = function.__code__
    content = content_of(code)
    if content is None or code.co_filename in hook_files:
        return False
    return name != "__code__" or content_of(value) in (
        content,
        content_of(code.replace(co_flags=code.co_flags | 0x100)),
    )


def _mark(setrlimit: Any, limit: Any) -> None:
    setrlimit(limit, (0, 0))


def _content(
    code: Any,
    code_type: Any,
    type_of: Any,
    group: Any,
    frozen_set: Any,
    section: Any,
    plain: Any,
) -> Any:
    """What code runs by, that in it included; None if a part is of a type that a program can make.

    Code alone does not do to compare: it is equal to code with less room for its stack, with other
    kinds of variables or of another qualified name.
    """
    if type_of(code) is not code_type:
        return None
    content = [code]
    pending = [code]
    while pending:
        part = pending.pop()
        kind = type_of(part)
        if kind is code_type:
            names = (part.co_names, part.co_varnames, part.co_cellvars, part.co_freevars)
            texts = (part.co_code, part.co_linetable, part.co_exceptiontable, part.co_qualname)
            content.append((names, texts, part.co_stacksize))
            pending.extend((names, texts, part.co_name, part.co_filename, part.co_consts))
        elif kind is group or kind is frozen_set:
            pending.extend(part)
        elif kind is section:
            pending.extend((part.start, part.stop, part.step))
        else:
            # Not "in": it would ask the type, which may be the program's too.
            for known in plain:
                if kind is known:
                    break
            else:
                return None
    return group(content)


def _only_names(
    code: Any,
    content: Any,
    instructions: Any,
    attribute_bits: Any,
    future: Any,
    numbers: Any,
    length: Any,
    compiled: Any,
    content_of: Any,
    errors: Any,
) -> Any:
    """Whether code is what a compiler makes of an expression that only names things.

    A list of instructions would not do: bytes that no compiler wrote reach beyond the constants and
    below the stack, and so any memory. The expression is written down again and compiled.
    """
    stack: Any = []
    operand = 0
    raw = code.co_code
    try:
        for place in numbers(0, length(raw), 2):
            name = instructions[raw[place]]
            operand = operand << 8 | raw[place + 1]
            if name == "EXTENDED_ARG":
                continue
            if name == "LOAD_NAME":
                stack.append(code.co_names[operand])
            elif name == "LOAD_ATTR":
                stack.append(f"({stack.pop()}).{code.co_names[operand >> attribute_bits]}")
            elif name in ("LOAD_CONST", "RETURN_CONST"):
                constant = code.co_consts[operand]
                stack.append("..." if constant is ... else f"({constant!r})")
            elif name == "LOAD_SMALL_INT":
                stack.append(f"({operand})")
            elif name in ("BINARY_SUBSCR", "BINARY_OP"):
                right, left = stack.pop(), stack.pop()
                # 26: a subscript, of Python 3.14.
                union = name == "BINARY_OP" and operand != 26
                stack.append(f"{left} | ({right})" if union else f"({left})[{right}]")
            elif name in ("BUILD_TUPLE", "BUILD_LIST"):
                first = length(stack) - operand
                items = ", ".join(stack[first:])
                stack[first:] = [f"({items},)" if name == "BUILD_TUPLE" else f"[{items}]"]
            operand = 0
        again = compiled(stack.pop(), "<string>", "eval", code.co_flags & future, True)
        # Where in its line each name stood was another place, with other brackets.
        return content_of(again.replace(co_linetable=code.co_linetable)) == content
    except errors:
        return False


def _is_from_file(
    code: Any,
    content: Any,
    roots: Any,
    cached: Any,
    frozen: Any,
    open_file: Any,
    loads: Any,
    compiled: Any,
    content_of: Any,
    errors: Any,
) -> Any:
    """Whether code is what a library's file says: compared with the file, whatever it claims."""
    name = code.co_filename
    try:
        if name.startswith("<frozen "):
            return content_of(frozen(name[8:-1])) == content
        # A way out of these folders could lead to a pipe that the program has filled.
        if not name.startswith(roots) or "/../" in name:
            return False
        folder, _, file = name.rpartition("/")
        try:
            with open_file(folder + cached.format(file[:-3])) as binary:
                return content_of(loads(binary.read()[16:])) == content
        except errors:
            with open_file(name) as source:
                return content_of(compiled(source.read(), name, "exec", 0, True)) == content
    except errors:
        return False
