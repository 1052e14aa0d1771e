"""Keys and values reach models of any release of transformers by the name that it gives them."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from parelha.kernels.cache_argument import as_argument
from tests.tiny import tiny_model


class Former(nn.Module):
    """A model of a release before 5.24."""

    def forward(self, input_ids: Tensor, past_key_values: Any = None) -> Tensor:
        """The ids, if keys and values came along."""
        assert past_key_values is not None
        return input_ids


class Present(nn.Module):
    """A model of 5.24 and later."""

    def forward(self, input_ids: Tensor, cache: Any = None) -> Tensor:
        """The ids, if keys and values came along."""
        assert cache is not None
        return input_ids


@pytest.mark.parametrize("kind", [Former, Present])
def test_the_argument_has_the_name_that_the_model_takes(kind: type[nn.Module]) -> None:
    model = kind()
    ids = torch.zeros((1, 1), dtype=torch.int64)
    assert model(ids, **as_argument(model, DynamicCache())) is ids


@pytest.mark.filterwarnings("error")
def test_the_installed_release_warns_of_nothing_and_fills_the_keys_and_values() -> None:
    model: Any = tiny_model()
    keys_values = DynamicCache()
    ids = torch.tensor([[1, 2, 3]])
    for whose in (model, model.get_decoder()):
        whose(input_ids=ids, use_cache=True, **as_argument(whose, keys_values))
    assert keys_values.get_seq_length() == 6
