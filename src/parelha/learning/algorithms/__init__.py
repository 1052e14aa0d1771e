"""The algorithms: a file each, found by its name; `learning.algorithm` chooses one.

A file defines `group_advantages`, from the values of rounds that are compared to an advantage of
each, and `token_losses`, from the advantages of tokens to their losses.
"""

from typing import Protocol, cast

from torch import Tensor

from parelha.config import LearningConfig
from parelha.own_modules import load_module


class Algorithm(Protocol):
    """What a file of this folder holds."""

    @staticmethod
    def group_advantages(values: list[float]) -> list[float]:
        """(n,) advantages of n values that are compared with each other; n is 2 or more."""

    @staticmethod
    def token_losses(
        logprobs: Tensor, behaviour: Tensor, advantages: Tensor, config: LearningConfig
    ) -> tuple[Tensor, Tensor]:
        """Loss of each token, before any mean.

        Args:
            logprobs: (N,) under the policy, with gradient.
            behaviour: (N,) as recorded when sampled.
            advantages: (N,) of the turn each token belongs to.
            config: the bounds of the ratio.

        Returns:
            losses (N,), and bounded (N,) bool: tokens whose ratio was held.
        """


def load_algorithm(name: str) -> Algorithm:
    """The algorithm of a configuration, which has checked that the file is there.

    Raises:
        UsageError: a module of a user's own that is no algorithm.
    """
    whole = name if "." in name else f"{__name__}.{name}"
    return cast(Algorithm, load_module(whole, "group_advantages", "token_losses"))
