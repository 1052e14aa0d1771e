"""Modules of a user's own that the configuration names: an algorithm, components, an engine.

Python finds them by their names, as any import would; nothing is registered anywhere.
"""

from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from parelha.errors import UsageError


def is_importable(name: str) -> bool:
    """Whether Python finds a module of this dotted name; of it, only the packages around it run.

    Raises:
        UsageError: one of those packages fails.
    """
    return _find(name) is not None


def _find(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name) if all(name.split(".")) else None
    except Exception as error:
        # A package that is there may itself import what is not: that is its fault, to be told.
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and f"{name}.".startswith(f"{missing}."):
            return None
        raise _failure(name, error) from error


def _failure(name: str, error: Exception) -> UsageError:
    """That a module cannot be imported, in one line whatever its error says."""
    text = f"{name} cannot be imported: {type(error).__name__}: {error}"
    return UsageError(" ".join(text.split()))


def load_module(name: str, *functions: str) -> ModuleType:
    """The module of a dotted name.

    Args:
        name: of the module.
        functions: that it must define.

    Raises:
        UsageError: it cannot be imported, or a function is missing.
    """
    try:
        module = import_module(name)
    except Exception as error:
        raise _failure(name, error) from error
    for needed in functions:
        if not callable(getattr(module, needed, None)):
            raise UsageError(f"{name} defines no function {needed} (docs/extending.md)")
    return module


def source_of(name: str) -> Path | None:
    """The file of a module; None where it has none or is not found. Raises as `is_importable`."""
    spec = _find(name)
    return Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None
