"""The contract for engines, held to by each of them: in the process, a server, a script."""

# pylint: disable=missing-function-docstring

import ast
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from parelha.config_engine import EngineConfig
from parelha.engines.batching import ContinuousBatch
from parelha.engines.protocol import Completion, Engine, EngineStatistics, Request
from parelha.engines.vllm_engine import VllmEngine
from parelha.errors import ParelhaError
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.asking import ask, assert_same, prompts
from tests.fakes import tiny_engine, tiny_format, tiny_policy
from tests.scripted import ScriptedEngine
from tests.serving import NAMES, asking, choosing, engine_of, said
from tests.vllm_serving import TinyVllm

PACKAGE = Path(__file__).parents[1] / "src" / "parelha"


@pytest.fixture(name="engine", params=["in the process", "server", "vllm", "script"])
def fixture_engine(
    request: pytest.FixtureRequest, serve: Callable[..., Any], tmp_path: Path
) -> Iterator[Engine]:
    """Return one engine after the other."""
    if request.param != "vllm":
        yield one_of(request.param, serve)
        return
    server = TinyVllm()
    config = EngineConfig(kind="vllm", servers=(server.url,))
    formats = dict.fromkeys(Agent, tiny_format())
    yield VllmEngine(config, tmp_path, tiny_policy(), formats)
    server.kill()


def one_of(name: str, serve: Callable[..., Any]) -> Engine:
    if name == "server":
        return engine_of(serve("library", lambda body: said("hm")))
    if name == "script":
        return ScriptedEngine(tiny_format(), {("d2", 0): NAMES[0]})
    return tiny_engine(tiny_policy())


def an_action() -> Request:
    return choosing(stream=(0, "eval", "t", "d2", 0))


def answers(engine: Engine, tickets: list[int]) -> dict[int, Completion | ParelhaError]:
    """What the engine says to these tickets; it is called until it has said all."""
    found: dict[int, Completion | ParelhaError] = {}
    for _ in range(1000):
        if found.keys() >= set(tickets):
            break
        new = engine.step()
        assert not found.keys() & new.keys(), "an answer came twice"
        found |= new
    return found


def test_every_request_is_answered_once_and_counted(engine: Engine) -> None:
    told: list[int] = []
    engine.on_tokens = told.append
    texts = [asking(), asking(agent=Agent.REVIEWER, stream=(0, "eval", "t", "d1", 0))]
    tickets = [*engine.submit(texts[:1]), *engine.submit(texts[1:])]
    assert len(set(tickets)) == 2
    lengths = []
    for answer in answers(engine, tickets).values():
        assert isinstance(answer, Completion)
        assert len(answer.token_ids) == len(answer.logprobs) == len(answer.legal)
        lengths.append(len(answer.token_ids))
    assert len(lengths) == 2
    assert sum(told) == engine.statistics.new_tokens == sum(lengths)
    assert engine.statistics.prompt_tokens > 0
    assert engine.statistics.steps > 0
    assert not engine.step()
    engine.close()
    engine.close()


def test_a_choice_is_one_of_the_legal_answers(engine: Engine) -> None:
    request = an_action()
    (answer,) = answers(engine, engine.submit([request])).values()
    assert isinstance(answer, Completion)
    assert answer.token_ids in request.choices
    assert answer.finish == "action"
    assert len(answer.token_ids) == len(answer.logprobs) == len(answer.legal)
    engine.close()


def test_a_reset_forgets_requests_and_begins_the_statistics_anew(engine: Engine) -> None:
    first = answers(engine, engine.submit([asking()]))
    before = engine.statistics
    abandoned = engine.submit([asking(), an_action()])
    engine.reset()
    assert engine.statistics == EngineStatistics() != before
    (ticket,) = engine.submit([asking()])
    after = answers(engine, [ticket])
    assert not after.keys() & {*abandoned, *first}
    assert before.new_tokens == engine.statistics.new_tokens > 0
    engine.close()


def test_weights_may_change_between_answers(engine: Engine) -> None:
    answers(engine, engine.submit([asking()]))
    for agent in Agent:
        engine.weights_changed(agent)
    assert len(answers(engine, engine.submit([asking(), an_action()]))) == 2
    engine.close()


# --- what only the engine in the process can hold too long ---------------------------------------


def test_what_a_gpu_still_does_is_waited_for_before_and_after_prompts_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was begun before counts as decoding, what is read as reading; no time is lost."""
    order: list[str] = []
    join = ContinuousBatch.join

    def joins(batch: ContinuousBatch) -> None:
        order.append("join")
        join(batch)

    monkeypatch.setattr(ContinuousBatch, "join", joins)
    monkeypatch.setattr("parelha.engines.torch_engine.wait_for", lambda _: order.append("wait"))
    clock = itertools.count()
    monkeypatch.setattr(
        "parelha.engines.torch_engine.time", SimpleNamespace(perf_counter=lambda: next(clock))
    )
    engine = tiny_engine(tiny_policy())
    engine.submit([ask(prompts(1)[0], max_new_tokens=3)])
    engine.step()
    assert order == ["wait", "join", "wait"]
    # The clock is looked at on entry, before and behind reading, and at the end.
    assert (engine.statistics.prefill_seconds, engine.statistics.decode_seconds) == (1, 2)
    engine.step()
    assert order[3:] == ["join"]  # nobody waits: a GPU works on while the next step is prepared


def move(policy: Policy, agent: Agent) -> None:
    with torch.no_grad():
        for parameter in policy.parameters(agent).values():
            parameter.add_(0.05)


def test_after_its_weights_changed_an_agent_answers_anew_and_the_other_as_before() -> None:
    policy = tiny_policy()
    engine = tiny_engine(policy)
    (prompt,) = prompts(1, 60)
    both = [ask(prompt), ask(prompt, agent=Agent.REVIEWER)]
    before = engine.generate(both)
    move(policy, Agent.CODER)
    engine.weights_changed(Agent.CODER)
    known = engine.statistics.reused_tokens
    after = engine.generate(both)
    assert engine.statistics.reused_tokens - known == len(prompt) - 1  # the reviewer's alone
    assert after[0].token_ids != before[0].token_ids
    assert_same(after[0], tiny_engine(policy).generate(both)[0])
    assert_same(after[1], before[1])


def test_weights_that_both_agents_speak_with_change_for_both() -> None:
    policy = tiny_policy(shared_policy=True)
    engine = tiny_engine(policy)
    (prompt,) = prompts(1, 60)
    engine.generate([ask(prompt)])
    move(policy, Agent.CODER)
    engine.weights_changed(Agent.REVIEWER)
    assert engine.generate([ask(prompt)]) == tiny_engine(policy).generate([ask(prompt)])


def test_weights_do_not_change_under_an_answer() -> None:
    engine = tiny_engine(tiny_policy())
    (prompt,) = prompts(1)
    engine.submit([ask(prompt)])
    for _ in range(2):  # while it waits, and while it is decoded
        with pytest.raises(ValueError, match="while it was answering"):
            engine.weights_changed(Agent.CODER)
        engine.weights_changed(Agent.REVIEWER)
        engine.step()


def test_nobody_asks_which_engine_it_is() -> None:
    asked = [
        f"{path}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "isinstance"
        if "Engine" in ast.dump(call.args[1])
    ]
    assert not asked
