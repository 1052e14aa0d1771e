"""What is not in the catalogue: models that work by name, and those refused with one line."""

# pylint: disable=missing-function-docstring
# pylint: disable=unexpected-keyword-arg  # transformers' configurations make __init__ late

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub.errors import GatedRepoError
from torch import nn
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoConfig,
    GPTNeoForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
)
from transformers.pytorch_utils import Conv1D

from parelha.errors import ModelFileError, UsageError
from parelha.learning.update import sample_logprobs
from parelha.models import hub
from parelha.models.fetch import resolve
from parelha.models.load import check_fits, load_base
from parelha.models.policy import adapter_targets
from parelha.models.shape import find_shape
from parelha.types import Agent
from tests.architectures.models import DEEPSEEK, PHI3, QWEN2
from tests.architectures.play import engine_of, plain_logprobs, play_one, samples
from tests.fakes import tiny_policy
from tests.tiny import VOCABULARY

pytestmark = pytest.mark.slow

_SHAPE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.2,
}


def gpt2() -> Any:
    shape: dict[str, Any] = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 2048}
    shape |= {"bos_token_id": None, "eos_token_id": None}
    return GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, initializer_range=0.2, **shape))


def mixtral() -> Any:
    experts: dict[str, Any] = {
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "bos_token_id": None,
    }
    return MixtralForCausalLM(MixtralConfig(**_SHAPE, **experts))


def mistral(window: int) -> Any:
    return MistralForCausalLM(MistralConfig(**_SHAPE, sliding_window=window))


def gemma2() -> Any:
    """Caps its logits after the head."""
    return Gemma2ForCausalLM(Gemma2Config(**_SHAPE, head_dim=8, final_logit_softcapping=2.0))


def mamba() -> Any:
    """Is recurrent: it has a state, and no keys and values."""
    shape: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 4}
    return MambaForCausalLM(MambaConfig(vocab_size=VOCABULARY, initializer_range=0.2, **shape))


def bloom() -> Any:
    """Finds out positions from a mask of its own form."""
    shape: dict[str, Any] = {"hidden_size": 32, "n_layer": 2, "n_head": 4}
    return BloomForCausalLM(BloomConfig(vocab_size=VOCABULARY, initializer_range=0.2, **shape))


def gpt_neo() -> Any:
    """Local layers see the last keys by where they lie in the cache, whatever the mask says."""
    shape: dict[str, Any] = {"hidden_size": 32, "num_layers": 2, "num_heads": 4}
    shape |= {"attention_types": [[["global", "local"], 1]], "initializer_range": 0.2}
    return GPTNeoForCausalLM(GPTNeoConfig(vocab_size=VOCABULARY, **shape))


def built(build: Callable[[], Any]) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build().train(False)


@pytest.mark.parametrize("build", [gpt2, mixtral])
def test_a_model_of_another_architecture_is_played_right(
    build: Callable[[], Any], tmp_path: Path
) -> None:
    built(build).save_pretrained(tmp_path)
    policy = tiny_policy(base=load_base(tmp_path, torch.float32))
    tree = play_one(engine_of(policy, QWEN2), QWEN2, drafts=1)
    for agent in Agent:
        played = samples(tree, agent)
        packed = sample_logprobs(policy, agent, played, 2048)
        for sample, found in zip(played, packed, strict=True):
            recorded = torch.tensor(sample.behaviour)
            with torch.no_grad():
                right = plain_logprobs(policy, agent, sample)
            torch.testing.assert_close(recorded, right, atol=1e-4, rtol=0)
            torch.testing.assert_close(found, right, atol=1e-4, rtol=0)


