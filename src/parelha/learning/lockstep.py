"""Passes through a base that is sharded: all ranks read, or go backward, at the same time.

A layer of such a base is gathered from all ranks whenever one of them computes it. Each has rounds
of its own, and so another number of passes of each kind; whoever has none of the kind that is due
takes part with one token that teaches nothing.
"""

from typing import Literal

import torch
import torch.distributed as dist

from parelha.kernels.choose import beside
from parelha.models.passes import read_segments
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment
from parelha.types import Agent

Kind = Literal["read", "backward", "none"]
_KINDS: tuple[Kind, ...] = ("read", "backward", "none")  # the first that any rank waits for is due


class Lockstep:
    """One rank's place among those that share a base; of a base that is not sharded it is alone.

    Args:
        policy: with the agent's adapter active.
        agent: whose passes they are.
    """

    def __init__(self, policy: Policy, agent: Agent) -> None:
        self.policy, self.agent = policy, agent
        self.is_shared = policy.is_sharded

    def wait_for(self, kind: Kind) -> None:
        """Return when this rank's pass of that kind is due; "none": when all have done."""
        while self.is_shared and (due := self._due(kind)) != kind:
            self._take_part(due)

    def _due(self, wanted: Kind) -> Kind:
        """What is next, of all that the ranks want."""
        weight = next(self.policy.decoder(self.agent).parameters())
        number = beside(weight, torch.tensor(_KINDS.index(wanted)))
        dist.all_reduce(number, dist.ReduceOp.MIN)
        return _KINDS[int(number)]

    def _take_part(self, kind: Kind) -> None:
        """A pass for the other ranks' sake; its gradient is 0."""
        token = Segment(0, [0], [], ())
        with torch.set_grad_enabled(kind == "backward"):
            hidden = read_segments(self.policy, self.agent, [token], {}).hidden
            if kind == "backward":
                torch.autograd.backward([0.0 * hidden.sum()])
