"""Trainers side by side: N of them equal one, and one that is killed ends the run cleanly."""

# pylint: disable=missing-function-docstring

import json
import multiprocessing
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.roles import roles_of
from parelha.errors import UsageError
from parelha.learning.ranks import Ranks, spread
from parelha.learning.update import Sample
from parelha.loading import find_files, load_with
from parelha.train import dry_run
from parelha.types import Agent
from tests.architectures.models import DEEPSEEK, QWEN2, Architecture
from tests.fakes import run_tiny, tiny_config, use_fakes
from tests.ranking import run_rank, updates
from tests.vllm_serving import starting

# Ranks are processes of their own, each of which has torch to import.
PATIENCE = 600
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * PATIENCE)]

ROOT = Path(__file__).parents[1]


def sample(ids: Sequence[int]) -> Sample:
    return Sample(list(ids), [], [], [], [], 1.0)


IDS = st.lists(st.integers(0, 2), min_size=1, max_size=12)


@given(st.lists(IDS, max_size=12), st.integers(1, 5))
def test_every_sample_falls_to_one_rank_and_no_rank_has_much_more_than_its_part(
    many: list[list[int]], size: int
) -> None:
    samples = [sample(ids) for ids in many]
    parts = spread(samples, size)
    assert len(parts) == size
    assert sorted(map(id, samples)) == sorted(id(one) for part in parts for one in part)
    longest = max((len(ids) for ids in many), default=0)

    def cost(part: Sequence[Sample]) -> int:
        nodes = {tuple(s.ids[: n + 1]) for s in part for n in range(len(s.ids))}
        return len(nodes)

    # What a cut divides is read on both sides of it.
    assert max(map(cost, parts)) <= cost(samples) / size + 2 * longest


def test_a_tree_stays_together_where_the_ranks_allow_it() -> None:
    trees = [[sample([t] * 50 + [t, n]) for n in range(3)] for t in range(4)]
    mixed = [one for row in zip(*trees, strict=True) for one in row]
    assert [[s.ids[0] for s in part] for part in spread(mixed, 2)] == [
        [0] * 3 + [1] * 3,
        [2] * 3 + [3] * 3,
    ]
    assert [len({s.ids[0] for s in part}) for part in spread(mixed, 4)] == [1, 1, 1, 1]


def test_one_two_and_four_ranks_give_the_same_losses_gradients_and_adapters(
    tmp_path: Path,
) -> None:
    alone = updates(Ranks())
    for size in (2, 4):
        assert_close(by_ranks(size, tmp_path), alone)


def by_ranks(size: int, place: Path, folder: Path | None = None) -> list[Any]:
    """What the first of so many ranks, each a process of its own, finds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ranking"])
    meet, out = place / f"meet{size}", place / f"{size}.pt"
    ranks = [
        context.Process(target=run_rank, args=(rank, size, meet, out, folder), daemon=True)
        for rank in range(size)
    ]
    for process in ranks:
        process.start()
    for process in ranks:
        process.join(PATIENCE)
    assert [process.exitcode for process in ranks] == [0] * size
    found: list[Any] = torch.load(out, weights_only=False)
    return found


@pytest.mark.parametrize("model", [QWEN2, DEEPSEEK], ids=str)
def test_ranks_that_hold_a_part_of_the_base_each_give_the_same_as_one_that_holds_it_all(
    model: Architecture, tmp_path: Path
) -> None:
    folder = model.save(tmp_path / "base")
    alone = updates(Ranks(), folder)
    found = by_ranks(2, tmp_path, folder)
    kept = found.pop(-2)
    assert kept["same"] and kept["held"] <= 0.51 * kept["shared"]
    assert alone.pop(-2)["same"]
    assert_close(found, alone)


def assert_close(found: list[Any], wanted: list[Any]) -> None:
    for one, other in zip(found[:-1], wanted[:-1], strict=True):
        assert one["agent"] == other["agent"]
        for name, value in vars(other["result"]).items():
            if name != "computed_tokens":  # what a cut divides is read on both sides
                assert getattr(one["result"], name) == pytest.approx(value, rel=1e-4, abs=1e-6)
        assert any(bool(grad.abs().max() > 1e-3) for grad in other["grads"].values())
        for name, grad in other["grads"].items():
            torch.testing.assert_close(one["grads"][name], grad, rtol=1e-3, atol=1e-5)
    for name, parameter in wanted[-1].items():
        torch.testing.assert_close(found[-1][name], parameter, rtol=1e-3, atol=1e-4)


def launch(file: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`parelha train` with fake tasks, by two ranks."""
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [sys.executable, *start, "-m", "tests.ranking", "train", str(file)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def metrics_of(run: Path) -> list[dict[str, Any]]:
    path = run / "metrics.jsonl"
    lines = path.read_text().splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines]


