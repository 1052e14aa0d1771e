"""vLLM servers that answer with the run's own adapters: what is asked, swapped, lost and found."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from parelha.engines.protocol import Completion, Request
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.asking import assert_same
from tests.fakes import tiny_engine
from tests.serving import FORM, choosing
from tests.vllm_asking import answered, holding, text
from tests.vllm_serving import folders_of, wait_until


def move(policy: Policy, agent: Agent, by: float = 0.05) -> None:
    with torch.no_grad():
        for parameter in policy.parameters(agent).values():
            parameter.add_(by)


def logprobs_by(policy: Policy, request: Request, answer: Completion) -> list[float]:
    """Of an answer's tokens, by whole forward passes of the trainer's own model."""
    policy.activate(request.agent)
    ids = [*request.prompt_ids, *answer.token_ids]
    model: Any = policy.model(request.agent)
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0, -len(answer.token_ids) - 1 : -1]
    found = (logits / request.temperature).log_softmax(-1)
    return [float(row[i]) for row, i in zip(found, answer.token_ids, strict=True)]


# --- answers -------------------------------------------------------------------------------------


def test_log_probabilities_are_the_trainers(policy: Policy, start: Any, open_engine: Any) -> None:
    requests = [text(0), text(1, agent=Agent.REVIEWER, temperature=1.0)]
    for request, answer in zip(requests, answered(open_engine(start()), requests), strict=True):
        assert answer.logprobs == pytest.approx(logprobs_by(policy, request, answer), abs=1e-4)
        assert answer.legal == (None,) * len(answer.token_ids)


def test_actions_are_those_of_our_own_engine(policy: Policy, start: Any, open_engine: Any) -> None:
    """Drawn by the same uniforms, with the same exploration, from the same probabilities."""
    streams = [(0, 1, f"task {n}", "d0", 0) for n in range(6)]
    requests = [choosing(stream=s, epsilon=0.3, max_new_tokens=8) for s in streams]
    requests.append(replace(requests[0], choices=requests[0].choices[:1]))
    # a limit of answers is none of choices
    requests.append(replace(requests[0], choices=((1, 2, 3), (1, 2, 4)), max_new_tokens=1))
    server = start()
    found = answered(open_engine(server), requests)
    for one, other in zip(found, tiny_engine(policy).generate(requests), strict=True):
        assert_same(one, other)
    assert len({one.token_ids for one in found}) > 1
    assert all(body["max_tokens"] == 1 for body in server.completions())


def test_stop_rules_cut_the_answer_and_its_log_probabilities(
    policy: Policy, start: Any, open_engine: Any
) -> None:
    engine = open_engine(start())
    (whole,) = answered(engine, [text()])
    assert len(whole.token_ids) > 2
    second = FORM.decode(whole.token_ids[:2])
    (cut,) = answered(engine, [text(stop=lambda said: said == second)])
    assert (cut.token_ids, cut.finish) == (whole.token_ids[:2], "stop")
    assert cut.logprobs == whole.logprobs[:2]
    (ended,) = answered(engine, [text(stop_ids=(whole.token_ids[1],))])
    assert (ended.token_ids, ended.finish) == (whole.token_ids[:2], "stop")
    del policy


# --- adapters ------------------------------------------------------------------------------------


def test_a_changed_adapter_answers_under_a_new_name_and_the_old_one_is_gone(
    policy: Policy, start: Any, open_engine: Any, tmp_path: Path
) -> None:
    servers = [start(), start()]
    engine = open_engine(*servers)
    before = dict(servers[0].held)
    assert set(before) == {f"{agent}-{policy.digest(agent)}" for agent in Agent}
    move(policy, Agent.CODER)
    engine.weights_changed(Agent.CODER)
    named = f"coder-{policy.digest(Agent.CODER)}"
    for server in servers:
        assert set(server.held) == {named, f"reviewer-{policy.digest(Agent.REVIEWER)}"}
    assert len(folders_of(tmp_path)) == 2
    request = text()
    (answer,) = answered(engine, [request])
    assert answer.logprobs == pytest.approx(logprobs_by(policy, request, answer), abs=1e-4)
    assert [body["model"] for server in servers for body in server.completions()] == [named]
    engine.close()
    assert not any(server.held for server in servers)
    assert not (tmp_path / "adapters").exists()


def test_an_old_adapter_stays_until_the_last_request_that_uses_it_is_done(
    policy: Policy, start: Any, open_engine: Any
) -> None:
    server = start()
    engine = open_engine(server)
    held, reached = threading.Event(), threading.Event()
    server.before = holding(reached, held)
    old = f"coder-{policy.digest(Agent.CODER)}"
    engine.submit([text()])
    with pytest.raises(ValueError, match="while it was answering"):
        engine.weights_changed(Agent.CODER)
    assert reached.wait(30)
    engine.reset()  # nobody waits for the answer any more, and the server still computes it
    move(policy, Agent.CODER)
    engine.weights_changed(Agent.CODER)
    assert old in server.held
    held.set()
    wait_until(lambda: old not in server.held)


def test_an_adapter_that_comes_back_is_loaded_again(
    policy: Policy, start: Any, open_engine: Any
) -> None:
    server = start()
    engine = open_engine(server)
    first = f"coder-{policy.digest(Agent.CODER)}"
    kept = {n: p.detach().clone() for n, p in policy.parameters(Agent.CODER).items()}
    move(policy, Agent.CODER)
    engine.weights_changed(Agent.CODER)
    with torch.no_grad():
        for name, parameter in policy.parameters(Agent.CODER).items():
            parameter.copy_(kept[name])
    engine.weights_changed(Agent.CODER)
    answered(engine, [text()])
    assert first in server.held
    assert len(server.held) == 2


# --- who is asked --------------------------------------------------------------------------------


def test_what_follows_a_draft_is_asked_where_the_draft_was_and_trees_are_spread(
    start: Any, open_engine: Any
) -> None:
    servers = [start(), start()]
    engine = open_engine(*servers)
    for places in (("d0", "d1"), ("d0.r0", "d1.r1"), ("d0.r0.d",)):
        answered(
            engine,
            [
                text(tag, place, prompt_ids=(tag + 5, *FORM.text_ids(place)))
                for tag in range(4)
                for place in places
            ],
        )
    asked = [{body["prompt"][0] - 5 for body in server.completions()} for server in servers]
    assert asked == [{0, 1}, {2, 3}]
    engine.reset()
    # One tree alone is spread draft by draft.
    answered(engine, [text(9, f"d{k}") for k in range(4)])
    assert [len(server.completions()) for server in servers] == [12, 12]


def test_a_server_killed_under_its_requests_is_left_out_and_used_again_when_it_is_back(
    start: Any, open_engine: Any
) -> None:
    first, second = start(), start()
    lines: list[str] = []
    engine = open_engine(first, second, said=lines.append)
    everything = [text(tag) for tag in range(6)]
    wanted = answered(engine, everything)
    engine.reset()
    held, reached = threading.Event(), threading.Event()
    first.before = holding(reached, held)
    tickets = engine.submit(everything)
    assert reached.wait(30)
    first.kill()
    held.set()
    found: dict[int, Any] = {}
    while len(found) < len(tickets):
        new = engine.step()
        assert not found.keys() & new.keys()
        found |= new
    # The same seeds, so the same answers, each of them once.
    assert [found[t].token_ids for t in tickets] == [one.token_ids for one in wanted]
    assert engine.statistics.new_tokens == sum(len(one.token_ids) for one in wanted)
    assert engine.asked_again == 3
    assert any(f"{first.url} is left out" in line for line in lines)
    again = start(first.port)
    wait_until(lambda: not engine.step() and f"{first.url} is back" in lines)
    engine.reset()
    answered(engine, everything)
    assert len(again.completions()) == 3  # half of the requests, by adapters handed anew
    assert len(again.held) == 1


def test_a_server_started_anew_between_two_requests_is_handed_its_adapters_again(
    start: Any, open_engine: Any
) -> None:
    first = start()
    engine = open_engine(first)
    first.held.clear()
    assert len(answered(engine, [text(tag) for tag in range(4)])) == 4
    assert len(first.held) == 1
    assert engine.asked_again == 0


OLD = b'{"model": "coder-before", "choices": []}'


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ((200, b"<html>"), "answered no JSON"),
        ((200, b"[]"), "answered with None"),
        ((200, OLD), "answered with coder-before"),
        ((503, b'{"error": {"message": "Loading model"}}'), "Loading model"),
        ((500, b"out of memory"), "out of memory"),
        ((0, b""), "connection broke"),
    ],
)
def test_what_meets_a_fault_is_asked_again(
    start: Any, open_engine: Any, fault: tuple[int, bytes], says: str
) -> None:
    server = start()
    lines: list[str] = []
    engine = open_engine(server, said=lines.append)
    server.faults = [fault]
    answered(engine, [text()])
    assert engine.asked_again == 1
    assert any(says in line for line in lines)
    assert lines[-1] == f"{server.url} is back"


def test_what_waits_for_a_server_that_hangs_is_asked_of_another_one(
    start: Any, open_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.engines.vllm_engine._PARALLEL", 1)
    first, second = start(), start()
    engine = open_engine(first, second)
    held = threading.Event()
    first.before = holding(threading.Event(), held)
    first.faults = [(0, b"")]
    engine.submit([text(tag) for tag in range(6)])
    found: dict[int, Any] = {}
    while len(found) < 6:
        found |= engine.step()
        if len(found) == 3:  # the other one does not wait for it
            held.set()
    assert len(first.completions()) == 1  # it broke, and nothing else was sent there


def test_a_slow_server_is_waited_for(start: Any, open_engine: Any) -> None:
    server = start()
    engine = open_engine(server, start())
    late = threading.Event()
    server.before = holding(threading.Event(), late, 0.3)
    assert len(answered(engine, [text(tag) for tag in range(4)])) == 4
    assert engine.asked_again == 0
