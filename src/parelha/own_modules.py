"""Modules of a user's own that the configuration names: an algorithm, components, an engine.

Python finds them by their names, as any import would; nothing is registered anywhere.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from parelha.errors import UsageError


def is_importable(name: str) -> bool:
    """Whether Python finds a module of this dotted name; of it, only the packages around it run."""
    try:
        return all(name.split(".")) and find_spec(name) is not None
    except (ImportError, ValueError):
        return False


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
        raise UsageError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error
    for needed in functions:
        if not callable(getattr(module, needed, None)):
            raise UsageError(f"{name} defines no function {needed} (docs/extending.md)")
    return module


def source_of(name: str) -> Path | None:
    """The file of a module; None where it has none or is not found."""
    spec = find_spec(name) if is_importable(name) else None
    return Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None
