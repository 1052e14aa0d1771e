"""The clipped policy-gradient loss of GRPO (arXiv 2402.03300), token by token.

Asymmetric clip and token mean after DAPO (arXiv 2503.14476); the ratio is taken against the
behaviour that sampled, so ε exploration is corrected for; KL by the k3 estimator (Schulman 2020).
"""

import torch
from torch import Tensor


def token_losses(
    logprobs: Tensor, behaviour: Tensor, advantages: Tensor, clip_low: float, clip_high: float
) -> tuple[Tensor, Tensor]:
    """Loss of each token, before any mean.

    Args:
        logprobs: (N,) under the policy, with gradient.
        behaviour: (N,) as recorded when sampled.
        advantages: (N,) of the round each token belongs to.
        clip_low: the ratio is clipped below at 1 - clip_low.
        clip_high: and above at 1 + clip_high.

    Returns:
        losses (N,), and clipped (N,) bool: tokens whose gradient the clip removed.
    """
    ratio = torch.exp(logprobs - behaviour)
    free = ratio * advantages
    held = ratio.clamp(1 - clip_low, 1 + clip_high) * advantages
    return -torch.minimum(free, held), held < free


def kl_k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """(N,) estimates of KL(policy || reference) at the sampled tokens; never negative."""
    difference = reference - logprobs
    return torch.exp(difference) - difference - 1
