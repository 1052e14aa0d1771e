"""Bases in 4 bits: how they are loaded, where they are refused, and how the pair plays on them.

A GPU is not needed: a stand-in holds integers and a scale as a quantised layer does, and where
bitsandbytes is installed its own layers play on the CPU.
"""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM

from parelha.cli import run
from parelha.config import LearningConfig
from parelha.config_file import from_dict
from parelha.doctor import check_accelerator
from parelha.errors import UsageError
from parelha.kernels.frozen import FrozenHead, Upcaster
from parelha.learning.update import accumulate_gradients, sample_logprobs
from parelha.loading import load_policy
from parelha.models.fetch import ModelFiles
from parelha.models.load import load_base
from parelha.models.policy import Policy, held_as
from parelha.types import Agent
from tests.architectures.models import CODEGEN, DEEPSEEK, QWEN2, Architecture
from tests.architectures.play import engine_of, plain_logprobs, play_one, samples
from tests.fakes import tiny_policy, use_fakes
from tests.tiny import tiny_folder

Arguments = dict[str, Any]


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[Arguments]:
    """A machine with a GPU and bitsandbytes, as far as loading sees; what transformers is asked.

    The model that comes back is a plain one.
    """
    calls: list[Arguments] = []
    real: Any = AutoModelForCausalLM.from_pretrained

    def from_pretrained(folder: Path, **how: Any) -> Any:
        calls.append({"folder": folder, **how})
        plain = {key: value for key, value in how.items() if not key.startswith(("quant", "dev"))}
        model: Any
        model, info = real(folder, **plain)
        model.is_loaded_in_4bit = "quantization_config" in how
        return model, info

    monkeypatch.setattr("parelha.models.load.AutoModelForCausalLM.from_pretrained", from_pretrained)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.current_device", lambda: 1)
    monkeypatch.setattr("parelha.models.load.find_spec", lambda name: name)
    return calls


def files(folder: Path) -> dict[Agent, ModelFiles]:
    return dict.fromkeys(Agent, ModelFiles("owner/tiny", folder, "hub", "0"))


# --- loading -------------------------------------------------------------------------------------


def test_nf4_is_asked_of_bitsandbytes_with_products_in_bfloat16(
    asked: list[Arguments], tmp_path: Path
) -> None:
    folder = tiny_folder(tmp_path)
    load_base(folder, torch.bfloat16, four_bit=True)
    (how,) = asked
    nf4 = how["quantization_config"]
    assert nf4.load_in_4bit
    assert nf4.bnb_4bit_quant_type == "nf4"
    assert nf4.bnb_4bit_compute_dtype is torch.bfloat16
    assert how["dtype"] is torch.bfloat16
    assert how["local_files_only"]


def test_a_base_in_four_bits_is_held_on_its_own_rank_s_gpu(
    asked: list[Arguments], tmp_path: Path
) -> None:
    load_base(tiny_folder(tmp_path), torch.bfloat16, four_bit=True)
    assert asked[0]["device_map"] == {"": 1}  # whole


def test_the_setting_reaches_the_bases_of_both_agents(
    asked: list[Arguments], tmp_path: Path
) -> None:
    config = from_dict({"model": {"dtype": "nf4", "lora_rank": 4}})
    one, other = tmp_path / "one", tmp_path / "other"
    found = {
        Agent.CODER: ModelFiles("owner/one", QWEN2.save(one), "hub", "1"),
        Agent.REVIEWER: ModelFiles("owner/other", CODEGEN.save(other), "hub", "2"),
    }
    policy, _ = load_policy(config, found)
    assert [how["folder"] for how in asked] == [one, other]
    assert all("quantization_config" in how for how in asked)
    assert {held_as(policy.model(agent)) for agent in Agent} == {"nf4"}


def test_one_base_in_four_bits_is_loaded_once(asked: list[Arguments], tmp_path: Path) -> None:
    config = from_dict({"model": {"dtype": "nf4", "lora_rank": 4}})
    policy, _ = load_policy(config, files(tiny_folder(tmp_path)))
    assert len(asked) == 1
    assert policy.model(Agent.CODER) is policy.model(Agent.REVIEWER)


