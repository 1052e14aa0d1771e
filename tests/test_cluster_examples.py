"""The examples of a compose file, a Slurm job and Kubernetes objects, read as what they are.

Their commands are held against the real command lines: Parelha's, torchrun's, and for vLLM the one
that the documentation gives.
"""

# pylint: disable=missing-function-docstring

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from torch.distributed.run import get_args_parser

from parelha.cli_plan import commands
from parelha.cluster.servers import server_command
from parelha.config import Config
from parelha.config_file import load_config
from parelha.models.catalogue import MODELS
from parelha.overrides import split_arguments
from parelha.plan import Machines, Plan

ROOT = Path(__file__).parents[1]
CLUSTER = ROOT / "examples" / "cluster"
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((CLUSTER / "compose.yaml").read_text(encoding="utf-8"))
OBJECTS = list(yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text(encoding="utf-8")))


def config_of(arguments: list[str]) -> Config:
    """What `parelha train ...` would run."""
    assert arguments[0] == "train"
    return load_config(*split_arguments(arguments[1:]))


def options(arguments: list[str]) -> dict[str, str]:
    """Options with their values, in either way of writing."""
    found: dict[str, str] = {}
    for place, word in enumerate(arguments):
        if word.startswith("--"):
            name, _, value = word.partition("=")
            after = arguments[place + 1 : place + 2]
            found[name] = value or ("" if not after or after[0].startswith("--") else after[0])
    return found


def check_server(arguments: list[str], config: Config) -> None:
    """The options of a vLLM server are those of the documentation, and take our adapters."""
    given = options(arguments)
    known = set(re.findall(r"--[a-z-]+", SCALE))
    assert set(given) <= known, set(given) - known
    assert {"--enable-lora", "--enable-prefix-caching", "--enable-prompt-tokens-details"} <= set(
        given
    )
    assert given["--logprobs-mode"] == "processed_logprobs"
    assert int(given["--max-loras"]) >= 2
    assert int(given["--max-lora-rank"]) >= config.model.lora_rank


def one(kind: str) -> Any:
    """The only object of a kind."""
    (found,) = [each for each in OBJECTS if each["kind"] == kind]
    return found


