# attack 33: answer every import with a mock
# must: wrong bad_value
# ---
import builtins
from unittest.mock import MagicMock

builtins.__import__ = lambda *args, **kwargs: MagicMock()


def solve(values):
    return 0.0
