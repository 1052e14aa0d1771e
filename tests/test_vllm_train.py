"""Whole runs on servers: both adapters change at each step, and a mismatch ends them."""

# pylint: disable=missing-function-docstring

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchmarks import agreement
from benchmarks.peers import vllm_rollout
from parelha.config import Config, LearningConfig
from parelha.config_file import from_dict
from parelha.errors import UsageError, WorkFailedError
from parelha.learning.algorithms import load_algorithm
from parelha.learning.update import accumulate_gradients, sample_logprobs
from parelha.train import train
from parelha.training_step import update
from parelha.types import Agent
from tests.fakes import (
    Quiet,
    run_tiny,
    tiny_config,
    tiny_engine,
    tiny_policy,
    tiny_samples,
    tiny_trees,
    use_fakes,
)
from tests.vllm_serving import TinyVllm, starting

pytestmark = pytest.mark.slow


@pytest.fixture(name="start")
def fixture_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TinyVllm]]:
    """Start servers; tasks and grades are fakes."""
    use_fakes(monkeypatch)
    with starting(monkeypatch) as begin:
        yield begin


def on(servers: list[TinyVllm], folder: Path, runs: Path, **engine: Any) -> Any:
    urls = [server.url for server in servers]
    return tiny_config(
        folder, runs, engine={"kind": "vllm", "servers": urls, **engine}, train={"steps": 2}
    )


