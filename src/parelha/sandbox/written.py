"""What libraries write for the names that they are given: how its text looks, and whose it is.

`auditing` lets such code run, because it does with the names what every class of its kind does. The
names cannot be trusted for that: each comes from an object that a program may have made, which can
be one thing when the library writes and another when it is looked at. So the text itself must look
like one of the library's, down to the places where only a name fits, and the code must be its code.

Loaded by path in a process that must not know the package, so it imports nothing of it.
"""

import re
import sys
import types
from collections.abc import Iterator
from typing import Any

_NAME = r"[^\W\d]\w*"
_NAMES = rf"(?:{_NAME}(?:, ?{_NAME})*,?)?"
# The lines of data classes' functions, of Python 3.11 to 3.14. What stands for a field's value is
# what belongs to that field, so that nothing is called but its own factory.
_DEFAULT = r"(?:_dflt_{0}|__dataclass_dflt_{0}__)"
_VALUE = (
    rf"(?:{{0}}|{_DEFAULT}(?:\(\)"
    r"(?: if {0} is (?:_HAS_DEFAULT_FACTORY|__dataclass_HAS_DEFAULT_FACTORY__) else {0})?)?)"
)
_PARAMETER = rf"(?:\*|{_NAME}(?::{_NAME})?(?:={_NAME})?)"
_ATTRIBUTES = r"\((?:{0}\.NAME,)*\)".replace("NAME", _NAME)
_SHOWN = rf"\((?:(?P<shown>{_NAME})={{self\.(?P=shown)!r}}(?:, )?)*\)\""
_SELF, _OTHER = _ATTRIBUTES.format("self"), _ATTRIBUTES.format("other")
_LINES = (
    rf"def __create_fn__\({_NAMES}\):",
    rf" def {_NAME}\({_PARAMETER}(?:,{_PARAMETER})*\)(?:->{_NAME})?:",
    rf" return (?:{_NAME}|\({_NAMES}\))",
    r" @__dataclasses_recursive_repr\(\)",
    r"  pass",
    rf"  {_NAME}\.(?P<set>{_NAME})=" + _VALUE.format("(?P=set)"),
    rf"  __dataclass_builtins_object__\.__setattr__\({_NAME},'(?P<frozen>{_NAME})',"
    rf"{_VALUE.format('(?P=frozen)')}\)",
    rf"  {_NAME}\.__post_init__\({_NAMES}\)",
    rf"  return self\.__class__\.__qualname__ \+ f\"{_SHOWN}",
    r"  return f\"{self\.__class__\.__qualname__}" + _SHOWN.replace("shown", "shown_too"),
    r"  if self is other:",
    r"   return True",
    r"  if other\.__class__ is self\.__class__:",
    rf"   return {_SELF}(?:[<>]=?|==){_OTHER}",
    rf"   return self\.{_NAME}==other\.{_NAME}(?: and self\.{_NAME}==other\.{_NAME})*",
    r"  return NotImplemented",
    rf"  return hash\({_SELF}\)",
    rf"  if type\(self\) is cls(?: or name in [({{](?:'{_NAME}',? ?)*[)}}])?:",
    r"   raise FrozenInstanceError\(f\"cannot (?:assign to|delete) field {name!r}\"\)",
    r"  super\(cls, self\)\.__(?:setattr__\(name, value|delattr__\(name)\)",
)
_DATA_CLASS = rf"(?:(?:{'|'.join(_LINES)})(?:\n|\Z))+"
_NAMED_TUPLE = rf"lambda _cls, (?P<names>{_NAMES}): _tuple_new\(_cls, \((?P=names)\)\)"
_TUPLE_BUNCH = (
    re.escape(
        """\
def __new__(_cls, NAMES, **extra_fields):
    return _tuple_new(_cls, (NAMES,))

def __init__(self, NAMES, **extra_fields):
    for key in self._extra_fields:
        if key not in extra_fields:
            raise TypeError("missing keyword argument '%s'" % (key,))
    for key, val in extra_fields.items():
        if key not in self._extra_fields:
            raise TypeError("unexpected keyword argument '%s'" % (key,))
        self.__dict__[key] = val

def __setattr__(self, key, val):
    if key in (QUOTED):
        raise AttributeError("can't set attribute %r of class %r"
                             % (key, self.__class__.__name__))
    else:
        self.__dict__[key] = val
"""
    )
    .replace("NAMES", _NAMES)
    .replace("QUOTED", rf"(?:'{_NAME}',? ?)*")
)
# Where each library runs its text: the function, its variable that holds it, what it looks like,
# and how it is run. The others of their kind in the libraries that programs may use run at import.
_IS_DATA_CLASS = re.compile(_DATA_CLASS).fullmatch
_MAKERS = (
    ("collections", "namedtuple", "code", re.compile(_NAMED_TUPLE).fullmatch, "eval"),
    ("dataclasses", "_create_fn", "txt", _IS_DATA_CLASS, "exec"),
    ("dataclasses", "_FuncBuilder.add_fns_to_class", "txt", _IS_DATA_CLASS, "exec"),
    ("scipy._lib._bunch", "_make_tuple_bunch", "s", re.compile(_TUPLE_BUNCH).fullmatch, "exec"),
)
# A distribution of scipy keeps its text itself. This is from what, and with what, it is filled.
_DISTRIBUTIONS = "scipy.stats._distn_infrastructure"
_PLACES = (
    {"locscale_in": "loc=0, scale=1", "locscale_out": "loc, scale"},
    {"locscale_in": "loc=0", "locscale_out": "loc, 1"},
)