@pytest.mark.parametrize("build", [gemma2, mamba, bloom, gpt_neo, lambda: mistral(window=4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_a_model_that_would_be_played_wrong_is_refused_in_one_line(
    build: Callable[[], Any], dtype: torch.dtype
) -> None:
    with pytest.raises(ModelFileError, match="choose another model") as caught:
        check_fits(built(build).to(dtype))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_the_check_lets_every_verified_architecture_pass(dtype: torch.dtype) -> None:
    for architecture in (QWEN2, DEEPSEEK, PHI3):
        check_fits(architecture.model().to(dtype))


# --- adapters ------------------------------------------------------------------------------------


def test_in_a_mixture_of_experts_the_attention_alone_is_adapted() -> None:
    assert adapter_targets(built(mixtral)) == ["k_proj", "o_proj", "q_proj", "v_proj"]
    assert adapter_targets(built(gpt2)) == ["c_attn", "c_fc", "c_proj"]


@pytest.mark.parametrize("build", [mixtral, DEEPSEEK.model], ids=["mixtral", "deepseek_v2"])
def test_what_stands_among_experts_cannot_be_chosen(build: Callable[[], Any]) -> None:
    base = built(build)
    with pytest.raises(UsageError, match=r"no layer named up_proj .* choose among .*o_proj"):
        tiny_policy(base=base, adapter_targets=("o_proj", "up_proj"))
    policy = tiny_policy(base=base, adapter_targets=("o_proj",))
    for agent in Agent:
        layers = {name.split(".lora_")[0] for name in policy.parameters(agent)}
        assert len(layers) == base.config.num_hidden_layers
        assert all(layer.endswith("self_attn.o_proj") for layer in layers)


def test_a_model_in_which_no_layer_can_be_adapted_is_an_error() -> None:
    base = QWEN2.model()
    for layer in base.model.layers:
        layer.self_attn = layer.mlp = nn.Identity()
    with pytest.raises(UsageError, match=r"no layer of this model .* can take an adapter"):
        tiny_policy(base=base)


def test_the_linear_layers_of_gpt_2_are_counted_as_such(tmp_path: Path) -> None:
    model = built(gpt2)
    model.config.save_pretrained(tmp_path)
    layers = [module for module in model.modules() if isinstance(module, Conv1D)]
    assert find_shape(str(tmp_path)).linear == sum(one.weight.numel() for one in layers) > 0


# --- windows -------------------------------------------------------------------------------------


def test_long_rope_is_held_inside_its_original_window() -> None:
    """Past it the frequencies of all tokens change, so nothing kept would hold any more."""
    policy = tiny_policy(base=PHI3.model())
    window = policy.window(Agent.CODER)
    assert window == PHI3.model().config.rope_parameters["original_max_position_embeddings"]
    model: Any = policy.model(Agent.CODER)
    ids = torch.arange(5, window + 6)[None] % 300
    with torch.no_grad():
        inside = model(input_ids=ids[:, :window]).logits[0, :8]
        again = model(input_ids=ids[:, :8]).logits[0]
        outside = model(input_ids=ids).logits[0, :8]
    torch.testing.assert_close(inside, again, atol=1e-4, rtol=0)
    assert (outside - inside).abs().max() > 0.01


def test_a_sliding_window_bounds_the_dialogue() -> None:
    policy = tiny_policy(base=built(lambda: mistral(window=64)))
    assert policy.window(Agent.CODER) == 64


# --- files and machines --------------------------------------------------------------------------


def test_a_folder_that_brings_code_of_its_own_is_read_without_running_it(tmp_path: Path) -> None:
    """As the real DeepSeek and Phi-3 files: they name modules that transformers has itself."""
    for architecture in (DEEPSEEK, PHI3):
        folder = architecture.save(tmp_path / architecture.name)
        config = json.loads((folder / "config.json").read_text())
        config["auto_map"] = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "own.py").write_text("raise SystemExit('this was run')\n")
        base = load_base(folder, torch.float32)
        assert type(base) is type(architecture.model())
        state = architecture.model().state_dict()
        assert all(torch.equal(state[name], value) for name, value in base.state_dict().items())


def test_a_gated_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = SimpleNamespace(rfilename="model.safetensors", lfs=None)
    api = SimpleNamespace(model_info=lambda *_, **__: SimpleNamespace(siblings=[file]))

    def refuse(*_: Any, **__: Any) -> None:
        raise GatedRepoError.__new__(GatedRepoError)  # its own constructor wants a response

    monkeypatch.setattr(hub, "cached", lambda _: None)
    monkeypatch.setattr(hub, "is_offline", lambda: False)
    monkeypatch.setattr("huggingface_hub.HfApi", lambda: api)
    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(ModelFileError, match=r"gated: accept its licence on the hub, then log in"):
        resolve("Llama-3.2-1B", cache_dir=tmp_path)
