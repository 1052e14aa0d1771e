"""CISPO (MiniMax-M1, arXiv 2506.13585): truncated importance weights, and no token left out.

The ratio to the behaviour weighs a token's gradient and carries none itself, so a rare token that
a clip would silence still learns. As in the paper the weight is bounded above alone.
"""

import torch
from torch import Tensor

from parelha.config import LearningConfig
from parelha.learning.algorithms.grpo import group_advantages

__all__ = ["group_advantages", "token_losses"]


def token_losses(
    logprobs: Tensor, behaviour: Tensor, advantages: Tensor, config: LearningConfig
) -> tuple[Tensor, Tensor]:
    """-min(ratio, 1 + clip_high)·A·log π; held are the tokens whose weight was truncated."""
    ratio = torch.exp(logprobs.detach() - behaviour)
    most = 1 + config.clip_high
    return -ratio.clamp(max=most) * advantages * logprobs, ratio > most