def test_a_rank_that_is_killed_ends_the_run_cleanly_and_it_goes_on_as_one_never_interrupted(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape: dict[str, Any] = {
        "train": {"steps": 3, "tasks_per_step": 2},
        "episode": {"drafts": 2, "max_tool_calls": 0},
    }
    config = tiny_config(model_folder, tmp_path, **shape)
    file = tmp_path / "run.toml"
    file.write_text(as_toml(config.to_dict()))
    assert tomllib.loads(file.read_text())["train"]["steps"] == 3
    ended = launch(file, DIES="1")
    assert ended.returncode != 0
    assert ended.stdout.count("step 1/3") == 1, ended.stderr  # the first rank alone speaks
    said = [line for line in ended.stderr.splitlines() if line.startswith("parelha: ")]
    assert len(said) == 1, ended.stderr
    assert "--resume" in said[0]
    assert len(metrics_of(config.run_dir)) == 1
    left = [
        one for one in psutil.process_iter(["cmdline"]) if str(file) in (one.info["cmdline"] or ())
    ]
    assert not left
    use_fakes(monkeypatch)
    run_tiny(config, resume=config.run_dir)
    whole = run_tiny(tiny_config(model_folder, tmp_path, "whole", **shape))
    for one, other in zip(metrics_of(config.run_dir), metrics_of(whole), strict=True):
        assert one.keys() == other.keys()
        for name, value in other.items():
            if not name.startswith("adapter_sha/"):
                wanted = value if value is None else pytest.approx(value, rel=1e-3, abs=1e-5)
                assert one[name] == wanted, name


def test_a_run_whose_base_is_shared_trains_both_adapters_with_a_vllm_server(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with starting(monkeypatch) as start:
        config = tiny_config(
            model_folder,
            tmp_path,
            model={"sharded": True},
            engine={"kind": "vllm", "servers": [start().url]},
            train={"steps": 2},
        )
        file = tmp_path / "run.toml"
        file.write_text(as_toml(config.to_dict()))
        ended = launch(file)
    assert ended.returncode == 0, ended.stderr
    steps = metrics_of(config.run_dir)
    assert len({step[f"adapter_sha/{agent}"] for step in steps for agent in Agent}) == 4
    # The server holds the whole base: what the ranks compute together is the same.
    assert all(step[f"mismatch/{agent}"] < 1e-3 for step in steps for agent in Agent)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({}, "model.sharded needs vLLM servers to play: set engine.kind to vllm"),
        ({"engine": {"kind": "vllm", "servers": ["http://a:1"]}}, "trainers that torchrun starts"),
    ],
)
def test_a_base_that_nobody_could_share_is_refused(
    sections: dict[str, Any], says: str, model_folder: Path, tmp_path: Path
) -> None:
    config = tiny_config(model_folder, tmp_path, model={"sharded": True}, **sections)
    with pytest.raises(UsageError, match=says):
        run_tiny(config)
    assert not config.run_dir.exists()


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({}, "model.sharded needs vLLM servers to play: set engine.kind to vllm"),
        (
            {"engine": {"kind": "vllm", "servers": ["http://a:1"]}, "model": {"dtype": "nf4"}},
            "a base in 4 bits cannot be sharded",
        ),
    ],
)
def test_a_dry_run_refuses_what_no_rank_could_share(
    sections: dict[str, Any], says: str, model_folder: Path, tmp_path: Path
) -> None:
    model = {"sharded": True, **sections.get("model", {})}
    config = tiny_config(model_folder, tmp_path, **{**sections, "model": model})
    with pytest.raises(UsageError, match=says):
        dry_run(config)


def test_one_rank_alone_holds_all_of_a_base_that_others_shared(
    model_folder: Path, tmp_path: Path
) -> None:
    config = tiny_config(model_folder, tmp_path, model={"sharded": True})
    files = find_files(roles_of(config), lambda line: None)
    policy, _ = load_with(Ranks(), config, files)
    assert not policy.is_sharded


def as_toml(table: dict[str, Any]) -> str:
    """A resolved configuration as a file; JSON's strings, numbers and lists are TOML's."""
    plain = {k: v for k, v in table.items() if not isinstance(v, dict)}
    lines = [f"{k} = {json.dumps(v)}" for k, v in plain.items()]
    for name, section in table.items():
        if isinstance(section, dict):
            lines.append(f"[{name}]")
            lines += [f"{k} = {json.dumps(v)}" for k, v in section.items() if v != {}]
    return "\n".join(lines) + "\n"
