"""Roles: what the configuration makes of them, and that the weights know no others."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from parelha.agents.roles import roles_of
from parelha.config import Config, ModelConfig
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_codegen
from tests.tiny import tiny_model


def test_a_role_is_what_the_configuration_says() -> None:
    table = {
        "model": {"coder": "one", "reviewer": "other", "train_agents": ["reviewer"]},
        "episode": {"coder_temperature": 0.5, "reviewer_temperature": 1.5},
    }
    coder, reviewer = roles_of(from_dict(table)).values()
    assert (coder.name, coder.base, coder.adapter) == ("coder", "one", "coder")
    assert (reviewer.name, reviewer.base, reviewer.adapter) == ("reviewer", "other", "reviewer")
    assert (coder.temperature, reviewer.temperature) == (0.5, 1.5)
    assert (coder.trained, reviewer.trained) == (False, True)
    assert "approve" in reviewer.actions["pt"]


def test_the_reviewer_is_told_of_tools_where_it_chooses_them() -> None:
    for tools, calls, said in (("always", 2, ""), ("chosen", 0, ""), ("chosen", 1, "1")):
        roles = roles_of(from_dict({"episode": {"tools": tools, "max_tool_calls": calls}}))
        system = roles[Agent.REVIEWER].system
        assert "{" not in system["en"] + system["pt"]
        assert ("tools" in system["en"]) == ("ferramentas" in system["pt"]) == bool(said)
        assert said in system["en"] and said in system["pt"]


def test_roles_that_share_an_adapter_train_it_once() -> None:
    roles = roles_of(from_dict({"model": {"coder": "one", "shared_policy": True}}))
    assert {role.base for role in roles.values()} == {"one"}
    assert {role.adapter for role in roles.values()} == {"coder"}
    assert [role.name for role in roles.values() if role.trained] == ["coder"]


@pytest.mark.parametrize("trained", [["coder"], ["reviewer"], ["coder", "coder"]])
def test_of_roles_that_share_an_adapter_one_alone_cannot_be_trained(trained: list[str]) -> None:
    with pytest.raises(UsageError, match=r"trains both roles: leave model\.train_agents out$"):
        from_dict({"model": {"shared_policy": True, "train_agents": trained}})


@pytest.mark.parametrize("own_base", [False, True], ids=["on the coder's base", "on its own"])
def test_a_third_role_has_an_adapter_of_its_own(own_base: bool) -> None:
    config = ModelConfig(lora_rank=4, lora_alpha=8)
    roles: dict[Any, Any] = {**roles_of(Config(model=config))}
    roles["tester"] = replace(roles[Agent.REVIEWER], name="tester", adapter="tester")
    base: Any = tiny_model()
    bases: dict[Any, Any] = dict.fromkeys(roles, base)
    if own_base:
        bases["tester"] = tiny_codegen()
    policy = Policy(bases, roles, config, 0)
    tester: Any = "tester"
    assert policy.owners == policy.trained == ("coder", "reviewer", "tester")
    assert (policy.model(tester) is policy.model(Agent.CODER)) is not own_base
    before = policy.digest(Agent.CODER), policy.digest(Agent.REVIEWER)
    with torch.no_grad():
        for parameter in policy.parameters(tester).values():
            parameter.add_(1.0)
    assert (policy.digest(Agent.CODER), policy.digest(Agent.REVIEWER)) == before
    assert policy.product_norm(tester) > 0
