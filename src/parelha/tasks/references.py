"""Runs references. They are the project's own code: trusted, and never shown to an agent."""

import sys
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from parelha.types import Task


def expected(task: Task, args: tuple[object, ...]) -> object:
    """Return what the reference answers to `args`.

    The arguments are copied first, so that a reference that changes its input spoils nothing.
    """
    return answer_of(task.reference, task.entry_point, args)


def answer_of(reference: str, entry_point: str, args: tuple[object, ...]) -> object:
    """Return what a reference's program answers, as `expected` does."""
    function = reference_function(reference, entry_point)
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


def names_of(source: str, title: str, package: str = "") -> dict[str, Any]:
    """Run trusted source as a module of its own, and return what it defines.

    Tracebacks call it by the title. In its package (`package_of`) it finds the files beside it.

    The module stays among those that were imported: dataclasses and typing look names up there,
    some of them when a function is called.
    """
    name = f"{title}_{sha256(source.encode('utf-8', 'replace')).hexdigest()[:16]}"
    module = ModuleType(name)
    module.__package__ = package
    sys.modules[name] = module
    exec(compile(source, f"<{title}>", "exec"), module.__dict__)  # pylint: disable=exec-used
    return module.__dict__


def package_of(folder: Path) -> str:
    """Return the package in which files of a folder find each other (``from ._shared import x``).

    Its name follows from what the shared files hold, so that a changed one is read anew.
    """
    digest = sha256(str(folder.resolve()).encode())
    for path in sorted(folder.glob("_*.py")):
        digest.update(path.read_bytes())
    name = f"parelha_tasks_{digest.hexdigest()[:16]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name
