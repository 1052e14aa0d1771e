"""Dialogues of the small models: played by the engine, and computed again without it."""

# pylint: disable=missing-function-docstring

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pytest
import torch

from parelha.agents.formats import Format, make_format
from parelha.agents.turns import Round, Tree
from parelha.engines.batching import Decode
from parelha.engines.protocol import Completion, Request
from parelha.engines.torch_engine import TorchEngine
from parelha.episode import play_tree
from parelha.learning.update import Sample, make_sample
from parelha.models.policy import Policy
from parelha.rollout import play_all
from parelha.types import Agent
from tests.architectures.models import Architecture
from tests.fakes import fake_stage, fake_task, tiny_policy


@lru_cache
def form(architecture: Architecture) -> Format:
    return make_format(architecture.tokenizer())


@lru_cache
def moved_policy(architecture: Architecture) -> Policy:
    """Return one shared policy whose adapters have left the base; for tests that leave it so."""
    return tiny_policy(base=architecture.model())


class Recording(TorchEngine):
    """The in-process engine, which remembers what it was asked and what it answered."""

    def __init__(self, policy: Policy, forms: dict[Agent, Format], max_batch: int = 32768) -> None:
        decode: dict[Agent, Decode] = {agent: form.decode for agent, form in forms.items()}
        super().__init__(policy, decode, max_batch)
        self.asked: list[tuple[Request, Completion]] = []
        self._under_way: dict[int, Request] = {}

    def submit(self, requests: Sequence[Request]) -> list[int]:
        tickets = super().submit(requests)
        self._under_way |= zip(tickets, requests, strict=True)
        return tickets

    def step(self) -> dict[int, Completion]:
        answers = super().step()
        self.asked += [(self._under_way.pop(ticket), a) for ticket, a in answers.items()]
        return answers


def engine_of(policy: Policy, architecture: Architecture, max_batch: int = 32768) -> Recording:
    return Recording(policy, dict.fromkeys(Agent, form(architecture)), max_batch)


def play(engine: TorchEngine, forms: dict[Agent, Format], **episode: Any) -> Tree:
    """Play one tree of a fake task; every answer is a program, every round has an advantage."""
    shape = {"max_program_tokens": 8, "max_review_tokens": 4, "max_rounds": 2}
    stage = dataclasses.replace(
        fake_stage(**(shape | {"action_epsilon": 0.0} | episode)),
        formats=forms,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parelha.stage.extract_program", lambda answer, _: (answer or "-", ""))
        tree: Tree = play_all([play_tree(fake_task(1), stage)], engine)[0]
    for i, one in enumerate(tree.rounds):
        one.advantages = [(-1.0) ** i * (0.5 + i % 3)] * len(one.turns)
    return tree


def play_one(engine: TorchEngine, architecture: Architecture, **episode: Any) -> Tree:
    return play(engine, dict.fromkeys(Agent, form(architecture)), **episode)


@lru_cache
def played(architecture: Architecture) -> tuple[Recording, Tree]:
    """Return a tree of the shared policy and its engine; for tests that only look at them."""
    engine = engine_of(moved_policy(architecture), architecture)
    return engine, play_one(engine, architecture)


def rounds(tree: Tree, agent: Agent) -> list[Round]:
    return [one for one in tree.rounds if one.agent is agent]


def samples(tree: Tree, agent: Agent) -> list[Sample]:
    return [make_sample(one, 1.0) for one in rounds(tree, agent)]


def plain_logprobs(policy: Policy, agent: Agent, sample: Sample) -> torch.Tensor:
    """(N,) log-probabilities of a sample's targets by the model's own forward pass, differentiable.

    No cache, no packing, no mask of ours, and the head as the model itself applies it.
    """
    policy.activate(agent)
    model: Any = policy.model(agent)
    logits = model(input_ids=torch.tensor([sample.ids]), use_cache=False).logits[0].float()
    found = []
    for target, legal in zip(sample.targets, sample.legal, strict=True):
        row = logits[target - 1]
        if legal is not None:
            shut = torch.ones_like(row, dtype=torch.bool)
            shut[list(legal)] = False
            row = row.masked_fill(shut, float("-inf"))
        found.append(torch.log_softmax(row, -1)[sample.ids[target]])
    return torch.stack(found)
