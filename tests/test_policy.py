"""The pair: adapters that anyone can load, and a base nobody touches."""

# pylint: disable=missing-function-docstring

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from parelha.errors import UsageError
from parelha.models.load import load_base
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_codegen, tiny_policy
from tests.tiny import tiny_model

pytestmark = pytest.mark.slow

IDS = torch.tensor([[5, 6, 7, 8, 9]])


def logits(policy: Policy, agent: Agent) -> torch.Tensor:
    policy.activate(agent)
    model: Any = policy.model(agent)
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=IDS).logits
    return found


def test_the_pair_starts_as_the_base() -> None:
    plain: Any = tiny_model()
    with torch.no_grad():
        base = plain(input_ids=IDS).logits
    policy = tiny_policy(moved=0)
    for agent in Agent:
        torch.testing.assert_close(logits(policy, agent), base)
        assert policy.product_norm(agent) == 0.0
    assert policy.digest(Agent.CODER) != policy.digest(Agent.REVIEWER)


def test_the_same_seed_gives_the_same_adapters() -> None:
    one, other = tiny_policy(moved=0), tiny_policy(moved=0)
    assert [one.digest(a) for a in Agent] == [other.digest(a) for a in Agent]


def test_adapters_are_float32_whatever_the_base_is() -> None:
    base: Any = tiny_model()
    policy = tiny_policy(base=base.to(torch.bfloat16))
    for agent in Agent:
        parameters = policy.parameters(agent)
        assert {p.dtype for p in parameters.values()} == {torch.float32}
        assert all(p.requires_grad for p in parameters.values())
        assert len(parameters) == 2 * 7 * 2  # A and B of seven products in two layers
        assert not any(str(agent) in name for name in parameters)


def test_each_agent_speaks_with_its_own_adapter() -> None:
    policy = tiny_policy()
    start = logits(tiny_policy(moved=0), Agent.CODER)
    coder, reviewer = logits(policy, Agent.CODER), logits(policy, Agent.REVIEWER)
    assert not torch.allclose(coder, reviewer, atol=1e-2)
    torch.testing.assert_close(logits(policy, Agent.CODER), coder)
    with policy.base_only(Agent.CODER):
        torch.testing.assert_close(logits(policy, Agent.CODER), start)
    torch.testing.assert_close(logits(policy, Agent.CODER), coder)


def test_the_product_norm_is_that_of_the_explicit_products() -> None:
    policy = tiny_policy()
    for agent in Agent:
        parameters = policy.parameters(agent)
        total = 0.0
        for name, a in parameters.items():
            if "lora_A" in name:
                b = parameters[name.replace("lora_A", "lora_B")]
                total += float(
                    (2.0 * (b.double() @ a.double())).detach().pow(2).sum()
                )  # alpha / rank = 2
        assert policy.product_norm(agent) == pytest.approx(total**0.5, rel=1e-9)


def test_the_digest_changes_with_one_bit() -> None:
    policy = tiny_policy()
    before = policy.digest(Agent.CODER)
    assert policy.digest(Agent.CODER) == before
    parameter = next(iter(policy.parameters(Agent.CODER).values()))
    with torch.no_grad():
        parameter.view(-1)[0] = torch.nextafter(parameter.view(-1)[0], torch.tensor(9.0))
    assert policy.digest(Agent.CODER) != before


def test_a_saved_adapter_comes_back_bit_for_bit(tmp_path: Path) -> None:
    one, other = tiny_policy(), tiny_policy(moved=0)
    for agent in Agent:
        one.save(agent, tmp_path / agent)
        other.load(agent, tmp_path / agent)
        assert other.digest(agent) == one.digest(agent)
        torch.testing.assert_close(logits(other, agent), logits(one, agent))


def test_peft_alone_loads_a_saved_adapter(model_folder: Path, tmp_path: Path) -> None:
    policy = tiny_policy(base=load_base(model_folder, torch.float32))
    for agent in Agent:
        policy.save(agent, tmp_path / agent)
        names = {path.name for path in (tmp_path / agent).iterdir()}
        assert {"adapter_config.json", "adapter_model.safetensors"} <= names
        assert json.loads((tmp_path / agent / "adapter_config.json").read_text())["r"] == 4
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
            loaded = PeftModel.from_pretrained(
                load_base(model_folder, torch.float32), str(tmp_path / agent)
            )
        with torch.no_grad():
            torch.testing.assert_close(loaded(input_ids=IDS).logits, logits(policy, agent))


def test_an_adapter_of_another_rank_or_none_is_refused(tmp_path: Path) -> None:
    tiny_policy(lora_rank=8).save(Agent.CODER, tmp_path / "eight")
    policy = tiny_policy()
    with pytest.raises(UsageError, match="does not fit"):
        policy.load(Agent.CODER, tmp_path / "eight")
    with pytest.raises(UsageError, match="no adapter at"):
        policy.load(Agent.CODER, tmp_path / "none")
    (tmp_path / "eight" / "adapter_model.safetensors").write_bytes(b"torn")
    with pytest.raises(UsageError, match="cannot be read"):
        policy.load(Agent.CODER, tmp_path / "eight")


