"""Questions to the in-process engine, and the same answers without it."""

# pylint: disable=missing-function-docstring

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from parelha.engines.protocol import Completion, Request
from parelha.engines.sampling import sample_tokens, uniforms
from parelha.models.policy import Policy
from parelha.types import Agent

TOLERANCE = 1e-4


def ask(prompt: Sequence[int], tag: int = 0, **kwargs: Any) -> Request:
    values: dict[str, Any] = {
        "agent": Agent.CODER,
        "prompt_ids": tuple(prompt),
        "max_new_tokens": 6,
        "temperature": 1.0,
        "stream": ("engine", tag),
    }
    return Request(**(values | kwargs))


def prompts(count: int, longest: int = 40, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(5, 300, rng.integers(1, longest)).tolist() for _ in range(count)]


def plain(policy: Policy, request: Request) -> tuple[list[int], list[float]]:
    """Sample by whole forward passes without any cache."""
    policy.activate(request.agent)
    ids, u = list(request.prompt_ids), uniforms(request.stream, request.max_new_tokens)
    logprobs = []
    model: Any = policy.model(request.agent)
    for i in range(request.max_new_tokens):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0, -1:]
        token, logprob = sample_tokens(
            logits, torch.tensor([request.temperature]), torch.tensor([u[i]])
        )
        ids.append(int(token))
        logprobs.append(float(logprob))
        if ids[-1] in request.stop_ids:
            break
    return ids[len(request.prompt_ids) :], logprobs


def assert_same(one: Completion, other: Completion) -> None:
    assert one.token_ids == other.token_ids
    assert one.logprobs == pytest.approx(other.logprobs, abs=TOLERANCE)
    assert (one.finish, one.legal) == (other.finish, other.legal)
    assert one.entropy == pytest.approx(other.entropy, abs=TOLERANCE)