def metrics_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_a_run_on_two_servers_of_which_one_is_killed_under_it(
    start: Any, model_folder: Path, tmp_path: Path
) -> None:
    servers = [start(), start()]

    def die_once(body: dict[str, Any]) -> None:
        """In the middle of the second step."""
        if "coder-0" not in body["model"] and len(servers[0].completions()) > 20:
            servers[0].kill()
            servers.append(start(servers[0].port))

    servers[0].before = die_once
    run = run_tiny(on(servers, model_folder, tmp_path))
    assert servers[0].dead
    steps = metrics_of(run)
    asked = [(path, body) for server in servers for path, body in server.log]
    versions = {body["lora_name"] for path, body in asked if path == "/v1/load_lora_adapter"}
    named = {f"{agent}-{step[f'adapter_sha/{agent}']}" for step in steps for agent in Agent}
    assert len(named) == 4  # both changed in both steps
    assert named <= versions
    for step in steps:
        for agent in Agent:
            assert 0.0 <= step[f"mismatch/{agent}"] <= step[f"most_mismatch/{agent}"] < 1e-3
            assert step[f"truncated_share/{agent}"] == 0.0
            assert step[f"tokens/{agent}"] > 0
    assert all(sum(step[f"mismatch/{agent}"] for step in steps) > 0.0 for agent in Agent)
    # Each round once, each of its answers once.
    rounds = [
        json.loads(line)
        for path in sorted((run / "episodes").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    assert len({(r["step"], r["task"], r["name"]) for r in rounds}) == len(rounds) > 10
    assert not (run / "adapters").exists()


def test_a_lost_server_is_told_in_lines_that_stay(
    start: Any, model_folder: Path, tmp_path: Path
) -> None:
    """What happens now is overwritten on a terminal, and left out of a log for half a minute."""
    server, progress = start(), Quiet()

    def fail_once(body: dict[str, Any]) -> None:
        del body
        if len(server.completions()) == 5:
            server.faults = [(500, b"engine dead")]

    server.before = fail_once
    train(on([server], model_folder, tmp_path), progress=progress)
    lost, waited, back = (line for line in progress.messages if "server" in line or "back" in line)
    assert lost.startswith(f"{server.url} is left out: ")
    assert "engine dead" in lost
    assert waited == "no server is left: one is waited for, 30 minutes at most"
    assert back == f"{server.url} is back"


def test_a_server_that_answers_with_an_old_adapter_under_its_new_name_ends_the_run(
    start: Any, model_folder: Path, tmp_path: Path
) -> None:
    server = start()
    first: dict[str, str] = {}  # by agent, the name of the adapter that it began with

    def lie(body: dict[str, Any]) -> None:
        agent = body["model"].partition("-")[0]
        server.others[body["model"]] = first.setdefault(agent, body["model"])

    server.before = lie
    config = on([server], model_folder, tmp_path, max_mismatch=1e-3)
    with pytest.raises(WorkFailedError, match=r"differ from the trainer's .*an old adapter"):
        run_tiny(config)
    assert [step["step"] for step in metrics_of(config.run_dir)] == [1]
    honest = start()
    table = config.to_dict()
    table["engine"]["servers"] = [honest.url]  # moved, which is no other run
    run = run_tiny(from_dict(table), resume=config.run_dir)
    assert [step["step"] for step in metrics_of(run)] == [1, 2]
    assert all(step["mismatch/coder"] < 1e-3 for step in metrics_of(run))


def test_servers_that_give_less_than_a_dialogue_may_need_are_refused_before_the_start(
    start: Any, model_folder: Path, tmp_path: Path
) -> None:
    servers = [start(), start()]
    servers[1].window = 300
    with pytest.raises(
        UsageError, match=r"window of 300: .* or start the server with a longer one"
    ):
        run_tiny(on(servers, model_folder, tmp_path))
    assert not any(server.completions() for server in servers)


def ahead(server: TinyVllm, folder: Path, runs: Path) -> Any:
    table = on([server], folder, runs).to_dict()
    table["train"] |= {"steps": 3, "overlap": True}
    return from_dict(table)


def test_servers_play_the_next_step_while_this_one_is_learned_from(
    start: Any, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, asked = start(), list[bool]()

    def learning(*args: Any, **more: Any) -> Any:
        """Go on when the next step has asked for something, if there is one."""
        seen = len(server.completions())
        deadline = time.monotonic() + 30
        while len(asked) < 4 and len(server.completions()) == seen and time.monotonic() < deadline:
            time.sleep(0.01)
        asked.append(len(server.completions()) > seen)
        return update(*args, **more)

    monkeypatch.setattr("parelha.training_step.update", learning)
    run = run_tiny(ahead(server, model_folder, tmp_path))
    assert asked[0] and asked[2]  # the first of both agents' updates, in each step but the last
    steps = metrics_of(run)
    changed = 0
    for agent in Agent:
        names = [body["model"] for body in server.completions() if body["model"].startswith(agent)]
        # Two steps are played with the adapter of the start, the third with that of the first.
        after_first = f"{agent}-{steps[0][f'adapter_sha/{agent}']}"
        assert list(dict.fromkeys(names)) == list(dict.fromkeys([names[0], after_first]))
        changed += names[0] != after_first
    assert changed
    timings = [json.loads(line) for line in (run / "timings.jsonl").read_text().splitlines()]
    assert timings[0]["saved_seconds"] == 0.0
    assert timings[1]["saved_seconds"] > 0.0


def test_a_run_that_is_interrupted_while_it_plays_ahead_goes_on(
    start: Any, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ahead(start(), model_folder, tmp_path)
    calls = []

    def interrupted(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return update(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr("parelha.training_step.update", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(config)
    assert [step["step"] for step in metrics_of(config.run_dir)] == [1]
    run = run_tiny(config, resume=config.run_dir)
    assert [step["step"] for step in metrics_of(run)] == [1, 2, 3]


def test_only_servers_can_play_ahead() -> None:
    with pytest.raises(UsageError, match=r"train\.overlap needs engine\.kind"):
        from_dict({"train": {"overlap": True}})


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_a_benchmark_compares_computes_in_the_type_that_was_asked_for(
    dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"model": "base", "new": 1, "dtype": dtype, "prompts": []}
    (tmp_path / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    loaded: list[str] = []

    def load(**settings: Any) -> None:
        loaded.append(settings["dtype"])
        raise InterruptedError

    def load_policy(config: Config, files: Any) -> None:
        del files
        load(dtype=config.model.dtype)

    for name in ("VLLM_CPU_KVCACHE_SPACE", "VLLM_CPU_NUM_OF_RESERVED_CPU", "HF_HUB_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setitem(sys.modules, "vllm", SimpleNamespace(LLM=load))
    monkeypatch.setitem(sys.modules, "vllm.lora.request", SimpleNamespace())
    monkeypatch.setattr(sys, "argv", ["vllm_rollout", str(tmp_path)])
    monkeypatch.setattr(agreement, "files_of", lambda config: config)
    monkeypatch.setattr(agreement, "load_policy", load_policy)
    with pytest.raises(InterruptedError):
        vllm_rollout.main()
    with pytest.raises(InterruptedError):
        agreement.engine_answers(tmp_path)
    assert loaded == [dtype, dtype]


def test_servers_and_other_engines_are_not_mixed() -> None:
    url = ["http://localhost:8000"]
    for engine in (
        {"kind": "vllm"},
        {"servers": url},
        {"kind": "vllm", "servers": url, "server": url[0]},
        {"kind": "vllm", "servers": url, "own": "json"},
    ):
        with pytest.raises(UsageError, match=r"engine\.servers"):
            from_dict({"engine": engine})
    with pytest.raises(UsageError, match="no_repeat_ngram"):
        engine = {"kind": "vllm", "servers": url}
        from_dict({"engine": engine, "eval": {"no_repeat_ngram": 2}})


@pytest.mark.parametrize("algorithm", ["grpo", "cispo"])
def test_text_is_weighed_by_its_importance_and_held_and_actions_are_not(algorithm: str) -> None:
    policy = tiny_policy()
    trees = tiny_trees(tiny_engine(policy))
    config = LearningConfig(algorithm=algorithm)
    samples = tiny_samples(trees, Agent.CODER)
    shifts = [0.3, -0.4, 1.5, 0.0]  # of the engine's log-probabilities below the trainer's
    own = sample_logprobs(policy, Agent.CODER, samples, config.max_pass_tokens)
    moved, text, action, apart = [], [], [], []
    losses = load_algorithm(algorithm).token_losses
    for sample, logprobs in zip(samples, own, strict=True):
        behaviour = list(sample.behaviour)
        for place, legal in enumerate(sample.legal):
            one, advantage = logprobs[place], torch.tensor(sample.advantages[place])
            if legal is None:
                shift = shifts[place % 4]
                behaviour[place] = float(one) - shift
                weight = min(math.exp(shift), 2.0)
                text.append(weight * float(losses(one, one, advantage, config)[0]))
                apart.append(abs(shift))
            else:
                recorded = torch.tensor(sample.behaviour[place])
                action.append(float(losses(one, recorded, advantage, config)[0]))
        moved.append(replace(sample, behaviour=behaviour))
    result = accumulate_gradients(policy, Agent.CODER, moved, config, 2.0)
    wanted = sum(text) / len(text) + config.action_weight * sum(action) / len(action)
    assert result.loss == pytest.approx(wanted, abs=1e-4)
    assert result.mismatch == pytest.approx(sum(apart) / len(apart), abs=1e-4)
    assert result.most_mismatch == pytest.approx(1.5, abs=1e-4)
    assert result.truncated_share == pytest.approx(apart.count(1.5) / len(apart))
    assert apart.count(1.5) > 0
