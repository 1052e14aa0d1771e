"""A run on a Ray cluster of two nodes is the same run, whatever dies there."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import os
import shlex
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch

from parelha import __version__, cli
from parelha.agents.roles import roles_of
from parelha.cluster.actors import check_room
from parelha.cluster.hosts import ServerHost
from parelha.cluster.placing import Cluster, placed
from parelha.cluster.trainers import ClusterRanks
from parelha.config import Config
from parelha.config_engine import ClusterConfig
from parelha.config_file import from_dict, lay_over
from parelha.errors import UsageError, WorkFailedError
from parelha.grading import Grader
from parelha.learning.ranks import Ranks, Told
from parelha.loading import find_files, load_follower
from parelha.tasks.own import load_own
from parelha.train import load_run_config, train
from parelha.types import Agent
from tests.fake_grading import BareHost, FakeHost
from tests.fakes import (
    Quiet,
    run_tiny,
    tiny_config,
    tiny_engine,
    tiny_samples,
    tiny_trees,
    use_fakes,
)

ray = pytest.importorskip("ray")

# Actors are processes of their own, each of which has torch to import, and some again.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[1]
STEPS = 3


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start two logical nodes, of two processors each."""
    from ray.cluster_utils import Cluster as Nodes  # pylint: disable=import-outside-toplevel

    with pytest.MonkeyPatch.context() as patch:
        paths = [str(ROOT), str(ROOT / "src")]
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        nodes: Any = Nodes(initialize_head=True, head_node_args={"num_cpus": 2})
        nodes.add_node(num_cpus=2)
        yield nodes.address
        nodes.shutdown()


def config_of(model_folder: Path, runs: Path, name: str, **cluster: Any) -> Config:
    return tiny_config(
        model_folder,
        runs,
        name,
        episode={"drafts": 2, "max_tool_calls": 0},
        train={"steps": STEPS, "canary_every": 0},
        cluster=cluster,
    )


def titled(process: psutil.Process) -> str:
    """What a process is called; nothing where it has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def actors(kind: str) -> list[psutil.Process]:
    """Processes of this cluster's actors of a kind."""
    children = psutil.Process().children(recursive=True)
    return [process for process in children if titled(process).startswith(f"ray::{kind}")]


def kill_one(kind: str, random: Random) -> bool:
    """Kill an actor of a kind as a system does that has no memory left; False without one."""
    found = actors(kind)
    if found:
        random.choice(found).kill()
    return bool(found)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def play(config: Config, address: str) -> tuple[Path, list[str]]:
    """Train on the cluster; the run's folder and what was said."""
    progress = Quiet()
    with placed(config, address, progress.message) as helpers:
        return train(config, progress=progress, helpers=helpers), progress.messages