# --- which layers --------------------------------------------------------------------------------


def adapted(policy: Policy, agent: Agent = Agent.CODER) -> set[str]:
    """Names of the layers that have an adapter."""
    return {name.split(".lora_")[0].rpartition(".")[2] for name in policy.parameters(agent)}


def test_the_layers_that_are_named_get_adapters_and_no_others(tmp_path: Path) -> None:
    policy = tiny_policy(adapter_targets=("q_proj", "v_proj"))
    for agent in Agent:
        assert adapted(policy, agent) == {"q_proj", "v_proj"}
        assert len(policy.parameters(agent)) == 2 * 2 * 2  # A and B of two products in two layers
    policy.save(Agent.CODER, tmp_path)
    stored = json.loads((tmp_path / "adapter_config.json").read_text())
    assert set(stored["target_modules"]) == {"q_proj", "v_proj"}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        alone = PeftModel.from_pretrained(tiny_model(), str(tmp_path))
    with torch.no_grad():
        torch.testing.assert_close(alone(input_ids=IDS).logits, logits(policy, Agent.CODER))


def test_names_that_match_nothing_are_one_line_with_the_choices() -> None:
    with pytest.raises(UsageError) as caught:
        tiny_policy(adapter_targets=("q_proj", "query", "lm_head"))
    assert str(caught.value) == (
        "model.adapter_targets: no layer named query, lm_head can take an adapter; choose among "
        "down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj"
    )


def test_two_bases_share_the_list_and_none_may_be_left_out() -> None:
    def pair(*names: str) -> Policy:
        bases = {"base": tiny_codegen(), "reviewer_base": tiny_model()}
        return tiny_policy(**bases, adapter_targets=names)

    policy = pair("qkv_proj", "fc_in", "q_proj")
    assert adapted(policy, Agent.CODER) == {"qkv_proj", "fc_in"}
    assert adapted(policy, Agent.REVIEWER) == {"q_proj"}
    with pytest.raises(UsageError, match=r"leave one of the two bases .* add some of .*v_proj"):
        pair("qkv_proj")
    with pytest.raises(UsageError, match=r"no layer named nothing .* fc_in, .* qkv_proj"):
        pair("qkv_proj", "q_proj", "nothing")


@pytest.mark.parametrize("names", [("q_proj",), ("q_proj", "k_proj", "v_proj")])
def test_an_adapter_on_other_layers_is_refused(names: tuple[str, ...], tmp_path: Path) -> None:
    tiny_policy(adapter_targets=("q_proj", "v_proj")).save(Agent.CODER, tmp_path)
    with pytest.raises(UsageError, match="does not fit this model, rank and adapter_targets"):
        tiny_policy(adapter_targets=names).load(Agent.CODER, tmp_path)


# --- who the base is -----------------------------------------------------------------------------


def test_a_saved_adapter_names_its_base_as_the_hub_does(model_folder: Path, tmp_path: Path) -> None:
    base = load_base(model_folder, torch.float32, name="owner/tiny")
    policy = tiny_policy(base=base)
    policy.save(Agent.CODER, tmp_path)
    stored = json.loads((tmp_path / "adapter_config.json").read_text())
    assert stored["base_model_name_or_path"] == "owner/tiny"
    assert json.loads((tmp_path / "base.json").read_text()) == {
        "name": "owner/tiny",
        "dtype": "float32",
    }
    for path in tmp_path.iterdir():  # the model card too
        assert str(model_folder).encode() not in path.read_bytes()
    again = tiny_policy(moved=0)
    again.load(Agent.CODER, tmp_path)
    assert again.digest(Agent.CODER) == policy.digest(Agent.CODER)


def test_a_shared_policy_is_one_adapter_in_both_roles() -> None:
    policy = tiny_policy(shared_policy=True)
    assert policy.trained == (Agent.CODER,)
    assert policy.digest(Agent.CODER) == policy.digest(Agent.REVIEWER)
    torch.testing.assert_close(logits(policy, Agent.CODER), logits(policy, Agent.REVIEWER))


def test_who_is_trained_is_configured() -> None:
    assert tiny_policy().trained == tuple(Agent)
    assert tiny_policy(train_agents=("reviewer",)).trained == (Agent.REVIEWER,)


def test_two_bases_are_two_models() -> None:
    policy = tiny_policy(base=tiny_model(), reviewer_base=tiny_model(seed=3, num_hidden_layers=1))
    assert policy.model(Agent.CODER) is not policy.model(Agent.REVIEWER)
    assert len(policy.parameters(Agent.REVIEWER)) * 2 == len(policy.parameters(Agent.CODER))
    assert tiny_policy().model(Agent.CODER) is not None


def test_one_base_is_held_once() -> None:
    policy = tiny_policy()
    assert policy.model(Agent.CODER) is policy.model(Agent.REVIEWER)


def test_the_window_is_the_models() -> None:
    assert tiny_policy().window(Agent.CODER) == 4096
