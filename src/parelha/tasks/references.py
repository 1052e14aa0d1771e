"""Runs references. They are the project's own code: trusted, and never shown to an agent."""

import sys
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from hashlib import sha256
from types import ModuleType
from typing import Any

from parelha.types import Task


def expected(task: Task, args: tuple[object, ...]) -> object:
    """Return what the reference answers to `args`.

    The arguments are copied first, so that a reference that changes its input spoils nothing.
    """
    function = reference_function(task.reference, task.entry_point)
    try:
        return function(*deepcopy(args))
    except SystemExit:
        raise RuntimeError("the reference ends the process") from None


@lru_cache(maxsize=4096)
def reference_function(source: str, entry_point: str) -> Callable[..., Any]:
    """Return the function a reference defines; compiled once for each source.

    Raises:
        SyntaxError: the reference is no Python.
        KeyError: it defines no `entry_point`.
    """
    function: Callable[..., Any] = names_of(source, "reference")[entry_point]
    return function


def names_of(source: str, title: str) -> dict[str, Any]:
    """Run trusted source as a module of its own, and return what it defines.

    The module stays among those that were imported: dataclasses and typing look names up there,
    some of them when a function is called.

    Args:
        source: of a module.
        title: what tracebacks call it.
    """
    name = f"{title}_{sha256(source.encode('utf-8', 'replace')).hexdigest()[:16]}"
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"<{title}>", "exec"), module.__dict__)  # pylint: disable=exec-used
    return module.__dict__