def metrics_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_actors_that_are_killed_five_times_change_nothing(
    address: str, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr("parelha.cluster.graders.GraderHost", FakeHost)
    alone = run_tiny(config_of(model_folder, tmp_path, "alone"))
    # At an agent's update a trainer has work now, and a grader in the next step.
    kinds = iter(["FakeHost", "TrainerHost", "FakeHost", "TrainerHost", "FakeHost"])
    random, killed, real = Random(0), list[bool](), ClusterRanks.accumulate_gradients

    def killing(ranks: ClusterRanks, *arguments: Any) -> Any:
        if not (kind := next(kinds, "")):
            return real(ranks, *arguments)
        timer = threading.Timer(
            random.uniform(0.0, 0.1), lambda: killed.append(kill_one(kind, random))
        )
        timer.start()
        done = real(ranks, *arguments)
        timer.join()
        return done

    monkeypatch.setattr(ClusterRanks, "accumulate_gradients", killing)
    there, said = play(config_of(model_folder, tmp_path, "there", num_trainers=1), address)
    assert killed == [True] * 5
    assert "graders on 2 nodes, 2 programs at once" in said
    assert (there / "metrics.jsonl").read_bytes() == (alone / "metrics.jsonl").read_bytes()
    for file in sorted((alone / "episodes").iterdir()):
        assert (there / "episodes" / file.name).read_bytes() == file.read_bytes()
    for agent in ("coder", "reviewer"):
        name = f"checkpoints/step_00003/{agent}/adapter_model.safetensors"
        assert (there / name).read_bytes() == (alone / name).read_bytes()


def test_an_update_of_which_a_trainer_dies_is_computed_once_more(
    address: str, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.cluster.trainers._GRACE_SECONDS", 2.0)
    config = config_of(model_folder, tmp_path, "updates", num_trainers=2)
    config = lay_over(config, {"model.dtype": "float32"})
    files = find_files(roles_of(config), lambda line: None)
    policy = load_follower(Told(config.to_dict(), files))
    trees = tiny_trees(tiny_engine(policy), tasks=3)
    samples = tiny_samples(trees, Agent.CODER)

    def gradients(ranks: Ranks) -> list[torch.Tensor]:
        for parameter in policy.parameters(Agent.CODER).values():
            parameter.grad = None
        ranks.accumulate_gradients(policy, Agent.CODER, samples, config.learning)
        return [p.grad for p in policy.parameters(Agent.CODER).values() if p.grad is not None]

    said: list[str] = []
    with Cluster(config, address, said.append) as cluster:
        cluster.ranks.tell(config, files)
        right = gradients(cluster.ranks)
        real, found = ray.wait, actors("TrainerHost")

        def wait(asked: list[Any], **more: Any) -> Any:
            """While both are at work, or one of them is not yet: one of them is killed."""
            monkeypatch.setattr(ray, "wait", real)
            found[1].kill()
            return real(asked, **more)

        monkeypatch.setattr(ray, "wait", wait)
        again = gradients(cluster.ranks)
    assert said == ["a trainer is gone: the coder's update is computed once more"]
    assert len(right) == len(again) and all(map(torch.equal, right, again))
    with policy.plain_weights():
        alone = gradients(Ranks())
    for one, other in zip(right, alone, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_a_program_has_the_score_of_this_machine_on_every_node(
    address: str, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.cluster.graders.GraderHost", BareHost)
    folder = ROOT / "examples" / "own_tasks"
    (task, *_) = load_own(folder).of_split("train")
    programs = [task.reference, f"{task.signature}\n    return None\n"]
    config = from_dict({"tasks": {"suites": [str(folder)]}, "engine": {"workers": 1}})
    with (
        Cluster(config, address, lambda line: None) as cluster,
        cluster.open_grader(workers=1) as there,
    ):
        for program in programs:
            found, right = there.grade(task, program), grader.grade(task, program)
            assert found.tests and right.tests
            assert replace(found.tests, cpu_seconds=0.0) == replace(right.tests, cpu_seconds=0.0)
            assert replace(found, tests=None) == replace(right, tests=None)
            told = [g.execute_examples(task, program, "en") for g in (there, grader)]
            assert told[0] == told[1]


def test_servers_are_started_and_started_anew_at_the_same_url(
    address: str, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr("parelha.cluster.graders.GraderHost", FakeHost)
    monkeypatch.setattr("parelha.engines.vllm_engine._PROBE_SECONDS", 0.1)
    command = shlex.join([sys.executable, "-m", "tests.vllm_serving", "{port}"])
    base = config_of(model_folder, tmp_path, "served", num_servers=1, server_gpus=0.0)
    port = free_port()
    table = base.cluster.model_copy(update={"server_command": command, "server_port": port})
    real = ClusterRanks.accumulate_gradients
    killed: list[bool] = []

    def killing(ranks: ClusterRanks, *arguments: Any) -> Any:
        if not killed:
            killed.append(kill_one("ServerHost", Random(0)))
        return real(ranks, *arguments)

    monkeypatch.setattr(ClusterRanks, "accumulate_gradients", killing)
    config = base.model_copy(update={"cluster": table})
    run, said = play(config, address)
    assert killed == [True]
    assert len(metrics_of(run)) == STEPS
    assert any("is left out" in line for line in said), said
    assert any("is back" in line for line in said), said
    # Whoever goes on with it starts other servers, or has none.
    end = time.monotonic() + 30.0
    while is_taken(port):
        assert time.monotonic() < end, "the server outlives the run"
        time.sleep(0.1)
    stored = load_run_config(run)
    assert stored == lay_over(config, {"model.dtype": stored.model.dtype})


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"num_trainers": 5}, "0 servers and 5 trainers need 5 CPUs and the cluster has 4"),
        (
            {"num_trainers": 1, "trainer_cpus": 3},
            "one of the trainers needs 3 CPUs and no node has",
        ),
        ({"num_servers": 1}, "one of the servers needs 1 GPUs and no node has more than 0"),
        ({"num_servers": 1, "server_gpus": 0.0, "server_command": ""}, "it is empty"),
        (
            {"num_servers": 1, "server_gpus": 0.0, "server_command": "vllm {port.x}"},
            "cannot be read",
        ),
        (
            {"num_servers": 1, "server_gpus": 0.0, "server_command": "nowhere {port}"},
            "there is no 'nowhere' here",
        ),
        ({"num_servers": 1, "server_gpus": 0.0, "server_command": "vllm {name}"}, "cannot be read"),
        (
            {
                "num_servers": 1,
                "server_gpus": 0.0,
                "server_command": "bash -c 'echo full >&2; exit 3'",
            },
            "ended with status 3: full",
        ),
    ],
)
def test_what_does_not_fit_or_start_is_told_in_one_line(
    address: str, model_folder: Path, tmp_path: Path, cluster: dict[str, Any], said: str
) -> None:
    config = config_of(model_folder, tmp_path, "refused", **cluster)
    with (
        pytest.raises((UsageError, WorkFailedError), match=said),
        Cluster(config, address, lambda line: None) as opened,
    ):
        opened.place_servers(config)


def test_all_that_a_server_says_is_in_a_log_that_its_fault_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("parelha.cluster.hosts._PAUSE_SECONDS", 3600.0)  # it is started once
    port = free_port()
    host = ServerHost(__version__, ["bash", "-c", "echo loads; echo full >&2; exit 3"], port)
    end = time.monotonic() + 30.0
    while host.fault is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    (log,) = tmp_path.glob(f"parelha-server-{port}-*.log")
    assert log.read_text() == "loads\nfull\n"
    told = f"ended with status 3: full (its log is {socket.gethostname()}:{log})"
    assert str(host.fault).endswith(told)


def check_fits(resources: list[dict[str, float]], table: dict[str, Any], fits: bool) -> None:
    """Ask for room on nodes with these resources, and see whether it is refused."""
    listed = [{"Alive": True, "Resources": one} for one in resources]
    config = Config(cluster=ClusterConfig.model_validate(table))
    there = SimpleNamespace(nodes=lambda: listed)
    if fits:
        check_room(there, config.cluster)
        return
    with pytest.raises(UsageError, match="no node has room left"):
        check_room(there, config.cluster)


@pytest.mark.parametrize(
    ("nodes", "table", "fits"),
    [
        ([4, 4, 4], {"num_trainers": 3, "trainer_cpus": 3}, True),
        ([4, 4, 4], {"num_trainers": 4, "trainer_cpus": 3}, False),
        ([4, 6], {"num_trainers": 3, "trainer_cpus": 3}, True),
        ([3, 5], {"num_trainers": 2, "trainer_cpus": 2, "num_servers": 1, "server_cpus": 4}, False),
    ],
)
def test_what_must_be_whole_on_a_node_is_packed(
    nodes: list[int], table: dict[str, Any], fits: bool
) -> None:
    check_fits([{"CPU": float(cpus)} for cpus in nodes], {"server_gpus": 0.0, **table}, fits)


WHOLE = {"num_servers": 1, "server_gpus": 2.0}
TENTH = {"num_servers": 1, "server_gpus": 0.1}


@pytest.mark.parametrize(
    ("gpus", "table", "fits"),
    [
        ([2], {"num_trainers": 2, "trainer_gpus": 0.6}, True),
        ([2], {"num_trainers": 3, "trainer_gpus": 0.6}, False),
        ([2], {"num_trainers": 4, "trainer_gpus": 0.5}, True),
        ([1], {"num_trainers": 3, "trainer_gpus": 0.3, **TENTH}, True),
        ([1], {"num_trainers": 7, "trainer_gpus": 0.142857}, True),
        ([2, 2], {"num_trainers": 3, "trainer_gpus": 0.6, **WHOLE}, False),
        ([1, 2], {"num_trainers": 2, "trainer_gpus": 0.5, **WHOLE}, True),
    ],
)
def test_a_share_of_a_gpu_is_one_gpus(gpus: list[int], table: dict[str, Any], fits: bool) -> None:
    check_fits([{"CPU": 16.0, "GPU": float(number)} for number in gpus], table, fits)


def test_a_cluster_that_is_not_there_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["train", "--runs-dir", str(tmp_path), "--cluster", "127.0.0.1:1"]
    assert cli.run(arguments) == 2
    assert "no Ray cluster at '127.0.0.1:1'" in capsys.readouterr().err


def test_without_ray_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert cli.run(["train", "--runs-dir", str(tmp_path), "--cluster", "auto"]) == 2
    assert "--cluster needs Ray" in capsys.readouterr().err
