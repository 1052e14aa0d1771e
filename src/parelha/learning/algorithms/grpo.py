"""GRPO (arXiv 2402.03300): group-relative advantages, and PPO's clipped loss, token by token.

Asymmetric clip and token mean after DAPO (arXiv 2503.14476); the ratio is taken against the
behaviour that sampled, so ε exploration is corrected for. There is no division by the length of an
answer (Dr. GRPO, arXiv 2503.20783).
"""

import torch
from torch import Tensor

from parelha.config import LearningConfig


def group_advantages(values: list[float]) -> list[float]:
    """Each value minus the mean of the group."""
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def token_losses(
    logprobs: Tensor, behaviour: Tensor, advantages: Tensor, config: LearningConfig
) -> tuple[Tensor, Tensor]:
    """-min(ratio·A, clip(ratio)·A); held are the tokens whose gradient the clip removed."""
    ratio = torch.exp(logprobs - behaviour)
    free = ratio * advantages
    held = ratio.clamp(1 - config.clip_low, 1 + config.clip_high) * advantages
    return -torch.minimum(free, held), held < free
