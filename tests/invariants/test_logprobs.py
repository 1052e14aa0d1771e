"""Invariant 3: the engine's log-probabilities are the trainer's, for every architecture we name."""

# pylint: disable=missing-function-docstring
# pylint: disable=unexpected-keyword-arg  # transformers' configurations make __init__ late

import math
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from parelha.agents.turns import Round, Turn
from parelha.engines.protocol import Request
from parelha.learning.update import make_sample, sample_logprobs
from parelha.types import Agent
from tests.fakes import tiny_codegen, tiny_engine, tiny_policy, tiny_samples, tiny_trees
from tests.tiny import VOCABULARY, tiny_model

pytestmark = pytest.mark.slow

FLOAT32 = 1e-4
BFLOAT16 = 0.15  # eight bits of mantissa; the order of the sums differs


def qwen2() -> Any:
    return tiny_model()


def llama() -> Any:
    """SmolLM2 and Llama-3.2."""
    shape: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "initializer_range": 0.2,
        "tie_word_embeddings": True,
    }
    return LlamaForCausalLM(LlamaConfig(**shape)).train(False)


@pytest.mark.parametrize(
    ("base", "dtype", "tolerance"),
    [
        (qwen2, torch.float32, FLOAT32),
        (qwen2, torch.bfloat16, BFLOAT16),
        (llama, torch.float32, FLOAT32),
        (tiny_codegen, torch.float32, FLOAT32),
    ],
)
def test_what_the_engine_records_the_trainer_computes(
    base: Any, dtype: torch.dtype, tolerance: float
) -> None:
    torch.manual_seed(0)
    policy = tiny_policy(base=base().to(dtype))
    trees = tiny_trees(tiny_engine(policy), action_epsilon=0.0, max_rounds=2)
    for agent in Agent:
        samples = tiny_samples(trees, agent)
        assert sum(len(sample.targets) for sample in samples) > 4
        for logprobs, sample in zip(
            sample_logprobs(policy, agent, samples, 2048), samples, strict=True
        ):
            recorded = torch.tensor(sample.behaviour)
            torch.testing.assert_close(logprobs, recorded, atol=tolerance, rtol=0)


def test_the_two_agree_at_another_temperature() -> None:
    policy = tiny_policy()
    engine = tiny_engine(policy)
    trees = tiny_trees(engine, action_epsilon=0.0, coder_temperature=0.5)
    samples = [
        sample.__class__(**(vars(sample) | {"temperature": 0.5}))
        for sample in tiny_samples(trees, Agent.CODER)
    ]
    for logprobs, sample in zip(
        sample_logprobs(policy, Agent.CODER, samples, 2048), samples, strict=True
    ):
        recorded = torch.tensor(sample.behaviour)
        torch.testing.assert_close(logprobs, recorded, atol=FLOAT32, rtol=0)


def test_exploration_lowers_or_raises_an_action_by_at_most_its_share() -> None:
    """With ε the behaviour is at least (1 - ε)·policy, so the ratio is at most 1 / (1 - ε)."""
    policy, epsilon = tiny_policy(), 0.3
    trees = tiny_trees(tiny_engine(policy), tasks=2, action_epsilon=epsilon)
    for agent in Agent:
        plays = [play for tree in trees for play in tree.rounds if play.agent is agent]
        samples = tiny_samples(trees, agent)
        ratios: list[float] = []
        for play, logprobs, sample in zip(
            plays, sample_logprobs(policy, agent, samples, 2048), samples, strict=True
        ):
            for logprob, behaviour, legal in zip(
                logprobs.tolist(), sample.behaviour, sample.legal, strict=True
            ):
                ratio = math.exp(logprob - behaviour)
                if legal is None:
                    assert ratio == pytest.approx(1.0, abs=1e-3)
                else:
                    assert ratio <= 1 / (1 - epsilon) + 1e-3
                    ratios.append(ratio)
            # Of a whole choice the behaviour is (1 - ε)·policy + ε·uniform, token by token or not.
            for turn in (turn for turn in play.turns if turn.choices):
                end = turn.start + len(turn.completion.token_ids)
                within = [i for i, at in enumerate(sample.targets) if turn.start <= at < end]
                own = math.exp(sum(logprobs[i].item() for i in within))
                drawn = math.exp(sum(sample.behaviour[i] for i in within))
                mixed = (1 - epsilon) * own + epsilon / len(turn.choices)
                assert drawn == pytest.approx(mixed, rel=1e-3)
        # Somebody who does not explore at all has a ratio of 1 throughout.
        assert any(abs(ratio - 1) > 0.05 for ratio in ratios)


def test_forced_tokens_inside_a_choice_are_read_before_the_next_choice() -> None:
    """Names that share tokens: 1 2 3 4 and 1 2 3 5 have two forced ones before the last."""
    policy = tiny_policy()
    choices = ((70, 71, 72, 73), (70, 71, 72, 74), (75, 76))
    requests = [
        Request(Agent.CODER, (5, 6, 7 + i), 4, 1.0, ("forced", i), choices=choices)
        for i in range(12)
    ]
    begun = [
        Request(Agent.CODER, (5, 6, 7 + i), 4, 1.0, ("begun", i), choices=choices[:2])
        for i in range(4)
    ]
    answers = tiny_engine(policy).generate([*requests, *begun])
    assert {answer.token_ids for answer in answers[:12]} == set(choices)
    for request, answer in zip([*requests, *begun], answers, strict=True):
        play = Round("d0", Agent.CODER, "draft", ids=[*request.prompt_ids, *answer.token_ids])
        play.turns, play.advantages = [Turn("action", 3, answer, "", "")], [1.0]
        sample = make_sample(play, 1.0)
        (logprobs,) = sample_logprobs(policy, Agent.CODER, [sample], 64)
        recorded = torch.tensor(sample.behaviour)
        torch.testing.assert_close(logprobs, recorded, atol=FLOAT32, rtol=0)