@pytest.mark.parametrize(("gpu", "says"), [(False, "needs an NVIDIA GPU"), (True, "bitsandbytes")])
def test_a_machine_that_cannot_is_told_before_a_file_is_read(
    gpu: bool, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: gpu)
    monkeypatch.setattr("parelha.models.load.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=says) as caught:
        load_base(tmp_path / "nothing", torch.bfloat16, four_bit=True)
    assert "\n" not in str(caught.value)
    assert "model.dtype" in str(caught.value)


def test_on_the_command_line_it_is_one_line_and_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    folder = tiny_folder(tmp_path)
    settings = ["--model.coder", str(folder), "--model.dtype", "nf4", "--runs-dir", str(tmp_path)]
    assert run(["train", *settings, "--eval.episodes", "0", "--engine.workers", "1"]) == 2
    (line,) = capsys.readouterr().err.splitlines()[-1:]
    assert line.startswith("parelha: a 4-bit base (model.dtype nf4) needs an NVIDIA GPU")


@pytest.mark.parametrize(("installed", "says"), [(True, "yes"), (False, "no, without bitsandb")])
def test_the_doctor_says_whether_a_machine_with_a_gpu_can(
    installed: bool, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = SimpleNamespace(name="GPU", total_memory=80 * 10**9)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("torch.cuda.get_device_properties", lambda number: gpu)
    monkeypatch.setattr("parelha.doctor.find_spec", lambda name: installed or None)
    check = check_accelerator()
    assert (check.state, check.advice) == ("ok", "")
    assert f"bases in 4 bits: {says}" in check.found


# --- playing -------------------------------------------------------------------------------------


class Quantised(nn.Linear):
    """Holds its weight as bytes and one scale a row, and multiplies by what they stand for."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.in_features, layer.out_features, layer.bias is not None)
        weight = layer.weight.detach().float()
        self.scale = weight.abs().amax(1, keepdim=True) / 127
        codes = (weight / self.scale).round().to(torch.int8)
        self.weight = nn.Parameter(codes, requires_grad=False)
        self.bias = layer.bias

    def forward(self, input: Tensor) -> Tensor:  # pylint: disable=redefined-builtin
        weight = (self.weight * self.scale).to(input.dtype)
        return nn.functional.linear(input, weight, self.bias)


def quantised(architecture: Architecture, dtype: torch.dtype) -> Any:
    """Return a random model whose layers are quantised as bitsandbytes would: not the head."""
    base = architecture.model().to(dtype)
    for path, layer in list(base.named_modules()):
        if isinstance(layer, nn.Linear) and layer is not base.get_output_embeddings():
            base.set_submodule(path, Quantised(layer))
    base.is_loaded_in_4bit = True
    return base


def weights(policy: Policy) -> dict[str, Tensor]:
    named = policy.model(Agent.CODER).named_parameters()
    return {name: value.clone() for name, value in named if "lora_" not in name}


def check_that_it_plays_and_learns(
    policy: Policy, architecture: Architecture, tolerance: float
) -> None:
    """Engine, trainer and a plain forward pass agree; adapters move in float32, the base stays."""
    tree = play_one(engine_of(policy, architecture), architecture, drafts=1, max_rounds=1)
    before = weights(policy)
    for agent in Agent:
        assert {p.dtype for p in policy.parameters(agent).values()} == {torch.float32}
        played = samples(tree, agent)
        for sample, packed in zip(
            played, sample_logprobs(policy, agent, played, 2048), strict=True
        ):
            with torch.no_grad():
                right = plain_logprobs(policy, agent, sample)
            recorded = torch.tensor(sample.behaviour)
            torch.testing.assert_close(recorded, right, atol=tolerance, rtol=0)
            torch.testing.assert_close(packed, right, atol=tolerance, rtol=0)
        for max_tokens in (64, 4096):
            config = LearningConfig(max_pass_tokens=max_tokens)
            accumulate_gradients(policy, agent, played, config)
        for name, parameter in policy.parameters(agent).items():
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
        gradients = [p.grad for p in policy.parameters(agent).values() if p.grad is not None]
        assert max(float(gradient.abs().max()) for gradient in gradients) > 1e-4
    after = weights(policy)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], value) for name, value in after.items())


@pytest.mark.parametrize("architecture", [QWEN2, DEEPSEEK], ids=str)
def test_the_pair_plays_and_learns_over_quantised_layers(architecture: Architecture) -> None:
    policy = tiny_policy(base=quantised(architecture, torch.float32))
    check_that_it_plays_and_learns(policy, architecture, 1e-4)


def test_a_quantised_weight_is_never_packed() -> None:
    layer = Quantised(nn.Linear(8, 8).to(torch.bfloat16))
    x = torch.ones(2, 8, dtype=torch.bfloat16)
    head = FrozenHead(layer, Upcaster(torch.bfloat16), packs=True)
    with torch.no_grad():
        torch.testing.assert_close(head.logits(x), layer(x))
    assert head._packed is None  # pylint: disable=protected-access


def test_the_layers_of_bitsandbytes_themselves_play_and_learn(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    from transformers import BitsAndBytesConfig  # pylint: disable=import-outside-toplevel

    folder = QWEN2.save(tmp_path, hidden_size=64, intermediate_size=64, initializer_range=0.05)
    nf4: Any = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
    )
    base: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16, quantization_config=nf4, device_map={"": "cpu"}
    )
    for module in base.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False  # a layout of its own, without gradient
    assert base.get_output_embeddings().weight.dtype is torch.bfloat16
    policy = tiny_policy(base=base, moved=0.1)
    layers = [m for m in policy.model(Agent.CODER).modules() if hasattr(m, "lora_A")]
    assert {type(layer.base_layer).__name__ for layer in layers} == {"Linear4bit"}
    check_that_it_plays_and_learns(policy, QWEN2, 2e-2)


# --- checkpoints ---------------------------------------------------------------------------------


def test_an_adapter_says_how_its_base_was_held_and_goes_on_no_other(tmp_path: Path) -> None:
    whole = tiny_policy(base=QWEN2.model().to(torch.bfloat16))
    packed = tiny_policy(base=quantised(QWEN2, torch.bfloat16), moved=0)
    whole.save(Agent.CODER, tmp_path / "whole")
    packed.save(Agent.CODER, tmp_path / "packed")
    said = [json.loads((tmp_path / n / "base.json").read_text()) for n in ("whole", "packed")]
    assert [record["dtype"] for record in said] == ["bfloat16", "nf4"]
    for policy, folder in ((whole, "packed"), (packed, "whole")):
        with pytest.raises(UsageError, match="dtype as it was"):
            policy.load(Agent.CODER, tmp_path / folder)
    packed.load(Agent.CODER, tmp_path / "packed")
    (tmp_path / "whole" / "base.json").unlink()  # as PEFT alone would have written it
    whole.load(Agent.CODER, tmp_path / "whole")
