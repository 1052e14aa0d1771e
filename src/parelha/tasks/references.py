"""Runs references. They are the project's own code: trusted, and never shown to an agent."""

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any

from parelha.types import Task


def expected(task: Task, args: tuple[object, ...]) -> object:
    """Return what the reference answers to `args`.

    The arguments are copied first, so that a reference that changes its input spoils nothing.
    """
    return reference_function(task.reference, task.entry_point)(*deepcopy(args))


@lru_cache(maxsize=4096)
def reference_function(source: str, entry_point: str) -> Callable[..., Any]:
    """Return the function a reference defines; compiled once for each source.

    Raises:
        SyntaxError: the reference is no Python.
        KeyError: it defines no `entry_point`.
    """
    namespace: dict[str, Any] = {"__name__": "reference"}
    exec(compile(source, "<reference>", "exec"), namespace)  # pylint: disable=exec-used
    function: Callable[..., Any] = namespace[entry_point]
    return function
