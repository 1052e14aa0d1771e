# attack 31: a mock that has every method
# must: bad_value
# ---
from unittest.mock import MagicMock


def solve(values):
    mock = MagicMock()
    mock.__eq__.return_value = True
    return mock