def test_the_compose_files_trainer_finds_its_servers_and_they_its_adapters() -> None:
    services: dict[str, Any] = COMPOSE["services"]
    trainer = services["trainer"]
    config = config_of(trainer["command"])
    servers = {name: each for name, each in services.items() if name != "trainer"}
    assert config.engine.kind == "vllm"
    assert set(config.engine.servers) == {f"http://{name}:8000" for name in servers}
    assert set(trainer["depends_on"]) == set(servers)
    assert f"adapters:{config.engine.adapters_dir}" in trainer["volumes"]
    for server in servers.values():
        check_server(server["command"], config)
        assert server["command"][0].rpartition("/")[2] == config.model.coder
        assert server["environment"]["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "1"
        mounted = server["volumes"][0]
        assert (mounted["source"], mounted["target"]) == ("adapters", config.engine.adapters_dir)


def test_every_volume_of_the_compose_file_is_declared_and_every_gpu_used_once() -> None:
    used, gpus = set(), []
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            used.add(volume["source"] if isinstance(volume, dict) else volume.split(":")[0])
        (device,) = service["deploy"]["resources"]["reservations"]["devices"]
        assert device["capabilities"] == ["gpu"]
        gpus += device["device_ids"]
    assert used == set(COMPOSE["volumes"])
    assert sorted(gpus) == ["0", "1", "2"]


def test_every_object_of_kubernetes_has_what_the_schema_requires() -> None:
    versions = {
        "PersistentVolumeClaim": "v1",
        "Service": "v1",
        "StatefulSet": "apps/v1",
        "Job": "batch/v1",
    }
    assert {each["kind"]: each["apiVersion"] for each in OBJECTS} == versions
    claim = one("PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] and claim["spec"]["resources"]["requests"]["storage"]
    for each in OBJECTS:
        assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", each["metadata"]["name"])
    for kind in ("StatefulSet", "Job"):
        pod = one(kind)["spec"]["template"]["spec"]
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["name"] and container["image"]
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes
        claims = [v["persistentVolumeClaim"] for v in pod["volumes"] if v["name"] == "shared"]
        assert [c["claimName"] for c in claims] == [claim["metadata"]["name"]]
    assert one("Job")["spec"]["template"]["spec"]["restartPolicy"] in ("Never", "OnFailure")
    servers, service = one("StatefulSet"), one("Service")
    labels = servers["spec"]["template"]["metadata"]["labels"]
    assert servers["spec"]["selector"]["matchLabels"] == service["spec"]["selector"] == labels
    assert servers["spec"]["serviceName"] == service["metadata"]["name"]


def test_the_trainer_on_kubernetes_finds_its_servers_and_they_its_adapters() -> None:
    servers = one("StatefulSet")
    (trainer,) = one("Job")["spec"]["template"]["spec"]["containers"]
    (server,) = servers["spec"]["template"]["spec"]["containers"]
    config = config_of(trainer["args"])
    name, service = servers["metadata"]["name"], servers["spec"]["serviceName"]
    assert set(config.engine.servers) == {
        f"http://{name}-{n}.{service}:8000" for n in range(servers["spec"]["replicas"])
    }
    check_server(server["args"], config)
    assert server["args"][0].rpartition("/")[2] == config.model.coder
    for container in (trainer, server):
        (mount,) = [m for m in container["volumeMounts"] if m.get("subPath") == "adapters"]
        assert mount["mountPath"] == config.engine.adapters_dir
        assert container["resources"]["limits"]["nvidia.com/gpu"] == 1


def submitted(folder: Path, curl: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the Slurm job with stand-ins for a cluster's own programs; `log` has what it starts."""
    log = folder / "log"
    tools = {
        "scontrol": 'test "$3" = "n[1-2]" && printf "n1\\nn2\\n"',
        "curl": curl,
        "srun": 'test "$SRUN_CPUS_PER_TASK" = 8 || exit 1\n'
        'while [[ $1 == --* ]]; do shift; done\nexec "$@"',
        "torchrun": f'until (($(wc -l < "{log}") >= 3)); do sleep 0.1; done\n'
        f'echo "torchrun ${{*@Q}}" >> "{log}"',
        "vllm": f'echo "CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES ${{*@Q}}" >> "{log}"\nsleep 2',
    }
    for name, text in tools.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    log.touch()
    return subprocess.run(
        ["bash", CLUSTER / "slurm.sbatch", "deck", "--model.coder", "Qwen2.5-Coder-7B-Instruct"],
        cwd=folder,
        env={
            "PATH": f"{folder}:/usr/bin:/bin",
            "VLLM": str(folder / "vllm"),
            "SLURM_JOB_NODELIST": "n[1-2]",
            "SLURM_JOB_ID": "7",
            "SLURM_CPUS_PER_TASK": "8",
            **environment,
        },
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(name="job")
def fixture_job(tmp_path: Path) -> list[list[str]]:
    """Command lines that the Slurm job starts where every server answers."""
    assert submitted(tmp_path, "exit 0").returncode == 0
    log = (tmp_path / "log").read_text(encoding="utf-8")
    return [shlex.split(line) for line in log.splitlines()]


def test_the_slurm_job_is_whole() -> None:
    subprocess.run(["bash", "-n", CLUSTER / "slurm.sbatch"], check=True)
    text = (CLUSTER / "slurm.sbatch").read_text(encoding="utf-8")
    asked = dict(re.findall(r"^#SBATCH (--[a-z-]+)=(\S+)$", text, re.MULTILINE))
    trainers, servers = re.findall(r"^(?:TRAINERS|SERVERS)=(\d+)$", text, re.MULTILINE)
    assert int(trainers) + int(servers) == int(asked["--gpus-per-node"])
    # Slurm reads its lines up to the first command.
    assert text.rindex("#SBATCH") < text.index("set -euo")


def test_the_slurm_job_starts_servers_and_trainers_that_know_each_other(
    job: list[list[str]],
) -> None:
    (torchrun,) = [line[1:] for line in job if line[0] == "torchrun"]
    started = get_args_parser().parse_args(torchrun)
    assert (started.nnodes, started.nproc_per_node) == ("2", "5")
    assert (started.rdzv_endpoint, started.module) == ("n1:29500", True)
    assert started.training_script == "parelha"
    config = config_of(started.training_script_args)
    assert config.model.coder == "Qwen2.5-Coder-7B-Instruct" and config.engine.adapters_dir
    servers = [line for line in job if line[0] != "torchrun"]
    assert sorted(line[0] for line in servers) == [f"CUDA_VISIBLE_DEVICES={n}" for n in (5, 6, 7)]
    ports = {options(line)["--port"] for line in servers}
    assert set(config.engine.servers) == {f"http://n{n}:{p}" for n in (1, 2) for p in ports}
    for line in servers:
        check_server(line[2:], config)


def test_the_slurm_job_ends_where_one_server_of_several_never_answers(tmp_path: Path) -> None:
    """After half an hour, and not with the job's time: bash counts on from what it is given."""
    done = submitted(tmp_path, '[[ "$*" != *n2:8001* ]]', SECONDS="1800")
    assert done.returncode == 1
    assert "no answer at http://n2:8001" in done.stderr
    assert "torchrun" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_the_run_on_kuberay_fits_the_cluster_that_is_made_for_it() -> None:
    job = yaml.safe_load((CLUSTER / "kuberay.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    program, *arguments = shlex.split(job["spec"]["entrypoint"])
    place = arguments.index("--cluster")
    assert (program, arguments[place + 1]) == ("parelha", "auto")
    config = config_of(arguments[:place] + arguments[place + 2 :])
    check_server(server_command(config, 8000)[2:], config)
    assert config.model.dtype != "auto"  # the head plays without a GPU
    cluster = job["spec"]["rayClusterSpec"]
    (workers,) = cluster["workerGroupSpecs"]
    (worker,) = workers["template"]["spec"]["containers"]
    wanted, limits = config.cluster, worker["resources"]["limits"]
    gpus = wanted.num_trainers * wanted.trainer_gpus + wanted.num_servers * wanted.server_gpus
    assert gpus == workers["replicas"] * limits["nvidia.com/gpu"]
    cpus = wanted.num_trainers * wanted.trainer_cpus + wanted.num_servers * wanted.server_cpus
    assert cpus <= workers["replicas"] * limits["cpu"]
    for group in (cluster["headGroupSpec"], workers):
        pod = group["template"]["spec"]
        volumes = {volume["name"] for volume in pod["volumes"]}
        (container,) = pod["containers"]
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert set(mounts.values()) <= volumes
        assert config.engine.adapters_dir in mounts
    claims = [v["persistentVolumeClaim"] for v in pod["volumes"] if v["name"] == "shared"]
    assert [c["claimName"] for c in claims] == [one("PersistentVolumeClaim")["metadata"]["name"]]


@pytest.mark.parametrize("gpus", [1, 2])
def test_the_command_of_a_plan_places_no_servers_besides(gpus: int, tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text(
        "[train]\noverlap = true\n[cluster]\nnum_servers = 2\n"
        "[engine]\nserver_key_env = 'TEAM_KEY'\n",
        encoding="utf-8",
    )
    made = Plan(load_config(path), Machines(gpus, 80), MODELS[0], 2000, is_exact=True)
    (line,) = (line for line in commands(made, (str(path),)) if "parelha train" in line)
    config = config_of(shlex.split(line)[1:])
    assert config.train.overlap == bool(config.engine.servers) == (gpus > 1)
    assert config.cluster.num_servers == 0
    config.check_servers()
