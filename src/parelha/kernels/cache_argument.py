"""Keys and values as an argument of transformers' models, whose name depends on the release."""

import inspect
from functools import cache
from typing import Any

from torch import nn
from transformers import Cache


def as_argument(model: nn.Module, keys_values: Cache) -> dict[str, Cache]:
    """The argument by which a model, not PEFT's wrapper of one, is given keys and values to add to.

    transformers 5.24 renamed it everywhere, and 5.40 is to remove the former name.
    """
    kind: Any = type(model)
    return {_name(kind): keys_values}


@cache
def _name(kind: Any) -> str:
    return "cache" if "cache" in inspect.signature(kind.forward).parameters else "past_key_values"