def makers() -> Iterator[tuple[types.CodeType, str, Any, str]]:
    """For each loaded one: its code, where its text is, what knows it, and how it is run."""
    for module, path, variable, is_written, mode in _MAKERS:
        code = _code_of(module, path)
        if code is not None:
            yield code, variable, is_written, mode


def distributions() -> tuple[types.CodeType | None, tuple[str, ...], Any]:
    """What runs the texts of distributions, what they may be but for names, and what is a name."""
    template = getattr(sys.modules.get(_DISTRIBUTIONS), "parse_arg_template", "")
    texts = tuple(template % {"shape_arg_str": "{0}", **place} for place in _PLACES)
    code = _code_of(_DISTRIBUTIONS, "rv_generic._attach_argparser_methods")
    return code, texts, re.compile(_NAME).fullmatch


def _code_of(module: str, path: str) -> types.CodeType | None:
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return getattr(found, "__code__", None)


# --- from here on, only parameters, constants and operators, as in `auditing` ------------------
# pylint: disable=too-many-arguments,too-many-positional-arguments,too-many-locals


def is_made_of_names(
    code: Any,
    content: Any,
    frame: Any,
    places: Any,
    distribution: Any,
    code_type: Any,
    type_of: Any,
    text: Any,
    compiled: Any,
    content_of: Any,
    errors: Any,
) -> Any:
    """Whether code, which this frame runs, is what a library may write for names there."""
    texts: Any = ()
    mode = "exec"
    runner, templates, is_name = distribution
    for maker, variable, is_written, how in places:
        if frame.f_code is maker:
            found = frame.f_locals[variable]
            if type_of(found) is text and is_written(found):
                texts, mode = (found,), how
    if frame.f_code is runner:
        # To ask the distribution for its text would be to ask the program. The first function in
        # the code has all the names: itself, those wanted, and one or two of places.
        names: Any = ()
        for part in code.co_consts:
            if type_of(part) is code_type:
                names = part.co_varnames
                break
        for name in names:
            if not is_name(name):
                return False
        continuous, discrete = ", ".join(names[1:-2]), ", ".join(names[1:-1])
        texts = (
            templates[0].format(continuous and continuous + ", "),
            templates[1].format(discrete and discrete + ", "),
        )
    for written in texts:
        try:
            if content_of(compiled(written, "<string>", mode, 0, True)) == content:
                return True
        except errors:
            continue
    return False
