"""Programs to syntax trees, without a word of warning."""

import ast
import threading
import warnings

_parse_lock = threading.Lock()


def parse(source: str) -> ast.Module | None:
    """The syntax tree, or None for text that is not a program of this Python version."""
    # catch_warnings is not thread-safe: an invalid escape in a string must not print or raise.
    with _parse_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
