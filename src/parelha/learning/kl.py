"""The distance to a reference policy, estimated at sampled tokens."""

import torch
from torch import Tensor


def kl_k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """(N,) estimates of KL(policy || reference) at the sampled tokens; never negative.

    The estimator k3 of Schulman, "Approximating KL Divergence" (2020).
    """
    difference = reference - logprobs
    return torch.exp(difference) - difference - 1
